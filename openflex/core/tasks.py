"""Tasks of the kernel: e-mail, housekeeping, and the beat that /readyz listens to."""

import smtplib
import time
from typing import Any

from celery import shared_task
from django.core.cache import cache
from django.core.mail import EmailMultiAlternatives
from django.core.management import call_command

HEARTBEAT = "worker-heartbeat"


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
    """Sent by beat every ten seconds, run by a worker: its age in the cache is the health of both."""
    cache.set(HEARTBEAT, time.time(), timeout=None)


@shared_task
def clear_sessions() -> None:
    call_command("clearsessions")
