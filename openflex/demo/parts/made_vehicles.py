"""The other vehicles of the demonstration, made from the plans: each with the life that led to its status."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from openflex.demo import catalogue
from openflex.demo.inspections import draw_habits, record_inspection
from openflex.demo.making import make_vehicle
from openflex.demo.plans import ACTORS, CUSTOMERS, DEPARTMENTS, KINDS, PLANS, Plan
from openflex.demo.stays import Days, Stay, award_step, hold_step, release_step, status_steps
from openflex.demo.world import World
from settings_admin.models import User
from vehicles.enums import PREPARATION, Destination, ExitReason, HoldKind, Stage, StockStatus
from vehicles.models import Vehicle

_SALES = [ExitReason.PRIVATE_SALE, ExitReason.TRADE_SALE, ExitReason.AUCTION]
# The last one needs a sister entity to go to.
_WITHOUT_SALE = [ExitReason.SUPPLIER_RETURN, ExitReason.WRITE_OFF, ExitReason.TRANSFER]
_BUYERS_AT_AUCTION = ("Garage des Cordeliers", "Jura Occasions")


def made_stays(world: World, random: Random, *, taken: set[str]) -> list[Stay]:
    stays: list[Stay] = []
    for plan in PLANS:
        for _ in range(plan.count):
            stays.append(_stay(world, random, plan, serial=100_001 + len(stays), taken=taken))
    return stays


def _stay(world: World, random: Random, plan: Plan, *, serial: int, taken: set[str]) -> Stay:
    kinds = KINDS[plan.site]
    kind = random.choices(list(kinds), list(kinds.values()))[0]
    version = catalogue.pick(random, kind, still_sold=plan.stage != Stage.USED)
    vehicle = make_vehicle(
        random,
        version,
        stage=plan.stage,
        days_ago=_days_ago(random, plan),
        today=world.today,
        serial=serial,
        taken=taken,
    )
    site = world.sites[plan.site]
    vehicle.entity_id, vehicle.point_of_sale_id = site.entity_id, site.pk
    department = random.choice(DEPARTMENTS[plan.site])
    vehicle.plate_department = department if vehicle.plate else ""
    stay = Stay(vehicle, [])
    habits = draw_habits(random)
    _live(world, stay, plan, _draw(random, actor=world.users[random.choice(ACTORS[plan.site])]))
    record_inspection(vehicle, habits, today=world.today)
    return stay


def _days_ago(random: Random, plan: Plan) -> int:
    """More short stays than long ones; below zero for what is to come."""
    least, most = plan.days
    days = least + int((most - least) * random.random() ** 1.5)
    return -days if plan.status == StockStatus.PRE_ENTRY else days


@dataclass(frozen=True)
class Draws:
    """All that chance decides of one life, drawn at once: one plan never shifts the draws of the next."""

    announced: int
    preparation: int
    length: int
    handed_over: int
    chance: float
    other_chance: float
    customer: str
    buyer: str
    price_drop: Decimal
    actor: User


def _draw(random: Random, *, actor: User) -> Draws:
    return Draws(
        announced=random.randrange(1, 12) if random.random() < 0.4 else 0,
        preparation=random.randrange(1, 13),
        length=random.randrange(15, 110),
        handed_over=random.randrange(1, 8),
        chance=random.random(),
        other_chance=random.random(),
        customer=random.choice(CUSTOMERS),
        buyer=random.choice(_BUYERS_AT_AUCTION),
        price_drop=Decimal(random.randrange(1, 6) * 100),
        actor=actor,
    )


def _live(world: World, stay: Stay, plan: Plan, draws: Draws) -> None:
    if plan.status == StockStatus.PRE_ENTRY:
        stay.vehicle.purchased_on = None
        status_steps(stay, Days(created=world.day(draws.announced + 1)), actor=draws.actor)
        return
    entered = stay.vehicle.entered_on
    created = entered - timedelta(days=draws.announced)
    stay.vehicle.purchased_on = created
    days = Days(created=created, arrived=entered)
    if plan.status != StockStatus.ARRIVED:
        days = replace(days, for_sale=min(entered + timedelta(days=draws.preparation), world.today))
    if plan.status == StockStatus.DELIVERY:
        _deliver(world, stay, days, draws)
    elif plan.status == StockStatus.OUT:
        _leave(world, stay, days, draws)
    else:
        status_steps(stay, days, actor=draws.actor)
        _stand(world, stay, plan, draws)
    _value(world, stay, draws)


def _stand(world: World, stay: Stay, plan: Plan, draws: Draws) -> None:
    """In the yard: being prepared, held for somebody, cheaper after a month, put away."""
    vehicle = stay.vehicle
    if plan.is_archived:
        vehicle.is_archived = True
        stay.add(world.day(draws.handed_over), "changed", draws.actor, changes={"is_archived": [False, True]})
        return
    share = 0.6 if plan.status == StockStatus.ARRIVED else 0.06
    vehicle.is_being_prepared = draws.chance < share
    if vehicle.is_being_prepared:
        day, done = _lately(world, stay), int(draws.chance / share * 6)
        stay.add(day, "preparation_started", draws.actor, changes={"is_being_prepared": [False, True]})
        for label in PREPARATION[vehicle.kind][:done]:
            stay.add(day, "task_done", draws.actor, details={"task": label})
    if plan.status == StockStatus.FOR_SALE:
        _drop_price(world, stay, draws)
        _hold(world, stay, draws)


def _drop_price(world: World, stay: Stay, draws: Draws) -> None:
    vehicle = stay.vehicle
    day = vehicle.entered_on + timedelta(days=30 + draws.preparation)
    if day >= world.today or vehicle.sale_price is None or vehicle.stage == Stage.NEW or draws.other_chance > 0.7:
        return
    prices = [f"{vehicle.sale_price + draws.price_drop:.2f}", f"{vehicle.sale_price:.2f}"]
    stay.add(day, "changed", draws.actor, changes={"sale_price": prices})


def _hold(world: World, stay: Stay, draws: Draws) -> None:
    """Some are held now; others were reserved once, and the reservation ran out."""
    day = _lately(world, stay)
    if draws.chance > 0.96:
        until_at = world.now + timedelta(hours=3 + draws.length // 3)
        hold_step(stay, day, kind=HoldKind.RESERVATION, label=draws.customer, actor=draws.actor, until_at=until_at)
    elif draws.chance > 0.9:
        kind, label = _holder(stay.vehicle, draws)
        hold_step(stay, day, kind=kind, label=label, actor=draws.actor)
    elif draws.chance > 0.82 and stay.vehicle.entered_on < world.day(30):
        day = world.day(10 + draws.handed_over)
        until_at = world.instant(day + timedelta(days=2), 10 * 60)
        hold = hold_step(
            stay, day, kind=HoldKind.RESERVATION, label=draws.customer, actor=draws.actor, until_at=until_at
        )
        release_step(stay, hold, day + timedelta(days=2), actor=None)


def _deliver(world: World, stay: Stay, days: Days, draws: Draws) -> None:
    day = max(days.for_sale or days.created, world.day(draws.handed_over))
    kind, label = _holder(stay.vehicle, draws)
    hold = hold_step(stay, day, kind=kind, label=label, actor=draws.actor)
    award_step(stay, hold, day, actor=draws.actor)
    status_steps(stay, replace(days, delivery=day), actor=draws.actor)


def _leave(world: World, stay: Stay, days: Days, draws: Draws) -> None:
    """Seven in ten are sold, through delivery; the others leave from the yard."""
    vehicle = stay.vehicle
    out = min(vehicle.entered_on + timedelta(days=draws.length + 5), world.day(1))
    reason = _exit_reason(world, vehicle, draws)
    if reason in _SALES:
        day = max(days.for_sale or days.created, out - timedelta(days=draws.handed_over))
        kind = HoldKind.AUCTION if reason == ExitReason.AUCTION else HoldKind.ORDER
        label = draws.customer if reason == ExitReason.PRIVATE_SALE else draws.buyer
        hold = hold_step(stay, day, kind=kind, label=label, actor=draws.actor)
        award_step(stay, hold, day, actor=draws.actor)
        status_steps(stay, replace(days, delivery=day, out=out), actor=draws.actor, exit_reason=reason)
        release_step(stay, hold, out, actor=draws.actor)
    else:
        status_steps(stay, replace(days, out=out), actor=draws.actor, exit_reason=reason)


def _exit_reason(world: World, vehicle: Vehicle, draws: Draws) -> ExitReason:
    if vehicle.destination == Destination.SCRAP:
        return ExitReason.SCRAP
    if draws.chance > 0.85:
        has_sister = vehicle.entity_id == world.entities["main"].pk
        reasons = _WITHOUT_SALE if has_sister else _WITHOUT_SALE[:-1]
        return reasons[int(draws.other_chance * len(reasons))]
    if vehicle.destination == Destination.TRADE:
        return ExitReason.AUCTION if draws.other_chance < 0.6 else ExitReason.TRADE_SALE
    return ExitReason.PRIVATE_SALE


def _holder(vehicle: Vehicle, draws: Draws) -> tuple[HoldKind, str]:
    if vehicle.destination == Destination.TRADE:
        return HoldKind.AUCTION, draws.buyer
    return HoldKind.ORDER, draws.customer


def _value(world: World, stay: Stay, draws: Draws) -> None:
    """The market value is of a day of the stay, and stands in its history."""
    vehicle = stay.vehicle
    if vehicle.market_value_on is None:
        return
    vehicle.market_value_on = max(min(vehicle.market_value_on, vehicle.left_on or world.today), vehicle.entered_on)
    changes = {
        "market_value": [None, f"{vehicle.market_value:.2f}"],
        "adjusted_market_value": [None, f"{vehicle.adjusted_market_value:.2f}"],
        "market_value_on": [None, vehicle.market_value_on.isoformat()],
    }
    stay.add(vehicle.market_value_on, "market_value", draws.actor, changes=changes, details={"is_sandbox": True})


def _lately(world: World, stay: Stay) -> date:
    """Yesterday, or the last day something happened if that was today."""
    return max([world.day(1), *(step.day for step in stay.steps)])
