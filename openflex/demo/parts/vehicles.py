"""The stock: named and made vehicles, numbered in the order of their entry, with their holds and histories."""

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from random import Random

from openflex.core.dates import today_paris
from openflex.demo.copying import copy_rows
from openflex.demo.parts.made_vehicles import made_stays
from openflex.demo.parts.named_vehicles import named_stays
from openflex.demo.preparations import tasks_of
from openflex.demo.stays import Days, Stay, Step, date_holds, entry_of, status_steps, timed
from openflex.demo.world import World
from settings_admin.models import DocumentCounter
from settings_admin.registries import numbering_series
from vehicles.enums import ExitReason, PaymentMode
from vehicles.models import Vehicle
from vehicles.selectors import STOCK_NUMBERS, inspection_due_on

# The scooter of the pictures is the 871st of its year, whichever that is.
_NUMBERED_PLATE, _NUMBER = "EC318PT", 871
# What one entity takes from its sister above the purchase price.
_GROUP_FEE = Decimal(300)

History = list[tuple[Step, datetime]]


def seed(world: World) -> None:
    random = Random("vehicles")  # a seed of its own: another part's draws never move these
    stays = named_stays(world, random)
    stays += made_stays(world, random, taken={stay.vehicle.plate for stay in stays})
    stays += [_stay_after_transfer(world, stay.vehicle) for stay in stays if _went_to_sister_entity(stay.vehicle)]
    histories = [timed(world, random, stay) for stay in stays]
    _number(stays)
    _save(world, stays, histories)
    world.vehicles |= {stay.vehicle.plate: stay.vehicle for stay in stays if stay.vehicle.plate}


def _save(world: World, stays: list[Stay], histories: list[History]) -> None:
    holding_of = {entity.pk: entity.holding_id for entity in world.entities.values()}
    vehicles = [stay.vehicle for stay in stays]
    for vehicle in vehicles:
        vehicle.inspection_due_on = inspection_due_on(vehicle)
    copy_rows([vehicle for vehicle in vehicles if vehicle.previous_stay is None])
    later = [vehicle for vehicle in vehicles if vehicle.previous_stay is not None]
    for vehicle in later:
        vehicle.previous_stay = vehicle.previous_stay  # its key is known from now on
    copy_rows(later)
    entries, holds, tasks = [], [], []
    for stay, history in zip(stays, histories, strict=True):
        date_holds(stay, history)
        for hold in stay.holds:
            hold.vehicle = stay.vehicle
        holds += stay.holds
        vehicle = stay.vehicle
        done = {step.details["task"]: (step.actor, at) for step, at in history if step.kind == "task_done"}
        tasks += tasks_of(vehicle, done=done)
        entries += [entry_of(vehicle, step, at, holding_id=holding_of[vehicle.entity_id]) for step, at in history]
    copy_rows(holds)
    copy_rows(tasks)
    copy_rows(entries)


def _went_to_sister_entity(vehicle: Vehicle) -> bool:
    return vehicle.exit_reason == ExitReason.TRANSFER.value


def _stay_after_transfer(world: World, before: Vehicle) -> Stay:
    """The same vehicle, bought by the sister entity on the day it left: a new stay, linked to the one before."""
    own = [field for field in Vehicle._meta.concrete_fields if not field.is_relation and not field.generated]
    facts = {field.name: getattr(before, field.name) for field in own if field.name not in ("id", "exit_reason")}
    site, actor = world.sites["tournus"], world.users["entite"]
    vehicle = Vehicle(**facts, entity_id=site.entity_id, point_of_sale_id=site.pk, previous_stay=before)
    vehicle.entered_on = vehicle.purchased_on = before.left_on
    vehicle.left_on, vehicle.is_trade_in, vehicle.payment_mode = None, False, PaymentMode.TRANSFER.value
    vehicle.purchase_price = before.purchase_price + _GROUP_FEE
    vehicle.market_value = vehicle.adjusted_market_value = vehicle.market_value_on = None
    vehicle.market_value_is_sandbox = False
    stay = Stay(vehicle, [])
    for_sale = min(before.left_on + timedelta(days=3), world.today)
    status_steps(stay, Days(created=before.left_on, arrived=before.left_on, for_sale=for_sale), actor=actor)
    return stay


def _number(stays: list[Stay]) -> None:
    """Gives the numbers `add_vehicle` would have given, and leaves its counters where it would have left them."""
    series = numbering_series()[STOCK_NUMBERS]
    counters = []
    ordered = sorted(stays, key=lambda stay: (stay.vehicle.entity_id, stay.created_at))
    for (entity_id, year), group in groupby(ordered, key=_series):
        vehicles = [stay.vehicle for stay in group]
        number = _first_number(vehicles) - 1
        for vehicle in vehicles:
            number += 1
            vehicle.stock_number = series.default.write(number, year=year)
        counters.append(DocumentCounter(entity_id=entity_id, series=series.counter(year), last=number, given=number))
    DocumentCounter.objects.bulk_create(counters)


def _series(stay: Stay) -> tuple[int, int]:
    return stay.vehicle.entity_id, today_paris(stay.created_at).year


def _first_number(vehicles: list[Vehicle]) -> int:
    plates = [vehicle.plate for vehicle in vehicles]
    return _NUMBER - plates.index(_NUMBERED_PLATE) if _NUMBERED_PLATE in plates else 1
