"""The devices on which somebody is signed in, and their end."""

from datetime import datetime

from allauth.usersessions.adapter import get_adapter
from allauth.usersessions.models import UserSession

from openflex.core.errors import Refused
from openflex.core.realtime import SESSION_ENDED, publish_on_commit
from settings_admin.access.models import User
from settings_admin.access.services.guarding import changing_access, holding_of, locked_person
from settings_admin.records.services import record_event


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
    tell_session_ended(user.pk)
    return len(sessions)


def end_sessions_of(*, actor: User, user: User) -> int:
    """Signs somebody whom the actor oversees out everywhere; returns how many sessions ended.

    Raises Refused: "oneself", "beyond_own_rights".
    """
    with changing_access(holding_of(user)):
        user = locked_person(actor, user)
        if user.pk == actor.pk:
            raise Refused("oneself", "Vos propres appareils se déconnectent dans votre compte.")
        ended = end_sessions(user)
        if ended:
            record_event(user, kind="devices_signed_out", actor=actor)
        return ended


def end_session(session: UserSession) -> None:
    get_adapter().end_sessions([session])
    tell_session_ended(session.user_id)


def tell_session_ended(user_id: int) -> None:
    """The person's open pages ask whether their session is the one."""
    publish_on_commit(f"user.{user_id}", SESSION_ENDED, {})
