"""The devices on which somebody is signed in, and their end."""

from datetime import datetime

from allauth.usersessions.adapter import get_adapter
from allauth.usersessions.models import UserSession

from settings_admin.access.models import User


def note_seen(user: User, *, key: str, ip: str, user_agent: str, now: datetime) -> None:
    """Writes down when and from where a session was last used; one statement."""
    longest = UserSession._meta.get_field("user_agent").max_length
    UserSession.objects.bulk_create(
        [UserSession(user=user, session_key=key, ip=ip, user_agent=user_agent[:longest], last_seen_at=now)],
        update_conflicts=True,
        unique_fields=["session_key"],
        update_fields=["user", "ip", "user_agent", "last_seen_at"],
    )


def end_sessions(user: User, *, keep: str | None = None) -> int:
    """Signs the person out everywhere but in the session of the key `keep`; the next request of each leads to the
    sign-in page. Returns how many ended."""
    sessions = list(UserSession.objects.filter(user=user).exclude(session_key=keep or "").order_by("pk"))
    get_adapter().end_sessions(sessions)
    return len(sessions)


def end_session(session: UserSession) -> None:
    get_adapter().end_sessions([session])
