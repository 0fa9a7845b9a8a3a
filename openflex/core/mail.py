"""The one door by which e-mails leave: text and HTML from templates, after commit, by the worker, with retries."""

import re
from typing import Any, Final

from django.db import transaction
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string

_BREAKS: Final = re.compile(r"[^\S\u00a0\u202f]+")


def send(template: str, *, to: list[str], context: dict[str, Any]) -> None:
    """Renders `<template>_subject.txt`, `<template>_message.txt` and, where it exists, `<template>_message.html`
    now, and hands the e-mail to the worker once the current transaction is committed."""
    # One line. Not `split()`: it takes the spaces that do not break for others, « Nouveau commentaire\u00a0: ».
    subject = _BREAKS.sub(" ", render_to_string(f"{template}_subject.txt", context)).strip()
    text: str = render_to_string(f"{template}_message.txt", context).strip() + "\n"
    html: str
    try:
        html = render_to_string(f"{template}_message.html", context)
    except TemplateDoesNotExist:
        html = ""
    # The worker imports this package: importing the task at the top would be a circle.
    from openflex.core.tasks import send_email

    transaction.on_commit(lambda: send_email.delay(subject=subject, text=text, html=html, to=to))
