"""What is done about customers by itself."""

from celery import shared_task
from django.utils import timezone

from customers.services import erasure, imports
from settings_admin.scoping import unscoped


@shared_task
def complete_erasures() -> None:
    with unscoped("customers of every entity whom a law keeps no more"):
        erasure.complete_erasures(now=timezone.now())


@shared_task
def forget_old_imports() -> None:
    with unscoped("imports of everybody"):
        imports.forget_old(now=timezone.now())
