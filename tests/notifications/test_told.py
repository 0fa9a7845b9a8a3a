"""What one's screens are told: after the commit, without content, and as much as a page that opens later finds."""

import pytest
from django.db import transaction

from openflex.notifications.services import mark_all_read, mark_read
from tests.notifications.way import SECRET, entries_of, tell
from tests.support.events import assert_replays, snapshot_of, told


class Stop(Exception):
    pass


def topic(user):
    return f"user.{user.pk}"


def test_every_kind_of_change_replays(cast, vehicle, as_user):
    as_user(cast.sam)

    def acts():
        yield lambda: tell(cast.sam, cast.vera, about=vehicle, actor=cast.marc)
        yield lambda: tell(cast.sam, about=vehicle, once="bid-1")
        yield lambda: tell(cast.sam, about=vehicle, once="bid-1")
        yield lambda: mark_read(user=cast.sam, pks=[entries_of(cast.sam)[0].pk])
        yield lambda: [tell(cast.sam, about=vehicle) for _ in range(12)]
        yield lambda: mark_all_read(user=cast.sam)

    for act in acts():
        assert_replays(topic(cast.sam), user=cast.sam, act=act)
    assert snapshot_of(topic(cast.sam), user=cast.sam)["unread"] == 0


def test_a_merchants_people_are_told_too(cast, vehicle):
    (event,) = assert_replays(topic(cast.max), user=cast.max, act=lambda: tell(cast.max, about=vehicle))
    assert event.payload["unread"] == 1


def test_there_is_no_content_in_it(cast, vehicle):
    with told() as events:
        tell(cast.sam, about=vehicle, actor=cast.marc, title="Prix de la GOLF")
    words = str([event.payload for event in events]) + str(snapshot_of(topic(cast.sam), user=cast.sam))
    for hidden in (SECRET, "GOLF", "Marc", "/vehicules/"):
        assert hidden not in words


def test_nobody_else_is_told_nor_may_watch(cast, vehicle):
    with told() as events:
        tell(cast.sam, about=vehicle, actor=cast.marc)
    assert {event.topic for event in events} == {topic(cast.sam)}
    with pytest.raises(AssertionError, match="may not watch"):
        snapshot_of(topic(cast.sam), user=cast.marc)


def test_what_is_rolled_back_is_told_to_nobody(cast, vehicle):
    @transaction.atomic
    def tell_and_fail():
        tell(cast.sam, about=vehicle)
        raise Stop

    with told() as events, pytest.raises(Stop):
        tell_and_fail()
    assert events == []
    assert entries_of(cast.sam) == []


def test_reading_what_was_read_tells_nothing(cast, vehicle, as_user):
    (entry,) = tell(cast.sam, about=vehicle)
    as_user(cast.sam)
    mark_read(user=cast.sam, pks=[entry.pk])
    with told() as events:
        mark_read(user=cast.sam, pks=[entry.pk])
        mark_all_read(user=cast.sam)
    assert events == []
