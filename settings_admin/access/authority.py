"""What one person may give to, take from, or change about another. Read inside the verb's transaction, never trusted
from a form: one grants only rights one holds, in a place where one holds them, unless one administers the holding."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from openflex.core.errors import Refused
from openflex.core.french import ended
from settings_admin.access.models import Membership, User, UserGroup
from settings_admin.access.selectors.belonging import Belonging, Gift, add_up, gifts_of
from settings_admin.access.selectors.people import sites_of
from settings_admin.organisation.models import Entity, PointOfSale
from settings_admin.registries import Right, all_rights, module_label, right_label
from settings_admin.scoping import NOWHERE, Reach, unscoped

MANAGE_USERS = "settings.manage_users"
MANAGE_GROUPS = "settings.manage_groups"
MANAGE_SHARED_GROUPS = "holding.manage_shared_groups"
MANAGE_HOLDING = "holding.manage_entities"


@dataclass(frozen=True)
class Place:
    """Where a membership holds: the whole holding (`entity` None), an entity, or some of its sites."""

    entity: Entity | None = None
    # None: all of them, those opened later too.
    sites: tuple[PointOfSale, ...] | None = None

    @property
    def reach(self) -> Reach:
        if self.entity is None:
            raise ValueError("the whole holding is more than the entities of today")
        if self.sites is None:
            return Reach(frozenset({self.entity.pk}))
        return Reach(partial={self.entity.pk: frozenset(site.pk for site in self.sites)})

    def is_given_by(self, gift: Gift) -> bool:
        """True when the membership holds all over the place already."""
        if gift.entity_id is None:
            return True
        if self.entity is None or gift.entity_id != self.entity.pk:
            return False
        return gift.is_whole or (self.sites is not None and {site.pk for site in self.sites} <= gift.sites)

    def gift_of(self, group: UserGroup) -> Gift:
        """What a membership of the group gives here."""
        sites = frozenset(site.pk for site in self.sites or ())
        return Gift(group.pk, self.entity.pk if self.entity else None, self.sites is None, sites, tuple(group.rights))

    @property
    def mark(self) -> str:
        """The same for the same sites of an entity: a form says by it what it was drawn of."""
        return "*" if self.sites is None else ",".join(sorted(str(site.pk) for site in self.sites))

    def __str__(self) -> str:
        if self.entity is None:
            return "toutes les entités"
        if self.sites is None:
            return self.entity.name
        return f"{self.entity.name} ({', '.join(site.name for site in self.sites)})"


def place_of(membership: Membership) -> Place:
    """Where a membership holds, as far as the scope sees its sites; they are read from the database."""
    if membership.entity is None or membership.is_whole:
        return Place(membership.entity)
    return Place(membership.entity, tuple(membership.points_of_sale.all()))


def holds(actor: Belonging, right: str, place: Place) -> bool:
    """True when the right is held all over the place; `holding.…` rights count in the whole holding only."""
    if place.entity is None or right.startswith("holding."):
        return right in actor.holding_rights
    return actor.grants.get(right, NOWHERE).contains(place.reach)


def administers_holding(actor: Belonging) -> bool:
    return actor.holding_rights >= {MANAGE_USERS, MANAGE_SHARED_GROUPS}


def may_give(actor: Belonging, right: str, place: Place) -> bool:
    """One gives what one holds; the holding's administrators give any right
    (docs/adr/007-the-holdings-administrators.md)."""
    return administers_holding(actor) or holds(actor, right, place)


def missing_rights(actor: Belonging, rights: Iterable[str], place: Place) -> list[str]:
    return [right for right in rights if not may_give(actor, right, place)]


def check_may_grant(actor: Belonging, rights: Iterable[str], place: Place, *, field: str | None = None) -> None:
    """Raises Refused("beyond_own_rights") naming the first of the rights that the actor does not hold there."""
    missing = missing_rights(actor, rights, place)
    if not missing:
        return
    others = f" et {len(missing) - 1} autre{'s' if len(missing) > 2 else ''}" if len(missing) > 1 else ""
    raise Refused(
        "beyond_own_rights",
        f"Vous ne pouvez donner que les droits que vous avez. Il vous manque sur {place}\u00a0: "
        f"«\u00a0{right_label(missing[0])}\u00a0»{others}.",
        field,
    )


def check_holds(actor: Belonging, right: str, place: Place) -> None:
    """Raises Refused("right_missing") when the actor does not hold the right all over the place."""
    if not holds(actor, right, place):
        raise Refused("right_missing", ended(f"Il vous manque le droit «\u00a0{right_label(right)}\u00a0» sur {place}"))


def check_may_place(actor: Belonging, place: Place) -> None:
    """Raises Refused("right_missing") for whoever may not put people into groups there, or take them out; in the whole
    holding only its administrators may."""
    check_holds(actor, MANAGE_USERS, place)
    if place.entity is None:
        check_holds(actor, MANAGE_SHARED_GROUPS, place)


def may_place(actor: Belonging, place: Place) -> bool:
    """`check_may_place` as a question: what would be refused is not offered."""
    rights = [MANAGE_USERS] if place.entity is not None else [MANAGE_USERS, MANAGE_SHARED_GROUPS]
    return all(holds(actor, right, place) for right in rights)


def may_change(actor: Belonging, membership: Membership) -> bool:
    """May the actor end this membership, read `with_sites`, or move it? Asked of all of its places: those that they do
    not see are not theirs to take somebody out of."""
    if membership.entity_id is None:
        return may_place(actor, Place())
    if membership.is_whole:
        reach = Reach(frozenset({membership.entity_id}))
    else:
        reach = Reach(partial={membership.entity_id: sites_of(membership)})
    return actor.grants.get(MANAGE_USERS, NOWHERE).contains(reach)


def givable(actor: Belonging, rights: Iterable[str]) -> Reach:
    """Where the actor may put people into a group with these rights: where they manage users and hold all of them."""
    where = actor.grants.get(MANAGE_USERS, NOWHERE)
    if administers_holding(actor):
        return where
    for right in rights:
        if not right.startswith("holding."):
            where &= actor.grants.get(right, NOWHERE)
        elif right not in actor.holding_rights:
            return NOWHERE
    return where


def may_manage(actor: Belonging, user: User) -> bool:
    """May the actor change this person's account (name, e-mail, activity)? Only of somebody whom they oversee
    entirely: everywhere this person belongs, and with no right that the actor lacks. Otherwise whoever administers
    one entity could take over the account of a stronger colleague through their e-mail address."""
    with unscoped("what somebody holds elsewhere makes them stronger"):
        gifts = gifts_of(user.pk).get(user.pk, [])
    return _oversees(actor.grants, actor.holding_rights, gifts)


def knows(actor: Belonging, gifts: Iterable[Gift]) -> bool:
    """May somebody who manages users put the person to whom these memberships belong, all of them, into a group by
    their address? Those whom they see already; and who belongs nowhere, whom no other entity answers for."""
    mine = actor.grants.get(MANAGE_USERS, NOWHERE).entities
    places = [gift.entity_id for gift in gifts]
    return not places or any(entity_id is None or entity_id in mine for entity_id in places)


def overseers_of(user: User) -> list[User]:
    """The colleagues who may change this person's account, by name; three statements, however many they are."""
    with unscoped("who oversees somebody may belong anywhere in the holding"):
        managing = UserGroup.objects.filter(holding=user.holding_id, rights__contains=[MANAGE_USERS])
        candidates = list(
            User.objects.filter(pk__in=Membership.objects.filter(group__in=managing).values("user"), is_active=True)
            .exclude(pk=user.pk)
            .order_by("last_name", "first_name", "pk")
        )
        gifts = gifts_of(user.pk, *(one.pk for one in candidates))
        everywhere = frozenset(Entity.objects.filter(holding=user.holding_id).values_list("pk", flat=True))
    overseers = []
    for one in candidates:
        grants, _, holding_rights = add_up(gifts[one.pk], everywhere=everywhere)
        if _oversees(grants, holding_rights, gifts.get(user.pk, [])):
            overseers.append(one)
    return overseers


