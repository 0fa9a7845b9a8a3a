"""Inspection dates: absolute days on each vehicle's own calendar, whatever day the data is seeded on.

A vehicle is inspected a little before its first deadline, then every so many years; what is recorded is the last
inspection before the seed day. So some are up to date, some due and some late on any day.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from openflex.core.dates import add_years
from vehicles.enums import WITHOUT_EMISSIONS, InspectionResult, Stage, VehicleKind
from vehicles.inspection import first_inspection_deadline, inspection_interval_years, propose_next_inspection
from vehicles.models import Vehicle

_RESULTS = [InspectionResult.FAVOURABLE, InspectionResult.RETEST, InspectionResult.CRITICAL]
_RECENT = timedelta(days=55)
_POLLUTION_WINDOW = 59  # days: within two months, whichever


@dataclass(frozen=True)
class Habits:
    """How a vehicle's owners dealt with inspections: how many days early, whether the last one due was left out."""

    early_days: int
    is_neglected: bool
    result: InspectionResult


def draw_habits(random: Random) -> Habits:
    return Habits(
        early_days=random.randrange(0, 100),
        is_neglected=random.random() < 0.14,
        result=random.choices(_RESULTS, [86, 10, 4])[0],
    )


def record_inspection(vehicle: Vehicle, habits: Habits, *, today: date) -> None:
    """Sets the inspection fields as they stood when the vehicle left, else today."""
    if vehicle.first_registration is None or vehicle.stage == Stage.NEW:
        return
    today = vehicle.left_on or today
    kind = VehicleKind(vehicle.kind)
    first = first_inspection_deadline(kind, vehicle.first_registration) - timedelta(days=habits.early_days)
    last = last_of_calendar(kind, first, today=today, is_neglected=habits.is_neglected)
    if last is None:
        return
    vehicle.inspection_on = last
    # A retest or a critical defect is dealt with in weeks: an older one would have been followed by another.
    vehicle.inspection_result = habits.result.value if today - last < _RECENT else InspectionResult.FAVOURABLE.value
    vehicle.next_inspection_month = propose_next_inspection(
        kind=kind,
        first_registration=vehicle.first_registration,
        last_inspection=last,
        today=today,
        result=InspectionResult(vehicle.inspection_result),
    )
    checked = add_years(last, 1) - timedelta(days=habits.early_days % _POLLUTION_WINDOW)
    if kind == VehicleKind.LIGHT_COMMERCIAL and vehicle.energy not in WITHOUT_EMISSIONS and checked <= today:
        vehicle.pollution_check_on = checked


def last_of_calendar(kind: VehicleKind, first: date, *, today: date, is_neglected: bool = False) -> date | None:
    """The last inspection made by today of a vehicle inspected on `first` and then on time."""
    interval = inspection_interval_years(kind)
    done = [day for count in range(20) if (day := add_years(first, interval * count)) <= today]
    if is_neglected:
        done = done[:-1]
    return done[-1] if done else None
