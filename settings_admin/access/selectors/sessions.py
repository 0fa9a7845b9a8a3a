"""Where somebody is signed in."""

from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import NamedTuple

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils.crypto import constant_time_compare

from openflex.core.devices import describe_device, is_hand_held
from settings_admin.access.models import User
from settings_admin.access.selectors.belonging import ALL_ENTITIES, belonging_of, scope_of
from settings_admin.access.selectors.second_factor import has_second_factor
from settings_admin.scoping import Scope


@dataclass(frozen=True)
class OpenSession:
    pk: int
    device: str
    is_hand_held: bool
    ip: str
    opened_at: datetime
    last_seen_at: datetime
    is_this_one: bool


def open_sessions(user: User, *, this_key: str | None, now: datetime) -> list[OpenSession]:
    """The sessions that still open something, this one first, then the last seen first."""
    alive = Session.objects.filter(expire_date__gt=now).values("session_key")
    rows = UserSession.objects.filter(user=user, session_key__in=alive).order_by("-last_seen_at", "-pk")
    sessions = [
        OpenSession(
            pk=row.pk,
            device=describe_device(row.user_agent),
            is_hand_held=is_hand_held(row.user_agent),
            ip=row.ip,
            opened_at=row.created_at,
            last_seen_at=row.last_seen_at,
            is_this_one=row.session_key == this_key,
        )
        for row in rows
    ]
    return sorted(sessions, key=lambda session: not session.is_this_one)


class SignedIn(NamedTuple):
    user: User
    scope: Scope


def signed_in_by(key: str) -> SignedIn | None:
    """Whom a session opens the application to, and their scope in all of their entities; None for one that has ended,
    of a closed account, or without the second factor that the holding asks for.

    For a door that is no request: nothing is renewed, unlike `django.contrib.auth.get_user`, which may give the session
    a new key that only a response could carry.
    """
    stored = import_module(settings.SESSION_ENGINE).SessionStore(session_key=key).load()
    user = User.objects.filter(pk=stored.get(SESSION_KEY), is_active=True).first()
    if user is None:
        return None
    hashes = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    if not any(constant_time_compare(stored.get(HASH_SESSION_KEY, ""), each) for each in hashes):
        return None
    if user.merchant_id is not None:
        return SignedIn(user, Scope(user_id=user.pk, merchant_id=user.merchant_id))
    belonging = belonging_of(user)
    if belonging.requires_second_factor and not has_second_factor(user):
        return None
    scope = scope_of(user, belonging, ALL_ENTITIES)
    return SignedIn(user, scope.narrowed(scope.widest))
