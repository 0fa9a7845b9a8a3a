"""Tasks of the kernel: e-mail, housekeeping, and the signs of life that /readyz reads: of a worker, and of the beat."""

import smtplib
import time
from typing import Any

from celery import shared_task
from celery.signals import heartbeat_sent
from django.core.cache import cache
from django.core.mail import EmailMultiAlternatives
from django.core.management import call_command

WORKER_ALIVE = "worker-alive"
BEAT = "beat"


@shared_task(
    bind=True,
    autoretry_for=(smtplib.SMTPException, OSError),
    retry_backoff=10,
    retry_backoff_max=3600,
    retry_jitter=True,
    max_retries=12,
)
def send_email(self: Any, *, subject: str, text: str, html: str, to: list[str]) -> None:
    message = EmailMultiAlternatives(subject, text, to=to)
    if html:
        message.attach_alternative(html, "text/html")
    message.send()


@shared_task
def heartbeat() -> None:
    """Sent by beat every ten seconds: when a worker ran it last tells how late beat and queue are."""
    cache.set(BEAT, time.time(), timeout=None)


@heartbeat_sent.connect
def note_worker(**_: Any) -> None:
    """A worker's own sign of life, of the process that takes tasks: every other second, whatever beat does."""
    cache.set(WORKER_ALIVE, time.time(), timeout=None)


@shared_task
def clear_sessions() -> None:
    call_command("clearsessions")
