"""Taking and releasing what holds a vehicle: at most one at a time, and the refusal names the holder."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from customers.models import Customer
from customers.services.editing import lock_customer
from openflex.core.constraints import refusing
from openflex.core.errors import Refused
from openflex.core.french import long_instant
from settings_admin.models import User
from settings_admin.records.services import record_event
from vehicles.enums import RESERVATION_DURATION, HoldKind, StockStatus
from vehicles.holding import hold_words
from vehicles.models import Hold, Vehicle


@transaction.atomic
def take_hold(
    *,
    vehicle: Vehicle,
    kind: HoldKind,
    label: str = "",
    customer: Customer | None = None,
    actor: User | None,
    url: str = "",
    until_at: datetime | None = None,
    now: datetime | None = None,
) -> Hold:
    """Holds a vehicle in stock for the `customer`, or whom `label` names, until `until_at` or until it is released.

    A hold whose time is over gives way. Taken again by one person for the same, it is the first, until the later hour.
    Raises Refused("held"), naming the holder, Refused("not_in_stock"), Refused("customer") for a customer of another
    entity, Refused("gone") for one that was merged or erased meanwhile.
    """
    now = now or timezone.now()
    customer = customer and lock_customer(customer.pk)
    locked = lock_vehicle(vehicle.pk)
    if locked.status == StockStatus.OUT or locked.is_archived:
        raise Refused("not_in_stock", "Ce véhicule n’est plus en stock.")
    if customer is not None and customer.entity_id != locked.entity_id:
        raise Refused("customer", "Ce client n’est plus disponible\u00a0: choisissez-en un autre.", "customer")
    held = active_hold(locked, now=now)
    if held is not None and (held.kind, held.customer, held.label, held.created_by) == (
        kind, customer, "" if customer else label, actor,
    ):  # fmt: skip
        _extend(held, locked, until_at=until_at, actor=actor)
        return held
    refuse_held(locked, now=now)
    for hold in locked.holds.expired(now):
        release_hold(hold=hold, actor=None, now=now)
    with refusing({"hold_once_a_vehicle": Refused("held", "Ce véhicule vient d’être réservé par quelqu’un d’autre.")}):
        hold = Hold.objects.create(
            entity_id=locked.entity_id,
            point_of_sale_id=locked.point_of_sale_id,
            vehicle=locked,
            kind=kind,
            customer=customer,
            label="" if customer else label,
            url=url,
            until_at=until_at,
            created_by=actor,
        )
    record_event(
        locked,
        kind="held",
        actor=actor,
        details={**_told(hold), "until": until_at and until_at.isoformat()},
    )
    return hold


# What is sent twice follows itself within seconds: that asks for no longer hold.
_ONE_SENDING = timedelta(minutes=1)


def _extend(held: Hold, vehicle: Vehicle, *, until_at: datetime | None, actor: User | None) -> None:
    """To a later hour, never to an earlier one; what holds without an end holds so."""
    if held.until_at is None or (until_at is not None and until_at < held.until_at + _ONE_SENDING):
        return
    held.until_at = until_at
    held.save(update_fields=["until_at"])
    until = until_at and until_at.isoformat()
    record_event(vehicle, kind="hold_extended", actor=actor, details={**_told(held), "until": until})


def reserve(
    *, vehicle: Vehicle, label: str = "", customer: Customer | None = None, actor: User, now: datetime | None = None
) -> Hold:
    """A 48 h reservation, for a customer or for whom `label` names."""
    now = now or timezone.now()
    return take_hold(
        vehicle=vehicle,
        kind=HoldKind.RESERVATION,
        label=label,
        customer=customer,
        actor=actor,
        until_at=now + RESERVATION_DURATION,
        now=now,
    )


@transaction.atomic
def release_hold(*, hold: Hold, actor: User | None, now: datetime | None = None) -> bool:
    """Releases once, whoever races: True for the one call that did it. `actor` None: its time was over."""
    released = Hold.objects.unreleased().filter(pk=hold.pk).update(released_at=now or timezone.now())
    if released:
        record_event(
            hold.vehicle,
            kind="released" if actor else "hold_expired",
            actor=actor,
            details=_told(hold),
        )
    return bool(released)


def restore_hold(*, hold: Hold, actor: User) -> None:
    """Holds again what an exit ended that was undone, inside its transaction, on a vehicle that is locked and held by
    nobody."""
    hold.released_at = None
    hold.save(update_fields=["released_at"])
    record_event(hold.vehicle, kind="hold_restored", actor=actor, details=_told(hold))


@transaction.atomic
def award_hold(*, hold: Hold, actor: User | None, now: datetime) -> None:
    """The auction that holds a vehicle was won: from now on the vehicle is sold. Awarded twice, it is awarded once.

    Raises Refused("released") once it holds nothing any more.
    """
    lock_vehicle(hold.vehicle_id)
    held = Hold.objects.active(now).filter(pk=hold.pk, kind=HoldKind.AUCTION).first()
    if held is None:
        raise Refused("released", "Cette enchère ne retient plus le véhicule.")
    if held.awarded_at is None:
        held.awarded_at = now
        held.save(update_fields=["awarded_at"])
        record_event(held.vehicle, kind="awarded", actor=actor, details=_told(held))


def _told(hold: Hold) -> dict[str, Any]:
    """How the history names the holder: a customer by their number, so that no name is left of who is erased."""
    return {"kind": hold.kind, **({"customer": hold.customer_id} if hold.customer_id else {"label": hold.label})}


def release_expired_holds(*, now: datetime) -> int:
    """Releases every hold past its time, each in a transaction of its own; returns how many."""
    return sum(
        release_hold(hold=hold, actor=None, now=now) for hold in Hold.objects.expired(now).select_related("vehicle")
    )


def lock_vehicle(pk: int) -> Vehicle:
    """`no_key`: what only names the vehicle, a later stay or a hold, waits for nobody, and nobody for it."""
    return Vehicle.objects.select_for_update(of=("self",), no_key=True).select_related("entity").get(pk=pk)


def active_hold(vehicle: Vehicle, *, now: datetime) -> Hold | None:
    return vehicle.holds.active(now).first()


def refuse_held(vehicle: Vehicle, *, now: datetime, holder: Hold | None = None) -> None:
    """Raises Refused("held") when somebody other than `holder` holds the vehicle."""
    hold = active_hold(vehicle, now=now)
    if hold is not None and (holder is None or holder.pk != hold.pk):
        raise _held(hold)


def refuse_held_for_others(vehicle: Vehicle, *, customer: Customer, now: datetime) -> None:
    """Raises Refused("held") beside `vehicle` when it is held for anybody but this customer."""
    hold = active_hold(vehicle, now=now)
    if hold is not None and hold.customer_id != customer.pk:
        raise _held(hold, field="vehicle")


def _held(hold: Hold, *, field: str | None = None) -> Refused:
    until = f" jusqu’au {long_instant(hold.until_at)}" if hold.until_at else ""
    return Refused("held", f"Ce véhicule est {hold_words(hold)}{until}.", field)
