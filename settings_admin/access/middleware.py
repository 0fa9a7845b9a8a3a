"""What is done around every request of somebody signed in: their session is noted, their scope entered."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import structlog
from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control

from openflex.core import htmx
from settings_admin import scoping
from settings_admin.access.requests import origin_of
from settings_admin.access.selectors.belonging import Belonging, belonging_of, scope_of
from settings_admin.access.selectors.second_factor import has_second_factor
from settings_admin.access.services.sessions import note_seen

SCOPE_CHOICE = "scope"
# What the top bar of the sending page showed (static/js/app.js): another tab may have switched since.
SHOWN_SCOPE, SHOWN_SCOPE_HEADER = "shown_scope", "X-Shown-Scope"
SEEN_AT = "seen_at"
NOTED_EVERY = 300  # seconds; the session keeps when it was noted, so that other requests cost nothing


class SessionMiddleware:
    """Notes from where and when each session is used, for *Mes sessions*."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        now = timezone.now()
        if request.user.is_authenticated and request.session.get(SEEN_AT, 0) < now.timestamp() - NOTED_EVERY:
            adapter = get_adapter(request)
            note_seen(
                request.user,
                key=request.session.session_key or "",
                ip=adapter.get_client_ip(request),
                user_agent=adapter.get_http_user_agent(request),
                now=now,
            )
            request.session[SEEN_AT] = now.timestamp()
        return self.get_response(request)


class ScopeMiddleware:
    """An anonymous request gets no scope at all: business tables refuse to be read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        response = self._scoped_response(request, user) if user.is_authenticated else self.get_response(request)
        # Pages of one person, also of who chooses a password by a link: no cache keeps them, not even the browser's
        # after signing out. A view that says itself how its answer is kept (an image) is believed, but never as one for
        # everybody.
        keeps = {} if response.has_header("Cache-Control") else {"no_store": True}
        patch_cache_control(response, private=True, **keeps)
        return response

    def _scoped_response(self, request: HttpRequest, user: Any) -> HttpResponse:
        if user.merchant_id is not None:
            scope = scoping.Scope(user_id=user.pk, merchant_id=user.merchant_id)
        else:
            choice = request.session.get(SCOPE_CHOICE, "")
            belonging = belonging_of(user)
            request.belonging = belonging  # type: ignore[attr-defined]
            request.scope_choice = belonging.current(choice)[0]  # type: ignore[attr-defined]
            scope = scope_of(user, belonging, choice)
        structlog.contextvars.bind_contextvars(entities=sorted(scope.current.entities))
        with scoping.scoped(replace(scope, origin=scoping.Origin(**origin_of(request)))):
            return self.get_response(request)


class ShownScopeMiddleware:
    """A page goes on in the place that its own top bar shows; the session's choice is for pages that come anew. Inside
    of that scope: a form that cannot be read has its page, too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        belonging: Belonging | None = getattr(request, "belonging", None)
        if belonging is None:
            return self.get_response(request)
        shown = request.headers.get(SHOWN_SCOPE_HEADER, "")
        if not shown and request.method not in ("GET", "HEAD"):
            shown = request.POST.get(SHOWN_SCOPE, "")
        if not shown or shown == request.scope_choice:  # type: ignore[attr-defined]
            return self.get_response(request)
        choice, current = belonging.current(shown)
        if choice != shown:
            # No longer theirs: `right` lets nothing be created in another place instead.
            request.left_shown_scope = True  # type: ignore[attr-defined]
            return self.get_response(request)
        request.scope_choice = choice  # type: ignore[attr-defined]
        structlog.contextvars.bind_contextvars(entities=sorted(current.entities))
        with scoping.scoped(replace(scoping.current_scope(), current=current, reach=current)):
            return self.get_response(request)


class SecondFactorMiddleware:
    """Where the holding requires a second factor, who has none reaches the page that activates it and nothing else."""

    REACHABLE = frozenset({"mfa_activate_totp", "account_reauthenticate", "account_logout"})

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        belonging: Belonging | None = getattr(request, "belonging", None)
        if belonging is None or not belonging.requires_second_factor:
            return None
        match = request.resolver_match
        if view.declared_right == "public" or (match and match.view_name in self.REACHABLE):
            return None
        if has_second_factor(request.user):  # type: ignore[arg-type]
            return None
        return htmx.redirect(request, "mfa_activate_totp")
