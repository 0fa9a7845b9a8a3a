"""The customers, as the audit log names those whose page was opened or whose data were handed out."""

from collections.abc import Collection
from typing import Final

from customers.models import Customer
from customers.selectors import VIEW
from settings_admin.registries import AuditTarget
from settings_admin.scoping import current_scope


def _names(ids: Collection[int]) -> dict[int, str]:
    scope = current_scope()
    places = (scope.reach & scope.granted(VIEW)).entities
    return {one.pk: one.display_name for one in Customer.objects.filter(pk__in=ids, entity__in=places).order_by("pk")}


CUSTOMERS: Final = AuditTarget(
    Customer._meta.label_lower, "Client", told=None, names=_names, url_name="customers:page", right=VIEW
)
