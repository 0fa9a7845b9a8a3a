"""Told by many at one instant: one entry for one key, each of them counted."""

import json

import pytest

from openflex.core import realtime
from openflex.notifications.models import Notification
from openflex.notifications.services import mark_all_read, notify
from tests.concurrency.test_vehicles import together
from tests.make import make_vehicle

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("look_at_everything")]


def telling(people, vehicle, *, once):
    return lambda: notify(
        recipients=people, kind="export_ended", title="Surenchère", sentence="Nouvelle offre", text="", url="/",
        target=vehicle, once=once,
    )  # fmt: skip


def test_eight_at_one_instant_are_one_entry_counted_eight_times(cast):
    vehicle = make_vehicle(entity=cast.north)
    people = [cast.sam, cast.vera]
    answers = together(
        cast.marc, *(telling(people[:: 1 if number % 2 else -1], vehicle, once="bid-1") for number in range(8))
    )
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    rows = Notification.objects.order_by("recipient_id")
    assert [(row.recipient_id, row.count) for row in rows] == sorted([(cast.sam.pk, 8), (cast.vera.pk, 8)])


def test_the_last_word_that_screens_are_told_is_true(cast, monkeypatch):
    said = []

    def hear(messages):
        said.extend(json.loads(realtime.decode(message.encode())[3])["payload"] for message in messages)

    monkeypatch.setattr(realtime, "_send", hear)
    vehicle = make_vehicle(entity=cast.north)
    together(cast.marc, *(telling([cast.sam], vehicle, once="") for _ in range(8)))
    assert len(said) == 8
    assert max(said, key=lambda one: one["as_of"])["unread"] == 8


def test_reading_while_it_happens_again_leaves_it_read_or_unread_and_never_both(cast):
    vehicle = make_vehicle(entity=cast.north)
    telling([cast.sam], vehicle, once="bid-1")()
    for _ in range(5):
        together(cast.sam, telling([cast.sam], vehicle, once="bid-1"), lambda: mark_all_read(user=cast.sam))
        row = Notification.objects.get()
        assert (row.read_at is None) or row.read_at >= row.changed_at
