"""What a leaver leaves open, and who may take it over."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, IntegerField, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from settings_admin.access.models import User
from settings_admin.access.selectors.belonging import add_up, gifts_of
from settings_admin.organisation.models import Entity
from settings_admin.registries import HandOver, hand_overs
from settings_admin.scoping import NOWHERE, Reach, unscoped

Grants = dict[str, Reach]


def left_open_by(user: User) -> list[tuple[HandOver, int]]:
    """What each module counts, wherever it stands: for who oversees the person everywhere."""
    with unscoped("a leaver leaves nothing behind, in no entity"):
        counts = {one.key: _count(one.left(user)) for one in hand_overs()}
        row = User.objects.filter(pk=user.pk).values_list(*counts.values()).first() if counts else None
        return [(one, count) for one, count in zip(hand_overs(), row or (), strict=bool(row)) if count]


def _count(rows: QuerySet[Any]) -> Coalesce:
    """Of these rows, for a statement that counts others beside them."""
    counted = rows.order_by().annotate(of_all=Value(1)).values("of_all").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def able_to_take_over(user: User, *, among: QuerySet[User]) -> QuerySet[User]:
    """Those of `among` who hold, everywhere where something is open, the right to work on it; a fixed number of
    statements and those of each module."""
    needed = _needed(user, (one for one, _ in left_open_by(user)))
    candidates = list(among.values_list("pk", flat=True).order_by("pk"))
    grants = grants_of(user.holding_id, candidates)
    able = [pk for pk in candidates if all(_covers(grants[pk], right, places) for right, places in needed)]
    return among.filter(pk__in=able)


def missing_right(user: User, receiver: User, one: HandOver) -> bool:
    """Would `receiver` get something of `one` that they could not work on?"""
    grants = grants_of(receiver.holding_id, [receiver.pk])[receiver.pk]
    return not all(_covers(grants, right, places) for right, places in _needed(user, [one]))


def grants_of(holding_id: int | None, user_ids: list[int]) -> dict[int, Grants]:
    """Where each of these people of the holding holds each right; two statements."""
    with unscoped("what somebody holds anywhere counts"):
        everywhere = frozenset(Entity.objects.filter(holding=holding_id).values_list("pk", flat=True))
        gifts = gifts_of(*user_ids)
    return {pk: add_up(gifts.get(pk, []), everywhere=everywhere)[0] for pk in user_ids}


def _needed(user: User, kinds: Iterable[HandOver]) -> list[tuple[str, list[tuple[int, int | None]]]]:
    with unscoped("a leaver leaves nothing behind, in no entity"):
        return [(one.right, list(one.places(user))) for one in kinds]


def _covers(grants: Grants, right: str, places: list[tuple[int, int | None]]) -> bool:
    held = grants.get(right, NOWHERE)
    return all(held.covers(entity_id, site_id) for entity_id, site_id in places)
