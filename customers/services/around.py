"""What belongs to a customer is added, changed, taken away; each of it is told in the customer's history."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction

from customers import enums
from customers.models import Consent, Contact, Customer, OwnedVehicle
from customers.services.editing import lock_customer
from settings_admin.models import User
from settings_admin.records import services as records

Part = Contact | OwnedVehicle
PartT = TypeVar("PartT", Contact, OwnedVehicle)

_WORDS = {Contact: "contact", OwnedVehicle: "vehicle"}


@transaction.atomic
def add_part(model: type[PartT], *, customer: Customer, values: Mapping[str, Any], actor: User, key: UUID) -> PartT:
    """Adds a contact or a vehicle; the same form sent twice adds one."""
    what = _WORDS[model]
    used = records.take_key(key, what=f"customer {what}", user=actor)
    if isinstance(used, int):
        return model.objects.get(pk=used)
    locked = lock_customer(customer.pk)
    part = model(entity_id=locked.entity_id, customer=locked, **values)
    part.save(force_insert=True)
    records.answer_key(used, what=f"customer {what}", made=part)
    records.record_event(locked, kind=f"{what}_added", actor=actor, details={"label": str(part)})
    return part


@transaction.atomic
def edit_part(part: Part, *, values: Mapping[str, Any], actor: User) -> None:
    """The last editor's whole form stands: these are few short lines, and the history says that they changed."""
    locked = lock_customer(part.customer_id)
    changed = [name for name, value in values.items() if getattr(part, name) != value]
    if not changed:
        return
    for name in changed:
        setattr(part, name, values[name])
    part.save(update_fields=changed)
    records.record_event(locked, kind=f"{_WORDS[type(part)]}_changed", actor=actor, details={"label": str(part)})


@transaction.atomic
def remove_part(part: Part, *, actor: User) -> None:
    locked = lock_customer(part.customer_id)
    label, what = str(part), _WORDS[type(part)]
    part.delete()
    records.record_event(locked, kind=f"{what}_removed", actor=actor, details={"label": label})


@transaction.atomic
def record_consent(
    *,
    customer: Customer,
    purpose: enums.ConsentPurpose,
    is_given: bool,
    channel: enums.ConsentChannel,
    actor: User | None,
    at: datetime,
) -> Consent | None:
    """Appends what the customer said about a purpose; None when it is what they said last."""
    locked = lock_customer(customer.pk)
    last = locked.consents.filter(purpose=purpose).first()
    if last is not None and last.is_given == is_given:
        return None
    consent = Consent(
        entity_id=locked.entity_id,
        customer=locked,
        purpose=purpose,
        is_given=is_given,
        channel=channel,
        recorded_by=actor,
        at=at,
    )
    consent.save(force_insert=True)
    details = {"label": purpose.label, "channel": channel.value}
    records.record_event(locked, kind="consent" if is_given else "objection", actor=actor, details=details)
    return consent
