"""The topics that apps offer; each registers its own in `AppConfig.ready()`, from its `topics.py`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from openflex.core.realtime import Topic
from settings_admin.models import User


@dataclass(frozen=True)
class TopicKind:
    """Topics of one kind and audience: `opportunity` for `opportunity.7`, `entity.trade_ins` for `entity.3.trade_ins`.

    Both run inside the person's scope, in all of their entities, and only read. `authorise` is asked at the beginning
    and whenever the person's rights change. `snapshot` is what the page shows of the topic now, as JSON; each key that
    an event's payload shares with it carries the new value.
    """

    name: str
    authorise: Callable[[User, Topic], bool]
    snapshot: Callable[[User, Topic], dict[str, Any]]


_kinds: dict[str, TopicKind] = {}


def register_topic(*kinds: TopicKind) -> None:
    for kind in kinds:
        _kinds[kind.name] = kind


def topic_kinds() -> dict[str, TopicKind]:
    return dict(_kinds)


def kind_of(topic: Topic) -> TopicKind | None:
    return _kinds.get(topic.registered_as)
