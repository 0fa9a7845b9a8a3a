"""The writers of the records: history, access log, gap-free numbers, keys of forms."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pgtrigger
from django.core.cache import cache
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from openflex.core.errors import Refused
from openflex.core.fields import field_of
from settings_admin.records.enums import AccessKind
from settings_admin.records.models import AccessLog, DocumentCounter, IdempotencyKey, ListView, TimelineEntry
from settings_admin.registries import audit_targets
from settings_admin.scoping import Origin, ScopedModel, current_origin


def save_changes(
    obj: ScopedModel,
    *,
    fields: Iterable[str],
    actor: Any,
    kind: str = "changed",
    details: dict[str, Any] | None = None,
    derived: Iterable[str] = (),
    entity: Any = None,
) -> TimelineEntry | None:
    """Saves these fields of a row and appends what really changed to its history; nothing changed: None.

    `derived` fields follow from the others: they are saved along and not told. `entity`: as in `record_event`.

    Call it inside the verb's transaction, on a row locked by the verb: the old values are read again here.
    """
    names = list(fields)
    old = type(obj).objects.values(*names).get(pk=obj.pk)
    changes = {}
    for name in names:
        before, after = old[name], getattr(obj, field_of(obj, name).attname)
        if before != after:
            changes[name] = [_as_stored(before), _as_stored(after)]
    if not changes:
        return None
    obj.save(update_fields=[*changes, *derived, *_auto_now_fields(obj)])
    return record_event(obj, kind=kind, actor=actor, changes=changes, details=details, entity=entity)


def first_values(obj: models.Model, *, fields: Iterable[str]) -> dict[str, list[Any]]:
    """What is known of a new row, as the `changes` of the first line of its history."""
    values = {name: getattr(obj, field_of(obj, name).attname) for name in fields}
    return {name: [None, _as_stored(value)] for name, value in values.items() if value not in (None, "", [])}


class EditConflict(Exception):
    """Somebody else saved other values of the same fields since this form was opened; `fields` names them."""

    def __init__(self, fields: list[str]) -> None:
        super().__init__(fields)
        self.fields = fields


def apply_edit(obj: ScopedModel, *, base: dict[str, Any], mine: dict[str, Any]) -> list[str]:
    """Merges one editor's values into a row locked by the verb; what others changed meanwhile is kept.

    `base` holds the values the form was opened with, `mine` the fields this editor changed. Sets them on `obj`
    (saving is `save_changes`'s) and returns their names. Raises EditConflict when a field was changed by both, to
    different values; nothing is set then.
    """
    conflicts = [name for name, value in mine.items() if getattr(obj, name) not in (base[name], value)]
    if conflicts:
        raise EditConflict(conflicts)
    for name, value in mine.items():
        setattr(obj, name, value)
    return list(mine)


def record_event(
    obj: Any,
    *,
    kind: str,
    actor: Any,
    changes: dict[str, Any] | None = None,
    details: dict[str, Any] | None = None,
    entity: Any = None,
) -> TimelineEntry:
    """Appends one line to the history of `obj`, which has an `entity` (or only a `holding`); `entity`: where it
    happened, when `obj` itself belongs to the whole holding, or is an entity."""
    entry = event_of(obj, kind=kind, actor=actor, changes=changes, details=details, entity=entity)
    entry.save(force_insert=True)
    return entry


def event_of(
    obj: Any,
    *,
    kind: str,
    actor: Any,
    changes: dict[str, Any] | None = None,
    details: dict[str, Any] | None = None,
    entity: Any = None,
) -> TimelineEntry:
    """The line that `record_event` would append, for `record_events` to append with others."""
    entity = entity or getattr(obj, "entity", None)
    target = audit_targets().get(obj._meta.label_lower)
    is_audited = target is not None and target.told is not None and kind not in target.told_elsewhere
    origin = current_origin() if is_audited else Origin()
    return TimelineEntry(
        holding_id=entity.holding_id if entity else obj.holding_id,
        entity=entity,
        target_type=obj._meta.label_lower,
        target_id=obj.pk,
        kind=kind,
        actor=actor,
        actor_name=actor.full_name if actor else "",
        changes=changes or {},
        details=details or {},
        is_audited=is_audited,
        ip=origin.ip,
        device=origin.device,
        at=timezone.now(),
    )


def record_events(entries: Iterable[TimelineEntry]) -> None:
    """Appends many lines in one statement."""
    TimelineEntry.objects.bulk_create(entries)


# What stands in the place of what a line told, once it is forgotten.
REDACTED = {"redacted": True}


def redact(target_type: str, ids: Iterable[int]) -> int:
    """Takes out of these histories what their lines tell of somebody who is erased; who did something, when and of
    which kind stays. The one change of an appended line, inside the transaction of the erasure. Returns how many."""
    lines = TimelineEntry.objects.filter(target_type=target_type, target_id__in=list(ids))
    with pgtrigger.ignore("settings_admin.TimelineEntry:append_only"):
        return lines.exclude(changes={}, details={}).update(changes={}, details=REDACTED)


def record_seen(
    *,
    user: Any,
    kind: AccessKind,
    target: Any = None,
    entity: Any = None,
    ip: str | None = None,
    device: str = "",
    **details: Any,
) -> None:
    """Appends to the access log; with `record_personal_data`, the only writer that a `@read_only` view may call."""
    entity = entity or getattr(target, "entity", None)
    AccessLog(
        holding_id=entity.holding_id if entity else getattr(user, "holding_id", None),
        entity=entity,
        user=user,
        kind=kind,
        target_type=target._meta.label_lower if target is not None else "",
        target_id=target.pk if target is not None else None,
        details=details,
        ip=ip,
        device=device,
    ).save()


# What `data_retention.yaml` says: as long as a trace of security is of use.
ACCESSES_KEPT_FOR = timedelta(days=365)
# Rows of one statement: the table is written to all day.
_AT_ONCE = 5000


def forget_old_accesses(*, now: datetime) -> int:
    """Deletes who signed in, exported or opened personal data more than a year ago; what was changed, and by whom,
    stays in the histories. Returns how many."""
    deleted = 0
    old = AccessLog.objects.filter(at__lt=now - ACCESSES_KEPT_FOR).order_by("pk")
    while pks := list(old.values_list("pk", flat=True)[:_AT_ONCE]):
        with pgtrigger.ignore("settings_admin.AccessLog:append_only"):
            deleted += AccessLog.objects.filter(pk__in=pks).delete()[0]
    return deleted


# Seconds during which somebody who looks at the same sheet again is still looking at it.
ONE_LOOK = 15 * 60


def record_personal_data(*, user: Any, target: Any, ip: str | None, device: str) -> None:
    """Notes that somebody opened the personal data of `target`: once for a quarter of an hour, whatever its tabs."""
    look = f"personal-data-seen:{user.pk}:{target._meta.label_lower}:{target.pk}"
    if cache.get(look) is None:
        record_seen(user=user, kind=AccessKind.PERSONAL_DATA_SEEN, target=target, ip=ip, device=device)
        cache.set(look, True, timeout=ONE_LOOK)


def next_number(*, entity: Any, series: str) -> int:
    """The next number of a gap-free series of the entity, starting at 1.

    Must run inside the transaction that uses the number: a rollback gives it back. What people read is written by
    `numbering.services.next_document_number`.
    """
    counter = lock_counter(entity=entity, series=series)
    give_out(counter, counter.last + 1)
    return counter.last


def lock_counter(*, entity: Any, series: str) -> DocumentCounter:
    """The counter of a series, which nobody else takes from until this transaction ends."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a legal number outside a transaction could leave a gap")
    DocumentCounter.objects.bulk_create([DocumentCounter(entity=entity, series=series)], ignore_conflicts=True)
    return DocumentCounter.objects.select_for_update(of=("self",)).get(entity=entity, series=series)


