"""The list of customers, its export, its columns."""

from collections.abc import Sequence
from dataclasses import replace

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from customers import lists, selectors
from customers.exports import CUSTOMERS
from customers.models import Customer
from openflex.core import htmx
from openflex.core.http import read_only, safe_next, writes
from openflex.core.lists import ListPage, build_list
from openflex.core.paging import capped_counts
from settings_admin.access.requests import StaffRequest
from settings_admin.exports.views import answer_export
from settings_admin.guards import right
from settings_admin.records.selectors import default_columns
from settings_admin.records.services import save_columns
from settings_admin.scoping import current_scope

LIST_KEY = "customers"


@right("customers.view", on="scope")
@read_only
def customer_list(request: StaffRequest) -> HttpResponse:
    page = _build(request)
    scope = current_scope()
    context = {
        "list": page,
        "can_add": scope.allows_somewhere("customers.edit"),
        "can_export": scope.allows_somewhere("customers.export"),
        "is_partial": htmx.is_partial(request),
    }
    response = htmx.render_part(request, "customers/list.html", "list", context)
    if context["is_partial"]:
        response.headers["HX-Push-Url"] = f"{request.path}{page.address}"
    return response


def _build(request: StaffRequest) -> ListPage:
    tabs = lists.tabs(request.user.pk)
    rows = Customer.objects.listed()
    counts = capped_counts(rows, {tab.key: tab.condition for tab in tabs if tab.has_count})
    return build_list(
        request,
        rows=selectors.listed_rows(),
        table_class=lists.CustomerTable,
        filter_class=lists.CustomerFilter,
        sorts=lists.SORTS,
        default_sort=lists.DEFAULT_SORT,
        tabs=[replace(tab, count=counts.get(tab.key, "")) for tab in tabs],
        column_order=_columns(),
    )


def _columns() -> Sequence[str]:
    """The person's own, else the usual ones; where rows of several entities stand together, each names its own."""
    chosen = default_columns(LIST_KEY)
    if chosen or len(current_scope().reach.entities) < 2:
        return chosen or lists.DEFAULT_COLUMNS
    return (*lists.DEFAULT_COLUMNS, "entity")


@right("customers.export", on="scope")
@writes("POST")
def export(request: StaffRequest) -> HttpResponseBase:
    """Exactly what is filtered, in the person's columns."""
    return answer_export(request, CUSTOMERS, columns=_columns())


@right("customers.view", on="scope")
@writes("POST")
def choose_columns(request: StaffRequest) -> HttpResponse:
    """Keeps the person's columns, in the order they were sent; `reset`, or none at all, goes back to the usual ones."""
    known = set(lists.CustomerTable.base_columns)
    asked = [] if "reset" in request.POST else request.POST.getlist("column")
    chosen = [name for name in dict.fromkeys(asked) if name in known]
    save_columns(user=request.user, list_key=LIST_KEY, columns=chosen)
    return htmx.redirect(request, safe_next(request, default=reverse("customers:list")))
