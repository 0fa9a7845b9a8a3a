"""The demonstration on the day of the release notes."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.core.management import call_command

from openflex.demo.world import FIRST_DAY
from settings_admin.scoping import unscoped
from tests.support.rows import on_stage

AFTERNOON = datetime(2024, 12, 2, 15, 0, tzinfo=UTC)


@pytest.fixture
def seed(settings: LazySettings, db: None) -> Callable[..., None]:
    settings.DEBUG = True

    def run(at: date | None = FIRST_DAY, **options: Any) -> None:
        call_command("seed_demo", at=at, verbosity=0, **options)

    return run


@pytest.fixture
def everywhere() -> Iterator[None]:
    with unscoped("a test looks at every holding"):
        yield


@pytest.fixture
def on_that_day() -> Iterator[None]:
    with time_machine.travel(AFTERNOON, tick=False):
        yield


@pytest.fixture
def demo(seed: Callable[..., None], everywhere: None) -> None:
    """Made once by a process, its rows put back for each test after."""
    on_stage("demo", seed)
