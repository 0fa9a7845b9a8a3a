"""The messages that an entity keeps ready for its customers."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from openflex.core.errors import Refused
from opportunities.enums import USUAL_MESSAGES
from opportunities.models import MessageTemplate
from opportunities.services.settings import locked_settings
from settings_admin.models import Entity, User
from settings_admin.records.services import answer_key, apply_edit, record_event, take_key


def give_usual_messages(entity: Entity) -> None:
    """What a new entity starts with; those it has already stay as they are."""
    MessageTemplate.objects.bulk_create(
        [
            MessageTemplate(entity=entity, means=one.means, label=one.label, subject=one.subject, body=one.body)
            for one in USUAL_MESSAGES
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def add_message(*, entity: Entity, values: Mapping[str, Any], actor: User, key: UUID) -> MessageTemplate:
    """Keeps a message ready (`values`: label, means, subject, body). `key` is the form's: sent twice, it adds one.
    Raises Refused beside `label` for a name that is taken."""
    used = take_key(key, what="message", user=actor)
    if isinstance(used, int):
        return MessageTemplate.objects.get(pk=used)
    own = locked_settings(entity)
    row = MessageTemplate(entity=entity, **values)
    _check_name(row)
    row.save(force_insert=True)
    record_event(own, kind="message_added", actor=actor, details={"message": row.label})
    answer_key(used, what="message", made=row)
    return row


@transaction.atomic
def edit_message(
    *, template: MessageTemplate, base: Mapping[str, Any], mine: Mapping[str, Any], actor: User
) -> MessageTemplate:
    """Saves what one editor changed; messages that were sent keep their words. Raises EditConflict, and Refused beside
    `label` for a name that is taken."""
    own = locked_settings(template.entity)
    row = MessageTemplate.objects.get(pk=template.pk)
    before = {name: getattr(row, name) for name in mine}
    apply_edit(row, base=dict(base), mine=dict(mine))
    changes = {name: [old, getattr(row, name)] for name, old in before.items() if getattr(row, name) != old}
    if not changes:
        return row
    _check_name(row)
    row.save(update_fields=list(changes))
    record_event(own, kind="message_changed", actor=actor, changes=changes, details={"message": row.label})
    return row


@transaction.atomic
def offer_message(*, template: MessageTemplate, is_active: bool, actor: User) -> None:
    """Offers a message to salespeople again, or no more."""
    own = locked_settings(template.entity)
    row = MessageTemplate.objects.get(pk=template.pk)
    if row.is_active == is_active:
        return
    row.is_active = is_active
    row.save(update_fields=["is_active"])
    kind = "message_offered" if is_active else "message_retired"
    record_event(own, kind=kind, actor=actor, details={"message": row.label})


def _check_name(template: MessageTemplate) -> None:
    others = MessageTemplate.objects.filter(entity=template.entity_id, label__iexact=template.label)
    if others.exclude(pk=template.pk).exists():
        raise Refused("known", "Ce nom est déjà pris.", "label")
