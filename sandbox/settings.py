"""What one sandbox is started with."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sandbox.demo import DEFAULT_SEED


@dataclass(frozen=True)
class Settings:
    seed: str = DEFAULT_SEED
    client_id: str = "openflex"
    client_secret: str = "sandbox"
    admin_token: str = "sandbox-admin"
    fixed_today: date | None = None  # None: the date of this machine
    daily_quota: int = 100_000
    clock: Callable[[], float] = time.time  # seconds since 1970; tests move it

    def today(self) -> date:
        return self.fixed_today or datetime.fromtimestamp(self.clock()).astimezone().date()

    def seconds_to_midnight(self) -> int:
        now = datetime.fromtimestamp(self.clock(), tz=UTC)
        return 86_400 - (now.hour * 3600 + now.minute * 60 + now.second)


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
