"""*Mes sessions*: where I am signed in, and signing out elsewhere."""

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from openflex.core import htmx
from openflex.core.http import read_only, writes
from settings_admin.access.requests import SignedInRequest, origin_of
from settings_admin.access.selectors.sessions import open_sessions
from settings_admin.access.services import sessions
from settings_admin.guards import signed_in
from settings_admin.records.enums import AccessKind
from settings_admin.records.services import record_seen


@signed_in
@read_only
def my_sessions(request: SignedInRequest) -> HttpResponse:
    mine = open_sessions(request.user, this_key=request.session.session_key, now=timezone.now())
    return render(request, "access/my_sessions.html", {"sessions": mine})


@signed_in
@writes("POST")
def end_my_session(request: SignedInRequest, pk: int) -> HttpResponse:
    """One that has ended meanwhile is not found; ending this one is signing out."""
    session = get_object_or_404(UserSession, pk=pk, user=request.user)
    if session.session_key == request.session.session_key:
        return _signed_out(request)
    sessions.end_session(session)
    record_seen(user=request.user, kind=AccessKind.SESSIONS_ENDED, count=1, **origin_of(request))
    messages.success(request, "Cet appareil est déconnecté.")
    return htmx.redirect(request, "my_sessions")


@signed_in
@writes("POST")
def end_my_sessions(request: SignedInRequest) -> HttpResponse:
    """*Se déconnecter partout*: all the others, and this one too when the box is ticked."""
    ended = sessions.end_sessions(request.user, keep=request.session.session_key)
    if ended:
        record_seen(user=request.user, kind=AccessKind.SESSIONS_ENDED, count=ended, **origin_of(request))
    if "this_one_too" in request.POST:
        return _signed_out(request)
    messages.success(request, "Tous vos autres appareils sont déconnectés.")
    return htmx.redirect(request, "my_sessions")


def _signed_out(request: SignedInRequest) -> HttpResponse:
    get_adapter(request).logout(request)
    return htmx.redirect(request, "account_login")
