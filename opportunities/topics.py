"""What an open page of an opportunity hears: that something happened to it. The page asks for what it shows again."""

from typing import Any

from openflex.core.realtime import Topic
from openflex.live.registry import TopicKind, register_topic
from opportunities import selectors
from opportunities.models import Opportunity
from opportunities.rights import VIEW
from settings_admin.models import User
from settings_admin.scoping import current_scope, scoped


def _authorise(user: User, topic: Topic) -> bool:
    scope = current_scope()
    with scoped(scope.narrowed(scope.granted(VIEW))):
        return Opportunity.objects.filter(pk=topic.pk).exists()


def _snapshot(user: User, topic: Topic) -> dict[str, Any]:
    return selectors.live_state(Opportunity.objects.get(pk=topic.pk))


def register() -> None:
    register_topic(TopicKind(selectors.TOPIC, _authorise, _snapshot))
