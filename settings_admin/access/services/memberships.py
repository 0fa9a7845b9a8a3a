"""People enter groups and leave them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from openflex.core.errors import Refused
from openflex.core.french import ended
from settings_admin.access.authority import Place, check_may_grant, check_may_place, may_place, place_of
from settings_admin.access.models import Membership, User, UserGroup
from settings_admin.access.services.guarding import changing_access, locked_group, power_of, tell_access_changed
from settings_admin.organisation.models import Entity, PointOfSale
from settings_admin.records.models import TimelineEntry
from settings_admin.records.services import event_of, record_events
from settings_admin.registries import SiteCopy
from settings_admin.scoping import unscoped

ACCOUNT_CLOSED = Refused("account_closed", "Ce compte est désactivé\u00a0: réactivez-le d’abord.", "email")


def add_member(
    *,
    actor: User | None,
    user: User,
    group: UserGroup,
    entity: Entity | None = None,
    points_of_sale: Iterable[PointOfSale] | None = None,
) -> Membership:
    """Puts a user into a group: in one entity (None for `points_of_sale`: all of its sites), or in the whole holding.

    Adding again changes nothing, or widens: it adds sites, goes from sites to the whole entity, and from entities to
    the whole holding, whose one membership then replaces theirs. It never narrows. `actor` None: the application
    itself (a new holding, demonstration data), which holds every right.
    Raises Refused: "group_gone", "other_holding", "local_group", "other_entity", "account_closed", "beyond_own_rights",
    "right_missing".
    """
    place = Place(entity, None if points_of_sale is None else tuple(points_of_sale))
    with changing_access(group.holding_id):
        group = locked_group(group)
        check_belongs_together(user=user, group=group, place=place)
        if actor is not None:
            if not user.is_active:
                raise ACCOUNT_CLOSED
            power = power_of(actor)
            check_may_place(power, place)
            check_may_grant(power, group.rights, place, field="group")
        return widen(actor=actor, user=user, group=group, place=place)


def check_belongs_together(*, user: User, group: UserGroup, place: Place) -> None:
    if user.holding_id != group.holding_id or (place.entity and place.entity.holding_id != group.holding_id):
        raise Refused("other_holding", "Cette personne, ce groupe et cette entité ne sont pas de la même holding.")
    if group.entity_id is not None and (place.entity is None or place.entity.pk != group.entity_id):
        raise Refused("local_group", "Ce groupe appartient à une seule entité\u00a0: il ne sert que là.", "group")
    if place.sites is not None and (
        place.entity is None or not place.sites or any(site.entity_id != place.entity.pk for site in place.sites)
    ):
        raise Refused("other_entity", "Choisissez des points de vente de l’entité.", "points_of_sale")


def widen(*, actor: User | None, user: User, group: UserGroup, place: Place) -> Membership:
    """What `add_member` does once it has checked its actor; inside `changing_access`."""
    existing = {one.entity_id: one for one in Membership.objects.filter(user=user, group=group)}
    if None in existing:
        return existing[None]
    before = [place_of(one) for one in existing.values()]
    entity_id = place.entity.pk if place.entity else None
    membership = existing.get(entity_id)
    if membership is None:
        membership = Membership.objects.create(
            holding_id=group.holding_id,
            user=user,
            group=group,
            entity=place.entity,
            is_whole=place.sites is None,
            added_by=actor,
        )
        membership.points_of_sale.set(place.sites or ())
    elif membership.is_whole:
        return membership
    elif place.sites is None:
        membership.is_whole = True
        membership.save(update_fields=["is_whole"])
        membership.points_of_sale.clear()
    elif set(place.sites) <= set(membership.points_of_sale.all()):
        return membership
    else:
        membership.points_of_sale.add(*place.sites)
    if entity_id is None:
        # One membership says it all: those of single entities would only be forgotten at the next removal.
        for narrower in existing.values():
            narrower.delete()
    was = before if entity_id is None else [one for one in before if one.entity == place.entity]
    record_membership(membership, kind="member_added", actor=actor, was=was)
    return membership


@dataclass(frozen=True)
class Entry:
    """One person, one group, and where they enter it."""

    user: User
    group: UserGroup
    place: Place


def add_members(entries: Sequence[Entry], *, actor: User) -> None:
    """Puts many people into groups in which they are nowhere yet, in four statements.

    Inside `changing_access`, by a verb that has checked what `add_member` checks.
    """
    memberships = Membership.objects.bulk_create(
        Membership(
            holding_id=one.group.holding_id,
            user=one.user,
            group=one.group,
            entity=one.place.entity,
            is_whole=one.place.sites is None,
            added_by=actor,
        )
        for one in entries
    )
    at_site = Membership.points_of_sale.through
    at_site.objects.bulk_create(
        at_site(membership_id=membership.pk, pointofsale_id=site.pk)
        for membership, one in zip(memberships, entries, strict=True)
        for site in one.place.sites or ()
    )
    tell_access_changed(one.user.pk for one in entries)
    record_events(
        event
        for membership, one in zip(memberships, entries, strict=True)
        for event in _told(membership, one.place, kind="member_added", actor=actor)
    )


def set_sites(
    *, actor: User, membership: Membership, points_of_sale: Iterable[PointOfSale] | None, base: str = ""
) -> None:
    """Chooses anew at which sites of its entity a membership holds; None: all of them. It may narrow.

    `base`: the mark of the place that the actor saw. Raises Refused as `add_member` does, "changed_meanwhile" (by
    somebody else, to something that is not what the actor chose either), and "last_administrator".
    """
    with changing_access(membership.holding_id):
        membership = _locked(membership)
        if membership.entity is None:
            raise Refused("whole_holding", "Cette personne est dans le groupe sur toutes les entités.")
        place = Place(membership.entity, None if points_of_sale is None else tuple(points_of_sale))
        check_belongs_together(user=membership.user, group=membership.group, place=place)
        power = power_of(actor)
        before = place_of(membership)
        if not may_place(power, before):
            raise NOT_ALL_OF_IT
        check_may_place(power, place)
        check_may_grant(power, membership.group.rights, place, field="group")
        if before.mark == place.mark:
            return
        if base and base != before.mark:
            told = ended(f"Quelqu’un vient de changer cette affectation\u00a0: elle vaut pour {before}")
            raise Refused("changed_meanwhile", f"{told} Enregistrez encore une fois pour la remplacer.")
        membership.is_whole = place.sites is None
        membership.save(update_fields=["is_whole"])
        membership.points_of_sale.set(place.sites or ())
        record_membership(membership, kind="member_moved", actor=actor, was=[before])


# Without a word of where: the actor may not see that site.
NOT_ALL_OF_IT = Refused(
    "right_missing",
    "Cette affectation vaut aussi là où vous n’administrez pas les utilisateurs. Demandez à qui les administre dans "
    "toute l’entité.",
)
NOT_EVERYWHERE = Refused(
    "right_missing",
    "Cette personne est aussi dans ce groupe là où vous n’administrez pas les utilisateurs. "
    "Retirez-la de chacune de vos entités.",
)


def remove_member(*, actor: User, user: User, group: UserGroup, entity: Entity | None) -> None:
    """Takes a user out of a group: in one entity, or (`entity` None) everywhere.

    Taking somebody of the whole holding out of one entity keeps them in each of the others, no longer in those
    created later. Everywhere is for who may do it in each place, those that they do not see included. Doing it twice
    changes nothing. Raises Refused: "right_missing", "last_administrator".
    """
    with changing_access(group.holding_id):
        power = power_of(actor)
        memberships = {
            one.entity_id: one for one in Membership.objects.filter(user=user, group=group).select_related("entity")
        }
        if entity is None:
            if not all(may_place(power, place_of(one)) for one in memberships.values()):
                raise NOT_EVERYWHERE  # without a word of where: the actor may not see that entity
            for membership in memberships.values():
                _end(membership, actor=actor)
            return
        if entity.pk in memberships:
            if not may_place(power, place_of(memberships[entity.pk])):
                raise NOT_ALL_OF_IT
            _end(memberships[entity.pk], actor=actor)
        elif None in memberships:
            check_may_place(power, Place())
            _split(memberships[None], without=entity, actor=actor)


def _split(membership: Membership, *, without: Entity, actor: User) -> None:
    _end(membership, actor=actor)
    for entity in Entity.objects.filter(holding_id=membership.holding_id).exclude(pk=without.pk):
        kept = Membership.objects.create(
            holding_id=membership.holding_id,
            user_id=membership.user_id,
            group_id=membership.group_id,
            entity=entity,
            added_by=actor,
        )
        record_membership(kept, kind="member_added", actor=actor)


def _end(membership: Membership, *, actor: User) -> None:
    record_membership(membership, kind="member_removed", actor=actor)
    membership.delete()


def record_membership(membership: Membership, *, kind: str, actor: User | None, was: Sequence[Place] = ()) -> None:
    """One line in the history of the person and one in that of the group, each naming the other; `was`: where the
    membership held until then. The person's open pages ask again what they may watch."""
    tell_access_changed([membership.user_id])
    record_events(_told(membership, place_of(membership), kind=kind, actor=actor, was=was))


