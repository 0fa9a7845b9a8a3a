"""A stock as large as the bars ask for: its own two holdings, filled up to a number of vehicles by COPY."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import TypeVar

from django.contrib.auth.hashers import make_password
from django.db import transaction

from openflex.demo import catalogue
from openflex.demo.copying import copy_rows
from openflex.demo.inspections import draw_habits, record_inspection
from openflex.demo.making import make_vehicle
from openflex.demo.plans import CUSTOMERS
from openflex.demo.preparations import tasks_of
from openflex.demo.world import PASSWORD, World
from settings_admin.access.services.holdings import built_in_group, create_holding
from settings_admin.access.services.memberships import add_member
from settings_admin.models import DocumentCounter, Entity, Holding, PointOfSale, TimelineEntry, User
from settings_admin.registries import BuiltInGroup, numbering_series
from vehicles.enums import ExitReason, HoldKind, Stage, StockStatus, VehicleKind
from vehicles.models import Hold, Vehicle
from vehicles.selectors import STOCK_NUMBERS, inspection_due_on

# E-mail of the account, holding, then its entities: name, share of all vehicles in percent, towns of its sites.
HOLDINGS = (
    (
        "volume@demo.test",
        "Groupe Volume Est",
        (
            ("Volume Automobiles", 50, ("Dijon", "Besançon", "Mulhouse", "Belfort")),
            ("Volume Occasions", 25, ("Metz", "Nancy", "Reims")),
            ("Volume Deux-Roues", 5, ("Strasbourg",)),
        ),
    ),
    (
        "volume2@demo.test",
        "Groupe Volume Ouest",
        (("Volume Atlantique", 15, ("Nantes", "Angers")), ("Volume Bretagne", 5, ("Rennes",))),
    ),
)
# Per cent of everything that the holding of each account has.
SHARES = {email: sum(share for _, share, _ in entities) for email, _, entities in HOLDINGS}
BATCH = 5000

T = TypeVar("T")

_KINDS = {
    VehicleKind.CAR: 78, VehicleKind.LIGHT_COMMERCIAL: 12, VehicleKind.MOTORCYCLE: 5, VehicleKind.SCOOTER: 4,
    VehicleKind.QUAD: 1,
}  # fmt: skip
_STAGES = {Stage.USED: 82, Stage.NEW: 14, Stage.DEMONSTRATOR: 4}
# Of a hundred vehicles, and the bounds of their days since entry: two in five are still there.
_STATUSES = {
    StockStatus.OUT: 60, StockStatus.FOR_SALE: 30, StockStatus.ARRIVED: 5, StockStatus.DELIVERY: 3,
    StockStatus.PRE_ENTRY: 2,
}  # fmt: skip
_DAYS = {
    StockStatus.OUT: (20, 1400), StockStatus.FOR_SALE: (3, 240), StockStatus.ARRIVED: (0, 30),
    StockStatus.DELIVERY: (10, 120), StockStatus.PRE_ENTRY: (1, 40),
}  # fmt: skip
_REASONS = {
    ExitReason.PRIVATE_SALE: 70, ExitReason.TRADE_SALE: 15, ExitReason.AUCTION: 11, ExitReason.SUPPLIER_RETURN: 4,
}  # fmt: skip


@dataclass
class Warehouse:
    """An entity being filled: what of it must stay unique, and where its numbers stand."""

    entity: Entity
    sites: list[PointOfSale]
    actor: User
    taken: set[str]
    counters: dict[str, int]

    def next_number(self, year: int) -> str:
        series = numbering_series()[STOCK_NUMBERS]
        counter = series.counter(year)
        self.counters[counter] = self.counters.get(counter, 0) + 1
        return series.default.write(self.counters[counter], year=year)


def fill(world: World, vehicles: int, *, tell: Callable[[str], None]) -> int:
    """Brings the volume holdings up to that number of vehicles in all; returns how many were added.

    Each batch is a transaction of its own: an interrupted run is taken up by the next one.
    """
    added = 0
    password = make_password(PASSWORD)
    for email, name, entities in HOLDINGS:
        with transaction.atomic():
            actor = _holding_admin(email, name, password)
        for entity_name, share, towns in entities:
            with transaction.atomic():
                warehouse = _warehouse(actor, entity_name, towns)
            start, target = Vehicle.objects.filter(entity=warehouse.entity).count(), vehicles * share // 100
            for first in range(start, target, BATCH):
                last = min(first + BATCH, target)
                with transaction.atomic():
                    _add_batch(world, warehouse, first, last)
                added += last - first
                tell(f"{entity_name}: {last} of {target}")
    return added


def shares() -> list[tuple[Entity, User, int]]:
    """The volume entities, who administers each, and their share in percent."""
    return [
        (Entity.objects.get(name=entity_name, holding__users=actor), actor, share)
        for email, _, entities in HOLDINGS
        for actor in [User.objects.get(email=email)]
        for entity_name, share, _ in entities
    ]


def _holding_admin(email: str, name: str, password: str) -> User:
    if user := User.objects.filter(email=email).first():
        return user
    holding = create_holding(name=name)
    user = User.objects.create(
        email=email, first_name="Volume", last_name=name.rpartition(" ")[2].upper(), holding=holding, password=password
    )
    add_member(actor=None, user=user, group=built_in_group(holding, BuiltInGroup.HOLDING_ADMIN))
    return user


def _warehouse(actor: User, name: str, towns: tuple[str, ...]) -> Warehouse:
    entity, _ = Entity.objects.get_or_create(holding=Holding.objects.get(pk=actor.holding_id), name=name)
    sites = [PointOfSale.objects.get_or_create(entity=entity, name=town, city=town)[0] for town in towns]
    plates = Vehicle.objects.filter(entity=entity).exclude(plate="").order_by("pk").values_list("plate", flat=True)
    counters = DocumentCounter.objects.filter(entity=entity).order_by("pk").values_list("series", "last")
    return Warehouse(entity, sites, actor, set(plates), dict(counters))


def _add_batch(world: World, warehouse: Warehouse, first: int, last: int) -> None:
    random = Random()
    vehicles, holds = [], []
    for index in range(first, last):
        # Each vehicle has a seed of its own: the same whatever was added in which run.
        random.seed(f"{warehouse.entity.name} {index}")
        vehicle = _vehicle(world, random, warehouse, serial=index + 1)
        vehicle.inspection_due_on = inspection_due_on(vehicle)
        vehicles.append(vehicle)
        is_held = vehicle.status == StockStatus.DELIVERY or (vehicle.status == StockStatus.FOR_SALE and index % 16 == 0)
        if is_held:
            holds.append(_hold(vehicle, warehouse.actor, random.choice(CUSTOMERS), at=world.now))
    copy_rows(vehicles)
    for hold in holds:
        hold.vehicle = hold.vehicle  # its key is known from now on
    copy_rows(holds)
    copy_rows([task for vehicle in vehicles for task in tasks_of(vehicle, done={})])
    copy_rows([_created(vehicle, warehouse) for vehicle in vehicles])
    DocumentCounter.objects.bulk_create(
        [
            DocumentCounter(entity=warehouse.entity, series=key, last=last, given=last)
            for key, last in warehouse.counters.items()
        ],
        update_conflicts=True,
        unique_fields=["entity", "series"],
        update_fields=["last", "given"],
    )


def _vehicle(world: World, random: Random, warehouse: Warehouse, *, serial: int) -> Vehicle:
    status, stage, kind = _one_of(random, _STATUSES), _one_of(random, _STAGES), _one_of(random, _KINDS)
    least, most = _DAYS[status]
    days_ago = least + int((most - least) * random.random() ** 1.4)
    vehicle = make_vehicle(
        random,
        catalogue.pick(random, kind, still_sold=stage != Stage.USED),
        stage=stage,
        days_ago=-days_ago if status == StockStatus.PRE_ENTRY else days_ago,
        today=world.today,
        serial=serial,
        taken=warehouse.taken,
    )
    vehicle.entity_id = warehouse.entity.pk
    vehicle.point_of_sale_id = random.choice(warehouse.sites).pk
    vehicle.status = status.value
    length, reason = random.randrange(4, 120), _one_of(random, _REASONS)
    vehicle.is_archived = status == StockStatus.FOR_SALE and random.random() < 0.02
    vehicle.is_being_prepared = status == StockStatus.ARRIVED and random.random() < 0.6
    if status == StockStatus.OUT:
        vehicle.left_on = min(vehicle.entered_on + timedelta(days=length), world.today)
        vehicle.exit_reason = reason.value
    elif status == StockStatus.PRE_ENTRY:
        vehicle.purchased_on = None
    record_inspection(vehicle, draw_habits(random), today=world.today)
    _date(world, vehicle, minutes=8 * 60 + random.randrange(600))
    vehicle.stock_number = warehouse.next_number(vehicle.created_at.year)
    return vehicle


def _date(world: World, vehicle: Vehicle, *, minutes: int) -> None:
    day: date = min(vehicle.entered_on, world.today)
    vehicle.created_at = world.instant(day, minutes)
    vehicle.changed_at = world.instant(vehicle.left_on or day, minutes)
    if vehicle.market_value_on is not None:
        vehicle.market_value_on = max(min(vehicle.market_value_on, vehicle.left_on or world.today), day)


def _hold(vehicle: Vehicle, actor: User, label: str, *, at: datetime) -> Hold:
    return Hold(
        vehicle=vehicle,
        entity_id=vehicle.entity_id,
        point_of_sale_id=vehicle.point_of_sale_id,
        kind=HoldKind.ORDER.value,
        label=label,
        created_by=actor,
        created_at=at,
    )


def _created(vehicle: Vehicle, warehouse: Warehouse) -> TimelineEntry:
    return TimelineEntry(
        holding_id=warehouse.entity.holding_id,
        entity_id=vehicle.entity_id,
        target_type=Vehicle._meta.label_lower,
        target_id=vehicle.pk,
        kind="created",
        actor=warehouse.actor,
        actor_name=warehouse.actor.full_name,
        details={"status": vehicle.status},
        at=vehicle.created_at,
    )


def _one_of(random: Random, weights: dict[T, int]) -> T:
    return random.choices(list(weights), list(weights.values()))[0]
