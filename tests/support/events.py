"""What is told to those who watch: caught, and replayed on a snapshot."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from django.test import TestCase

from openflex.core import realtime
from openflex.core.realtime import Topic
from openflex.live.registry import kind_of
from settings_admin.access.selectors.belonging import ALL_ENTITIES, belonging_of, scope_of
from settings_admin.models import User
from settings_admin.scoping import Scope, scoped


@dataclass(frozen=True)
class Told:
    topic: str
    kind: str
    payload: dict[str, Any]


@contextmanager
def told() -> Iterator[list[Told]]:
    """Everything that is told in the block, at its end, as if its transaction were committed then. Nothing is sent."""
    found: list[Told] = []

    def catch(messages: Sequence[str]) -> None:
        for message in messages:
            _, topic, kind, frame = realtime.decode(message.encode())
            found.append(Told(topic, kind, json.loads(frame)["payload"]))

    with patch.object(realtime, "_send", catch), TestCase.captureOnCommitCallbacks(execute=True):
        yield found


@contextmanager
def committed() -> Iterator[None]:
    """What the block tells is sent at its end, as if its transaction were committed then."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        yield


def replay(snapshot: dict[str, Any], events: Sequence[Told]) -> dict[str, Any]:
    """What a page that follows the events knows: a key that the snapshot has takes its new value."""
    known = dict(snapshot)
    for event in events:
        known |= {key: value for key, value in event.payload.items() if key in known}
    return known


def snapshot_of(topic: str, *, user: User) -> dict[str, Any]:
    """As the live layer asks for it: in the person's scope, in all of their entities, as JSON."""
    parsed = Topic.parse(topic)
    assert parsed is not None, topic
    kind = kind_of(parsed)
    assert kind is not None, f"no topic {topic} is registered"
    if user.merchant_id is not None:
        scope = Scope(user_id=user.pk, merchant_id=user.merchant_id)
    else:
        scope = scope_of(user, belonging_of(user), ALL_ENTITIES)
    with scoped(scope.narrowed(scope.widest)):
        assert kind.authorise(user, parsed), f"{user} may not watch {topic}"
        return dict(json.loads(json.dumps(kind.snapshot(user, parsed), cls=realtime.DjangoJSONEncoder)))


def assert_replays(topic: str, *, user: User, act: Callable[[], object]) -> list[Told]:
    """`act` tells on the topic, and a page that heard it knows what a page opened afterwards knows; also when it hears
    an event again whose effect its snapshot has already. Returns what was told on the topic."""
    before = snapshot_of(topic, user=user)
    with told() as everything:
        act()
    events = [event for event in everything if event.topic == topic]
    assert events, f"nothing was told on {topic}"
    fresh = snapshot_of(topic, user=user)
    assert replay(before, events) == fresh
    assert replay(fresh, events) == fresh
    return events
