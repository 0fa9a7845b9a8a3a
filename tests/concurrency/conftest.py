"""Real transactions side by side: the cast is committed, and goes with the tables after each test."""

from collections.abc import Iterator

import pytest

from settings_admin.scoping import unscoped
from tests.cast import Cast, cast_on_stage


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return cast_on_stage()


@pytest.fixture
def look_at_everything() -> Iterator[None]:
    with unscoped("the test looks at what was written"):
        yield