def _oversees(their_grants: Mapping[str, Reach], their_holding_rights: frozenset[str], gifts: list[Gift]) -> bool:
    """May somebody who holds this change the account of a person to whom these memberships belong?"""
    everywhere = frozenset(gift.entity_id for gift in gifts if gift.entity_id is not None)
    grants, widest, holding_rights = add_up(gifts, everywhere=everywhere)
    if any(gift.entity_id is None for gift in gifts) or not widest:
        # Somebody of the whole holding, or of nowhere yet.
        oversees = MANAGE_USERS in their_holding_rights and holding_rights <= their_holding_rights
    else:
        oversees = their_grants.get(MANAGE_USERS, NOWHERE).contains(widest)
    return oversees and all(their_grants.get(right, NOWHERE).contains(reach) for right, reach in grants.items())


def owner_of(group: UserGroup) -> Place:
    """Where the rights of a group must be held by whoever changes them."""
    return Place(group.entity)


def check_may_edit_group(actor: Belonging, group: UserGroup) -> None:
    """Local groups ask for `settings.manage_groups` in their entity; shared ones belong to holding administrators."""
    check_holds(actor, MANAGE_SHARED_GROUPS if group.is_shared else MANAGE_GROUPS, owner_of(group))


@dataclass(frozen=True)
class MatrixLine:
    right: Right
    is_given: bool
    # Whoever edits the group may give the right there.
    may_give: bool


def matrix_of(*, rights: Iterable[str], editor: Belonging, place: Place) -> list[tuple[str, list[MatrixLine]]]:
    """Every right under its module's French name; `rights` those that are ticked."""
    ticked = set(rights)
    modules: dict[str, list[MatrixLine]] = {}
    for code, right in all_rights().items():
        line = MatrixLine(right, code in ticked, may_give(editor, code, place))
        modules.setdefault(module_label(code), []).append(line)
    return list(modules.items())
