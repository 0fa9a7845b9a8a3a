"""Who would gain or lose which rights, before anything is changed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from settings_admin.access.models import Membership, User, UserGroup
from settings_admin.access.selectors.belonging import Gift, Place, add_up, gifts_of
from settings_admin.organisation.models import Entity, PointOfSale
from settings_admin.registries import all_rights, module_label, right_label
from settings_admin.scoping import NOWHERE, Reach, unscoped

Areas = list[tuple[str, list[str]]]


def by_area(codes: Iterable[str]) -> Areas:
    """The labels of these rights under the names of their modules, as the matrix has them."""
    areas: dict[str, list[str]] = {}
    for code in codes:
        areas.setdefault(module_label(code), []).append(all_rights()[code].label)
    return list(areas.items())


@dataclass(frozen=True)
class Effect:
    """What one person gains and loses, as codes in the order of the registry: held in more, or in fewer, places."""

    user: User
    gained: tuple[str, ...]
    lost: tuple[str, ...]

    @property
    def is_newcomers(self) -> bool:
        """Of somebody who has no account yet: all that they gain is all that they will have."""
        return self.user.pk is None

    @property
    def gains(self) -> Areas:
        return by_area(self.gained)

    @property
    def losses(self) -> Areas:
        return by_area(self.lost)


def of_joining(
    user: User | None, group: UserGroup, *, entity: Entity | None, sites: Iterable[PointOfSale] = ()
) -> Effect:
    """What a person (None: somebody who has no account yet) would gain by entering the group in this entity (at some of
    its `sites` only, where they are named), or (None) in the whole holding."""
    at = frozenset(site.pk for site in sites)
    joining = Gift(group.pk, entity.pk if entity else None, not at, at, tuple(group.rights))
    user = user or User(holding_id=group.holding_id)
    before = _Before.of([user])
    return before.effect(user, [*before.gifts_of(user), joining])


def of_leaving(user: User, group: UserGroup, *, entities: Iterable[Entity | None]) -> list[Effect]:
    """What a person would lose by leaving the group in each of these entities, or (None) everywhere; two statements."""
    before = _Before.of([user])
    return [before.effect(user, _without(before.gifts_of(user), group, entity)) for entity in entities]


def _without(gifts: list[Gift], group: UserGroup, entity: Entity | None) -> list[Gift]:
    # Out of one entity, somebody of the whole holding stays in the others: what the whole of it gave is lost all the
    # same, unless another membership gives it there.
    left = None if entity is None else (None, entity.pk)
    return [gift for gift in gifts if gift.group_id != group.pk or (left is not None and gift.entity_id not in left)]


def of_changed_rights(group: UserGroup, *, rights: Iterable[str]) -> list[Effect]:
    """Of the group's active people, those for whom something changes when its rights become `rights`; three
    statements."""
    new = tuple(rights)
    people = list(User.objects.filter(memberships__group=group, is_active=True).distinct())
    before = _Before.of(people)
    effects = [
        before.effect(
            user, [replace(gift, rights=new) if gift.group_id == group.pk else gift for gift in before.gifts_of(user)]
        )
        for user in people
    ]
    return [effect for effect in effects if effect.gained or effect.lost]


@dataclass(frozen=True)
class _Before:
    """What people hold now, and the entities of today."""

    gifts: dict[int, list[Gift]]
    everywhere: frozenset[int]

    @classmethod
    def of(cls, people: list[User]) -> "_Before":
        """Two statements, whatever the number of people."""
        with unscoped("what somebody holds elsewhere decides whether a right is new to them"):
            gifts = gifts_of(*(user.pk for user in people))
            holdings = {user.holding_id for user in people}
            everywhere = frozenset(Entity.objects.filter(holding__in=holdings).values_list("pk", flat=True))
        return cls(gifts, everywhere)

    def gifts_of(self, user: User) -> list[Gift]:
        return self.gifts.get(user.pk, [])

    def effect(self, user: User, gifts: list[Gift]) -> Effect:
        """From what the person holds to what these gifts would give."""
        before, after = (_Held.of(held, self.everywhere) for held in (self.gifts_of(user), gifts))
        gained = tuple(code for code in all_rights() if after.has_more_of(code, than=before))
        lost = tuple(code for code in all_rights() if before.has_more_of(code, than=after))
        return Effect(user, gained, lost)


@dataclass(frozen=True)
class _Held:
    grants: dict[str, Reach]
    holding_rights: frozenset[str]

    @classmethod
    def of(cls, gifts: list[Gift], everywhere: frozenset[int]) -> "_Held":
        grants, _, holding_rights = add_up(gifts, everywhere=everywhere)
        return cls(grants, holding_rights)

    def has_more_of(self, code: str, *, than: "_Held") -> bool:
        if code in self.holding_rights and code not in than.holding_rights:
            return True
        return not than.grants.get(code, NOWHERE).contains(self.grants.get(code, NOWHERE))


ByRight = list[tuple[str, list[str]]]


def by_right(effects: Iterable[Effect], *, gained: bool) -> ByRight:
    """« Véhicules : exporter » with the names of those who gain it (or lose it), in the order of the registry."""
    people: dict[str, list[str]] = {}
    for effect in effects:
        for code in effect.gained if gained else effect.lost:
            people.setdefault(code, []).append(effect.user.full_name)
    return [(right_label(code), people[code]) for code in all_rights() if code in people]


@dataclass(frozen=True)
class Move:
    """What a person gains and loses when one of their memberships holds at other sites of its entity: each right with
    the names of the sites where it comes or goes."""

    gained: ByRight
    lost: ByRight


LATER = "points de vente ouverts plus tard"


def of_moving(
    user: User, membership: Membership, *, sites: Iterable[PointOfSale] | None, among: Iterable[PointOfSale]
) -> Move:
    """`sites`: where it would hold (None: all of its entity); `among`: those of the entity; two statements."""
    at = None if sites is None else frozenset(site.pk for site in sites)
    before = _Before.of([user])
    moved = [
        replace(gift, is_whole=at is None, sites=at or frozenset())
        if (gift.group_id, gift.entity_id) == (membership.group_id, membership.entity_id)
        else gift
        for gift in before.gifts_of(user)
    ]
    held, holds = (_Held.of(gifts, before.everywhere).grants for gifts in (before.gifts_of(user), moved))
    entity_id, sites_there = membership.entity_id or 0, list(among)

    def more(grants: dict[str, Reach], than: dict[str, Reach]) -> ByRight:
        found = []
        for code in all_rights():
            mine, theirs = grants.get(code, NOWHERE), than.get(code, NOWHERE)
            names = [
                site.name
                for site in sites_there
                if mine.covers(entity_id, site.pk) and not theirs.covers(entity_id, site.pk)
            ]
            if entity_id in mine.whole and entity_id not in theirs.whole:
                names.append(LATER)
            if names:
                found.append((right_label(code), names))
        return found

    return Move(gained=more(holds, held), lost=more(held, holds))


# --- Where rights come, of many people at once ------------------------------------------------------------


@dataclass(frozen=True)
class Gain:
    """Rights that come at the same places: « Nord (Nord 2) », « Sud, entités créées plus tard »."""

    where: str
    gained: tuple[str, ...]

    @property
    def gains(self) -> Areas:
        return by_area(self.gained)


def of_entering(held: Iterable[Gift], given: Iterable[Gift], *, places: Iterable[Place]) -> list[Gain]:
    """What `given` adds to what somebody holds, by where it comes; `places`: those in which it may come. No
    statement."""
    held, places = list(held), list(places)
    everywhere = frozenset(place.entity.pk for place in places)
    before, after = (_Held.of(gifts, everywhere) for gifts in (held, [*held, *given]))
    found: dict[str, list[str]] = {}
    for code in all_rights():
        if where := _where_more(code, after, than=before, places=places):
            found.setdefault(where, []).append(code)
    return [Gain(where, tuple(codes)) for where, codes in found.items()]


def _where_more(code: str, after: _Held, *, than: _Held, places: Iterable[Place]) -> str:
    mine, theirs = after.grants.get(code, NOWHERE), than.grants.get(code, NOWHERE)
    comes_everywhere = code in after.holding_rights and code not in than.holding_rights
    if comes_everywhere and not theirs:
        return "toutes les entités"
    words = []
    for place in places:
        entity_id, name = place.entity.pk, place.entity.name
        if entity_id in theirs.whole or entity_id not in mine.entities:
            continue
        if entity_id in mine.whole and entity_id not in theirs.entities:
            words.append(name)
            continue
        sites = [
            site.name
            for site in place.points_of_sale
            if mine.covers(entity_id, site.pk) and not theirs.covers(entity_id, site.pk)
        ]
        if entity_id in mine.whole:
            sites.append(LATER)
        if sites:
            words.append(f"{name} ({', '.join(sites)})")
    if comes_everywhere:
        words.append("entités créées plus tard")
    return ", ".join(words)
