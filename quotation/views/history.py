"""*Mes cotations*, opened again, asked again from either tab of the result; what the provider was asked, counted and
exported."""

from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from openflex.core import htmx
from openflex.core.dates import paris_day_bounds, today_paris
from openflex.core.http import read_only, writes
from openflex.core.lists import build_list
from openflex.core.paging import capped_counts
from quotation import lists, selectors
from quotation.enums import QuotationState
from quotation.exports import CALLS, QUOTATIONS
from quotation.models import Quotation
from quotation.providers.failures import ProviderFailure
from quotation.services import drafts, valuing
from quotation.views.acting import (
    USE,
    VALUE_IS_KEPT,
    asker_for,
    fetch,
    fetch_to_change,
    page_context,
    sent_key,
    tell,
)
from quotation.views.radar import render_radar
from quotation.views.study import render_study, to_tab
from settings_admin.access.requests import StaffRequest
from settings_admin.exports.views import answer_export
from settings_admin.guards import right
from settings_admin.scoping import current_scope

CONSUMPTION = "settings.consumption"


@right(USE, on="scope")
@read_only
def quotation_list(request: StaffRequest) -> HttpResponse:
    tabs = lists.tabs_for(current_scope())
    counts = capped_counts(Quotation.objects.all(), {tab.key: tab.condition for tab in tabs if tab.has_count})
    page = build_list(
        request,
        rows=selectors.quotation_rows(),
        table_class=lists.QuotationTable,
        filter_class=lists.QuotationFilter,
        sorts=lists.SORTS,
        default_sort=lists.DEFAULT_SORT,
        column_order=lists.quotation_columns(has_several_entities=len(current_scope().reach.entities) > 1),
        tabs=[replace(tab, count=counts.get(tab.key, "")) for tab in tabs],
    )
    context = {
        "list": page,
        "is_partial": htmx.is_partial(request),
        "can_see_consumption": current_scope().allows_somewhere(CONSUMPTION),
    }
    return htmx.render_part(request, "quotation/list.html", "list", context)


@right(USE, on="scope")
@writes("POST")
def export_quotations(request: StaffRequest) -> HttpResponseBase:
    """Exactly what is filtered."""
    return answer_export(request, QUOTATIONS, columns=())


@right(USE, on="row")
@read_only
def open_quotation(request: StaffRequest, pk: int) -> HttpResponse:
    """Where one would go on: the step of a draft, the adverts of a quotation."""
    quotation = fetch(request, pk)
    if quotation.state != QuotationState.DRAFT:
        return htmx.redirect(request, "quotation:radar", pk)
    return htmx.redirect(request, "quotation:details" if quotation.version_code else "quotation:configure", pk)


@right(USE, on="row")
@writes("POST")
def redo(request: StaffRequest, pk: int) -> HttpResponse:
    """*Actualiser*: the same question with today's market, as a quotation of its own."""
    quotation = fetch(request, pk)
    provider = selectors.provider_of(quotation.entity)
    asker = asker_for(request, entity=quotation.entity, quotation=quotation, act=provider.begin_act())
    try:
        fresh, failures = valuing.redo(
            quotation=quotation, newest_seen=request.POST.get("newest", ""), provider=provider, asker=asker
        )
    except ProviderFailure as failure:
        return _render_again(request, quotation, failure=failure, retry_form="redo", status=422)
    tell(request, failures, kept=VALUE_IS_KEPT)
    return to_tab(request, _tab(request), fresh.pk)


@right(USE, on="row")
@writes("POST")
def fetch_adverts(request: StaffRequest, pk: int) -> HttpResponse:
    """Asks again for the adverts that did not come with the value; the value itself is not asked again."""
    quotation = fetch_to_change(request, pk)
    provider = selectors.provider_of(quotation.entity)
    asker = asker_for(request, entity=quotation.entity, quotation=quotation, act=provider.begin_act())
    failures = valuing.fetch_radar(quotation=quotation, provider=provider, asker=asker)
    if failures:
        return _render_again(request, quotation, failure=failures[0], retry_form="fetch-adverts", status=422)
    return to_tab(request, _tab(request), pk)


def _tab(request: StaffRequest) -> str:
    """From which tab of the result it was asked."""
    return "study" if request.POST.get("tab") == "study" else "radar"


def _render_again(request: StaffRequest, quotation: Quotation, **more: Any) -> HttpResponse:
    render_tab = render_study if _tab(request) == "study" else render_radar
    return render_tab(request, quotation, **more)


@right(USE, on="row")
@writes("POST")
def copy(request: StaffRequest, pk: int) -> HttpResponse:
    """A draft that starts from this quotation: its value stays as it was asked."""
    draft = drafts.copy_as_draft(quotation=fetch(request, pk), actor=request.user, key=sent_key(request))
    return htmx.redirect(request, "quotation:details", draft.pk)


@right(CONSUMPTION, on="scope")
@read_only
def consumption(request: StaffRequest) -> HttpResponse:
    page = build_list(
        request,
        rows=lists.call_rows(),
        table_class=lists.CallTable,
        filter_class=lists.CallFilter,
        sorts=lists.CALL_SORTS,
        default_sort=lists.DEFAULT_CALL_SORT,
        column_order=lists.call_columns(),
    )
    start, end = paris_day_bounds(today_paris(timezone.now()))
    context = page_context(
        None,
        list=page,
        today=selectors.consumption_today(start, end),
        can_quote=current_scope().allows_somewhere(USE),
        is_partial=htmx.is_partial(request),
    )
    return htmx.render_part(request, "quotation/consumption.html", "list", context)


@right(CONSUMPTION, on="scope")
@writes("POST")
def export_calls(request: StaffRequest) -> HttpResponseBase:
    return answer_export(request, CALLS, columns=())
