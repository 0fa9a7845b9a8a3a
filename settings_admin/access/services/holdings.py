"""A holding is born with its groups; rights that are new in a version are handed out."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from settings_admin.access.models import DistributedRight, UserGroup
from settings_admin.organisation.models import Holding
from settings_admin.records.services import record_event
from settings_admin.registries import BuiltInGroup, Right, all_rights
from settings_admin.scoping import unscoped


@transaction.atomic
def create_holding(*, name: str) -> Holding:
    """A holding is born with its built-in shared groups."""
    with unscoped("a new holding belongs to nobody yet"):
        holding = Holding.objects.create(name=name)
        _create_missing_groups([holding], all_rights().values())
    return holding


@transaction.atomic
def distribute_rights() -> list[str]:
    """Gives rights that are new in this version to the built-in groups that their app names; run by `migrate`.

    Each right is given once: an administrator who takes one back from a group finds it still gone after the next
    migration. Returns the codes given; the history of each group tells it.
    """
    with unscoped("rights of every holding"):
        rights = all_rights().values()
        known = set(DistributedRight.objects.values_list("code", flat=True))
        new = [right for right in rights if right.code not in known]
        for group in UserGroup.objects.exclude(built_in="").select_for_update(of=("self",)):
            missing = [right.code for right in new if group.built_in in right.groups and right.code not in group.rights]
            if missing:
                before, group.rights = group.rights, [*group.rights, *missing]
                group.save(update_fields=["rights"])
                record_event(group, kind="rights_changed", actor=None, changes={"rights": [before, group.rights]})
        _create_missing_groups(Holding.objects.all(), rights)
        DistributedRight.objects.bulk_create(DistributedRight(code=right.code) for right in new)
    return [right.code for right in new]


def _create_missing_groups(holdings: Iterable[Holding], rights: Iterable[Right]) -> None:
    rights = list(rights)
    UserGroup.objects.bulk_create(
        [
            UserGroup(
                holding=holding,
                name=group.label,
                built_in=group,
                rights=[right.code for right in rights if group in right.groups],
            )
            for holding in holdings
            for group in BuiltInGroup
        ],
        ignore_conflicts=True,
    )


def built_in_group(holding: Any, group: BuiltInGroup) -> UserGroup:
    return UserGroup.objects.get(holding=holding, built_in=group)
