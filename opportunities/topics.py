"""What an open page hears: that something happened to its opportunity, or to the estimates whose price is awaited. The
page asks for what it shows again."""

from typing import Any

from openflex.core.realtime import Topic
from openflex.live.registry import TopicKind, register_topic
from opportunities import selectors, waiting
from opportunities.models import Opportunity
from opportunities.rights import SET_PRICE, VIEW
from settings_admin.models import User
from settings_admin.scoping import current_scope, scoped


def _authorise(user: User, topic: Topic) -> bool:
    scope = current_scope()
    with scoped(scope.narrowed(scope.granted(VIEW))):
        return Opportunity.objects.filter(pk=topic.pk).exists()


def _snapshot(user: User, topic: Topic) -> dict[str, Any]:
    return selectors.live_state(Opportunity.objects.get(pk=topic.pk))


def _decides_in_the_entity(user: User, topic: Topic) -> bool:
    return topic.pk in current_scope().granted(SET_PRICE).whole


def _decides_at_the_site(user: User, topic: Topic) -> bool:
    return any(topic.pk in sites for sites in current_scope().granted(SET_PRICE).partial.values())


def _waiting(user: User, topic: Topic) -> dict[str, Any]:
    return waiting.state_of(topic)


def register() -> None:
    register_topic(
        TopicKind(selectors.TOPIC, _authorise, _snapshot),
        TopicKind(f"{waiting.ENTITY}.{waiting.AUDIENCE}", _decides_in_the_entity, _waiting),
        TopicKind(f"{waiting.SITE}.{waiting.AUDIENCE}", _decides_at_the_site, _waiting),
    )
