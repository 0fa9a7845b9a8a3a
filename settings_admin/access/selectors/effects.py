"""Who would gain or lose which rights, before anything is changed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from settings_admin.access.models import User, UserGroup
from settings_admin.access.selectors.belonging import Gift, add_up, gifts_of
from settings_admin.organisation.models import Entity
from settings_admin.registries import all_rights, right_label
from settings_admin.scoping import NOWHERE, Reach, unscoped


@dataclass(frozen=True)
class Effect:
    """What one person gains and loses, as codes in the order of the registry: held in more, or in fewer, places."""

    user: User
    gained: tuple[str, ...]
    lost: tuple[str, ...]

    @property
    def gains(self) -> list[str]:
        return [right_label(code) for code in self.gained]

    @property
    def losses(self) -> list[str]:
        return [right_label(code) for code in self.lost]


def of_joining(user: User, group: UserGroup, *, entity: Entity | None) -> Effect:
    """What a person would gain by entering the group in this entity, or (None) in the whole holding."""
    joining = Gift(group.pk, entity.pk if entity else None, True, frozenset(), tuple(group.rights))
    return next(iter(_effects([user], lambda gifts: [*gifts, joining])), Effect(user, (), ()))


def of_leaving(user: User, group: UserGroup, *, entity: Entity | None) -> Effect:
    """What a person would lose by leaving the group in this entity, or (None) everywhere."""

    def without(gifts: list[Gift]) -> list[Gift]:
        if entity is None:
            return [gift for gift in gifts if gift.group_id != group.pk]
        return [gift for gift in gifts if gift.group_id != group.pk or gift.entity_id != entity.pk]

    return next(iter(_effects([user], without)), Effect(user, (), ()))


def of_changed_rights(group: UserGroup, *, rights: Iterable[str]) -> list[Effect]:
    """Of the group's active people, those for whom something changes when its rights become `rights`."""
    new = tuple(rights)

    def changed(gifts: list[Gift]) -> list[Gift]:
        return [replace(gift, rights=new) if gift.group_id == group.pk else gift for gift in gifts]

    people = User.objects.filter(memberships__group=group, is_active=True).distinct()
    return _effects(list(people), changed)


def _effects(people: list[User], change: Callable[[list[Gift]], list[Gift]]) -> list[Effect]:
    """Two statements, whatever the number of people."""
    with unscoped("what somebody holds elsewhere decides whether a right is new to them"):
        gifts = gifts_of(*(user.pk for user in people))
        holdings = {user.holding_id for user in people}
        everywhere = frozenset(Entity.objects.filter(holding__in=holdings).values_list("pk", flat=True))
    effects = []
    for user in people:
        held = gifts.get(user.pk, [])
        before, after = _Held.of(held, everywhere), _Held.of(change(held), everywhere)
        gained = tuple(code for code in all_rights() if after.has_more_of(code, than=before))
        lost = tuple(code for code in all_rights() if before.has_more_of(code, than=after))
        if gained or lost:
            effects.append(Effect(user, gained, lost))
    return effects


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


def by_right(effects: Iterable[Effect], *, gained: bool) -> list[tuple[str, list[User]]]:
    """« Véhicules : exporter » with those who gain it (or lose it), in the order of the registry."""
    people: dict[str, list[User]] = {}
    for effect in effects:
        for code in effect.gained if gained else effect.lost:
            people.setdefault(code, []).append(effect.user)
    return [(right_label(code), people[code]) for code in all_rights() if code in people]
