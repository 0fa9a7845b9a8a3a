"""What of *Paramètres* the log tells of: people, groups, the holding, its entities and points of sale."""

from collections.abc import Collection
from typing import Any

from settings_admin.access import history as access
from settings_admin.access.models import UserGroup
from settings_admin.access.selectors.people import colleagues
from settings_admin.audit.enums import GROUP, HOLDING, USER
from settings_admin.organisation import selectors as organisation
from settings_admin.organisation.models import Entity, PointOfSale
from settings_admin.registries import AuditTarget
from settings_admin.scoping import current_scope


def _people(ids: Collection[int]) -> dict[int, str]:
    people = colleagues(current_scope()).filter(pk__in=ids).order_by("pk")
    return {one.pk: one.full_name for one in people}


def _named(model: Any) -> Any:
    def names(ids: Collection[int]) -> dict[int, str]:
        return dict(model.objects.filter(pk__in=ids).order_by("pk").values_list("pk", "name"))

    return names


TARGETS = (
    AuditTarget(USER, "Personne", access.told, _people, "access:user", "settings.manage_users"),
    AuditTarget(
        GROUP,
        "Groupe",
        access.told,
        _named(UserGroup),
        "access:group",
        "settings.manage_users",
        told_elsewhere=frozenset({"member_added", "member_moved", "member_removed"}),
    ),
    AuditTarget(HOLDING, "Holding", access.told, named_after="holding"),
    AuditTarget(
        Entity._meta.label_lower,
        "Entité",
        organisation.told,
        _named(Entity),
        "organisation:entity",
        "settings.manage_organisation",
    ),
    AuditTarget(
        PointOfSale._meta.label_lower,
        "Point de vente",
        organisation.told,
        _named(PointOfSale),
        "organisation:site",
        "settings.manage_organisation",
    ),
)
