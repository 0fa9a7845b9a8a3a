"""Telling others: after the commit or not at all, and nothing that a page could not read."""

import json
from decimal import Decimal
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import transaction
from redis import Redis
from redis.exceptions import ConnectionError as RedisDown

from openflex.core import realtime
from openflex.core.realtime import Topic, publish_on_commit
from openflex.live.models import Event
from tests.support.events import told


@pytest.fixture
def heard():
    """What a process of sockets would read on the wire until now."""
    pubsub = Redis.from_url(settings.REDIS_URL).pubsub(ignore_subscribe_messages=True)
    pubsub.subscribe(realtime.channel())
    assert pubsub.get_message(timeout=5) is None  # that it is subscribed

    def read():
        mark = uuid4().hex
        realtime._send([realtime.encode(0, "mark.1", "here", mark)])
        frames = []
        while True:
            message = pubsub.get_message(timeout=5)
            if message is None:
                continue
            event_id, topic, kind, frame = realtime.decode(message["data"])
            if frame == mark:
                return frames
            frames.append((event_id, topic, kind, json.loads(frame)))

    yield read
    pubsub.close()


@pytest.mark.parametrize(
    ("name", "topic"),
    [
        ("user.12", Topic("user", 12)),
        ("entity.3.trade_ins", Topic("entity", 3, "trade_ins")),
        ("user", None),
        ("user.", None),
        ("user.0", None),
        ("user.-1", None),
        ("user.²", None),
        ("user.1 ", None),
        ("user.1\n", None),
        ("user.12.", None),
        ("user.12.a.b", None),
        ("USER.1", None),
        (f"user.{'9' * 19}", None),
    ],
)
def test_a_topic_has_a_kind_a_number_and_perhaps_an_audience(name, topic):
    assert Topic.parse(name) == topic
    if topic:
        assert str(topic) == name


def test_what_no_page_could_read_is_a_defect_at_once():
    with pytest.raises(ValueError, match="topic"):
        publish_on_commit("user 12", "told", {})
    for kind in ("", "Told", "a b", "snapshot", "resync", "catch-up"):
        with pytest.raises(ValueError, match="kind"):
            publish_on_commit("user.12", kind, {})


@pytest.mark.django_db(transaction=True)
def test_it_is_told_after_the_commit_and_not_before(heard):
    with transaction.atomic():
        publish_on_commit("user.12", "told", {"price": Decimal("45160.00"), "words": "déjà\nvu 1 2"})
        assert heard() == []
    (event_id, topic, kind, frame), *more = heard()
    assert (topic, kind, more) == ("user.12", "told", [])
    assert frame == {
        "topic": "user.12",
        "kind": "told",
        "payload": {"price": "45160.00", "words": "déjà\nvu 1 2"},
    }
    assert Event.objects.get().pk == event_id


class GivenUp(Exception):
    pass


def tell_and_give_up(kind):
    with transaction.atomic():
        publish_on_commit("user.12", kind, {})
        raise GivenUp


@pytest.mark.django_db(transaction=True)
def test_a_rollback_tells_nobody(heard):
    with pytest.raises(GivenUp):
        tell_and_give_up("told")
    assert heard() == []
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_part_that_is_rolled_back_tells_nobody_and_the_rest_is_told(heard):
    with transaction.atomic():
        publish_on_commit("user.12", "whole", {})
        with pytest.raises(GivenUp):
            tell_and_give_up("part")
    assert [kind for _, _, kind, _ in heard()] == ["whole"]
    assert Event.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_redis_that_is_down_does_not_undo_what_is_done(monkeypatch):
    def refuse(messages):
        raise RedisDown("refused")

    monkeypatch.setattr(realtime, "_send", refuse)
    publish_on_commit("user.12", "told", {})
    # Whoever watches finds it there.
    assert Event.objects.get().topic == "user.12"


def test_what_is_caught_in_tests_is_what_would_be_sent(db):
    with told() as events:
        publish_on_commit("user.12", "told", {"count": 3})
        assert events == []
    assert [(event.topic, event.kind, event.payload) for event in events] == [("user.12", "told", {"count": 3})]
