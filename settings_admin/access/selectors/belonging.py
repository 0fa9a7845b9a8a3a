"""What one person may do where."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q
from django.db.models.functions import JSONObject

from settings_admin.access.models import Membership, User
from settings_admin.organisation.models import Entity, PointOfSale
from settings_admin.scoping import NOWHERE, Reach, Scope, unscoped

ALL_ENTITIES = "all"


@dataclass
class Place:
    """An entity of the person's with the points of sale they may see, as the top bar's switch shows it."""

    entity: Entity
    is_whole: bool
    points_of_sale: list[PointOfSale] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"e{self.entity.pk}"


@dataclass
class Belonging:
    """Everything a request needs to know of a member of staff: where they belong and what they may do there."""

    grants: dict[str, Reach]
    widest: Reach
    places: list[Place]
    # Rights held in the whole holding, in entities created tomorrow too.
    holding_rights: frozenset[str] = frozenset()
    # The holding wants everybody to have a second factor.
    requires_second_factor: bool = False

    def places_where(self, right: str) -> list[Place]:
        """The part of `places` where a right is held; no statement."""
        return self.places_in(self.grants.get(right, NOWHERE))

    def places_in(self, held: Reach) -> list[Place]:
        return [
            Place(
                place.entity,
                place.entity.pk in held.whole,
                [site for site in place.points_of_sale if held.covers(place.entity.pk, site.pk)],
            )
            for place in self.places
            if place.entity.pk in held.entities
        ]

    def current(self, choice: str) -> tuple[str, Reach]:
        """The chosen part of `widest`: "all", "e<entity>" or "p<point of sale>"; a stale choice falls back.

        The default is the first entity, whole: a person of one entity never meets the switch.
        """
        if choice == ALL_ENTITIES and len(self.places) > 1:
            return ALL_ENTITIES, self.widest
        for place in self.places:
            if choice == place.key:
                return choice, self.widest & Reach(frozenset({place.entity.pk}))
            for point in place.points_of_sale:
                if choice == f"p{point.pk}":
                    return choice, Reach(partial={place.entity.pk: frozenset({point.pk})})
        if not self.places:
            return "", NOWHERE
        first = self.places[0]
        return first.key, self.widest & Reach(frozenset({first.entity.pk}))


def belonging_of(user: User) -> Belonging:
    """Two statements, whatever the number of memberships; a merchant's people belong nowhere."""
    if user.holding_id is None:
        return Belonging({}, NOWHERE, [])
    with unscoped("finding out where somebody belongs"):
        given = gifts_of(user.pk).get(user.pk, [])
        of_entity = PointOfSale.objects.filter(entity=OuterRef("pk")).order_by("name")
        sites = of_entity.values(json=JSONObject(**{name: name for name in _OF_SITE}))
        rows = Entity.objects.filter(holding_id=user.holding_id).select_related("holding")
        entities = list(rows.annotate(sites=ArraySubquery(sites)))
    grants, widest, holding_rights = add_up(given, everywhere=frozenset(entity.pk for entity in entities))
    is_required = any(entity.holding.requires_second_factor for entity in entities)
    return Belonging(grants, widest, _places(entities, widest), holding_rights, is_required)


@dataclass(frozen=True)
class Gift:
    """What one membership gives: these rights, in the whole holding (`entity_id` None), in an entity, or (`is_whole`
    false) at some of its sites."""

    group_id: int
    entity_id: int | None
    is_whole: bool
    sites: frozenset[int]
    rights: tuple[str, ...]


def gifts_of(*user_ids: int) -> dict[int, list[Gift]]:
    """What the memberships of these people give, in one statement. Call it unscoped: the whole of it counts."""
    rows = (
        Membership.objects.filter(user__in=user_ids, group__holding=F("user__holding"))
        .annotate(sites=ArrayAgg("points_of_sale", filter=Q(points_of_sale__isnull=False), default=[]))
        .values_list("user_id", "group_id", "entity_id", "is_whole", "sites", "group__rights")
    )
    gifts: dict[int, list[Gift]] = defaultdict(list)
    for user_id, group_id, entity_id, is_whole, sites, rights in rows:
        gifts[user_id].append(Gift(group_id, entity_id, is_whole, frozenset(sites), tuple(rights)))
    return gifts


def add_up(gifts: Iterable[Gift], *, everywhere: frozenset[int]) -> tuple[dict[str, Reach], Reach, frozenset[str]]:
    """Where each right is held, where the person belongs, and the rights held in the whole holding; `everywhere`: its
    entities of today."""
    grants: dict[str, Reach] = defaultdict(Reach)
    widest = NOWHERE
    holding_rights: set[str] = set()
    for gift in gifts:
        if gift.entity_id is None:
            reach = Reach(everywhere)
            holding_rights.update(gift.rights)
        elif gift.is_whole:
            reach = Reach(frozenset({gift.entity_id}))
        else:
            reach = Reach(partial={gift.entity_id: gift.sites})
        reach &= Reach(everywhere)
        widest |= reach
        for right in gift.rights:
            # Rights over the holding itself count only where the whole holding was given.
            if gift.entity_id is None or not right.startswith("holding."):
                grants[right] |= reach
    return dict(grants), widest, frozenset(holding_rights)


# The columns of a site that are read with every request, in the order of the model.
_OF_SITE = ("id", "entity_id", "name", "postcode", "city")


def _places(entities: list[Any], widest: Reach) -> list[Place]:
    return [
        Place(
            entity,
            entity.pk in widest.whole,
            [_site(entity, **site) for site in entity.sites if widest.covers(entity.pk, site["id"])],
        )
        for entity in entities
        if entity.pk in widest.entities
    ]


def _site(entity: Entity, **columns: Any) -> PointOfSale:
    """With what lists of sites tell of it; its other columns are read when somebody asks for them."""
    return PointOfSale.from_db(entity._state.db, _OF_SITE, [columns[name] for name in _OF_SITE])


def scope_of(user: User, belonging: Belonging, choice: str) -> Scope:
    _, current = belonging.current(choice)
    return Scope(
        user_id=user.pk,
        holding_id=user.holding_id,
        widest=belonging.widest,
        current=current,
        reach=current,
        grants=belonging.grants,
        holding_rights=belonging.holding_rights,
    )


def scope_anywhere(user: User) -> Scope:
    """Of this person outside of their own requests: everywhere they belong."""
    if user.merchant_id is not None:
        return Scope(user_id=user.pk, merchant_id=user.merchant_id)
    return scope_of(user, belonging_of(user), ALL_ENTITIES)
