"""What belongs to a customer is added, changed, taken away; each of it is told in the customer's history."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction

from customers import enums
from customers.models import Consent, Contact, Customer, OwnedVehicle
from customers.services.editing import lock_customer
from openflex.core.dates import today_paris
from openflex.core.errors import Refused
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
def edit_part(part: Part, *, base: Mapping[str, Any], mine: Mapping[str, Any], actor: User) -> None:
    """Saves what one editor changed of it, beside what others saved meanwhile. Raises EditConflict when both changed a
    field, Refused("gone_part") when it was taken away."""
    locked = lock_customer(part.customer_id)
    row = type(part).objects.filter(pk=part.pk, customer=locked).first()
    if row is None:
        raise Refused("gone_part", "Cette ligne a été retirée entre-temps.")
    changed = [name for name, value in mine.items() if getattr(row, name) != value]
    if not changed:
        return
    records.apply_edit(row, base=dict(base), mine=dict(mine))
    row.save(update_fields=changed)
    records.record_event(locked, kind=f"{_WORDS[type(row)]}_changed", actor=actor, details={"label": str(row)})


@transaction.atomic
def remove_part(part: Part, *, actor: User) -> None:
    """Taken away twice, it is taken away once."""
    locked = lock_customer(part.customer_id)
    label, what = str(part), _WORDS[type(part)]
    if not type(part).objects.filter(pk=part.pk).delete()[0]:
        return
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
    """Appends what the customer said about a purpose; None when it is what they said last, and still counts."""
    locked = lock_customer(customer.pk)
    last = locked.consents.filter(purpose=purpose).first()
    if last is not None and last.is_given == is_given and not last.has_lapsed(locked, today=today_paris(at)):
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
