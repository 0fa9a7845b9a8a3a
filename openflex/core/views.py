"""Pages of the platform itself: health, the development outbox, the style page, and the error pages' doors."""

import email
import email.policy
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from redis.exceptions import RedisError

from openflex.core.http import public, read_only
from openflex.core.style_page import style_context
from openflex.core.tasks import BEAT, WORKER_ALIVE

WORKER_IS_LATE_AFTER = 45  # seconds; it gives a sign every other second


@public
@never_cache
@read_only
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "ok", "version": settings.VERSION})


@public
@never_cache
@read_only
def readyz(request: HttpRequest) -> HttpResponse:
    """The process can serve: database and cache answer. A worker that is gone and a late beat are reported but do not
    take pages away; `beat_lag_seconds`, since its last task was run, is null as long as there was none."""
    state: dict[str, Any] = {"database": _database_answers()}
    now = time.time()
    try:
        signs = cache.get_many([WORKER_ALIVE, BEAT])
        state["cache"] = True
        state["worker"] = now - signs.get(WORKER_ALIVE, 0) < WORKER_IS_LATE_AFTER
        state["beat_lag_seconds"] = round(now - signs[BEAT], 1) if BEAT in signs else None
    except RedisError:
        state |= {"cache": False, "worker": False, "beat_lag_seconds": None}
    ready = state["database"] and state["cache"]
    return JsonResponse(state, status=200 if ready else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except OperationalError:
        return False
    return True


@public
@read_only
def outbox(request: HttpRequest) -> HttpResponse:
    """The e-mails of a development machine, newest first; in production there is no such page."""
    if not settings.DEBUG or not hasattr(settings, "EMAIL_FILE_PATH"):
        raise Http404
    folder = Path(settings.EMAIL_FILE_PATH)
    files = sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime, reverse=True) if folder.exists() else []
    return render(request, "core/outbox.html", {"messages_sent": [_read_message(file) for file in files[:50]]})


def _read_message(file: Path) -> dict[str, Any]:
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    body = message.get_body(("plain",))
    text = body.get_content() if body else ""
    return {
        "to": message["To"],
        "subject": message["Subject"],
        "date": message["Date"],
        "text": text.split("\n" + "-" * 79)[0],
    }


@public
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django calls it by name when a form's token is missing or stale (settings: CSRF_FAILURE_VIEW)."""
    return render(request, "403_csrf.html", status=403)


@public
@read_only
def style_page(request: HttpRequest) -> HttpResponse:
    """Every component once; development only."""
    if not settings.DEBUG:
        raise Http404
    return render(request, "style/style_page.html", style_context())
