"""Numbers are taken, and the way they are written is changed."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from django.db import transaction

from settings_admin.numbering import selectors
from settings_admin.numbering.models import EntityNumbering
from settings_admin.numbering.validators import check_format, check_next
from settings_admin.organisation.models import Entity
from settings_admin.records.enums import NUMBERING_CHANGED
from settings_admin.records.services import EditConflict, apply_edit, give_out, lock_counter, record_event
from settings_admin.registries import NumberingSeries, numbering_series


def next_document_number(*, entity: Entity, series: str, on: date) -> str:
    """The next number of a registered series of the entity, as the entity writes it on that day.

    It follows the last one without a gap; a text that a document of the entity bears already is not given out again.
    Must run inside the transaction that uses the number: a rollback gives it back.
    """
    told = numbering_series()[series]
    # First the lock: whoever changes the format holds it too.
    counter = lock_counter(entity=entity, series=told.counter(on.year))
    written = selectors.format_of(entity, told)
    number, text = selectors.next_free(entity, told, written, first=counter.last + 1, year=on.year)
    give_out(counter, number)
    return text


@transaction.atomic
def edit_numbering(
    *,
    entity: Entity,
    series: NumberingSeries,
    base: Mapping[str, Any],
    mine: Mapping[str, Any],
    actor: Any,
    on: date,
) -> None:
    """Saves what one editor changed of how the entity writes a series: from the next number on, never what exists.

    `mine` may hold `next_number` beside the parts of the format. Raises EditConflict when somebody else changed the
    same, a number taken meanwhile included, and Refused beside a part that would make numbers ambiguous, or beside
    `next_number` when it was given out already, or would leave a gap in a legal series.
    """
    # Not against who refers to the entity: takers of numbers do, and would wait for each other.
    locked = Entity.objects.select_for_update(of=("self",), no_key=True).get(pk=entity.pk)
    counter = lock_counter(entity=locked, series=series.counter(on.year))
    row = selectors.numbering_of(locked, series, on=on)
    before = row.format
    parts = apply_edit(row, base=dict(base), mine={k: v for k, v in mine.items() if k != "next_number"})
    changes: dict[str, Any] = {}
    if parts and row.format != before:
        check_format(row.format, series, given=counter.given, others=selectors.series_formats(locked))
        EntityNumbering.objects.update_or_create(entity=locked, series=series.key, defaults=asdict(row.format))
        changes["format"] = [before.write(1, year=on.year), row.format.write(1, year=on.year)]
    wanted, follows = mine.get("next_number"), counter.last + 1
    if wanted is not None and wanted != follows:
        if base["next_number"] != follows:
            raise EditConflict(["next_number"])
        check_next(wanted, series, given=counter.given, has_begun=selectors.has_begun(locked, series))
        counter.last = wanted - 1
        counter.save(update_fields=["last"])
        changes["next_number"] = [follows, wanted]
    if changes:
        details = {"series": series.key, "label": series.label}
        record_event(locked, kind=NUMBERING_CHANGED, actor=actor, changes=changes, details=details, entity=locked)
