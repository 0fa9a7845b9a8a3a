"""A history on a page: the newest lines, and at the same address with `apres` what « Afficher la suite » brings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from openflex.core import htmx
from settings_admin.records.models import TimelineEntry
from settings_admin.records.selectors import HistoryLine, timeline_page

HISTORY_PAGE: Final = 50
AFTER: Final = "apres"


@dataclass(frozen=True)
class History:
    """Lines in words, the newest first, and the address of the next ones, "" at the end."""

    lines: Sequence[HistoryLine]
    more_url: str = ""


def read_history(
    request: HttpRequest,
    entries: QuerySet[TimelineEntry],
    *,
    told: Callable[[Sequence[TimelineEntry]], Sequence[HistoryLine]],
    url: str,
) -> History:
    """From the line that the address names on, or from the newest; `url` is that of the page on which it stands, which
    answers `is_reading_on` with `older`."""
    page = timeline_page(entries, size=HISTORY_PAGE, after=request.GET.get(AFTER, ""))
    return History(told(page.entries), more_url(url, page.following))


def more_url(url: str, following: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{AFTER}={following}" if following else ""


def is_reading_on(request: HttpRequest) -> bool:
    return request.method in ("GET", "HEAD") and AFTER in request.GET


def older(request: HttpRequest, history: History, *, of: str, url: str) -> HttpResponse:
    """The lines that follow what is read already; without a script, a page of their own that leads back to `url`."""
    context = {"lines": history.lines, "more_url": history.more_url, "of": of, "back": url}
    return htmx.render_part(request, "records/history.html", "lines", context)
