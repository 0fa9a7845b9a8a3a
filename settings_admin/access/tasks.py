"""What signing in leaves to the worker: the page takes the same time whether there is such an account or not."""

from celery import shared_task

from settings_admin.access.services import passwords


@shared_task
def send_password_link(email: str) -> None:
    passwords.send_password_link(email)


@shared_task
def tell_locked_out(email: str) -> None:
    passwords.tell_locked_out(email)
