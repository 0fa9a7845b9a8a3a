"""Reads of the notifications: how many are unread, and what of each its recipient may still read."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import QuerySet

from openflex.notifications.enums import EmailChoice
from openflex.notifications.models import Notification, Preference
from openflex.notifications.registry import NotificationKind, all_kinds
from settings_admin.access.models import User
from settings_admin.scoping import Scope, current_scope, scoped

LATEST: Final = 8
# Nobody reads more of a badge, and counting more costs more.
MOST_COUNTED: Final = 99
NO_ACCESS: Final = "Vous n’avez plus accès à ce contenu."
# From here on a text is taller than a toast or the panel lets it be.
LONG_TEXT, MANY_LINES = 300, 6


def unread_of(user_id: int) -> int:
    """At most `MOST_COUNTED` + 1; one statement, whatever the scope it is asked in: it reads that person's own."""
    with scoped(Scope(user_id=user_id)):
        unread = Notification.objects.filter(is_in_app=True, read_at=None).order_by().values_list("pk")
        # A hundred keys are read sooner than a count of a part is put together.
        return len(unread[: MOST_COUNTED + 1])


def told_of(user_id: int) -> dict[str, Any]:
    """What the screens of this person are told: how many are unread, and of the latest ones the number, the instant and
    whether it is unread. No content: each is read by its own request, which asks who may."""
    with scoped(Scope(user_id=user_id)):
        rows = Notification.objects.filter(is_in_app=True).values_list("pk", "changed_at", "read_at")[:LATEST]
        latest = [{"id": pk, "at": at.timestamp(), "is_unread": read_at is None} for pk, at, read_at in rows]
    return {"unread": unread_of(user_id), "latest": latest}


def named() -> QuerySet[Notification]:
    """Those of the person of the current scope, with the names that they show."""
    return Notification.objects.select_related("actor", "meant_for")


def mine() -> QuerySet[Notification]:
    """Of these, what they are told in the application."""
    return named().filter(is_in_app=True)


def was_told(user_id: int, once: str, *, since: datetime | None = None) -> bool:
    """Has this person an entry for this key, that was renewed since then? Ask it while holding their bell."""
    rows = Notification.objects.filter(recipient=user_id, once=once)
    return (rows.filter(changed_at__gte=since) if since else rows).exists()


@dataclass(frozen=True)
class Entry:
    """One notification as its recipient may read it now: without access there is no content in it at all.

    The sentence starts with `actor` where it names them, `sentence` is the rest of it; `note` says in whose place one
    is told.
    """

    pk: int
    icon: str
    title: str
    actor: str
    sentence: str
    text: str
    url: str
    verb: str
    note: str
    count: int
    stays: bool
    is_visible: bool
    is_unread: bool
    changed_at: datetime

    @property
    def is_long(self) -> bool:
        """Of a text that is shown in a box that scrolls: the keyboard must reach it."""
        return len(self.text) > LONG_TEXT or self.text.count("\n") >= MANY_LINES


def shown_to(user: User, rows: Sequence[Notification]) -> list[Entry]:
    """What this person, whose scope is the current one, may read of these rows, in their order.

    One statement for each kind whose `can_see` knows many at a time, else one for each row.
    """
    kinds = all_kinds()
    seen = _seen_by(user, rows, kinds)
    return [_entry(row, kinds.get(row.kind), is_visible=row.pk in seen) for row in rows]


def can_see(user: User, row: Notification) -> bool:
    """In the scope of this person, who is the current one; the row may not be stored yet."""
    scope = current_scope()
    with scoped(scope.narrowed(scope.widest)):
        return all_kinds()[row.kind].can_see(user, row)


def _seen_by(user: User, rows: Iterable[Notification], kinds: dict[str, NotificationKind]) -> set[int]:
    by_kind: dict[str, list[Notification]] = defaultdict(list)
    for row in rows:
        by_kind[row.kind].append(row)
    seen: set[int] = set()
    scope = current_scope()
    with scoped(scope.narrowed(scope.widest)):
        for key, of_kind in by_kind.items():
            if key in kinds:  # one whose module is gone shows nothing any more
                seen |= _seen_of_kind(user, of_kind, kinds[key].can_see)
    return seen


def _seen_of_kind(user: User, rows: Sequence[Notification], can_see: Any) -> set[int]:
    among = getattr(can_see, "among", None)
    if among is None:
        return {row.pk for row in rows if can_see(user, row)}
    targets = among({row.target_id for row in rows})
    return {row.pk for row in rows if row.target_id in targets}


def _entry(row: Notification, kind: NotificationKind | None, *, is_visible: bool) -> Entry:
    actor, sentence = _split(row, sentence_of(row)) if is_visible else ("", NO_ACCESS)
    return Entry(
        pk=row.pk,
        icon=kind.icon if kind and is_visible else "lock",
        title=row.title if is_visible else kind.label if kind else "Notification",
        actor=actor,
        sentence=sentence,
        text=row.text if is_visible else "",
        url=row.url if is_visible else "",
        verb=kind.verb if kind else "",
        note=f"Pendant l’absence de {row.meant_for.full_name}" if is_visible and row.meant_for else "",
        count=row.count if is_visible else 1,
        stays=bool(kind and kind.stays),
        is_visible=is_visible,
        is_unread=row.read_at is None,
        changed_at=row.changed_at,
    )


def sentence_of(row: Notification) -> str:
    """As whoever reads it may know it today."""
    is_known = not row.needs or row.entity_id is None or current_scope().allows(row.needs, row.entity_id)
    return row.sentence if is_known else row.discreet


def _split(row: Notification, sentence: str) -> tuple[str, str]:
    """« Administrateur ADMINISTRATEUR », «  a commenté… »: the name of who acted is drawn stronger."""
    name = row.actor.full_name if row.actor else ""
    return (name, sentence.removeprefix(name)) if name and sentence.startswith(name) else ("", sentence)


# --- Where one wants to be told ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """Where somebody wants to be told one kind."""

    email: EmailChoice
    is_in_app: bool = True

    @property
    def is_anywhere(self) -> bool:
        return self.is_in_app or self.email != EmailChoice.NEVER


def wanted_of(user: User, kinds: Sequence[NotificationKind]) -> dict[str, Wanted]:
    """What this person, whose scope is the current one, wants of each of these kinds."""
    chosen = {row.kind: row for row in Preference.objects.filter(user=user).order_by("pk")}
    return {kind.key: _wanted(kind, chosen.get(kind.key)) for kind in kinds}


def wanted_by(users: Collection[int], kind: NotificationKind) -> dict[int, Wanted]:
    """What each of these people wants of one kind. Call it unscoped: they are several."""
    chosen = {row.user_id: row for row in Preference.objects.filter(user__in=users, kind=kind.key).order_by("pk")}
    return {pk: _wanted(kind, chosen.get(pk)) for pk in users}


def _wanted(kind: NotificationKind, chosen: Preference | None) -> Wanted:
    """What waits to be closed is always told in the application: somebody waits for it to be read."""
    if chosen is None:
        return Wanted(kind.email_default)
    return Wanted(EmailChoice(chosen.choice), kind.stays or chosen.is_in_app)
