"""What comes after the bell: e-mails, at once or together, and forgetting."""

from celery import shared_task
from django.utils import timezone

from openflex.notifications.services import emails, inbox
from settings_admin.scoping import unscoped


@shared_task
def send_at_once(pk: int) -> None:
    emails.send_at_once(pk, now=timezone.now())


@shared_task
def send_digest(user_pk: int) -> None:
    emails.send_digest(user_pk, now=timezone.now())


@shared_task
def send_digests() -> None:
    """One task a person: an address that is refused keeps nobody else waiting."""
    with unscoped("digests of everybody"):
        due = emails.due_digests(now=timezone.now())
    for user_pk in due:
        send_digest.delay(user_pk)


@shared_task
def send_left_behind() -> None:
    with unscoped("e-mails of everybody"):
        left = emails.left_behind(now=timezone.now())
    for pk in left:
        send_at_once.delay(pk)


@shared_task
def forget_old() -> None:
    with unscoped("notifications of everybody"):
        inbox.forget_old(now=timezone.now())
