"""An accepted trade-in enters the stock: a *pré-rentrée* with everything that its estimate holds. As long as it has not
arrived, the entry may be cancelled."""

from datetime import date, datetime
from typing import Any, Final
from uuid import uuid4

from django.db import transaction

from customers.services.editing import lock_customer
from openflex.core.errors import Refused
from opportunities.enums import CancelReason, NotificationKind, TradeInState
from opportunities.models import Opportunity, TradeIn
from opportunities.services.keeping import keep
from opportunities.services.telling import tell_of_trade_in, who_follows
from opportunities.services.trade_ins import locked_with_opportunity, note, refuse_move
from settings_admin.models import PointOfSale, User
from settings_admin.records import services as records
from settings_admin.records.selectors import source_of
from vehicles.enums import CostKind, PaymentMode, PlateFormat, Stage
from vehicles.models import Vehicle
from vehicles.services.condition import add_part, copy_parts
from vehicles.services.photos import copy_photos
from vehicles.services.stock import expect_vehicle, withdraw_vehicle
from vehicles.validators import parse_plate

# Columns of the same name and meaning.
SAME: Final = (
    "kind", "make", "model", "version", "version_code", "catalogue_date", "doors", "price_new", "energy", "gearbox",
    "power_hp", "plate", "plate_country", "vin", "first_registration", "mileage_km", "exterior_colour",
    "interior_colour", "first_hand", "origin", "equipment", "own_equipment", "is_damaged", "is_running",
    "inspection_on", "next_inspection_month", "inspection_result", "is_collector", "is_licensed_sport",
    "is_maintenance_up_to_date", "has_maintenance_book", "repairs_detail", "keys_count",
    "has_registration_certificate", "vat_regime", "market_value", "sale_price",
)  # fmt: skip
# Under another name there: the column of the estimate, that of the vehicle.
RENAMED: Final = {
    "adjusted_value": "adjusted_market_value",
    "value_date": "market_value_on",
    "is_sandbox": "market_value_is_sandbox",
    "price": "purchase_price",
}


@transaction.atomic
def enter_trade_in(
    *, trade_in: TradeIn, point_of_sale: PointOfSale | None, entered_on: date, actor: User, now: datetime
) -> Vehicle:
    """Makes the *pré-rentrée* of an accepted estimate, expected on that day; asked again, it gives the same vehicle.

    In this order: the vehicle with every field and its history, its condition, the estimate's state, the opportunity's
    history. Raises Refused beside `vin` or `plate` when a stay of the same vehicle is open, and Refused("move_unknown")
    for an estimate that the customer has not accepted.
    """
    lock_customer(trade_in.opportunity.customer_id)
    opportunity, row = locked_with_opportunity(trade_in)
    if row.vehicle is not None:
        return row.vehicle
    refuse_move(row, TradeInState.ENTERED)
    vehicle = expect_vehicle(
        entity=row.entity,
        point_of_sale=point_of_sale,
        actor=actor,
        values={**_values(row), "supplier": opportunity.customer, "entered_on": entered_on},
        label=f"reprise n°\u00a0{row.number}",
        source=row,
    )
    _copy_condition(row, vehicle, actor=actor)
    row.state, row.vehicle = TradeInState.ENTERED, vehicle
    records.save_changes(row, fields=["state", "vehicle"], actor=actor, kind="entered", details=_of(vehicle))
    note(opportunity, row, kind="trade_in_state", actor=actor, state=row.state)
    keep(opportunity, actor=actor, now=now)
    return vehicle


def _of(vehicle: Vehicle) -> dict[str, Any]:
    """How the history of an estimate names the stay it became."""
    return {"label": f"véhicule {vehicle.stock_number}", **source_of(vehicle)}


def _values(row: TradeIn) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in SAME}
    values |= {theirs: getattr(row, ours) for ours, theirs in RENAMED.items()}
    values |= {"stage": Stage.USED, "is_trade_in": True, "payment_mode": PaymentMode.EXCHANGE}
    return {**values, **_plate(row)}