def _told(
    membership: Membership, place: Place, *, kind: str, actor: User | None, was: Sequence[Place] = ()
) -> list[TimelineEntry]:
    details = {
        "user": membership.user_id,
        "user_name": membership.user.full_name,
        "group": membership.group_id,
        "group_name": membership.group.name,
        "place": str(place),
        # Without the sites, for those who do not see all of them.
        "where": str(Place(place.entity)),
    }
    if was:
        details["was"] = [
            {"entity": one.entity.pk, "place": str(one), "where": str(Place(one.entity))} for one in was if one.entity
        ]
    return [
        event_of(target, kind=kind, actor=actor, details=details, entity=membership.entity)
        for target in (membership.user, membership.group)
    ]


def _locked(membership: Membership) -> Membership:
    try:
        return Membership.objects.select_related("user", "group", "entity").get(pk=membership.pk)
    except Membership.DoesNotExist:
        raise Refused("not_a_member", "Cette personne n’est plus dans ce groupe. Rien n’a été changé.") from None


def copy_people(source: PointOfSale, target: PointOfSale, *, actor: User) -> None:
    """Puts those who work at `source`, named among the sites of their membership, at `target` too. Raises Refused as
    `add_member` does: one gives only rights one holds."""
    if source.entity_id != target.entity_id:
        message = "Les personnes ne se reprennent que d’un point de vente de la même entité."
        raise Refused("other_entity", message, "copies")
    with unscoped("who works there is the whole list, or none"):
        memberships = list(
            Membership.objects.filter(entity=source.entity_id, is_whole=False, points_of_sale=source)
            .select_related("user", "group", "entity")
            .order_by("pk")
        )
    for one in memberships:
        add_member(actor=actor, user=one.user, group=one.group, entity=one.entity, points_of_sale=[target])


PEOPLE_OF_SITE = SiteCopy("people", "personnes qui y travaillent", copy_people, is_proposed=False)
