"""What an entity decided in a table of an app above, one row an entity, in the audit log."""

from collections.abc import Callable
from typing import Any

from settings_admin.organisation.selectors import MANAGE
from settings_admin.registries import AuditTarget


def audit_target(model: type[Any], *, label: str, told: Callable[[Any], Any], url_name: str) -> AuditTarget:
    """Its rows are named after their `entity`, whose page is at `url_name`."""
    return AuditTarget(
        model=model._meta.label_lower,
        label=label,
        told=told,
        named_after="entity",
        url_name=url_name,
        right=MANAGE,
    )
