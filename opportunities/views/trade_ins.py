"""One trade-in estimate: its sections read, or one of them open for editing, what was decided and what can be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone

from openflex.core import htmx
from openflex.core.dates import today_paris
from openflex.core.errors import Refused
from openflex.core.fields import field_of
from openflex.core.http import read_only, writes
from openflex.core.sections import reopened
from opportunities import enums, estimate_facts, forms, history, selectors
from opportunities.enums import TradeInState
from opportunities.models import TradeIn
from opportunities.rights import EDIT, SET_PRICE, VIEW
from opportunities.services import trade_ins
from quotation.providers import autovista
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import get_for, right
from settings_admin.records.selectors import last_change_of, timeline_of, timeline_page
from settings_admin.records.services import EditConflict
from settings_admin.records.views import AFTER, HISTORY_PAGE, History, is_reading_on, more_url, older
from settings_admin.scoping import current_scope
from vehicles.selectors import equipment_of
from vehicles.views.condition import Place, condition_of, sheet_url
from vehicles.views.proposal import answer_proposal

TEMPLATE = "opportunities/trade_in.html"


@dataclass(frozen=True)
class Section:
    """A card of the estimate: its form, and the fields it shows when read."""

    key: str
    title: str
    form: type[Any]
    fields: Sequence[str]


SECTIONS = {
    section.key: section
    for section in (
        Section("vehicule", "Véhicule", forms.TradeInVehicleForm, forms.TradeInVehicleForm.Meta.fields),
        Section("etat", "État et entretien", forms.TradeInConditionForm, forms.TradeInConditionForm.Meta.fields),
        Section("attente", "Attente du client", forms.TradeInExpectationForm, forms.TradeInExpectationForm.Meta.fields),
    )
}
FIGURES = ("market_value", "mileage_adjustment", "age_adjustment", "options_adjustment", "location_adjustment")


@right(VIEW, on="row")
@read_only
def page(request: StaffRequest, pk: int) -> HttpResponse:
    """`?modifier=etat` opens that section for editing, for those who may."""
    trade_in = fetch(request, pk)
    if is_reading_on(request):
        url = reverse("opportunities:trade_in", args=[pk])
        return older(request, _history(trade_in, after=request.GET[AFTER]), of=str(trade_in), url=url)
    section = SECTIONS.get(request.GET.get("modifier", ""))
    if section is None or not may_edit(trade_in):
        return render_page(request, trade_in)
    form = section_form(section, trade_in, today=today_paris(timezone.now()))
    # Whoever opens a section is about to type in it.
    next(iter(form.fields.values())).widget.attrs["autofocus"] = True
    return render_page(request, trade_in, section=section, form=form)


def fetch(request: StaffRequest, pk: int, *, right: str = VIEW) -> TradeIn:
    return get_for(request, selectors.trade_in_rows(), pk, right=right)


def may(code: str, trade_in: TradeIn) -> bool:
    return current_scope().allows(code, trade_in.entity_id, trade_in.point_of_sale_id)


def may_edit(trade_in: TradeIn) -> bool:
    return may(EDIT, trade_in) and trade_in.is_editable and trade_in.opportunity.is_open


def section_form(section: Section, trade_in: TradeIn, *, today: date, data: QueryDict | None = None) -> Any:
    return section.form(data, instance=trade_in, today=today)


def render_page(
    request: StaffRequest,
    trade_in: TradeIn,
    *,
    section: Section | None = None,
    form: Any = None,
    status: int = 200,
    refused: Sequence[tuple[str, str]] = (),
    **extra: Any,
) -> HttpResponse:
    """The estimate, with one section open when it has a form; the page and its fragment are the same template.
    `refused`: photos that were not taken, and why."""
    context = {**_context(trade_in, refused=refused), "section": section, "form": form, **extra}
    return htmx.render_part(request, TEMPLATE, "trade_in", context, status=status)


def _history(trade_in: TradeIn, *, after: str = "") -> History:
    page = timeline_page(timeline_of(trade_in), size=HISTORY_PAGE, after=after)
    url = reverse("opportunities:trade_in", args=[trade_in.pk])
    return History(history.of_trade_in(page.entries, trade_in=trade_in), more_url(url, page.following))


def _context(trade_in: TradeIn, *, refused: Sequence[tuple[str, str]] = ()) -> dict[str, Any]:
    today = today_paris(timezone.now())
    quotation = trade_in.quotation_id
    past = _history(trade_in)
    return {
        "trade_in": trade_in,
        "opportunity": trade_in.opportunity,
        "url": reverse("opportunities:trade_in", args=[trade_in.pk]),
        "propose_url": reverse("opportunities:propose_trade_in_inspection", args=[trade_in.pk]),
        "sections": [
            {
                "key": section.key,
                "title": section.title,
                "facts": estimate_facts.facts_of(trade_in, section.fields),
            }
            for section in SECTIONS.values()
        ],
        "may_edit": may_edit(trade_in),
        "condition": condition_of(
            trade_in,
            place=ESTIMATE,
            may_edit=may_edit(trade_in),
            refused=refused,
            needed=selectors.settings_of(trade_in.entity_id).trade_in_photos if may_edit(trade_in) else 0,
        ),
        "acts": _acts(trade_in, today=today),
        "missing": estimate_facts.missing_to_ask(trade_in) if may_edit(trade_in) else [],
        "figures": [(field_of(TradeIn, name).verbose_name, getattr(trade_in, name)) for name in FIGURES],
        "provider": autovista.provider_from_settings(),
        "quotation_url": reverse("quotation:open", args=[quotation])
        if quotation and may("quotation.use", trade_in)
        else "",
        "vehicle_url": _vehicle_url(trade_in),
        "equipment": equipment_of(trade_in.equipment),
        "is_past": trade_in.valid_until is not None and trade_in.valid_until < today,
        "history": past.lines,
        "more_url": past.more_url,
        "live_topics": selectors.topic_of(trade_in.opportunity),
    }


def _vehicle_url(trade_in: TradeIn) -> str:
    """The sheet of the stay it became, which may stand at another site by now."""
    vehicle = trade_in.vehicle
    if vehicle is None or not current_scope().allows("vehicles.view", vehicle.entity_id, vehicle.point_of_sale_id):
        return ""
    return reverse("vehicles:sheet", args=[vehicle.pk])


def _acts(trade_in: TradeIn, *, today: date) -> set[str]:
    """What this person may do with the estimate as it stands; the verbs ask again."""
    state, is_open = trade_in.state, trade_in.opportunity.is_open
    moves = enums.TRADE_IN_TRANSITIONS[state]
    is_seller, is_decider = may(EDIT, trade_in), may(SET_PRICE, trade_in)
    holds = trade_in.valid_until is not None and trade_in.valid_until >= today
    offered = {
        "ask": is_seller and is_open and TradeInState.TO_APPROVE in moves,
        "take_back": is_seller and is_open and TradeInState.DRAFT in moves,
        "decide": is_decider and is_open and TradeInState.APPROVED in moves,
        "reopen": is_decider and is_open and state in enums.REOPENABLE,
        "enter": is_decider and state == TradeInState.ACCEPTED,
        "cancel_entry": is_decider and trade_in.vehicle is not None and trade_in.vehicle.never_arrived,
        "accept": is_seller and TradeInState.ACCEPTED in moves and state == TradeInState.APPROVED and holds,
        "refuse": is_seller and TradeInState.REFUSED in moves,
    }
    return {name for name, is_offered in offered.items() if is_offered}


@right(EDIT, on="row")
@writes("POST")
def save_section(request: StaffRequest, pk: int, key: str) -> HttpResponse:
    """Saves what this editor changed. `keep_theirs` names the fields whose saved value stays, after a conflict."""
    section = SECTIONS.get(key)
    if section is None:
        raise Http404
    trade_in = fetch(request, pk, right=EDIT)
    form = section_form(section, trade_in, today=today_paris(timezone.now()), data=request.POST)
    if not form.is_valid():
        return render_page(request, fetch(request, pk), section=section, form=form, status=422)
    base, mine = form.changes(keep=request.POST.get("keep_theirs", "").split(","))
    try:
        trade_ins.edit_trade_in(trade_in=trade_in, base=base, mine=mine, actor=request.user, now=timezone.now())
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return render_page(request, fetch(request, pk), section=section, form=form, status=422)
    except EditConflict as conflict:
        return _conflict(request, fetch(request, pk), section, form, conflict.fields)
    return _saved(request, fetch(request, pk), section, warnings=[warning.message for warning in form.warnings])


def _saved(request: StaffRequest, trade_in: TradeIn, section: Section, *, warnings: list[str]) -> HttpResponse:
    """The page again, in the place of the form: neither the scrolling nor the focus is lost."""
    url = reverse("opportunities:trade_in", args=[trade_in.pk])
    if not htmx.is_partial(request):
        return htmx.redirect(request, url)
    response = render_page(request, trade_in, saved_section=section)
    response.headers["HX-Replace-Url"] = url
    detail: dict[str, Any] = {"level": "ok", "message": f"{section.title}\u00a0: enregistré."}
    if warnings:
        detail = {"level": "warn", "title": "Enregistré, à vérifier", "message": " ".join(warnings), "stay": True}
    return htmx.trigger(response, htmx.TOAST, detail)


def _conflict(
    request: StaffRequest, saved: TradeIn, section: Section, form: Any, fields: Sequence[str]
) -> HttpResponse:
    """The form again, opened on what the other one saved, with what this person typed still in its fields."""
    fresh = section_form(section, saved, today=form.today)
    again = section_form(section, saved, today=form.today, data=reopened(form, on=fresh))
    again.is_valid()
    conflict = {
        "lines": [
            estimate_facts.conflict_line(saved, name, typed=form.cleaned_data) for name in fields if name in form.fields
        ],
        "fields": ",".join(fields),
        "entry": last_change_of(saved, fields[0]),
    }
    return render_page(request, saved, section=section, form=again, status=422, conflict=conflict)


@right(EDIT, on="row")
@read_only
def propose_inspection(request: StaffRequest, pk: int) -> HttpResponse:
    """The field of the next inspection, as on the sheet of a vehicle."""
    trade_in = fetch(request, pk, right=EDIT)
    today = today_paris(timezone.now())
    return answer_proposal(request, lambda data: forms.TradeInConditionForm(data, instance=trade_in, today=today))


ESTIMATE = Place(
    prefix="opportunities:trade_in_",
    around="opportunities/_around_condition.html",
    name=lambda trade_in: f"Reprise n°\u00a0{trade_in.number} · {trade_in}",
    back=sheet_url("opportunities:trade_in"),
    page=render_page,
    context=_context,
)
