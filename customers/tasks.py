"""What is done about customers by itself."""

from celery import shared_task
from django.utils import timezone

from customers.services import erasure, import_runs, imports, silence
from settings_admin.scoping import unscoped


@shared_task
def complete_erasures() -> None:
    with unscoped("customers of every entity whom a law keeps no more"):
        erasure.complete_erasures(now=timezone.now())


@shared_task(time_limit=3600)
def forget_the_silent() -> None:
    now = timezone.now()
    with unscoped("customers of every entity with whom nobody had any contact for years"):
        silence.announce(now=now)
        silence.erase_silent(now=now)


@shared_task(time_limit=3600)
def work_on_import(pk: int) -> None:
    import_runs.run(pk, now=timezone.now())


@shared_task
def restart_stuck_imports() -> None:
    with unscoped("imports of everybody"):
        import_runs.restart_stuck(now=timezone.now())


@shared_task
def forget_old_imports() -> None:
    with unscoped("imports of everybody"):
        imports.forget_old(now=timezone.now())
