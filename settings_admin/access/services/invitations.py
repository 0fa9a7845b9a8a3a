"""Invitations reach people although the queue or a worker was down when they were made.

An account says from when on its invitation is to be sent. A worker takes it on by a conditional UPDATE that moves this
moment, so that it is left alone meanwhile and free again when the worker goes away, and empties it once the e-mail was
handed over.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from openflex.core import mail
from settings_admin.access.models import User
from settings_admin.access.services.passwords import password_link
from settings_admin.records.models import TimelineEntry

AT_A_TIME: Final = 100
# A worker that took one on and has not sent it by then is gone.
TAKEN_FOR: Final = timedelta(minutes=10)
# Before this, what is due is still on its way through the queue.
LEFT_AFTER: Final = timedelta(minutes=5)


def make_due(user: User, *, now: datetime) -> None:
    """Noted on the account; the caller saves it."""
    user.invited_at = user.invitation_due_at = now


def send_on_commit(people: Sequence[User]) -> None:
    # The tasks call these verbs: importing them at the top would be a circle.
    from settings_admin.access.tasks import send_invitations

    def queue() -> None:
        for start in range(0, len(people), AT_A_TIME):
            send_invitations.delay([user.pk for user in people[start : start + AT_A_TIME]])

    # robust: when the queue does not answer, `left_behind` finds them.
    transaction.on_commit(queue, robust=True)


def left_behind(*, now: datetime) -> list[int]:
    """Whose invitation should have been sent a while ago: the queue lost it, or its worker went away."""
    due = _due(now - LEFT_AFTER).order_by("invitation_due_at", "pk")
    return list(due.values_list("pk", flat=True)[:AT_A_TIME])


def send(pk: int, *, now: datetime) -> None:
    """To this person, when they are to have one and have not accepted meanwhile, or left. Outside a transaction: it is
    done only when its e-mail was handed over."""
    taken_until = now + TAKEN_FOR
    if not _due(now).filter(pk=pk).update(invitation_due_at=taken_until):
        return
    user = User.objects.select_related("holding").get(pk=pk)
    if user.is_active and not user.has_usable_password():
        _send(user)
    # Not of who was invited again meanwhile: theirs is due anew.
    User.objects.filter(pk=pk, invitation_due_at=taken_until).update(invitation_due_at=None)


def _due(now: datetime) -> QuerySet[User]:
    return User.objects.filter(invitation_due_at__lte=now)


def _send(user: User) -> None:
    invited = TimelineEntry.objects.filter(
        target_type=User._meta.label_lower, target_id=user.pk, kind__in=("invited", "invited_again")
    ).select_related("actor")
    context = {
        "user": user,
        "invited_by": invited[0].actor,
        "holding": user.holding,
        "url": password_link(user),
        "days": settings.PASSWORD_RESET_TIMEOUT // 86_400,
    }
    mail.send("access/email/invitation", to=[user.email], context=context)
