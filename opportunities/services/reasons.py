"""The reasons for which opportunities of an entity are closed. Those that were closed keep the words of their day."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from openflex.core.errors import Refused
from opportunities.enums import USUAL_REASONS
from opportunities.models import CloseReason, Opportunity, OpportunitySettings
from opportunities.services.settings import locked_settings
from settings_admin.models import Entity, User
from settings_admin.records.services import answer_key, apply_edit, record_event, take_key


def give_usual_reasons(entity: Entity) -> None:
    """What a new entity starts with; those it has already stay as they are."""
    CloseReason.objects.bulk_create(
        [
            CloseReason(entity=entity, status=status, label=label, position=position)
            for status, labels in USUAL_REASONS.items()
            for position, label in enumerate(labels)
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def add_reason(*, entity: Entity, status: str, label: str, actor: User, key: UUID) -> CloseReason:
    """Another reason, offered last. `key` is the form's: sent twice, it adds one. Raises Refused beside `label`."""
    used = take_key(key, what="close_reason", user=actor)
    if isinstance(used, int):
        return CloseReason.objects.get(pk=used)
    own = locked_settings(entity)
    _check_new(entity, status, label)
    reason = CloseReason(entity=entity, status=status, label=label, position=_all(entity.pk, status).count())
    reason.save(force_insert=True)
    _tell(own, "reason_added", reason, actor=actor)
    answer_key(used, what="close_reason", made=reason)
    return reason


@transaction.atomic
def rename_reason(
    *, reason: CloseReason, base: Mapping[str, Any], mine: Mapping[str, Any], actor: User, key: UUID
) -> CloseReason:
    """Other words for a reason. One that opportunities were closed with keeps its own for them and is retired, and a
    new one takes its place; returns the one that is offered now.

    Raises EditConflict, and Refused beside `label` for words that are there already and for a reason that was retired
    meanwhile.
    """
    used = take_key(key, what="close_reason", user=actor)
    if isinstance(used, int):
        return CloseReason.objects.get(pk=used)
    own = locked_settings(reason.entity)
    row = CloseReason.objects.get(pk=reason.pk)
    before = row.label
    if not row.is_active:
        raise Refused("retired", "Ce motif vient d’être retiré ou remplacé.", "label")
    if apply_edit(row, base=dict(base), mine=dict(mine)) and row.label != before:
        _check_new(reason.entity, row.status, row.label)
        if Opportunity.objects.filter(close_reason=row).exists():
            CloseReason.objects.filter(pk=row.pk).update(is_active=False)
            row = CloseReason(entity=row.entity, status=row.status, label=row.label, position=row.position)
            row.save(force_insert=True)
        else:
            row.save(update_fields=["label"])
        _tell(own, "reason_renamed", row, actor=actor, changes={"label": [before, row.label]})
    answer_key(used, what="close_reason", made=row)
    return row


@transaction.atomic
def place_reason(*, reason: CloseReason, position: int, actor: User) -> None:
    """Puts a reason at this place (0 is the first) among those that are offered for its outcome."""
    own = locked_settings(reason.entity)
    rows = list(_all(reason.entity_id, reason.status))
    offered = [row for row in rows if row.is_active]
    before = [row.pk for row in offered]
    moved = next((row for row in offered if row.pk == reason.pk), None)
    if moved is None:
        raise Refused("retired", "Ce motif n’est plus proposé.")
    offered.remove(moved)
    offered.insert(position, moved)
    if [row.pk for row in offered] == before:
        return
    for place, row in enumerate([*offered, *(row for row in rows if not row.is_active)]):
        row.position = place
    CloseReason.objects.bulk_update(rows, ["position"])
    _tell(own, "reason_placed", moved, actor=actor)


@transaction.atomic
def offer_reason(*, reason: CloseReason, is_active: bool, actor: User) -> None:
    """Offers a reason again, or no more. Raises Refused("last") for the last one of an outcome: closing needs one."""
    own = locked_settings(reason.entity)
    row = CloseReason.objects.get(pk=reason.pk)
    if row.is_active == is_active:
        return
    if not is_active and not _all(row.entity_id, row.status).filter(is_active=True).exclude(pk=row.pk).exists():
        raise Refused("last", "Il faut au moins un motif\u00a0: ajoutez-en un autre d’abord.")
    row.is_active = is_active
    row.save(update_fields=["is_active"])
    _tell(own, "reason_offered" if is_active else "reason_retired", row, actor=actor)


def _all(entity_id: int, status: str) -> Any:
    return CloseReason.objects.filter(entity=entity_id, status=status).order_by("position", "label", "pk")


def _check_new(entity: Entity, status: str, label: str) -> None:
    same = CloseReason.objects.filter(entity=entity, status=status, label__iexact=label).first()
    if same is not None:
        rest = "" if same.is_active else "\u00a0: proposez-le de nouveau"
        raise Refused("known", f"Ce motif existe déjà{rest}.", "label")


def _tell(own: OpportunitySettings, kind: str, reason: CloseReason, *, actor: User, changes: Any = None) -> None:
    details = {"reason": reason.label, "status": reason.status}
    record_event(own, kind=kind, actor=actor, changes=changes, details=details)
