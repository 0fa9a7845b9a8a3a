"""What access leaves to the worker: the e-mails of signing in, which takes the same time whether there is such an
account or not; invitations; and what is forgotten, after a day or a year."""

from celery import shared_task
from django.utils import timezone

from openflex.core.dates import today_paris
from settings_admin.access.services import absences, imports, invitations, passwords
from settings_admin.records.services import forget_old_accesses
from settings_admin.scoping import unscoped


@shared_task
def send_password_link(email: str) -> None:
    passwords.send_password_link(email)


@shared_task
def tell_locked_out(email: str) -> None:
    passwords.tell_locked_out(email)


@shared_task
def send_invitations(ids: list[int]) -> None:
    """Each in a task of its own: one that fails holds up none of the others."""
    for pk in ids:
        send_invitation.delay(pk)


@shared_task
def send_invitation(pk: int) -> None:
    with unscoped("the invitation of somebody who was made just now, or left behind"):
        invitations.send(pk, now=timezone.now())


@shared_task
def send_invitations_left_behind() -> None:
    with unscoped("invitations of everybody"):
        ids = invitations.left_behind(now=timezone.now())
    send_invitations(ids)


@shared_task
def forget_old_imports() -> None:
    with unscoped("imports of everybody"):
        imports.forget_old(now=timezone.now())


@shared_task(time_limit=3600)
def forget_last_year() -> None:
    now = timezone.now()
    with unscoped("sign-ins and absences of everybody"):
        forget_old_accesses(now=now)
        absences.forget_old(today=today_paris(now))
