"""What *Utilisateurs* answers to « Rechercher partout »."""

from collections.abc import Sequence

from django.urls import reverse

from openflex.core.finding import FindSource, Hit, register_sources
from settings_admin.access.authority import MANAGE_USERS
from settings_admin.access.models import User
from settings_admin.access.selectors.people import colleagues, looked_for
from settings_admin.scoping import current_scope


def _find(text: str, limit: int) -> Sequence[Hit]:
    people = looked_for(colleagues(current_scope()), text).order_by("-is_active", "last_name", "first_name", "pk")
    return [_told(user) for user in people[:limit]]


def _told(user: User) -> Hit:
    return Hit(
        user.full_name,
        reverse("access:user", args=[user.pk]),
        about=" · ".join(part for part in (user.job_title, user.email) if part),
    )


def register() -> None:
    register_sources(
        FindSource(
            key="users",
            label="Utilisateurs",
            icon="user",
            right=MANAGE_USERS,
            order=50,
            find=_find,
            rows=lambda: colleagues(current_scope()),
            told=_told,
            pages=frozenset({"access:user"}),
            list_url="access:users",
        )
    )
