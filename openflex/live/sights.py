"""What one person may see of the topics their page names: the same for a socket and for a page that polls."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from openflex.core.realtime import Topic
from openflex.live import ledger
from openflex.live.registry import kind_of
from settings_admin import scoping
from settings_admin.access.selectors.sessions import signed_in_by
from settings_admin.models import User

# Of one page: a list of many entities has one of each.
MOST_TOPICS: Final = 60


@dataclass(frozen=True)
class Sight:
    """A topic that the person may see. `snapshot` is None where it was not asked for."""

    snapshot: dict[str, Any] | None
    # Something was told since the page was drawn, or may have been.
    is_behind: bool


def sights_by_session(
    key: str, names: Collection[str], *, already: Collection[str] = (), drawn_at: datetime | None = None
) -> dict[str, Sight] | None:
    """Of these topics, those that the person of a session may see; None when the session opens nothing any more.

    Those of `already` are authorised again and not read again. `drawn_at`: when the page was made that shows them.
    """
    signed_in = signed_in_by(key)
    if signed_in is None:
        return None
    user, scope = signed_in
    with scoping.scoped(scope):
        return sights(user, names, already=already, drawn_at=drawn_at)


def sights(
    user: User, names: Collection[str], *, already: Collection[str] = (), drawn_at: datetime | None = None
) -> dict[str, Sight]:
    """In the person's scope, widened to all of their entities."""
    scope = scoping.current_scope()
    with scoping.scoped(scope.narrowed(scope.widest)):
        seen = {name: _snapshot(user, name, is_read=name not in already) for name in names}
    allowed = [name for name, (is_allowed, _) in seen.items() if is_allowed]
    behind = set(allowed) if drawn_at is None else ledger.told_since(allowed, drawn_at, now=timezone.now())
    return {name: Sight(seen[name][1], name in behind) for name in allowed}


def _snapshot(user: User, name: str, *, is_read: bool) -> tuple[bool, dict[str, Any] | None]:
    topic = Topic.parse(name)
    kind = kind_of(topic) if topic else None
    if topic is None or kind is None or not kind.authorise(user, topic):
        return False, None
    return True, kind.snapshot(user, topic) if is_read else None
