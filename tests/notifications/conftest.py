"""A kind of notification of the tests' own, about a vehicle, so that an access can be withdrawn."""

import pytest

from openflex.notifications import registry
from tests.make import make_vehicle
from tests.notifications.way import REMARK, REMARK_KIND


@pytest.fixture(autouse=True)
def _one_day(time_machine):
    time_machine.move_to("2026-11-24T10:00:00+01:00")


@pytest.fixture(autouse=True)
def remark(monkeypatch):
    monkeypatch.setitem(registry._kinds, REMARK, REMARK_KIND)


@pytest.fixture
def vehicle(cast):
    return make_vehicle(entity=cast.north, point_of_sale=cast.north_1, plate="GD642JM")
