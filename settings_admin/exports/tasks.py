"""Exports are written by the workers, looked after and thrown away by the beat."""

from celery import shared_task
from django.utils import timezone

from settings_admin.exports import services
from settings_admin.scoping import unscoped


@shared_task(time_limit=3600)
def write_export(pk: int) -> None:
    services.write(pk, now=timezone.now())


@shared_task
def restart_stuck() -> None:
    with unscoped("exports of everybody"):
        services.restart_stuck(now=timezone.now())


@shared_task
def throw_away_old() -> None:
    with unscoped("exports of everybody"):
        services.throw_away_old(now=timezone.now())
