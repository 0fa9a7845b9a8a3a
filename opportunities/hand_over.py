"""What a leaver hands over: the opportunities they follow that are open."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils import timezone

from opportunities.models import Opportunity
from opportunities.rights import EDIT
from opportunities.services.follow_up import reassign
from opportunities.services.telling import tell_of_hand_over
from settings_admin.models import User
from settings_admin.registries import HandOver, register_hand_over


def _open_of(user: User) -> QuerySet[Opportunity]:
    return Opportunity.objects.open().filter(salesperson=user)


def _count(user: User) -> int:
    return _open_of(user).count()


def _places(user: User) -> Iterable[tuple[int, int | None]]:
    return list(_open_of(user).order_by().values_list("entity_id", "point_of_sale_id").distinct())


def _move(user: User, *, to: User, actor: User) -> int:
    """Inside the leaver's transaction; each keeps in its history who had it, and who has them all is told once."""
    rows, now, left = list(_open_of(user).select_related("vehicle").order_by("pk")), timezone.now(), []
    for opportunity in rows:
        left += reassign(opportunity=opportunity, to=to, actor=actor, now=now, is_told=False)
    if rows:
        tell_of_hand_over(rows, of_leaver=user, to=to, left=left, actor=actor)
    return len(rows)


def register() -> None:
    register_hand_over(
        HandOver(
            key="opportunities", label="opportunités en cours", right=EDIT, count=_count, places=_places, move=_move
        )
    )
