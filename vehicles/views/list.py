"""The list of vehicles, its export, its columns."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from openflex.core import htmx
from openflex.core.dates import today_paris
from openflex.core.http import read_only, safe_next, writes
from openflex.core.lists import AFTER, BEFORE, TAB, ListPage, address, apply_tab, build_list
from openflex.core.paging import capped_counts
from settings_admin.access.requests import StaffRequest
from settings_admin.exports.views import answer_export
from settings_admin.guards import right
from settings_admin.records.selectors import default_columns
from settings_admin.records.services import save_columns
from settings_admin.scoping import current_scope
from vehicles import lists, selectors
from vehicles.exports import STOCK
from vehicles.models import Vehicle

LIST_KEY = "vehicles"


@right("vehicles.view", on="scope")
@read_only
def vehicle_list(request: StaffRequest) -> HttpResponse:
    now = timezone.now()
    today = today_paris(now)
    scope = current_scope()
    page = _build(request, today=today)
    context = {
        "list": page,
        "can_add": scope.allows_somewhere("vehicles.edit"),
        "can_quote": scope.allows_somewhere("quotation.use"),
        "can_export": scope.allows_somewhere("vehicles.export"),
        "can_see_capital": scope.allows_somewhere("vehicles.see_margin"),
        "is_partial": htmx.is_partial(request),
    }
    response = htmx.render_part(request, "vehicles/list.html", "list", context)
    if context["is_partial"]:
        response.headers["HX-Push-Url"] = f"{request.path}{page.address}"
    return response


def _build(request: StaffRequest, *, today: date) -> ListPage:
    def prepare(vehicles: list[Vehicle]) -> None:
        request.belonging.place(vehicles)
        selectors.show_to(vehicles, scope=current_scope(), today=today, columns=columns)

    tabs, columns = lists.tabs(today), _columns()
    counts = capped_counts(Vehicle.objects.all(), {tab.key: tab.condition for tab in tabs if tab.has_count})
    return build_list(
        request,
        rows=selectors.listed_rows(now=timezone.now(), columns=columns),
        table_class=lists.VehicleTable,
        filter_class=lists.VehicleFilter,
        sorts=lists.sorts_for(current_scope(), tab=request.GET.get(TAB, "")),
        default_sort=lists.DEFAULT_SORT,
        tabs=[replace(tab, count=counts.get(tab.key, "")) for tab in tabs],
        column_order=columns,
        prepare=prepare,
    )


def _columns() -> Sequence[str]:
    """The person's own, else the usual ones; where rows of several entities stand together, each names its own."""
    chosen = [name for name in default_columns(LIST_KEY) if name in lists.VehicleTable.base_columns]
    if chosen or len(current_scope().reach.entities) < 2:
        return chosen or lists.DEFAULT_COLUMNS
    return (*lists.DEFAULT_COLUMNS[:-1], "entity", "actions")


@right("vehicles.see_margin", on="scope")
@read_only
def capital(request: StaffRequest) -> HttpResponse:
    """What is tied up in each ageing band of what the other filters keep, where the person sees purchase prices.

    Asked for when the filters open: the list itself never waits for a sum over the whole stock.
    """
    today = today_paris(timezone.now())
    query = request.GET.copy()
    for name in (lists.AGE, AFTER, BEFORE):
        query.pop(name, None)
    rows = apply_tab(query, Vehicle.objects.all(), lists.tabs(today))
    sums = selectors.capital_by_band(
        lists.VehicleFilter(query, queryset=rows).qs, bands=lists.AGEING_BANDS, today=today
    )
    url = reverse("vehicles:list")
    context = {
        "bands": [
            {"label": lists.AGEING_LABELS[band], "sum": one, "url": f"{url}{address(query, **{lists.AGE: band})}"}
            for band, one in sums.items()
        ],
        "total": sum(one.amount for one in sums.values()),
        "basis": selectors.NET_PURCHASE_BASIS,
        "unpriced": sum(one.unpriced for one in sums.values()),
    }
    return htmx.render_part(request, "vehicles/capital.html", "bands", context)


@right("vehicles.export", on="scope")
@writes("POST")
def export(request: StaffRequest) -> HttpResponseBase:
    """Exactly what is filtered, in the person's columns."""
    return answer_export(request, STOCK, columns=_columns())


@right("vehicles.view", on="scope")
@writes("POST")
def choose_columns(request: StaffRequest) -> HttpResponse:
    """Keeps the person's columns, in the order they were sent; `reset`, or none at all, goes back to the usual ones."""
    known = set(lists.VehicleTable.base_columns)
    asked = [] if "reset" in request.POST else request.POST.getlist("column")
    chosen = [name for name in dict.fromkeys(asked) if name in known and name != "actions"]
    save_columns(user=request.user, list_key=LIST_KEY, columns=[*chosen, "actions"] if chosen else [])
    return htmx.redirect(request, safe_next(request, default=reverse("vehicles:list")))
