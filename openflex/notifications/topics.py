"""`user.<id>`: what one person's screens are told, on all their tabs."""

from typing import Any

from openflex.core.realtime import Topic
from openflex.live.registry import TopicKind
from openflex.notifications.selectors import told_of
from settings_admin.access.models import User


def _is_ones_own(user: User, topic: Topic) -> bool:
    return topic.pk == user.pk


def _snapshot(user: User, topic: Topic) -> dict[str, Any]:
    return told_of(user.pk)


USER = TopicKind("user", authorise=_is_ones_own, snapshot=_snapshot)
