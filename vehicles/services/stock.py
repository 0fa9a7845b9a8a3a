"""The verbs of a stay: it enters, moves from status to status and site to site, is edited, and goes out."""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from customers.services.editing import lock_customer
from openflex.core.constraints import refusing
from openflex.core.dates import today_paris
from openflex.core.errors import Refused
from settings_admin.models import Entity, PointOfSale, User
from settings_admin.numbering.services import next_document_number
from settings_admin.records import services as records
from settings_admin.records.selectors import last_change_of, source_of
from vehicles import enums, inspection, selectors
from vehicles.models import Vehicle
from vehicles.services.condition import follow_site
from vehicles.services.days import refuse_entry_day, refuse_move_day
from vehicles.services.holds import active_hold, lock_vehicle, refuse_held, release_hold

TWICE_IN_STOCK = {
    "vehicle_vin_once_in_stock": Refused("vin_in_stock", "Un véhicule de ce VIN est déjà en stock.", "vin"),
    "vehicle_plate_once_in_stock": Refused(
        "plate_in_stock", "Un véhicule de cette immatriculation est déjà en stock.", "plate"
    ),
}


@transaction.atomic
def add_vehicle(
    *, entity: Entity, point_of_sale: PointOfSale | None, actor: User, values: Mapping[str, Any], key: UUID
) -> Vehicle:
    """Enters a vehicle into the stock of an entity, with the next number of its year, and starts its history.

    `values` are fields of the vehicle, validated by the form. `key` is the form's: sent twice, the second call
    returns the vehicle of the first. Raises Refused beside `vin` or `plate` when a stay of the same vehicle is open.
    """
    if (first := _added_with(key)) is not None:
        return first
    try:
        used_key = records.use_key(key, user=actor)
    except Refused:
        # The first sender was still at work a moment ago; by now its answer is there, unless the key is not ours.
        if (first := _added_with(key)) is None:
            raise
        return first
    vehicle = _stay(entity=entity, point_of_sale=point_of_sale, values=values)
    used_key.result = f"{_ADDED}{vehicle.pk}"
    used_key.save(update_fields=["result"])
    prices = records.first_values(vehicle, fields=[name for name in _PRICES if values.get(name) is not None])
    if "purchase_price" not in prices:
        prices.pop("purchase_is_excl", None)
    records.record_event(vehicle, kind="created", actor=actor, changes=prices, details={"status": vehicle.status})
    return vehicle


@transaction.atomic
def expect_vehicle(
    *,
    entity: Entity,
    point_of_sale: PointOfSale | None,
    actor: User,
    values: Mapping[str, Any],
    label: str,
    source: Any,
) -> Vehicle:
    """A *pré-rentrée* by `source`, a row of an app above: an accepted trade-in, say. `label` names it in the history,
    beside every value that came with it; doing it once is the caller's to see to.

    Refusals as in `add_vehicle`, and Refused("kind_not_sold") beside `point_of_sale`.
    """
    if point_of_sale is not None:
        refusal = enums.kind_refusal(values["kind"], sold=point_of_sale.vehicle_kinds, place=point_of_sale.name)
        if refusal:
            raise Refused("kind_not_sold", refusal, "point_of_sale")
    values = {**values, "status": enums.StockStatus.PRE_ENTRY}
    vehicle = _stay(entity=entity, point_of_sale=point_of_sale, values=values)
    changes = records.first_values(vehicle, fields=values)
    records.record_event(vehicle, kind="entered_from", actor=actor, changes=changes, details=_from(source, label))
    return vehicle


@transaction.atomic
def withdraw_vehicle(*, vehicle: Vehicle, label: str, source: Any, actor: User, now: datetime) -> Vehicle:
    """Takes a *pré-rentrée* back that `expect_vehicle` made by the same `source`: it is out, *entrée annulée*, and
    `label` says in its history for what. One that was withdrawn already stays so.

    Raises Refused("arrived") once it has physically entered, and what `change_status` raises for one that is held or
    archived.
    """
    locked = lock_vehicle(vehicle.pk)
    if locked.exit_reason == enums.ExitReason.WITHDRAWN:
        return locked
    if not locked.never_arrived:
        status = locked.get_status_display().lower()
        raise Refused("arrived", f"Le véhicule est déjà au statut «\u00a0{status}\u00a0»\u00a0: son entrée reste.")
    return change_status(
        vehicle=locked,
        target=enums.StockStatus.OUT,
        exit_reason=enums.ExitReason.WITHDRAWN,
        actor=actor,
        told=_from(source, label),
        now=now,
    )


