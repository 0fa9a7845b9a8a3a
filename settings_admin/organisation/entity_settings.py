"""What an entity decided in a table of an app above, one row an entity, in the audit log."""

from collections.abc import Callable, Collection
from typing import Any

from settings_admin.organisation.selectors import MANAGE
from settings_admin.registries import AuditTarget


def audit_target(model: type[Any], *, label: str, told: Callable[[Any], Any], url_name: str) -> AuditTarget:
    """Its rows are named after their `entity`, whose page is at `url_name`."""

    def names(ids: Collection[int]) -> dict[int, str]:
        rows = model.objects.filter(pk__in=ids).order_by("pk")
        return dict(rows.values_list("pk", "entity__name"))

    return AuditTarget(
        model=model._meta.label_lower,
        label=label,
        told=told,
        names=names,
        url_name=url_name,
        right=MANAGE,
        is_of_entity=True,
    )
