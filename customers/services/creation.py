"""A customer comes to be."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from customers.models import Customer
from settings_admin.models import Entity, User
from settings_admin.records import services as records

_WHAT = "customer"


def has_created(key: UUID, *, actor: User) -> bool:
    """Whether this form has created its customer already: it is not asked whether they resemble themselves."""
    return records.made_with(key, _WHAT, actor) is not None


@transaction.atomic
def create_customer(
    *, entity: Entity, actor: User | None, values: Mapping[str, Any], key: UUID | None = None
) -> Customer:
    """Creates a customer of the entity and starts their history.

    `values` are columns as they are kept (`customers.validators`). `key` is the form's: sent twice, the second call
    returns the customer of the first.
    """
    used = records.take_key(key, what=_WHAT, user=actor) if key is not None else None
    if isinstance(used, int):
        return Customer.objects.select_related("entity").get(pk=used)
    customer = Customer(entity=entity, created_by=actor, **values)
    customer.save(force_insert=True)
    records.record_event(customer, kind="created", actor=actor)
    if used is not None:
        records.answer_key(used, what=_WHAT, made=customer)
    return customer
