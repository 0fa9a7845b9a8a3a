"""What one sandbox is started with."""

import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from time import time as now
from zoneinfo import ZoneInfo

from sandbox.demo import DEFAULT_SEED

# The one calendar: days, quotas and the end of both.
PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True)
class Settings:
    seed: str = DEFAULT_SEED
    client_id: str = "openflex"
    client_secret: str = "sandbox"
    admin_token: str = "sandbox-admin"
    fixed_today: date | None = None  # None: the date in Paris
    daily_quota: int = 100_000
    clock: Callable[[], float] = now  # seconds since 1970; tests move it

    def today(self) -> date:
        """The day that the market is of."""
        return self.fixed_today or self.calendar_day()

    def calendar_day(self) -> date:
        """The day that calls are counted by, wherever the market stands."""
        return datetime.fromtimestamp(self.clock(), tz=PARIS).date()

    def seconds_to_midnight(self) -> int:
        midnight = datetime.combine(self.calendar_day() + timedelta(days=1), time(), tzinfo=PARIS)
        return math.ceil(midnight.timestamp() - self.clock())


def from_environment() -> Settings:
    """Settings of SANDBOX_*; raises ValueError for a date or a quota that is none."""
    today = os.environ.get("SANDBOX_TODAY", "")
    return Settings(
        seed=os.environ.get("SANDBOX_SEED") or Settings.seed,
        client_id=os.environ.get("SANDBOX_CLIENT_ID") or Settings.client_id,
        client_secret=os.environ.get("SANDBOX_CLIENT_SECRET") or Settings.client_secret,
        admin_token=os.environ.get("SANDBOX_ADMIN_TOKEN") or Settings.admin_token,
        fixed_today=date.fromisoformat(today) if today else None,
        daily_quota=int(os.environ.get("SANDBOX_DAILY_QUOTA") or Settings.daily_quota),
    )
