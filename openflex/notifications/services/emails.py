"""Notifications by e-mail: at once, or together once a day.

A row says what is still due (`email_due`); a worker takes it by a conditional UPDATE before it sends, and the row is
done once the e-mail was handed over. Whatever a worker left behind is free again after a while.
"""

from datetime import datetime, time, timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import Q, QuerySet

from openflex.core import mail
from openflex.core.dates import PARIS, in_paris
from openflex.notifications import selectors
from openflex.notifications.enums import EmailChoice
from openflex.notifications.models import Notification
from openflex.notifications.selectors import Entry
from settings_admin.access.models import User
from settings_admin.access.selectors.belonging import scope_anywhere
from settings_admin.scoping import scoped, unscoped

# A worker that took one on and has not sent it by then is gone.
TAKEN_FOR: Final = timedelta(minutes=10)
# Before this, what is due at once is still on its way through the queue.
LEFT_AFTER: Final = timedelta(minutes=5)


def send_at_once(pk: int, *, now: datetime) -> bool:
    """The e-mail of one notification that is due; False when it was read, or is no longer to be sent."""
    taken = Notification.objects.filter(pk=pk, email_taken_at=now)
    with unscoped("the row says whose it is"):
        if not _take(_due(EmailChoice.AT_ONCE, now).filter(pk=pk), now):
            return False
        row = selectors.named().select_related("recipient").get(pk=pk)
    entries = [one for one in _entries(row.recipient, [row]) if one.is_visible]
    if entries:
        _send("at_once", row.recipient, {"entry": entries[0]})
    _done(taken)
    return bool(entries)


def send_digest(user_pk: int, *, now: datetime) -> bool:
    """One e-mail with all that is due to this person until the hour of the digest; False when there is nothing."""
    taken = Notification.objects.filter(recipient=user_pk, email_due=EmailChoice.DAILY, email_taken_at=now)
    with unscoped("the rows say whose they are"):
        due = _due(EmailChoice.DAILY, now).filter(recipient=user_pk, changed_at__lt=digest_hour(now))
        if not _take(due, now):
            return False
        rows = list(taken.select_related("actor", "meant_for").order_by("changed_at", "pk"))
        user = User.objects.get(pk=user_pk)
    entries = _entries(user, rows)
    if entries:
        _send("digest", user, {"entries": entries})
    _done(taken)
    return bool(entries)


def due_digests(*, now: datetime) -> list[int]:
    """Whose digest is to be sent. What comes after the hour waits for the next day: one digest a day, however often
    this is asked, and one that was missed is sent as soon as it is."""
    due = _due(EmailChoice.DAILY, now).filter(changed_at__lt=digest_hour(now))
    return list(due.order_by("recipient_id").values_list("recipient_id", flat=True).distinct())


def left_behind(*, now: datetime) -> list[int]:
    """What should have been sent at once a while ago: the queue lost it, or its worker went away."""
    due = _due(EmailChoice.AT_ONCE, now).filter(changed_at__lt=now - LEFT_AFTER)
    return list(due.order_by("pk").values_list("pk", flat=True))


def digest_hour(now: datetime) -> datetime:
    """The last time that the hour of the digest struck in France."""
    today = in_paris(now).date()
    struck = datetime.combine(today, time(settings.NOTIFICATION_DIGEST_HOUR), tzinfo=PARIS)
    if struck <= now:
        return struck
    return datetime.combine(today - timedelta(days=1), struck.timetz())


def _due(choice: EmailChoice, now: datetime) -> QuerySet[Notification]:
    free = Q(email_taken_at=None) | Q(email_taken_at__lt=now - TAKEN_FOR)
    return Notification.objects.filter(free, email_due=choice, read_at=None)


def _take(due: QuerySet[Notification], now: datetime) -> bool:
    """Two workers at one instant: the second one waits for the first one's row, and finds it taken."""
    return due.update(email_taken_at=now) > 0


def _entries(user: User, rows: list[Notification]) -> list[Entry]:
    """As the person may read them now; nothing for who has left."""
    if not user.is_active:
        return []
    with scoped(scope_anywhere(user)):
        return selectors.shown_to(user, rows)


def _send(template: str, user: User, context: dict[str, Any]) -> None:
    context |= {"user": user, "site": settings.PUBLIC_URL}
    mail.send(f"notifications/email/{template}", to=[user.email], context=context)


def _done(taken: QuerySet[Notification]) -> None:
    """Not those that were read and happened again meanwhile: they are due anew, and no longer the ones taken."""
    with unscoped("the rows that were taken"):
        taken.update(email_due=EmailChoice.NEVER, email_taken_at=None)
