"""Which events there were lately, by the database's clock and numbers: what Redis lost is still found here."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db.models.functions import Now

from openflex.live.models import Event

# No transaction that tells something lasts longer between the telling and its commit.
RECENT: Final = timedelta(seconds=20)
KEPT: Final = timedelta(minutes=10)
# A page that was drawn just before an event, by a clock that is a little late.
SLACK: Final = timedelta(seconds=2)


def write(topics: Sequence[str]) -> list[int]:
    """Notes one event on each of these topics, in one statement. Returns their ids in the same order."""
    # The instant of the statement and not of its transaction: what is written late is not old already.
    return [one.pk for one in Event.objects.bulk_create(Event(topic=topic, written_at=Now()) for topic in topics)]


def recent() -> dict[int, str]:
    """The committed events of the last `RECENT`: id → topic."""
    return dict(Event.objects.filter(written_at__gt=Now() - RECENT).order_by().values_list("pk", "topic"))


def told_since(topics: list[str], drawn_at: datetime, *, now: datetime) -> set[str]:
    """Those of these topics on which something was told since a page was drawn; all of them for a page so old that the
    ledger no longer knows."""
    if drawn_at < now - KEPT / 2:
        return set(topics)
    events = Event.objects.filter(topic__in=topics, written_at__gt=drawn_at - SLACK)
    return set(events.order_by().values_list("topic", flat=True).distinct())


def forget(*, now: datetime) -> None:
    Event.objects.filter(written_at__lt=now - KEPT).delete()
