"""What one person may do where."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from openflex.core.search import fold
from settings_admin.access.models import User
from settings_admin.organisation.models import Entity, Holding, PointOfSale
from settings_admin.scoping import NOWHERE, Reach, Scope

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

    def sites_in(self, reach: Reach) -> list[PointOfSale]:
        """By name, each with its entity; no statement."""
        sites = [site for place in self.places_in(reach) for site in place.points_of_sale]
        return sorted(sites, key=lambda site: fold(site.name))

    def place(self, rows: Iterable[Any]) -> None:
        """Gives rows of these places their entity and their site, which need then not be joined; no statement."""
        entities = {place.entity.pk: place.entity for place in self.places}
        sites = {site.pk: site for place in self.places for site in place.points_of_sale}
        for row in rows:
            row.entity = entities[row.entity_id]
            if row.point_of_sale_id in sites:
                row.point_of_sale = sites[row.point_of_sale_id]

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
    """One statement, whatever the number of memberships; a merchant's people belong nowhere."""
    if user.holding_id is None:
        return Belonging({}, NOWHERE, [])
    entities, sites, is_required, given = _read(user.pk, user.holding_id)
    grants, widest, holding_rights = add_up(given, everywhere=frozenset(entity.pk for entity in entities))
    places = [
        Place(
            entity,
            entity.pk in widest.whole,
            [site for site in sites[entity.pk] if widest.covers(entity.pk, site.pk)],
        )
        for entity in entities
        if entity.pk in widest.entities
    ]
    return Belonging(grants, widest, places, holding_rights, is_required)


@dataclass(frozen=True)
class Gift:
    """What one membership gives: these rights, in the whole holding (`entity_id` None), in an entity, or (`is_whole`
    false) at some of its sites."""

    group_id: int
    entity_id: int | None
    is_whole: bool
    sites: frozenset[int]
    rights: tuple[str, ...]


# What is asked with every request is written out, for the ORM needs longer to put it together than the database to
# answer it: a third of what a request cost before its page began.
_GIFTS = """
    SELECT membership.user_id, membership.group_id, membership.entity_id, membership.is_whole,
           ARRAY(SELECT pointofsale_id FROM settings_admin_membership_points_of_sale AS chosen
                 WHERE chosen.membership_id = membership.id) AS sites,
           usergroup.rights
    FROM settings_admin_membership AS membership
    JOIN settings_admin_user AS person ON person.id = membership.user_id
    JOIN settings_admin_usergroup AS usergroup
         ON usergroup.id = membership.group_id AND usergroup.holding_id = person.holding_id
    WHERE membership.user_id = ANY(%s)
"""
# What is read of an entity and of a site with every request; their other columns when somebody asks for them.
_OF_HOLDING = ("id", "name", "requires_second_factor")
_OF_ENTITY = ("id", "holding_id", "name", "siren")
_OF_SITE = ("id", "entity_id", "name", "postcode", "city")
_BELONGING = f"""
    SELECT (SELECT JSON_AGG(given) FROM ({_GIFTS}) AS given),
           {", ".join(f"holding.{name}" for name in _OF_HOLDING)},
           {", ".join(f"entity.{name}" for name in _OF_ENTITY)},
           (SELECT JSON_AGG(JSON_BUILD_ARRAY({", ".join(_OF_SITE)}) ORDER BY name)
            FROM settings_admin_pointofsale WHERE entity_id = entity.id)
    FROM settings_admin_holding AS holding
    LEFT JOIN settings_admin_entity AS entity ON entity.holding_id = holding.id
    WHERE holding.id = %s ORDER BY entity.name
"""  # noqa: S608 - the names above


def gifts_of(*user_ids: int) -> dict[int, list[Gift]]:
    """What the memberships of these people give, in one statement; the whole of it, whatever the scope."""
    with connection.cursor() as cursor:
        cursor.execute(_GIFTS, [list(user_ids)])
        rows = cursor.fetchall()
    gifts: dict[int, list[Gift]] = defaultdict(list)
    for user_id, *given in rows:
        gifts[user_id].append(_gift(*given))
    return gifts


def _gift(group_id: int, entity_id: int | None, is_whole: bool, sites: Iterable[int], rights: Iterable[str]) -> Gift:
    return Gift(group_id, entity_id, is_whole, frozenset(sites), tuple(rights))


def _read(user_id: int, holding_id: int) -> tuple[list[Entity], dict[int, list[PointOfSale]], bool, list[Gift]]:
    """The entities of the holding by name, the sites of each by name, whether the holding requires a second factor,
    and what the memberships of this person give."""
    with connection.cursor() as cursor:
        cursor.execute(_BELONGING, [[user_id], holding_id])
        rows = cursor.fetchall()
    # A row for each entity; of a holding that has none yet, one without.
    first_of_entity = 1 + len(_OF_HOLDING)
    holding = Holding.from_db(connection.alias, _OF_HOLDING, rows[0][1:first_of_entity])
    given = [_gift(*list(one.values())[1:]) for one in rows[0][0] or ()]
    entities: list[Entity] = []
    sites: dict[int, list[PointOfSale]] = {}
    for row in rows:
        of_entity, of_sites = row[first_of_entity:-1], row[-1]
        if of_entity[0] is None:
            continue
        entity = Entity.from_db(connection.alias, _OF_ENTITY, of_entity)
        entity.holding = holding
        entities.append(entity)
        sites[entity.pk] = [PointOfSale.from_db(connection.alias, _OF_SITE, one) for one in of_sites or ()]
        for site in sites[entity.pk]:
            site.entity = entity
    return entities, sites, holding.requires_second_factor, given


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
