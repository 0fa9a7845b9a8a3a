"""What others must see at once: named topics, and the one way to tell them, which is after the commit.

Delivery is best effort and quick; the ledger (`openflex.live.ledger`), written with the change itself, is how a lost
event is found. What a page shows is always true of the snapshot of its topic; an event only says what changed since.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from redis import Redis

# Told on `user.<id>`: what the person may see has to be asked anew.
ACCESS_CHANGED: Final = "access-changed"
SESSION_ENDED: Final = "session-ended"
# What the live layer itself says to a page.
RESERVED: Final = frozenset({"snapshot", "resync", "catch-up"})

_NAME = re.compile(r"([a-z_]+)\.([1-9][0-9]{0,17})(?:\.([a-z_]+))?")
_KIND = re.compile(r"[a-z_]+(?:[.-][a-z_]+)*")


@dataclass(frozen=True)
class Topic:
    """Something that is watched: `opportunity.7`, or a part of it that one audience sees, `entity.3.trade_ins`."""

    kind: str
    pk: int
    audience: str = ""

    def __str__(self) -> str:
        return f"{self.kind}.{self.pk}" + (f".{self.audience}" if self.audience else "")

    @property
    def registered_as(self) -> str:
        """`opportunity`, `entity.trade_ins`: the name without the number."""
        return f"{self.kind}.{self.audience}" if self.audience else self.kind

    @classmethod
    def parse(cls, name: str) -> Self | None:
        """None for what is no name of a topic: it may come from a browser."""
        found = _NAME.fullmatch(name)
        return cls(found[1], int(found[2]), found[3] or "") if found else None


def publish_on_commit(topic: str, kind: str, payload: dict[str, Any]) -> None:
    """Tells everybody who watches `topic`, once the current transaction is committed; a rollback tells nobody.

    The payload is turned into text here, once for all who watch. Events of two transactions may arrive in either
    order, and one may arrive twice around a snapshot: a key of the payload that the snapshot has too carries its
    whole new value, true under the lock of the row the topic names; what is only told (a toast) uses other keys.
    A Redis that is down delays the event by seconds and never fails the request.
    """
    publish_all_on_commit([topic], kind, payload)


def publish_all_on_commit(topics: Sequence[str], kind: str, payload: dict[str, Any]) -> None:
    """`publish_on_commit` for many topics that are told the same, in one statement and one message to Redis."""
    if wrong := [topic for topic in topics if Topic.parse(topic) is None]:
        raise ValueError(f"not a name of a topic: {wrong[0]!r}")
    if not _KIND.fullmatch(kind) or kind in RESERVED:
        raise ValueError(f"not a kind of event: {kind!r}")
    if _write_ledger is None:
        raise RuntimeError("nobody keeps a ledger of events: openflex.live is not installed")
    if not topics:
        return
    messages = [
        encode(event_id, topic, kind, _frame(topic, kind, payload))
        for event_id, topic in zip(_write_ledger(topics), topics, strict=True)
    ]
    # Robust: the act is done, whatever becomes of the telling. Django logs the error.
    transaction.on_commit(lambda: _send(messages), robust=True)


def keep_ledger_with(write: Callable[[Sequence[str]], list[int]]) -> None:
    """`write(topics)` notes, within the current transaction, that an event is about to be told on each of them, and
    returns their ids."""
    global _write_ledger
    _write_ledger = write


_write_ledger: Callable[[Sequence[str]], list[int]] | None = None


def _frame(topic: str, kind: str, payload: dict[str, Any]) -> str:
    told = {"topic": topic, "kind": kind, "payload": payload}
    return json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":"))


# --- On the wire ---------------------------------------------------------------------------------


def channel() -> str:
    """One for all topics, under the name of the database: two installations, or the databases of parallel tests, share
    a Redis and not their events."""
    return f"live:{connection.settings_dict['NAME']}"


def encode(event_id: int, topic: str, kind: str, frame: str) -> str:
    """Topic and kind stand before the frame too, so that whoever hands it out need not read it."""
    return f"{event_id} {topic} {kind} {frame}"


def decode(message: bytes) -> tuple[int, str, str, str]:
    event_id, topic, kind, frame = message.decode().split(" ", 3)
    return int(event_id), topic, kind, frame


def _send(messages: Sequence[str]) -> None:
    pipeline = _redis().pipeline(transaction=False)
    for message in messages:
        pipeline.publish(channel(), message)
    pipeline.execute()


@cache
def _redis() -> Redis:
    """Its pool serves all threads, and notices a fork. A Redis that hangs is one that is down."""
    return Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1)
