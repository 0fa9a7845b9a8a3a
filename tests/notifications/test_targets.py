"""Rows that become one, rows that are erased: what was told about them follows, or goes."""

from openflex.notifications.services import forget, repoint
from tests.make import make_vehicle
from tests.notifications.way import PAGE, SECRET, entries_of, tell
from tests.support.events import assert_replays


def test_what_was_told_of_one_is_about_the_other(cast, client_for):
    here = make_vehicle(entity=cast.north, point_of_sale=cast.north_1)
    there = make_vehicle(entity=cast.north, point_of_sale=cast.north_2)
    other = make_vehicle(entity=cast.north, point_of_sale=cast.north_1)
    tell(cast.momo, about=here)
    tell(cast.momo, about=other)
    client = client_for(cast.momo)
    assert SECRET not in client.get(PAGE).text
    assert repoint(old=here, new=there) == 1
    assert SECRET in client.get(PAGE).text
    assert [entry.target_id for entry in entries_of(cast.momo)] == [there.pk, other.pk]


def test_what_was_told_of_an_erased_row_goes_from_every_bell(cast, vehicle):
    kept = make_vehicle(entity=cast.north)
    tell(cast.sam, cast.vera, about=vehicle)
    tell(cast.sam, about=kept)
    assert_replays(f"user.{cast.sam.pk}", user=cast.sam, act=lambda: forget(model="vehicles.vehicle", pks=[vehicle.pk]))
    assert [entry.target_id for entry in entries_of(cast.sam)] == [kept.pk]
    assert entries_of(cast.vera) == []
