"""What the parts of the demonstration hand to one another, and the day it is there."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from openflex.core.dates import PARIS
from settings_admin.models import Entity, Holding, Merchant, PointOfSale, User
from vehicles.models import Vehicle

# Known to everybody who reads this file: the commands that give it to accounts refuse to run when DEBUG is off.
PASSWORD = "openflex"
# The day of the release notes. First registrations are absolute, so that nothing can be seeded before it.
FIRST_DAY = date(2024, 12, 2)
# Late enough on that day for all that its pictures show to have happened.
HOUR_OF_PICTURES = time(18, 0)


class NotSeedable(Exception):
    """The demonstration data cannot be made here; the message says why."""


@dataclass
class World:
    """Each part adds the rows it makes, under the keys of its data tables, for the parts after it."""

    today: date
    now: datetime
    holdings: dict[str, Holding] = field(default_factory=dict)
    entities: dict[str, Entity] = field(default_factory=dict)
    sites: dict[str, PointOfSale] = field(default_factory=dict)
    merchants: dict[str, Merchant] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    # By normalised plate; vehicles without one are found through the tables.
    vehicles: dict[str, Vehicle] = field(default_factory=dict)

    def day(self, days_ago: int) -> date:
        return self.today - timedelta(days=days_ago)

    def instant(self, day: date, minutes: int) -> datetime:
        """That many minutes after midnight in France, but never later than now."""
        return min(self.at(day, minutes), self.now)

    def at(self, day: date, minutes: int) -> datetime:
        """That many minutes after midnight in France, to come or not."""
        return datetime.combine(day, time(minutes // 60, minutes % 60), tzinfo=PARIS)


def world_on(today: date, *, now: datetime) -> World:
    """The world as it is now, or, on another day than today's, on that afternoon."""
    if today < FIRST_DAY:
        raise NotSeedable(f"The demonstration data starts on {FIRST_DAY}: {today} is too early.")
    if today != now.astimezone(PARIS).date():
        now = datetime.combine(today, HOUR_OF_PICTURES, tzinfo=PARIS)
    return World(today=today, now=now)
