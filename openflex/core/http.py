"""What every view says about its method, and the few questions asked of a request."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils.cache import get_conditional_response
from django.utils.http import url_has_allowed_host_and_scheme

from openflex.core.errors import Refused

View = Callable[..., HttpResponseBase]

_READING = ("SELECT", "SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT", "EXPLAIN", "SHOW", "WITH", "(SELECT")
# The access log is the one table that a page may append to while it is being read.
_READING_MAY_APPEND = 'INSERT INTO "settings_admin_accesslog"'


class WriteInReadOnlyView(Exception):
    """A GET tried to change business state. Not for users: it is a defect of the view."""


def declare(view: View, **facts: Any) -> View:
    """Notes on the view itself what it asks for: the system checks and the crawl of the tests read it there."""
    vars(view).update(facts)
    return view


def public(view: View) -> View:
    """No account needed. Such a view runs without a scope, so it cannot read any business table."""
    return declare(login_not_required(view), declared_right="public")


def read_only(view: View) -> View:
    """GET and HEAD only, and the database refuses anything but reading while the view runs."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET"])
        with connection.execute_wrapper(_refuse_writes):
            return view(request, *args, **kwargs)

    return declare(wrapper, http_methods=("GET",))


def writes(*methods: str) -> Callable[[View], View]:
    """`@writes("POST")`, or `@writes("GET", "POST")` for a form's page: its GET is as read-only as any other."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in methods and not (request.method == "HEAD" and "GET" in methods):
                return _page_above(request) or HttpResponseNotAllowed(methods)
            if request.method in ("GET", "HEAD"):
                with connection.execute_wrapper(_refuse_writes):
                    return view(request, *args, **kwargs)
            return view(request, *args, **kwargs)

        return declare(wrapper, http_methods=methods)

    return decorate


def _page_above(request: HttpRequest) -> HttpResponse | None:
    """For a browser that comes to read where one only writes (signed in again, from the history, by hand): the nearest
    page above it, of what is done to a row the row's own."""
    if (
        request.method != "GET"
        or "text/html" not in request.headers.get("Accept", "")
        or "HX-Request" in request.headers
    ):
        return None
    path = request.path
    while path != "/":
        path = path.rstrip("/").rpartition("/")[0] + "/"
        try:
            view = resolve(path).func
        except Resolver404:
            continue
        if "GET" in getattr(view, "http_methods", ("GET",)):
            return HttpResponse(status=303, headers={"Location": path})
    return None


def _refuse_writes(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    statement = sql.lstrip()
    if not statement.upper().startswith(_READING) and not statement.startswith(_READING_MAY_APPEND):
        raise WriteInReadOnlyView(statement[:120])
    return execute(sql, params, many, context)


def row_number(text: str) -> int | None:
    """The number of a row that an address or a form names; None for anything else. `isdigit` alone takes ² for one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def safe_next(request: HttpRequest, *, default: str) -> str:
    """The address a form asks to come back to, when it is one of ours."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    if not target.isprintable():
        return default
    if url_has_allowed_host_and_scheme(target, allowed_hosts=None) and urlsplit(target).path.startswith("/"):
        return target
    return default


def image_response(request: HttpRequest, content: bytes, *, kind: str, version: str, is_named: bool) -> HttpResponse:
    """An image for this person's browser alone. One whose address carries its `version` (`is_named`) is kept for a day
    without asking; any other is asked for each time, and sent only when it is no longer the one."""
    etag = f'"{version}"'
    response = None if is_named else get_conditional_response(request, etag=etag)
    if response is None:
        response = HttpResponse(content, content_type=f"image/{kind}")
        response.headers["Content-Disposition"] = f'inline; filename="image.{kind}"'
    response.headers["Cache-Control"] = "private, max-age=86400, immutable" if is_named else "private, no-cache"
    response.headers["ETag"] = etag
    return response


class NulMiddleware:
    """No text of ours holds a NUL, and the database answers one with an error: in an address it stands for nothing.

    Before anything reads `request.GET`. What is typed into a form is refused beside its field by the form itself.
    """

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        query = request.META.get("QUERY_STRING", "")
        while "%00" in query or "\x00" in query:  # what is left of %%0000 is %00
            query = query.replace("%00", "").replace("\x00", "")
        request.META["QUERY_STRING"] = query
        return self.get_response(request)


class RefusalMiddleware:
    """A refusal that no form could show becomes a page (or a toast) with its sentence, status 409."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refused):
            return None
        return render(request, "errors/409.html", {"message": exception.message}, status=409)