def give_out(counter: DocumentCounter, number: int) -> None:
    """Writes down that this number of a locked counter is given out."""
    counter.last = counter.given = number
    counter.save(update_fields=["last", "given"])


def use_key(key: uuid.UUID, *, user: Any) -> IdempotencyKey:
    """Takes the key of a form, first thing in the verb's transaction.

    A second sender waits for the first transaction, then gets Refused(code="already_done") whose `field` is None;
    the first answer is read with `answer_of`.
    """
    try:
        with transaction.atomic():
            return IdempotencyKey.objects.create(key=key, user=user)
    except IntegrityError:
        raise Refused("already_done", "Ce formulaire a déjà été envoyé.") from None


def answer_of(key: uuid.UUID) -> str | None:
    """What the first sender of this form got, or None when nobody sent it."""
    return IdempotencyKey.objects.filter(key=key).values_list("result", flat=True).first()


def take_key(key: uuid.UUID, *, what: str, user: Any) -> IdempotencyKey | int:
    """Takes the key of a form that makes one row; sent twice, it gives the number of the row of its first sender.

    `what` the row is, "site" say, stands beside the number: the key of another form leads to no row of this kind.
    """
    if (first := made_with(key, what, user)) is not None:
        return first
    try:
        return use_key(key, user=user)
    except Refused:
        # The first sender was still at work a moment ago; by now the answer is there, unless the key is not ours.
        if (first := made_with(key, what, user)) is None:
            raise
        return first


def answer_key(used: IdempotencyKey, *, what: str, made: models.Model) -> None:
    """Writes down which row the form with this key made."""
    used.result = f"{what} {made.pk}"
    used.save(update_fields=["result"])


def made_with(key: uuid.UUID, what: str, user: Any) -> int | None:
    """The number of the row that the form with this key made already, for what is asked before `take_key`."""
    answer = IdempotencyKey.objects.filter(key=key, user=user).values_list("result", flat=True).first() or ""
    return int(answer.removeprefix(f"{what} ")) if answer.startswith(f"{what} ") else None


def save_columns(*, user: Any, list_key: str, columns: list[str]) -> None:
    """Keeps how this person likes the columns of a list."""
    ListView.objects.update_or_create(user=user, list_key=list_key, name="", defaults={"columns": columns})


def _auto_now_fields(obj: models.Model) -> list[str]:
    return [field.name for field in obj._meta.concrete_fields if getattr(field, "auto_now", False)]


def _as_stored(value: Any) -> Any:
    """A JSON value that reads back unambiguously: amounts as text, dates in ISO form."""
    if value is None or isinstance(value, bool | int | str | list | dict):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
