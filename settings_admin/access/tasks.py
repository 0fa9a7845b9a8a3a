"""What access leaves to the worker: the e-mails of signing in, which takes the same time whether there is such an
account or not; the invitations of an import; and what is forgotten after a day."""

from celery import shared_task
from django.utils import timezone

from settings_admin.access.services import imports, passwords, people
from settings_admin.scoping import unscoped


@shared_task
def send_password_link(email: str) -> None:
    passwords.send_password_link(email)


@shared_task
def tell_locked_out(email: str) -> None:
    passwords.tell_locked_out(email)


@shared_task
def send_invitations(ids: list[int], invited_by: int) -> None:
    with unscoped("the invitations of one import"):
        people.send_invitations(ids, invited_by=invited_by)


@shared_task
def forget_old_imports() -> None:
    with unscoped("imports of everybody"):
        imports.forget_old(now=timezone.now())