def _plate(row: TradeIn) -> dict[str, str]:
    """A vehicle says of which format its plate is; one of no plate has none."""
    if not row.plate:
        return {"plate_format": "", "plate_department": "", "plate_country": ""}
    if row.is_foreign:
        return {"plate_format": PlateFormat.FOREIGN, "plate_department": ""}
    plate = parse_plate(row.plate)
    return {"plate_format": plate.format, "plate_department": plate.department}


def _copy_condition(row: TradeIn, vehicle: Vehicle, *, actor: User) -> None:
    """What else is known of its state goes with it: damage, costs and photos; the maintenance to come is a cost."""
    damages = copy_parts(source=row, target=vehicle)
    copy_photos(source=row, target=vehicle, damages=damages)
    if row.maintenance_cost:
        planned = {
            "kind": CostKind.MECHANICS,
            "description": "Frais d’entretien à prévoir",
            "planned": row.maintenance_cost,
        }
        add_part(owner=vehicle, what="cost", values=planned, actor=actor, key=uuid4())


@transaction.atomic
def cancel_entry(
    *, trade_in: TradeIn, vehicle_pk: int, reason: CancelReason, words: str, actor: User, now: datetime
) -> TradeIn:
    """Withdraws the *pré-rentrée* that the estimate became, which is *acceptée* again and may enter once more. Who
    asked for the price, who follows the sale and its followers are told. Cancelled twice, it is cancelled once.

    `vehicle_pk`: the stay that the actor looked at. `words`: what there is to say besides the reason. Raises
    Refused("not_entered"), Refused("entered_again") when another stay took its place meanwhile, Refused("elsewhere")
    for a vehicle that was moved to a site the actor does not see, Refused beside `words` when the reason says nothing,
    and what `withdraw_vehicle` raises.
    """
    opportunity, row = locked_with_opportunity(trade_in)
    if row.state == TradeInState.ACCEPTED:
        return row
    if row.state != TradeInState.ENTERED:
        raise Refused("not_entered", "Cette reprise n’est pas entrée en stock.")
    if row.vehicle_id != vehicle_pk:
        raise Refused("entered_again", "Cette reprise est entrée de nouveau entre-temps\u00a0: rouvrez sa page.")
    vehicle = Vehicle.objects.filter(pk=vehicle_pk).first()
    if vehicle is None:
        raise Refused("elsewhere", "Ce véhicule est sur un autre point de vente\u00a0: son entrée s’annule là-bas.")
    if reason == CancelReason.OTHER and not words.strip():
        raise Refused("words", "Précisez le motif.", "words")
    why = CancelReason(reason).label
    label = f"reprise n°\u00a0{row.number}, {why.lower()}"
    withdraw_vehicle(vehicle=vehicle, label=label, source=row, actor=actor, now=now)
    row.state, row.vehicle = TradeInState.ACCEPTED, None
    told = "\n".join(part for part in (why, words.strip()) if part)
    details = {"reason": told, **_of(vehicle)}
    records.save_changes(row, fields=["state", "vehicle"], actor=actor, kind="entry_cancelled", details=details)
    note(opportunity, row, kind="trade_in_entry_cancelled", actor=actor, reason=told)
    keep(opportunity, actor=actor, now=now)
    _tell_of_cancelling(row, opportunity, text=told, actor=actor)
    return row


def _tell_of_cancelling(row: TradeIn, opportunity: Opportunity, *, text: str, actor: User) -> None:
    tell_of_trade_in(
        row,
        opportunity,
        recipients=who_follows(opportunity, besides=[row.asked_by]),
        kind=NotificationKind.ENTRY_CANCELLED,
        title="Entrée en stock annulée",
        sentence="a annulé l’entrée en stock de",
        text=text,
        actor=actor,
    )
