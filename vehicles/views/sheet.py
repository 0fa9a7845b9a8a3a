"""The vehicle sheet: its sections read, or one of them open for editing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone

from customers.selectors import VIEW as VIEW_CUSTOMERS
from openflex.core import htmx
from openflex.core.dates import today_paris
from openflex.core.http import read_only
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import get_for, right
from settings_admin.records.views import AFTER, HISTORY_PAGE, History, more_url, older
from settings_admin.registries import SheetAction, sheet_actions
from settings_admin.scoping import current_scope
from vehicles import enums, forms, history, inspection, selectors
from vehicles.holding import hold_words
from vehicles.models import Vehicle
from vehicles.models.preparation import task_lines
from vehicles.views.condition import Place, condition_of, sheet_url

TEMPLATE = "vehicles/sheet.html"
HISTORY_SHORT = 4


@dataclass(frozen=True)
class Section:
    """A card of the sheet: its form, the right that editing it asks for, the fields it shows when read."""

    key: str
    title: str
    form: type[forms.SectionForm]
    right: str
    fields: tuple[str, ...]


CHARACTERISTICS = (
    "kind", "make", "model", "version", "energy", "gearbox", "body", "doors", "seats", "power_hp", "power_kw",
    "fiscal_power", "co2", "euro_class", "cnit", "catalogue_date", "price_new", "plate_country", "exterior_colour",
    "interior_colour", "own_equipment",
)  # fmt: skip
STATUS = (
    "origin", "first_hand", "vat_regime", "type_label", "is_trade_in", "key_number", "key_place", "keys_count",
    "has_registration_certificate", "has_maintenance_book", "no_pledge_on", "entered_on", "left_on", "exit_reason",
)  # fmt: skip
MAINTENANCE = (
    "is_damaged", "is_running", "is_collector", "is_licensed_sport", "inspection_on", "next_inspection_month",
    "inspection_result", "pollution_check_on", "is_maintenance_up_to_date", "repairs_detail",
)  # fmt: skip
SECTIONS = {
    section.key: section
    for section in (
        Section("caracteristiques", "Caractéristiques", forms.CharacteristicsForm, "vehicles.edit", CHARACTERISTICS),
        Section("statut", "Statut", forms.StatusForm, "vehicles.edit", STATUS),
        Section("entretien", "Entretien du véhicule", forms.MaintenanceForm, "vehicles.edit", MAINTENANCE),
        Section("prix", "Prix", forms.PriceForm, "vehicles.edit_prices", ()),
    )
}


@right("vehicles.view", on="row")
@read_only
def history_page(request: StaffRequest, pk: int) -> HttpResponse:
    """The history from `?apres=` on: under what is read already, or as a page of its own."""
    vehicle = get_for(request, Vehicle.objects.all(), pk, right="vehicles.view")
    page, more = _history(vehicle, after=request.GET.get(AFTER, ""))
    name, url = vehicle.plate_display or vehicle.stock_number, reverse("vehicles:sheet", args=[pk])
    return older(request, History(page.lines, more), of=name, url=url)


@right("vehicles.view", on="row")
@read_only
def sheet(request: StaffRequest, pk: int) -> HttpResponse:
    """`?modifier=entretien` opens that section for editing, for those who may."""
    vehicle = get_for(request, selectors.vehicle_rows(now=timezone.now()), pk, right="vehicles.view")
    section = SECTIONS.get(request.GET.get("modifier", ""))
    if section is None or not may(section.right, vehicle):
        return render_sheet(request, vehicle)
    form = section_form(section, vehicle, today=today_paris(timezone.now()))
    # Whoever opens a section is about to type in it.
    next(iter(form.fields.values())).widget.attrs["autofocus"] = True
    return render_sheet(request, vehicle, section=section, form=form)


def render_sheet(
    request: StaffRequest,
    vehicle: Vehicle,
    *,
    section: Section | None = None,
    form: forms.SectionForm | None = None,
    status: int = 200,
    refused: Sequence[tuple[str, str]] = (),
    **extra: Any,
) -> HttpResponse:
    """The sheet, with one section open when it has a form; the page and its fragment are the same template.
    `refused`: photos that were not taken, and why."""
    context = {**sheet_context(vehicle, refused=refused), "section": section, "form": form, **extra}
    return htmx.render_part(request, TEMPLATE, "sheet", context, status=status)


def section_form(
    section: Section, vehicle: Vehicle, *, today: date, data: QueryDict | None = None
) -> forms.SectionForm:
    options: dict[str, Any] = {"instance": vehicle, "today": today}
    if section.form is forms.PriceForm:
        options["sees_margin"] = may("vehicles.see_margin", vehicle)
    return section.form(data, **options)


def may(code: str, vehicle: Vehicle) -> bool:
    return current_scope().allows(code, vehicle.entity_id, vehicle.point_of_sale_id)


def sheet_context(
    vehicle: Vehicle, *, refused: Sequence[tuple[str, str]] = (), task_form: forms.TaskForm | None = None
) -> dict[str, Any]:
    now = timezone.now()
    today = today_paris(now)
    condition = condition_of(
        vehicle,
        place=SHEET,
        may_edit=may("vehicles.edit", vehicle),
        sees_costs=selectors.sees_costs(vehicle, scope=current_scope()),
        refused=refused,
    )
    vehicle.refurbishment = condition.totals.counted  # that of the row is from before what was just changed
    selectors.show_to([vehicle], scope=current_scope(), today=today)
    return {
        **_told(vehicle),
        **_held(vehicle),
        **_prepared(vehicle, task_form),
        **_priced(vehicle, today=today),
        "vehicle": vehicle,
        "propose_url": reverse("vehicles:propose_inspection", args=[vehicle.pk]),
        "equipment": selectors.equipment_of(vehicle.equipment),
        "previous_stay": selectors.previous_stay_of(vehicle),
        "sections": [
            {
                "key": section.key,
                "title": section.title,
                "may_edit": may(section.right, vehicle),
                "facts": [fact for name in section.fields if (fact := selectors.fact_of(vehicle, name))],
            }
            for section in SECTIONS.values()
        ],
        "may_edit": may("vehicles.edit", vehicle),
        "condition": condition,
        "actions": _actions(vehicle),
        "pollution": inspection.pollution_sentence(selectors.inspection_facts(vehicle), today=today),
        "report": selectors.sale_report_of(vehicle, today=today),
        "next_statuses": () if vehicle.is_archived else enums.TRANSITIONS[enums.StockStatus(vehicle.status)],
    }


def _history(vehicle: Vehicle, *, after: str = "") -> tuple[history.HistoryPage, str]:
    page = history.history_of(vehicle, scope=current_scope(), size=HISTORY_PAGE, after=after)
    return page, more_url(reverse("vehicles:history", args=[vehicle.pk]), page.following)


def _told(vehicle: Vehicle) -> dict[str, Any]:
    page, more = _history(vehicle)
    return {
        "history": page.lines,
        "latest": page.lines[:HISTORY_SHORT],
        "more_url": more,
        "status_moves": page.moves,
    }


def _held(vehicle: Vehicle) -> dict[str, Any]:
    hold = next(iter(vehicle.active_holds), None)
    is_mine = hold is not None and hold.created_by_id == current_scope().user_id
    return {
        "hold": hold,
        "hold_words": hold_words(hold) if hold else None,
        "may_extend": is_mine and (hold.customer_id is None or may(VIEW_CUSTOMERS, vehicle)) if hold else False,
    }


def _priced(vehicle: Vehicle, *, today: date) -> dict[str, Any]:
    sees_margin = may("vehicles.see_margin", vehicle)
    return {
        "sees_margin": sees_margin,
        "costs": selectors.costs_of(vehicle, today=today) if sees_margin else None,
        "purchase_basis": selectors.NET_PURCHASE_BASIS,
        "sees_customers": may(VIEW_CUSTOMERS, vehicle),
        "sees_market": may("vehicles.see_market_value", vehicle),
    }


def _prepared(vehicle: Vehicle, form: forms.TaskForm | None) -> dict[str, Any]:
    form = form or forms.TaskForm()
    # Another field for each line: what was typed stays while others tick theirs, and is gone once it is added.
    form.auto_id = f"task_{len(vehicle.checklist)}_%s"
    return {
        "tasks": task_lines(vehicle),
        "task_form": form,
        "may_prepare": vehicle.is_there and may("vehicles.edit", vehicle),
    }


def _actions(vehicle: Vehicle) -> list[SheetAction]:
    """What the apps above offer to do with a vehicle in stock."""
    if vehicle.status == enums.StockStatus.OUT:
        return []
    return [action for action in sheet_actions(Vehicle._meta.label) if may(action.right, vehicle)]


SHEET = Place(
    prefix="vehicles:",
    around="vehicles/_around_condition.html",
    name=lambda vehicle: f"{vehicle} · {vehicle.plate_display}" if vehicle.plate else str(vehicle),
    back=sheet_url("vehicles:sheet"),
    page=render_sheet,
    context=sheet_context,
)
