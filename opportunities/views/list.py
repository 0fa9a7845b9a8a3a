"""The list of opportunities, as a table or as cards, *Estimations à valider*, and their exports."""

from dataclasses import replace

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from openflex.core import htmx
from openflex.core.dates import today_paris
from openflex.core.http import read_only, writes
from openflex.core.lists import build_list
from openflex.core.paging import capped_counts
from opportunities import lists, selectors, waiting
from opportunities.exports import ESTIMATES, OPPORTUNITIES
from opportunities.models import Opportunity
from opportunities.rights import EDIT, EXPORT, SET_PRICE, VIEW
from settings_admin.access.requests import StaffRequest
from settings_admin.exports.views import answer_export
from settings_admin.guards import right
from settings_admin.scoping import current_scope

CARDS = "cartes"


@right(VIEW, on="scope")
@read_only
def opportunity_list(request: StaffRequest) -> HttpResponse:
    """`?affichage=cartes` shows cards."""
    scope, today = current_scope(), today_paris(timezone.now())

    def prepare(opportunities: list[Opportunity]) -> None:
        request.belonging.place(opportunities)
        selectors.show(opportunities, today=today)

    tabs = lists.tabs(scope, today=today)
    rows = Opportunity.objects.filter(merged_into=None)
    counts = capped_counts(rows, {tab.key: tab.condition for tab in tabs if tab.has_count})
    page = build_list(
        request,
        rows=selectors.listed_rows(),
        table_class=lists.OpportunityTable,
        filter_class=lists.OpportunityFilter,
        sorts=lists.SORTS,
        default_sort=lists.DEFAULT_SORT,
        column_order=lists.columns(has_several_entities=len(scope.reach.entities) > 1),
        tabs=[replace(tab, count=counts.get(tab.key, "")) for tab in tabs],
        prepare=prepare,
    )
    context = {
        "list": page,
        "today": today,
        "is_cards": request.GET.get("affichage") == CARDS,
        "is_partial": htmx.is_partial(request),
        "can_create": scope.allows_somewhere(EDIT),
        "create_url": reverse("opportunities:create") if scope.allows_somewhere(EDIT) else "",
        "can_export": scope.allows_somewhere(EXPORT),
        "decides_prices": bool(scope.granted(SET_PRICE)),
    }
    return htmx.render_part(request, "opportunities/list.html", "list", context)


@right(SET_PRICE, on="anywhere")
@read_only
def trade_ins_to_approve(request: StaffRequest) -> HttpResponse:
    """*Estimations à valider* of every entity and site where this person decides, whatever the top bar shows."""
    scope = current_scope()
    page = build_list(
        request,
        rows=waiting.rows(),
        table_class=lists.TradeInTable,
        filter_class=lists.TradeInFilter,
        sorts=lists.TRADE_IN_SORTS,
        default_sort=lists.TRADE_IN_DEFAULT_SORT,
        column_order=lists.trade_in_columns(has_several_entities=len(scope.reach.entities) > 1),
    )
    context = {
        "list": page,
        "live_topics": " ".join(str(topic) for topic in waiting.topics_in(scope.reach)),
        "sees_opportunities": scope.allows_somewhere(VIEW),
        "can_export": bool(scope.granted(EXPORT) & scope.granted(SET_PRICE)),
        "is_partial": htmx.is_partial(request),
    }
    return htmx.render_part(request, "opportunities/trade_ins_to_approve.html", "list", context)


@right(EXPORT, on="scope")
@writes("POST")
def export(request: StaffRequest) -> HttpResponseBase:
    """Exactly what is filtered."""
    return answer_export(
        request, OPPORTUNITIES, columns=lists.columns(has_several_entities=len(current_scope().reach.entities) > 1)
    )


@right(EXPORT, on="anywhere")
@writes("POST")
def export_trade_ins_to_approve(request: StaffRequest) -> HttpResponseBase:
    """Exactly what is filtered, of where one decides and may export."""
    is_wide = len(current_scope().granted(SET_PRICE).entities) > 1
    return answer_export(request, ESTIMATES, columns=lists.exported_trade_in_columns(has_several_entities=is_wide))