def _from(source: Any, label: str) -> dict[str, Any]:
    return {"label": label, **source_of(source)}


def _stay(*, entity: Entity, point_of_sale: PointOfSale | None, values: Mapping[str, Any]) -> Vehicle:
    vehicle = Vehicle(
        entity=entity,
        point_of_sale=point_of_sale,
        stock_number=next_document_number(
            entity=entity, series=selectors.STOCK_NUMBERS, on=today_paris(timezone.now())
        ),
        previous_stay=_previous_stay(**{name: values.get(name, "") for name in ("vin", "plate", "plate_country")}),
        **values,
    )
    vehicle.inspection_due_on = selectors.inspection_due_on(vehicle)
    refuse_entry_day(vehicle)
    with refusing(TWICE_IN_STOCK):
        vehicle.save()
    return vehicle


# What the history of a price begins with; what the price was given as goes with it.
_PRICES = ("purchase_price", "purchase_is_excl", "sale_price")


# A key answers for the verb it was given to, and for no other.
_ADDED = "vehicle "


def _added_with(key: UUID) -> Vehicle | None:
    answer = records.answer_of(key) or ""
    return Vehicle.objects.get(pk=int(answer.removeprefix(_ADDED))) if answer.startswith(_ADDED) else None


def _previous_stay(*, vin: str, plate: str, plate_country: str) -> Vehicle | None:
    """The last stay here, or in a sister entity that the actor sees, of the same vehicle; what was withdrawn before it
    came has not stayed."""
    same = selectors.same_vehicle(vin=vin, plate=plate, plate_country=plate_country)
    if same is None:
        return None
    stays = Vehicle.objects.filter(same, status=enums.StockStatus.OUT).order_by("-left_on", "-id")
    return stays.exclude(exit_reason=enums.ExitReason.WITHDRAWN).first()


@transaction.atomic
def edit_vehicle(
    *,
    vehicle: Vehicle,
    base: Mapping[str, Any],
    mine: Mapping[str, Any],
    actor: User,
    has_no_plate: bool = False,
) -> Vehicle:
    """Saves the fields one editor changed on a section of the sheet, beside what others saved meanwhile.
    `has_no_plate`: said of a VN that is never registered, whatever it becomes; its VIN stands in for the plate.

    Raises EditConflict when both changed a field, and Refused beside `vin` or `plate` for a vehicle twice in stock,
    beside `stage` for a VN that becomes something else without what only a VN may lack, beside `entered_on` for a day
    that does not fit the stay, and Refused("gone") for a supplier who was merged or erased meanwhile.
    """
    if mine.get("supplier") is not None:
        lock_customer(mine["supplier"].pk)
    locked = lock_vehicle(vehicle.pk)
    was_new = locked.stage == enums.Stage.NEW
    changed = records.apply_edit(locked, base=dict(base), mine=dict(mine))
    if was_new and locked.stage != enums.Stage.NEW:
        _refuse_unregistered(locked, has_no_plate=has_no_plate)
    if "entered_on" in changed:
        refuse_entry_day(locked)
    if INSPECTION_DATES & set(changed):
        refuse_inspection_dates(locked)
    locked.inspection_due_on = selectors.inspection_due_on(locked)
    with refusing(TWICE_IN_STOCK):
        records.save_changes(locked, fields=changed, derived=["inspection_due_on"], actor=actor)
    return locked


_FACTS_OF_REGISTERED = {
    "first_registration": "la date MEC",
    "mileage_km": "le kilométrage",
}


