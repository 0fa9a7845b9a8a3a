from celery import shared_task
from django.utils import timezone

from openflex.live import ledger


@shared_task
def forget_events() -> None:
    ledger.forget(now=timezone.now())
