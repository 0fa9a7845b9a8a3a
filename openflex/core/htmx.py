"""The few things a view says to htmx; all event names of the application stand in this file."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.encoding import iri_to_uri

TOAST = "toast"
CLOSE_DIALOG = "close-dialog"
NOTIFICATIONS = "notifications"
ACTED = "acted"


def is_partial(request: HttpRequest) -> bool:
    """True when htmx asks for a fragment: not for a whole page that it boosts (no target), nor one from the history."""
    htmx = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.history_restore_request and (not htmx.boosted or bool(htmx.target))


def render_part(
    request: HttpRequest, template: str, part: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """The whole page, or its `partialdef` named `part` when htmx asked: one view, one template, one truth."""
    name = f"{template}#{part}" if is_partial(request) else template
    response = render(request, name, context, status=status)
    # A cache between here and the browser must not serve the fragment as the page.
    patch_vary_headers(response, ["HX-Request", "Cookie"])
    return response


def redirect(request: HttpRequest, to: str, *args: Any, **kwargs: Any) -> HttpResponse:
    """After a write: htmx is told to go there as a whole page, a plain form follows by 303."""
    url = iri_to_uri(to if to.startswith("/") else reverse(to, args=args, kwargs=kwargs))
    if is_partial(request):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponse(status=303, headers={"Location": url})


def in_place_of(selector: str, response: HttpResponse) -> HttpResponse:
    """The answer is another one than what was asked expects: it takes the place of this element."""
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = selector, "morph:outerHTML"
    return response


def trigger(response: HttpResponse, event: str, detail: Any = None) -> HttpResponse:
    """Adds an event that the page's scripts hear after the swap."""
    events = json.loads(response.headers.get("HX-Trigger", "{}"))
    events[event] = detail
    response.headers["HX-Trigger"] = json.dumps(events)
    return response