def _refuse_unregistered(vehicle: Vehicle, *, has_no_plate: bool) -> None:
    known_by = {"vin": "le VIN"} if has_no_plate else {"plate": "l’immatriculation"}
    needed = {**_FACTS_OF_REGISTERED, **({} if vehicle.plate else known_by)}
    missing = [words for name, words in needed.items() if getattr(vehicle, name) in (None, "")]
    if missing:
        stage, listed = enums.Stage(vehicle.stage).label, ", ".join(missing)
        message = f"Pour passer en {stage}, complétez d’abord «\u00a0Caractéristiques\u00a0»\u00a0: {listed}."
        raise Refused("unregistered", message, "stage")


INSPECTION_DATES = frozenset({"first_registration", "inspection_on", "next_inspection_month"})


def refuse_inspection_dates(row: Any) -> None:
    """Asked again of the merged row, a vehicle or a trade-in estimate: each of two editors may have typed a date that
    is right without the other's."""
    errors = inspection.check_inspection_dates(
        first_registration=row.first_registration,
        last_inspection=row.inspection_on,
        next_inspection=row.next_inspection_month,
        today=today_paris(timezone.now()),
    )
    names = {"last_inspection": "inspection_on", "next_inspection": "next_inspection_month"}
    for name, message in errors.items():
        raise Refused("inspection_dates", message, names[name])


_NOTHING: Mapping[str, Any] = MappingProxyType({})


@transaction.atomic
def change_status(
    *,
    vehicle: Vehicle,
    target: enums.StockStatus,
    actor: User,
    on: date | None = None,
    exit_reason: str = "",
    told: Mapping[str, Any] | None = None,
    now: datetime | None = None,
    base: Mapping[str, Any] = _NOTHING,
    mine: Mapping[str, Any] = _NOTHING,
) -> Vehicle:
    """Moves a vehicle to another status, on the day `on` (today by default). `told` are more details for the history;
    `base` and `mine` its inspection, typed with the move, as in `edit_vehicle`. The same move sent twice
    is one.

    Raises EditConflict, and Refused for a move the table does not know, for a day that is not yet, or before the last
    move, for a delivery without an order or an awarded auction, for an exit whose reason does not fit the status, and
    for a vehicle held by somebody else than the move serves.
    """
    now = now or timezone.now()
    day = on or today_paris(now)
    locked = lock_vehicle(vehicle.pk)
    if locked.status == target and _was_moved_by(actor, locked, exit_reason=exit_reason, day=day):
        return locked
    if refusal := enums.move_refusal(locked.status, target):
        raise Refused("move_unknown", refusal, "status")
    refuse_move_day(locked, day, target=target, now=now)
    refuse_archived(locked)
    changed = ["status"]
    if target == enums.StockStatus.DELIVERY:
        _refuse_delivery(locked, now=now)
    elif target == enums.StockStatus.OUT:
        _refuse_exit(locked, exit_reason=exit_reason, now=now)
        locked.left_on, locked.exit_reason = day, exit_reason
        changed += ["left_on", "exit_reason"]
        if exit_reason == enums.ExitReason.WITHDRAWN:
            locked.entered_on = None  # it was expected on that day, and never came
            changed.append("entered_on")
    elif locked.status == enums.StockStatus.PRE_ENTRY:
        locked.entered_on = day
        changed.append("entered_on")
    locked.status = target
    if typed := records.apply_edit(locked, base=dict(base), mine=dict(mine)):
        refuse_inspection_dates(locked)
        locked.inspection_due_on = selectors.inspection_due_on(locked)
    ended = list(locked.holds.unreleased()) if target == enums.StockStatus.OUT else []
    records.save_changes(
        locked,
        fields=[*changed, *typed],
        derived=["inspection_due_on"],
        actor=actor,
        kind="status_changed",
        details={"on": day.isoformat(), **({"holds": [hold.pk for hold in ended]} if ended else {}), **(told or {})},
    )
    for hold in ended:
        release_hold(hold=hold, actor=actor, now=now)
    return locked


def _was_moved_by(actor: User, vehicle: Vehicle, *, exit_reason: str, day: date) -> bool:
    """Whether the last move of the vehicle was this person's, of that day and for that reason."""
    last = last_change_of(vehicle, "status")
    if last is None or last.actor_id != actor.pk or vehicle.exit_reason != exit_reason:
        return False
    return bool(last.details.get("on") == day.isoformat())


