"""What the stock does by itself."""

from celery import shared_task
from django.utils import timezone

from settings_admin.scoping import unscoped
from vehicles.services import holds, photo_files


@shared_task
def release_expired_holds() -> None:
    with unscoped("holds of every entity"):
        holds.release_expired_holds(now=timezone.now())


@shared_task
def remove_stray_photos() -> None:
    photo_files.remove_strays(now=timezone.now())
