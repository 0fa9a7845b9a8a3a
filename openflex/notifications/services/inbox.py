"""The verbs of the bell: told once stored, read on every screen."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from openflex.core.dates import today_paris
from openflex.core.realtime import publish_on_commit
from openflex.notifications import selectors
from openflex.notifications.enums import EmailChoice
from openflex.notifications.models import Notification
from openflex.notifications.registry import kind_of
from settings_admin.access.models import User
from settings_admin.access.selectors.absences import absent_among, substitutes_of
from settings_admin.access.selectors.belonging import scope_anywhere
from settings_admin.scoping import scoped, unscoped

# The first key of the lock of a bell, of which the second one is the person.
_BELL: Final = 8364
# The event on `user.<id>`: `selectors.told_of` has changed.
CHANGED: Final = "notifications.changed"
KEPT_FOR: Final = timedelta(days=365)
# What a row that is updated in place takes from what happens now.
_RENEWED: Final = (
    *("kind", "title", "sentence", "discreet", "needs", "text", "url"),
    *("target_type", "target_id", "entity_id", "actor_id", "meant_for_id", "changed_at", "is_in_app"),
)


@transaction.atomic
def notify(
    *,
    recipients: Iterable[User],
    kind: str,
    title: str,
    sentence: str,
    text: str,
    url: str,
    target: Any,
    actor: User | None = None,
    once: str = "",
    discreet: str = "",
    needs: str = "",
) -> list[Notification]:
    """Tells each of these people about `target` (a row, whose entity it takes), and sends to their screens on commit.

    Never the actor, nor who has left. For somebody who is absent today the substitute who may see it is told too.
    `sentence` is whole (« Gilles V. a commenté l’opportunité n° 12 »), `url` an address of ours. With `once`
    a person has one entry for that key, which comes back as unread. Whoever reads it without the right `needs` in the
    entity of the target is told `discreet` instead of the sentence. Nothing is kept for who wants that kind nowhere.
    Returns the entries.

    Call it last in a transaction: until the commit nobody else tells these people anything. Who must call it several
    times calls `hold_bells` before, with everybody.
    """
    if not url.startswith("/") or url.startswith("//"):
        raise ValueError(f"a notification leads into the application, not to {url}")
    now = timezone.now()
    known = kind_of(kind)
    values = {
        "kind": kind,
        "title": title,
        "sentence": sentence,
        "discreet": discreet,
        "needs": needs,
        "text": text,
        "url": url,
        "target_type": target._meta.label_lower,
        "target_id": target.pk,
        "entity_id": getattr(target, "entity_id", None),
        "actor": actor,
        "once": once,
        "created_at": now,
        "changed_at": now,
    }
    with unscoped("what happens is told to others than who does it"):
        rows = _rows_for(recipients, values, actor=actor, now=now)
        if not rows:
            return []
        hold(row.recipient_id for row in rows)
        wanted = selectors.wanted_by([row.recipient_id for row in rows], known)
        rows = [row for row in rows if wanted[row.recipient_id].is_anywhere]
        if not rows:
            return []
        for row in rows:
            row.email_due = wanted[row.recipient_id].email
            row.is_in_app = wanted[row.recipient_id].is_in_app
        stored = _updated_in_place(rows) if once else Notification.objects.bulk_create(rows)
    _announce(stored)
    return stored


def _rows_for(
    recipients: Iterable[User], values: dict[str, Any], *, actor: User | None, now: datetime
) -> list[Notification]:
    """By recipient, so that two who tell the same people take their rows in the same order."""
    people = {user.pk: user for user in recipients if user.is_active and user != actor}
    rows = {pk: Notification(recipient=user, **values) for pk, user in people.items()}
    today = today_paris(now)
    for pk in absent_among(people, on=today):
        for substitute in reversed(substitutes_of(people[pk], on=today)):
            row = Notification(recipient=substitute, meant_for=people[pk], **values)
            if substitute == actor or not _may_see(substitute, row):
                continue
            rows.setdefault(substitute.pk, row)
            break
    return [rows[pk] for pk in sorted(rows)]


def _may_see(user: User, row: Notification) -> bool:
    with scoped(scope_anywhere(user)):
        return selectors.can_see(user, row)


def _updated_in_place(rows: Sequence[Notification]) -> list[Notification]:
    """The one row of each recipient for this `once`, as it is after this.

    Whoever comes at the same instant waits at the unique constraint, then at the lock of the row.
    """
    fresh = {row.recipient_id: row for row in rows}
    for row in rows:
        row.count = 0  # until it is counted below, under the lock
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    mine = Notification.objects.filter(once=rows[0].once, recipient__in=fresh)
    stored = list(mine.select_for_update(of=("self",)).order_by("recipient_id"))
    for row in stored:
        new = fresh[row.recipient_id]
        was_unread = row.count > 0 and row.read_at is None
        for name in _RENEWED:
            setattr(row, name, getattr(new, name))
        row.count = row.count + 1 if was_unread else 1
        row.read_at = None
        if not was_unread:  # one that was told by e-mail is not told again before it is read
            row.email_due, row.email_taken_at = new.email_due, None
    names = [name.removesuffix("_id") if name != "target_id" else name for name in _RENEWED]
    Notification.objects.bulk_update(stored, [*names, "count", "read_at", "email_due", "email_taken_at"])
    return stored


def hold(user_ids: Iterable[int]) -> None:
    """One after the other for the same person: what their screens are told is then true, and the last word is the last.

    Not by the row of their account: whoever closes it takes that one first and waits then for what this verb holds.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, id) FROM (SELECT id FROM unnest(%s::int[]) AS id ORDER BY id) AS people",
            [_BELL, list(user_ids)],
        )


