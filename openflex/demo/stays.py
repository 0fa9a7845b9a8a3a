"""The life of a vehicle in the stock as dated steps, from which its history, its hold and its number are written."""

from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from typing import Any

from openflex.demo.world import World
from settings_admin.models import TimelineEntry, User
from vehicles.enums import ExitReason, HoldKind, StockStatus
from vehicles.models import Hold, Vehicle

_OPENING = 8 * 60 + 30
_STEP = 45  # minutes between two steps of one day, at least


@dataclass
class Step:
    """One line of the history to come. `minutes` after midnight; None lets the writer choose a working hour."""

    day: date
    kind: str
    actor: User | None
    changes: dict[str, Any] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)
    minutes: int | None = None


@dataclass
class Stay:
    vehicle: Vehicle
    steps: list[Step]
    holds: list[Hold] = field(default_factory=list)

    @property
    def created_at(self) -> datetime:
        at: datetime = self.vehicle.created_at
        return at

    def add(self, day: date, kind: str, actor: User | None, **more: Any) -> None:
        self.steps.append(Step(day, kind, actor, **more))


@dataclass(frozen=True)
class Days:
    """When a made vehicle reached each status; None: not yet."""

    created: date
    arrived: date | None = None
    for_sale: date | None = None
    held: date | None = None
    delivery: date | None = None
    out: date | None = None


def status_steps(stay: Stay, days: Days, *, actor: User, exit_reason: ExitReason | None = None) -> None:
    """The moves from status to status; the vehicle is left in the last one."""
    vehicle = stay.vehicle
    entered_later = days.arrived is None or days.created < days.arrived
    status = StockStatus.PRE_ENTRY if entered_later else StockStatus.ARRIVED
    stay.add(days.created, "created", actor, details={"status": status.value})
    moves = (
        (days.arrived if entered_later else None, StockStatus.ARRIVED),
        (days.for_sale, StockStatus.FOR_SALE),
        (days.delivery, StockStatus.DELIVERY),
        (days.out, StockStatus.OUT),
    )
    for day, target in moves:
        if day is None:
            continue
        changes: dict[str, Any] = {"status": [status.value, target.value]}
        if target == StockStatus.OUT and exit_reason is not None:
            vehicle.left_on, vehicle.exit_reason = day, exit_reason.value
            changes |= {"left_on": [None, day.isoformat()], "exit_reason": ["", exit_reason.value]}
        stay.add(day, "status_changed", actor, changes=changes)
        status = target
    vehicle.status = status.value


def hold_step(
    stay: Stay, day: date, *, kind: HoldKind, label: str, actor: User, until_at: datetime | None = None
) -> Hold:
    until = until_at.isoformat() if until_at else None
    stay.add(day, "held", actor, details={"kind": kind.value, "label": label, "until": until})
    hold = Hold(vehicle=stay.vehicle, kind=kind.value, label=label, until_at=until_at, created_by=actor)
    stay.holds.append(hold)
    return hold


def award_step(stay: Stay, hold: Hold, day: date, *, actor: User) -> None:
    """Of an auction that was won; an order has sold the vehicle as it is."""
    if hold.kind == HoldKind.AUCTION:
        stay.add(day, "awarded", actor, details={"kind": hold.kind, "label": hold.label})


def release_step(stay: Stay, hold: Hold, day: date, *, actor: User | None) -> None:
    kind = "released" if actor else "hold_expired"
    stay.add(day, kind, actor, details={"kind": hold.kind, "label": hold.label})


def timed(world: World, random: Random, stay: Stay) -> list[tuple[Step, datetime]]:
    """The steps in their order with their instants; steps of one day follow one another during opening hours."""
    stay.steps.sort(key=lambda step: step.day)
    result = []
    day, minutes = None, 0
    for step in stay.steps:
        jitter = random.randrange(_STEP)
        minutes = _OPENING if step.day != day else minutes + _STEP
        day = step.day
        result.append((step, world.instant(day, step.minutes if step.minutes is not None else minutes + jitter)))
    stay.vehicle.created_at, stay.vehicle.changed_at = result[0][1], result[-1][1]
    return result


def date_holds(stay: Stay, steps: list[tuple[Step, datetime]]) -> None:
    """A hold starts and ends at the instants of its own lines in the history."""
    for hold in stay.holds:
        vehicle = stay.vehicle
        hold.entity_id, hold.point_of_sale_id = vehicle.entity_id, vehicle.point_of_sale_id
        mine = {step.kind: at for step, at in steps if step.details.get("label") == hold.label}
        hold.created_at = mine["held"]
        hold.awarded_at = mine.get("awarded")
        hold.released_at = mine.get("released") or mine.get("hold_expired")


def entry_of(vehicle: Vehicle, step: Step, at: datetime, *, holding_id: int) -> TimelineEntry:
    return TimelineEntry(
        holding_id=holding_id,
        entity_id=vehicle.entity_id,
        target_type=Vehicle._meta.label_lower,
        target_id=vehicle.pk,
        kind=step.kind,
        actor=step.actor,
        actor_name=step.actor.full_name if step.actor else "",
        changes=step.changes,
        details=step.details,
        at=at,
    )