def refuse_archived(vehicle: Vehicle) -> None:
    if vehicle.is_archived:
        raise Refused("archived", "Ce véhicule est archivé\u00a0: sortez-le d’abord des archives.")


def _refuse_delivery(vehicle: Vehicle, *, now: datetime) -> None:
    hold = active_hold(vehicle, now=now)
    if hold is not None and hold.is_sale:
        return
    refuse_held(vehicle, now=now)
    raise Refused(
        "no_sale",
        "Livraison impossible\u00a0: ni bon de commande ni enchère attribuée ne retient ce véhicule.",
        "status",
    )


def _refuse_exit(vehicle: Vehicle, *, exit_reason: str, now: datetime) -> None:
    if exit_reason not in enums.EXIT_REASONS[enums.StockStatus(vehicle.status)]:
        raise Refused("exit_reason", "Ce motif ne convient pas au statut du véhicule.", "exit_reason")
    sale_hold = enums.SALE_HOLDS.get(enums.ExitReason(exit_reason))
    hold = active_hold(vehicle, now=now)
    if sale_hold and (hold is None or not hold.is_sale or hold.kind != sale_hold):
        refuse_held(vehicle, now=now)
        raise Refused(
            "no_sale", f"Aucun document de vente ({sale_hold.label.lower()}) ne retient ce véhicule.", "exit_reason"
        )
    if not sale_hold:
        refuse_held(vehicle, now=now)


@transaction.atomic
def change_site(*, vehicle: Vehicle, point_of_sale: PointOfSale, actor: User, now: datetime | None = None) -> Vehicle:
    """Moves a vehicle to another point of sale of its entity; refused while somebody holds it, where its kind is not
    sold, and once it is out. What is there already stays."""
    now = now or timezone.now()
    locked = lock_vehicle(vehicle.pk)
    if point_of_sale.entity_id != locked.entity_id:
        raise Refused("other_entity", "Ce point de vente appartient à une autre entité.", "point_of_sale")
    if locked.point_of_sale == point_of_sale:
        return locked
    if locked.status == enums.StockStatus.OUT:
        raise Refused("not_in_stock", "Ce véhicule n’est plus en stock.")
    if refusal := enums.kind_refusal(locked.kind, sold=point_of_sale.vehicle_kinds, place=point_of_sale.name):
        raise Refused("kind_not_sold", refusal, "point_of_sale")
    refuse_archived(locked)
    refuse_held(locked, now=now)
    # A hold past its time stays behind with the old site, whose people alone could see it.
    for hold in locked.holds.expired(now):
        release_hold(hold=hold, actor=None, now=now)
    locked.point_of_sale = point_of_sale
    records.save_changes(locked, fields=["point_of_sale"], actor=actor, kind="site_changed")
    follow_site(locked)
    locked.preparation_tasks.update(point_of_sale=point_of_sale)
    return locked


@transaction.atomic
def set_archived(*, vehicle: Vehicle, value: bool, actor: User) -> Vehicle:
    """Puts away, or takes back."""
    locked = lock_vehicle(vehicle.pk)
    if value:
        refuse_held(locked, now=timezone.now())
    locked.is_archived = value
    records.save_changes(locked, fields=["is_archived"], actor=actor)
    return locked


@transaction.atomic
def record_market_value(
    *, vehicle: Vehicle, market_value: Any, adjusted: Any, on: date, is_sandbox: bool, actor: User | None
) -> Vehicle:
    """Stores what a quotation found: EUR TTC, worth on that day, by the market or by the sandbox. Called by the
    quotations, from above."""
    locked = lock_vehicle(vehicle.pk)
    locked.market_value, locked.adjusted_market_value, locked.market_value_on = market_value, adjusted, on
    locked.market_value_is_sandbox = is_sandbox
    records.save_changes(
        locked,
        fields=["market_value", "adjusted_market_value", "market_value_on", "market_value_is_sandbox"],
        actor=actor,
        kind="market_value",
        details={"is_sandbox": True} if is_sandbox else None,
    )
    return locked
