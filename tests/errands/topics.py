"""A task that is watched, and what anybody signed in may watch: the marks by which a test knows what came before."""

from typing import Any

from openflex.core.realtime import Topic
from openflex.live.registry import TopicKind
from settings_admin.guards import may_see
from settings_admin.models import User
from tests.errands.models import Errand
from tests.errands.services import RIGHT


def may_watch(user: User, topic: Topic) -> bool:
    return may_see(Errand.objects.all(), topic.pk, right=RIGHT)


def errand_now(user: User, topic: Topic) -> dict[str, Any]:
    errand = Errand.objects.get(pk=topic.pk)
    return {"title": errand.title, "is_done": errand.is_done}


TOPICS = (
    TopicKind("errand", may_watch, errand_now),
    TopicKind("mark", lambda user, topic: True, lambda user, topic: {}),
)
