"""Appointments with customers: planned where nobody and no vehicle is wanted twice, moved, ended."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from openflex.core.constraints import refusing
from openflex.core.dates import today_paris
from openflex.core.errors import Refused
from openflex.core.french import format_km, long_instant
from opportunities import enums, selectors
from opportunities.models import Appointment, Opportunity
from opportunities.services.keeping import keep, locked, locked_open
from settings_admin.access.services.guarding import keep_open
from settings_admin.models import User
from settings_admin.records import services as records

NEXT_ACTION = ("next_action", "next_action_note", "next_action_on")
# Said when two people plan at the same moment; otherwise `_refuse_clash` names what is in the way.
_TAKEN = {
    "appointment_salesperson_free": Refused(
        "busy", "Cette personne vient de prendre un autre rendez-vous.", "starts_at"
    ),
    "appointment_vehicle_free": Refused(
        "vehicle_busy", "Ce véhicule vient d’être pris pour un autre essai.", "vehicle"
    ),
}


@transaction.atomic
def plan_appointment(
    *, opportunity: Opportunity, values: Mapping[str, Any], actor: User, key: UUID, now: datetime
) -> Appointment:
    """Plans a *rdv* or a *rdv essai* (`values`: kind, salesperson, vehicle, starts_at, ends_at, note, the licence),
    which becomes the next action when nothing nearer is to be done. `key` is the form's: sent twice, it plans one.

    Raises Refused beside `starts_at` or `vehicle` for a clash, naming what is there, beside `ends_at` for an end before
    the start, beside `starts_at` for what is over already, and beside `licence_issued_on` for a licence of tomorrow.
    """
    used = records.take_key(key, what="appointment", user=actor)
    if isinstance(used, int):
        return Appointment.objects.get(pk=used)
    keep_open(values["salesperson"], field="salesperson")
    row = locked_open(opportunity)
    appointment = Appointment(
        entity_id=row.entity_id,
        point_of_sale_id=row.point_of_sale_id,
        opportunity=row,
        created_by=actor,
        **values,
    )
    _check_days(appointment, now=now)
    _check_free(appointment)
    with refusing(_TAKEN):
        appointment.save(force_insert=True)
    records.answer_key(used, what="appointment", made=appointment)
    becomes_next_action(row)
    records.record_event(row, kind="appointment", actor=actor, details=_told(appointment))
    keep(row, fields=NEXT_ACTION, actor=actor, now=now, kind="next_action")
    return appointment


@transaction.atomic
def move_appointment(
    *, appointment: Appointment, values: Mapping[str, Any], seen: str, actor: User, now: datetime
) -> Appointment:
    """Other hours, another colleague or vehicle, another word, while it is planned; what it is already changes nothing.
    `seen`: the `Appointment.mark` that the form was opened with.

    Refusals as in `plan_appointment`, Refused("ended"), and Refused("moved") beside `starts_at` when somebody moved it
    meanwhile.
    """
    if (salesperson := values.get("salesperson", appointment.salesperson)) != appointment.salesperson:
        keep_open(salesperson, field="salesperson")
    opportunity = locked_open(appointment.opportunity)
    row = _locked_planned(appointment)
    if all(getattr(row, name) == value for name, value in values.items()):
        return row
    if row.mark != seen:
        whose = f"{long_instant(row.starts_at)}, avec {row.salesperson.full_name}"
        raise Refused("moved", f"Un collègue vient de le déplacer\u00a0: {whose}.", "starts_at")
    was, was_with = row.starts_at, row.salesperson
    for name, value in values.items():
        setattr(row, name, value)
    _check_days(row, now=now)
    _check_free(row)
    with refusing(_TAKEN):
        row.save(update_fields=list(values))
    becomes_next_action(opportunity)
    told = {"was": was.isoformat()} if was != row.starts_at else {}
    told |= {"was_with": was_with.full_name} if was_with != row.salesperson else {}
    records.record_event(opportunity, kind="appointment_moved", actor=actor, details=_told(row) | told)
    keep(opportunity, fields=NEXT_ACTION, actor=actor, now=now, kind="next_action")
    return row


def hand_on(opportunity: Opportunity, *, old: User, to: User, actor: User, now: datetime) -> list[Appointment]:
    """Inside the verb that hands a locked opportunity on: what `old` has planned to come goes to `to`, except where
    they are wanted elsewhere; each is told in the history. Returns what stays with `old`."""
    left = []
    for row in _planned(opportunity).filter(salesperson=old, ends_at__gt=now).select_for_update(of=("self",)):
        row.salesperson = to
        try:
            _check_free(row)
            with refusing(_TAKEN):
                row.save(update_fields=["salesperson"])
        except Refused:
            row.salesperson = old
            left.append(row)
            records.record_event(
                opportunity, kind="appointment_left", actor=actor, details=_told(row) | {"to": to.full_name}
            )
        else:
            records.record_event(
                opportunity, kind="appointment_moved", actor=actor, details=_told(row) | {"was_with": old.full_name}
            )
    return left


def cancel_planned(opportunity: Opportunity, *, actor: User | None, now: datetime) -> int:
    """Inside the verb that closes a locked opportunity: nobody waits for its customer any more. What has begun stays,
    to be ended. Returns how many."""
    rows = list(selectors.planned_to_come(opportunity, now=now).select_for_update(of=("self",)))
    for row in rows:
        row.state = enums.AppointmentState.CANCELLED
        row.save(update_fields=["state"])
        records.record_event(opportunity, kind="appointment_cancelled", actor=actor, details=_told(row))
    return len(rows)


@transaction.atomic
def end_appointment(
    *,
    appointment: Appointment,
    state: enums.AppointmentState,
    outcome: str,
    mileage_back_km: int | None = None,
    actor: User,
    now: datetime,
) -> Appointment:
    """Done, missed or cancelled; only one that took place is a contact. What had begun when its opportunity was closed
    is still ended. Sent twice, it is ended once.

    Raises Refused beside `outcome` when nothing is said of one that took place, beside `mileage_back_km` for less than
    at the start, and Refused("ended") for one that somebody ended already.
    """
    opportunity = locked(appointment.opportunity)
    row = Appointment.objects.select_for_update(of=("self",)).get(pk=appointment.pk)
    if (row.state, row.outcome, row.mileage_back_km) == (state, outcome.strip(), mileage_back_km):
        return row
    _refuse_ended(row)
    if state == enums.AppointmentState.DONE and not outcome.strip():
        raise Refused("no_outcome", "Écrivez ce qui s’est dit\u00a0: la suite en dépend.", "outcome")
    if mileage_back_km is not None and mileage_back_km < (row.mileage_out_km or 0):
        raise Refused("mileage", f"Il est parti avec {format_km(row.mileage_out_km)}.", "mileage_back_km")
    row.state, row.outcome, row.mileage_back_km = state, outcome.strip(), mileage_back_km
    row.save(update_fields=["state", "outcome", "mileage_back_km"])
    if opportunity.next_action in _NEXT_ACTIONS.values():
        opportunity.next_action, opportunity.next_action_note, opportunity.next_action_on = "", "", None
        becomes_next_action(opportunity)
    records.record_event(opportunity, kind=f"appointment_{state}", actor=actor, details=_told(row))
    keep(
        opportunity,
        fields=NEXT_ACTION,
        actor=actor,
        now=now,
        kind="next_action",
        is_contact=state == enums.AppointmentState.DONE,
    )
    return row


_NEXT_ACTIONS = {
    enums.AppointmentKind.MEETING: enums.NextAction.MEETING,
    enums.AppointmentKind.TEST_DRIVE: enums.NextAction.TEST_DRIVE,
}


def _planned(opportunity: Opportunity) -> Any:
    return Appointment.objects.filter(opportunity=opportunity, state=enums.AppointmentState.PLANNED)


def _locked_planned(appointment: Appointment) -> Appointment:
    row = Appointment.objects.select_for_update(of=("self",)).get(pk=appointment.pk)
    _refuse_ended(row)
    return row


def _refuse_ended(row: Appointment) -> None:
    if row.state != enums.AppointmentState.PLANNED:
        raise Refused("ended", f"Ce rendez-vous est déjà «\u00a0{row.get_state_display().lower()}\u00a0».")


def _check_days(appointment: Appointment, *, now: datetime) -> None:
    if appointment.ends_at <= now:
        raise Refused("over", "Ce rendez-vous serait déjà passé.", "starts_at")
    issued = appointment.licence_issued_on
    if issued is not None and issued > today_paris(now):
        raise Refused("licence", "La délivrance est dans le futur\u00a0: relisez l’année.", "licence_issued_on")


def _check_free(appointment: Appointment) -> None:
    if appointment.ends_at <= appointment.starts_at:
        raise Refused("ends_before", "Le rendez-vous finit avant de commencer.", "ends_at")
    if appointment.kind == enums.AppointmentKind.TEST_DRIVE and appointment.vehicle_id is None:
        raise Refused("no_vehicle", "Choisissez le véhicule à essayer.", "vehicle")
    if clash := selectors.clash_of(appointment):
        field = "vehicle" if clash.vehicle_id and clash.vehicle_id == appointment.vehicle_id else "starts_at"
        who = str(clash.vehicle) if field == "vehicle" else clash.salesperson.full_name
        raise Refused("busy", f"{who} est déjà en rendez-vous le {long_instant(clash.starts_at)}.", field)


def becomes_next_action(opportunity: Opportunity) -> None:
    """The first appointment that is planned, unless something else is to be done before."""
    first = _planned(opportunity).order_by("starts_at", "pk").first()
    if first is None:
        return
    day, due = today_paris(first.starts_at), opportunity.next_action_on
    is_other = opportunity.next_action and opportunity.next_action not in _NEXT_ACTIONS.values()
    if is_other and due is not None and due < day:
        return
    opportunity.next_action = _NEXT_ACTIONS[enums.AppointmentKind(first.kind)]
    opportunity.next_action_on, opportunity.next_action_note = day, first.note


def _told(appointment: Appointment) -> dict[str, Any]:
    return {
        "appointment": appointment.pk,
        "kind": appointment.kind,
        "starts_at": appointment.starts_at.isoformat(),
        "with": appointment.salesperson.full_name,
        **({"outcome": appointment.outcome} if appointment.outcome else {}),
    }
