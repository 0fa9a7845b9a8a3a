"""The vehicles that pictures and release notes name, to the cent, and some with plates of other formats.

Their days in stock count from the seed day; first registrations and inspections are as printed. What a row of
`named_vehicles.json` does not say is filled in like that of any other vehicle.
"""

import json
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from openflex.demo import identity
from openflex.demo.inspections import last_of_calendar
from openflex.demo.making import complete
from openflex.demo.stays import Days, Stay, hold_step, status_steps
from openflex.demo.world import World
from vehicles.enums import HoldKind, InspectionResult, PaymentMode, StockStatus, VehicleKind
from vehicles.inspection import first_inspection_deadline, propose_next_inspection
from vehicles.models import Vehicle
from vehicles.validators import parse_plate

_TABLE = Path(__file__).parent.parent / "data" / "named_vehicles.json"
# Plates carry the department their owner chose: here, that of Chalon-sur-Saône.
_DEPARTMENT = "71"


def named_rows() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(_TABLE.read_text(encoding="utf-8"))
    return rows


def named_stays(world: World, random: Random) -> list[Stay]:
    return [_stay(world, random, row, serial=serial) for serial, row in enumerate(named_rows(), start=900_001)]


def _stay(world: World, random: Random, row: dict[str, Any], *, serial: int) -> Stay:
    vehicle = _vehicle(world, row, serial=serial)
    complete(random, vehicle)
    if "catalogue_date" in row["fields"]:
        vehicle.catalogue_date = _value("catalogue_date", row["fields"]["catalogue_date"])
    stay = Stay(vehicle, [])
    if "history" in row:
        _write_history(world, stay, row["history"])
    else:
        _live(world, random, stay, row)
    return stay


def _vehicle(world: World, row: dict[str, Any], *, serial: int) -> Vehicle:
    vehicle = Vehicle(**{name: _value(name, text) for name, text in row["fields"].items()})
    site = world.sites[row["site"]]
    vehicle.entity_id, vehicle.point_of_sale_id = site.entity_id, site.pk
    plate = parse_plate(row["fields"]["plate"], foreign=vehicle.is_foreign)
    vehicle.plate, vehicle.plate_format = plate.normalised, plate.format.value
    vehicle.plate_department = plate.department or ("" if vehicle.is_foreign else _DEPARTMENT)
    registered: date = vehicle.first_registration
    kind = VehicleKind(vehicle.kind)
    vehicle.vin = vehicle.vin or identity.make_vin(
        vehicle.make, vehicle.model, kind=kind, year=registered.year, serial=serial
    )
    vehicle.entered_on = world.day(row["days_ago"])
    if vehicle.purchase_price is not None:
        vehicle.purchased_on = vehicle.entered_on
        vehicle.payment_mode = (PaymentMode.EXCHANGE if vehicle.is_trade_in else PaymentMode.TRANSFER).value
    if "valued_days_ago" in row:
        vehicle.market_value_on, vehicle.market_value_is_sandbox = world.day(row["valued_days_ago"]), True
    if not row.get("is_frozen"):
        _inspect(vehicle, row.get("inspected"), today=world.today)
    return vehicle


def _value(name: str, text: Any) -> Any:
    return Vehicle._meta.get_field(name).to_python(text)  # type: ignore[union-attr]


def _inspect(vehicle: Vehicle, known: str | None, *, today: date) -> None:
    """Inspected on the known day, else a month before the first deadline, and on time ever since."""
    kind = VehicleKind(vehicle.kind)
    if known:
        first = date.fromisoformat(known)
    else:
        first = first_inspection_deadline(kind, vehicle.first_registration) - timedelta(days=30)
    vehicle.inspection_on = last_of_calendar(kind, first, today=today)
    if vehicle.inspection_on is None:
        return
    vehicle.inspection_result = InspectionResult.FAVOURABLE.value
    vehicle.next_inspection_month = propose_next_inspection(
        kind=kind,
        first_registration=vehicle.first_registration,
        last_inspection=vehicle.inspection_on,
        today=today,
    )


def _live(world: World, random: Random, stay: Stay, row: dict[str, Any]) -> None:
    """Created on the day it came in, put on sale some days later; held and delivered in the last days."""
    vehicle, actor = stay.vehicle, world.users["vo"]
    status = StockStatus(vehicle.status)
    entered: date = vehicle.entered_on
    expected_since = world.day(random.randrange(2, 6))
    preparation = timedelta(days=random.randrange(2, 8))
    recent = max(entered, world.day(1))
    for_sale = min(entered + preparation, recent)
    if status == StockStatus.PRE_ENTRY:
        status_steps(stay, Days(created=expected_since), actor=world.users["audrey"])
        return
    if row.get("hold"):
        hold_step(stay, recent, kind=HoldKind(row["hold"]["kind"]), label=row["hold"]["label"], actor=actor)
    is_on_sale = status in (StockStatus.FOR_SALE, StockStatus.DELIVERY)
    days = Days(
        created=entered,
        arrived=entered,
        for_sale=for_sale if is_on_sale else None,
        delivery=recent if status == StockStatus.DELIVERY else None,
    )
    status_steps(stay, days, actor=actor)
    if vehicle.market_value is not None:
        changes = {
            "market_value": [None, str(vehicle.market_value)],
            "adjusted_market_value": [None, str(vehicle.adjusted_market_value)],
        }
        stay.add(vehicle.market_value_on, "market_value", actor, changes=changes, details={"is_sandbox": True})


def _write_history(world: World, stay: Stay, lines: list[Any]) -> None:
    for days_ago, clock, kind, actor, changes, details in lines:
        hours, minutes = clock.split(":")
        stay.add(
            world.day(days_ago),
            kind,
            world.users[actor] if actor else None,
            changes=changes,
            details=details,
            minutes=int(hours) * 60 + int(minutes),
        )
