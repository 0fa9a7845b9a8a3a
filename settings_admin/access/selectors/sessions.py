"""Where somebody is signed in."""

from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from openflex.core.devices import describe_device, is_hand_held
from settings_admin.access.models import User


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
