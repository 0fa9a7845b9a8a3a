"""Groups of users are made, changed, copied and removed."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from openflex.core.constraints import refusing
from openflex.core.errors import Refused
from settings_admin.access.authority import check_may_edit_group, check_may_grant, owner_of
from settings_admin.access.models import Membership, User, UserGroup
from settings_admin.access.services.guarding import changing_access, locked_group, power_of, tell_access_changed
from settings_admin.access.services.memberships import record_membership
from settings_admin.organisation.models import Entity
from settings_admin.records.services import answer_key, apply_edit, record_event, save_changes, take_key
from settings_admin.registries import all_rights

_GROUP = "group"
_NAMES = {"group_name_unique": Refused("name_taken", "Un autre groupe porte déjà ce nom.", "name")}


def create_group(
    *,
    actor: User,
    entity: Entity | None,
    name: str,
    description: str = "",
    rights: Iterable[str] = (),
    key: UUID | None = None,
) -> UserGroup:
    """A group of one entity, or (`entity` None) one shared by the holding of the actor. `key` is the form's: sent
    twice, the second call returns the group of the first.

    Raises Refused: "right_missing", "beyond_own_rights", "unknown_right", "name_taken".
    """
    chosen = _known(rights)
    holding_id = entity.holding_id if entity else actor.holding_id
    if holding_id is None or holding_id != actor.holding_id:
        raise Refused("other_holding", "Cette entité n’est pas de votre holding.")
    with changing_access(holding_id):
        used_key = take_key(key, what=_GROUP, user=actor) if key else None
        if isinstance(used_key, int):
            return UserGroup.objects.get(pk=used_key, holding_id=holding_id)
        group = UserGroup(
            holding_id=holding_id, entity=entity, name=name.strip(), description=description.strip(), rights=chosen
        )
        power = power_of(actor)
        check_may_edit_group(power, group)
        check_may_grant(power, chosen, owner_of(group), field="rights")
        with refusing(_NAMES):
            group.save()
        record_event(group, kind="group_created", actor=actor, changes={"rights": [[], chosen]})
        if used_key is not None:
            answer_key(used_key, what=_GROUP, made=group)
        return group


def edit_group(*, actor: User, group: UserGroup, base: dict[str, Any], mine: dict[str, Any]) -> UserGroup:
    """Changes name and description; raises EditConflict (see `apply_edit`), and Refused as `create_group` does."""
    with changing_access(group.holding_id):
        group = locked_group(group)
        check_may_edit_group(power_of(actor), group)
        fields = apply_edit(group, base=base, mine=mine)
        with refusing(_NAMES):
            save_changes(group, fields=fields, actor=actor, kind="group_changed")
        return group


def change_rights(*, actor: User, group: UserGroup, give: Iterable[str], take: Iterable[str]) -> UserGroup:
    """Gives and takes rights; what somebody else gave or took meanwhile stays.

    Raises Refused: "group_gone", "right_missing", "beyond_own_rights", "unknown_right", "last_administrator".
    """
    given, taken = _known(give), set(take)
    with changing_access(group.holding_id):
        group = locked_group(group)
        power = power_of(actor)
        check_may_edit_group(power, group)
        new = [code for code in given if code not in group.rights]
        check_may_grant(power, new, owner_of(group), field="rights")
        group.rights = [code for code in group.rights if code not in taken] + new
        save_changes(group, fields=["rights"], actor=actor, kind="rights_changed")
        tell_access_changed(Membership.objects.filter(group=group).values_list("user_id", flat=True))
        return group


def delete_group(*, actor: User, group: UserGroup) -> None:
    """Removes a group, and its people from it; their history and that of the holding tell it.

    Raises Refused: "right_missing", "built_in", "last_administrator". A group that is gone already stays gone.
    """
    with changing_access(group.holding_id):
        try:
            group = locked_group(group)
        except Refused:
            return
        check_may_edit_group(power_of(actor), group)
        if group.built_in:
            raise Refused(
                "built_in", "Les groupes d’origine ne se suppriment pas. Retirez-lui ses droits ou ses membres."
            )
        for membership in Membership.objects.filter(group=group).select_related("user", "group", "entity"):
            record_membership(membership, kind="member_removed", actor=actor)
            membership.delete()
        record_event(
            group,
            kind="group_deleted",
            actor=actor,
            changes={"rights": [group.rights, []]},
            details={"name": group.name},
        )
        group.delete()


def _known(codes: Iterable[str]) -> list[str]:
    """In the order of the registry; raises Refused("unknown_right") for what no app has registered."""
    asked = set(codes)
    registered = all_rights()
    if unknown := asked - registered.keys():
        raise Refused("unknown_right", f"Ce droit n’existe pas\u00a0: {min(unknown)}.", "rights")
    return [code for code in registered if code in asked]
