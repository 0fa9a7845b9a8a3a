"""One appointment, from its first day to its last: planned, moved, ended, cancelled; the agreement of a test drive."""

from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone

from openflex.core import htmx
from openflex.core.dates import today_paris
from openflex.core.dialogs import render_dialog
from openflex.core.errors import Refused
from openflex.core.french import ended, long_day, long_instant
from openflex.core.http import read_only, writes
from opportunities import enums, forms, selectors
from opportunities.models import Appointment, Opportunity
from opportunities.rights import EDIT, VIEW
from opportunities.services import appointments
from opportunities.views.acting import dialog_of, done, refuse, sent
from opportunities.views.page import fetch
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import get_for, right
from settings_admin.models import User
from settings_admin.organisation.selectors import printed_logo

FIELDS = "opportunities/_appointment_fields.html"
KINDS = {"rdv": enums.AppointmentKind.MEETING, "essai": enums.AppointmentKind.TEST_DRIVE}


@right(EDIT, on="row")
@writes("GET", "POST")
def plan(request: StaffRequest, pk: int, kind: str) -> HttpResponse:
    """*Planifier un rdv*, *Planifier un rdv essai*."""
    if kind not in KINDS:
        raise Http404
    opportunity = fetch(request, pk, right=EDIT)
    day = selectors.next_working_day(today_paris(timezone.now()))
    form = forms.AppointmentForm(
        sent(request),
        kind=KINDS[kind],
        people=_people(opportunity),
        entity_id=opportunity.entity_id,
        initial={"salesperson": opportunity.salesperson_id, "day": day, "vehicle": opportunity.vehicle_id},
    )
    if form.is_valid():
        try:
            appointments.plan_appointment(
                opportunity=opportunity,
                values={"kind": KINDS[kind], **form.values()},
                actor=request.user,
                key=form.cleaned_data["key"],
                now=timezone.now(),
            )
        except Refused as refusal:
            refuse(form, refusal)
        else:
            return done(request, opportunity, f"{KINDS[kind].label} planifié.")
    title = f"Planifier un {KINDS[kind].label.lower()}"
    return render_dialog(request, dialog_of(opportunity, request, title, "Planifier", FIELDS), form=form)


@right(EDIT, on="row")
@writes("GET", "POST")
def move(request: StaffRequest, pk: int) -> HttpResponse:
    """*Déplacer*: other hours, another colleague, another vehicle."""
    appointment = _fetch(request, pk, right=EDIT)
    opportunity = appointment.opportunity
    form = forms.MoveForm(sent(request), appointment=appointment, people=_people(opportunity))
    if form.is_valid():
        try:
            moved = appointments.move_appointment(
                appointment=appointment,
                values=form.values(),
                seen=form.cleaned_data["seen"],
                actor=request.user,
                now=timezone.now(),
            )
        except Refused as refusal:
            refuse(form, refusal)
            if refusal.code == "moved":
                form.has_seen(appointment)
        else:
            what = moved.get_kind_display()
            return done(request, opportunity, f"{what} le {long_instant(moved.starts_at)}.")
    title = f"Déplacer le {appointment.get_kind_display().lower()}"
    return render_dialog(request, dialog_of(opportunity, request, title, "Déplacer", FIELDS), form=form)


@right(EDIT, on="row")
@writes("GET", "POST")
def end(request: StaffRequest, pk: int) -> HttpResponse:
    """Done, missed or cancelled, with what came of it."""
    appointment = _fetch(request, pk, right=EDIT)
    form = forms.EndAppointmentForm(sent(request), is_test_drive=appointment.is_test_drive)
    if form.is_valid():
        data = form.cleaned_data
        try:
            _end(request, appointment, data["state"], data["outcome"], mileage_back_km=data.get("mileage_back_km"))
        except Refused as refusal:
            refuse(form, refusal)
        else:
            return done(request, appointment.opportunity, "Rendez-vous terminé.")
    dialog = dialog_of(appointment.opportunity, request, "Terminer le rendez-vous", "Terminer")
    return render_dialog(request, dialog, form=form)


@right(EDIT, on="row")
@writes("GET", "POST")
def cancel(request: StaffRequest, pk: int) -> HttpResponse:
    """*Annuler*: it will not take place; why, if one wants to say."""
    appointment = _fetch(request, pk, right=EDIT)
    form = forms.CancelAppointmentForm(sent(request))
    if form.is_valid():
        try:
            _end(request, appointment, enums.AppointmentState.CANCELLED, form.cleaned_data["outcome"])
        except Refused as refusal:
            refuse(form, refusal)
        else:
            return done(request, appointment.opportunity, "Rendez-vous annulé.")
    what = appointment.get_kind_display()
    dialog = dialog_of(
        appointment.opportunity, request, f"Annuler le {what.lower()}", f"Annuler le {what.lower()}", is_grave=True,
        dismiss="Garder le rendez-vous",
        consequence=ended(f"{what} du {long_instant(appointment.starts_at)} avec {appointment.salesperson.full_name}"),
    )  # fmt: skip
    return render_dialog(request, dialog, form=form)


def _end(request: StaffRequest, appointment: Appointment, state: str, outcome: str, **more: Any) -> None:
    appointments.end_appointment(
        appointment=appointment,
        state=enums.AppointmentState(state),
        outcome=outcome,
        actor=request.user,
        now=timezone.now(),
        **more,
    )


@right(VIEW, on="row")
@read_only
def agreement(request: StaffRequest, pk: int) -> HttpResponse:
    """*Convention d’essai*: what the customer signs before they drive, on the conditions of the entity."""
    appointment = _fetch(request, pk, right=VIEW)
    if not appointment.is_test_drive:
        raise Http404
    place = appointment.point_of_sale or appointment.entity
    context = {
        "appointment": appointment,
        "opportunity": appointment.opportunity,
        "vehicle": appointment.vehicle,
        "place": place,
        "logo": printed_logo(place),
        "day": long_day(today_paris(appointment.starts_at)),
        "conditions": selectors.settings_of(appointment.entity_id).test_drive_conditions,
    }
    return htmx.render_part(request, "opportunities/agreement.html", "agreement", context)


def _fetch(request: StaffRequest, pk: int, *, right: str) -> Appointment:
    rows = Appointment.objects.select_related(
        "opportunity__customer", "opportunity__salesperson", "salesperson", "vehicle", "entity", "point_of_sale"
    )
    return get_for(request, rows, pk, right=right)


def _people(opportunity: Opportunity) -> list[User]:
    """With whom a customer may be asked to meet."""
    return selectors.people_with(EDIT, entity_id=opportunity.entity_id, point_of_sale_id=opportunity.point_of_sale_id)
