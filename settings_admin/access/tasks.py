"""What access leaves to the worker: the e-mails of signing in, which takes the same time whether there is such an
account or not; invitations; and what is forgotten after a day."""

from celery import shared_task
from django.utils import timezone

from settings_admin.access.services import imports, invitations, passwords
from settings_admin.scoping import unscoped


@shared_task
def send_password_link(email: str) -> None:
    passwords.send_password_link(email)


@shared_task
def tell_locked_out(email: str) -> None:
    passwords.tell_locked_out(email)


@shared_task
def send_invitations(ids: list[int]) -> None:
    with unscoped("invitations of those who were made just now"):
        invitations.send(ids, now=timezone.now())


@shared_task
def send_invitations_left_behind() -> None:
    with unscoped("invitations of everybody"):
        invitations.send(invitations.left_behind(now=timezone.now()), now=timezone.now())


@shared_task
def forget_old_imports() -> None:
    with unscoped("imports of everybody"):
        imports.forget_old(now=timezone.now())