def hold_bells(people: Iterable[User]) -> None:
    """Holds these people's bells, and those of who stands in for them, at once and in one order: two transactions that
    tell the same people several things then come one after the other, and never wait for each other."""
    everybody = {user.pk: user for user in people}
    today = today_paris(timezone.now())
    with unscoped("what happens is told to others than who does it"):
        away = absent_among(everybody, on=today)
        instead = {one.pk for pk in away for one in substitutes_of(everybody[pk], on=today)}
        hold(everybody.keys() | instead)


def _announce(rows: Sequence[Notification]) -> None:
    # The tasks call these verbs: importing them at the top would be a circle.
    from openflex.notifications.tasks import send_at_once

    for row in rows:
        tell_screens(row.recipient_id)
    due = [row.pk for row in rows if row.email_due == EmailChoice.AT_ONCE and row.email_taken_at is None]

    def queue() -> None:
        for pk in due:
            send_at_once.delay(pk)

    # robust: when the queue does not answer, `send_left_behind` finds the rows.
    transaction.on_commit(queue, robust=True)


def tell_screens(user_id: int) -> None:
    """`as_of`: two events may overtake one another on their way, a screen believes the younger."""
    told = {**selectors.told_of(user_id), "as_of": timezone.now().timestamp()}
    publish_on_commit(f"user.{user_id}", CHANGED, told)


def mark_read(*, user: User, pks: Collection[int]) -> int:
    """Returns how many were unread until now; what was still to be sent of them by e-mail is not sent."""
    return _read(user, Notification.objects.filter(recipient=user, pk__in=pks))


def mark_all_read(*, user: User) -> int:
    return _read(user, Notification.objects.filter(recipient=user, is_in_app=True))


@transaction.atomic
def _read(user: User, rows: Any) -> int:
    hold([user.pk])
    read: int = rows.filter(read_at=None).update(read_at=timezone.now(), email_due=EmailChoice.NEVER)
    if read:
        tell_screens(user.pk)
    return read


def forget_old(*, now: datetime) -> int:
    """Deletes what happened more than a year ago. Returns how many."""
    deleted, _ = Notification.objects.filter(changed_at__lte=now - KEPT_FOR).delete()
    return deleted
