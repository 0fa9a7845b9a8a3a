"""Reads of the numberings: how an entity writes a series, and what comes next."""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import date

from django.db.models import QuerySet

from openflex.core.document_numbers import NumberFormat
from settings_admin.numbering.models import EntityNumbering
from settings_admin.organisation.models import Entity
from settings_admin.organisation.selectors import told
from settings_admin.records.enums import NUMBERING_CHANGED
from settings_admin.records.models import DocumentCounter, TimelineEntry
from settings_admin.records.selectors import HistoryLine, timeline_of
from settings_admin.registries import NumberingSeries, numbering_series
from settings_admin.scoping import unscoped

# How many numbers are asked for at once, after a first one that was taken.
_MANY = 500


def format_of(entity: Entity, series: NumberingSeries) -> NumberFormat:
    row = EntityNumbering.objects.filter(entity=entity, series=series.key).first()
    return row.format if row else series.default


Formats = list[tuple[NumberingSeries, NumberFormat]]


def formats_of(entities: Collection[Entity]) -> dict[int, Formats]:
    """Of each entity, by its pk, every series with the way it writes it; one statement for all."""
    rows = EntityNumbering.objects.filter(entity__in=entities).order_by("pk")
    own = {(row.entity_id, row.series): row.format for row in rows}
    known = numbering_series().values()
    return {
        entity.pk: [(series, own.get((entity.pk, series.key), series.default)) for series in known]
        for entity in entities
    }


def series_formats(entity: Entity) -> Formats:
    return formats_of([entity])[entity.pk]


@dataclass(frozen=True)
class Example:
    label: str
    text: str


def examples_of(entities: Collection[Entity], *, year: int) -> list[tuple[Entity, list[Example]]]:
    """Each entity with the first number of the year in each series, as it writes it."""
    formats = formats_of(entities)
    return [
        (entity, [Example(series.label, written.write(1, year=year)) for series, written in formats[entity.pk]])
        for entity in entities
    ]


def numbering_of(entity: Entity, series: NumberingSeries, *, on: date) -> EntityNumbering:
    """The row of the entity, or one that is not saved and says what the series does, with its `next_number` and
    the last that was `given` in the year."""
    row = EntityNumbering.objects.filter(entity=entity, series=series.key).first()
    if row is None:
        row = EntityNumbering(entity=entity, series=series.key, **asdict(series.default))
    counter = DocumentCounter.objects.filter(entity=entity, series=series.counter(on.year)).first()
    row.next_number, row.given = (counter.last + 1, counter.given) if counter else (1, 0)
    return row


def next_free(
    entity: Entity, series: NumberingSeries, written: NumberFormat, *, first: int, year: int
) -> tuple[int, str]:
    """The first number from `first` on whose text no document of the entity bears, and that text.

    A text may be there already: brought from other software, or given out when the format was another one.
    """
    count = 1
    while True:
        texts = {written.write(number, year=year): number for number in range(first, first + count)}
        with unscoped("a number is free for everybody or for nobody"):
            taken = series.taken(entity, texts)
        for text, number in texts.items():
            if text not in taken:
                return number, text
        first, count = first + count, _MANY


def has_begun(entity: Entity, series: NumberingSeries) -> bool:
    """Whether any number of it was ever given out."""
    counters = DocumentCounter.objects.filter(entity=entity, given__gt=0)
    years = r"-\d\d" if series.restarts_each_year else ""
    return counters.filter(series__regex=rf"^{series.key}{years}$").exists()


@dataclass(frozen=True)
class SeriesShown:
    """One series on the page of an entity."""

    series: NumberingSeries
    numbering: EntityNumbering
    next_text: str


def series_of(entity: Entity, *, on: date, opened: EntityNumbering | None = None) -> list[SeriesShown]:
    """All of them; the one that is `opened` for editing tells its next number itself, and is not read again."""
    shown = []
    for series in numbering_series().values():
        if opened is not None and opened.series == series.key:
            shown.append(SeriesShown(series, opened, ""))
            continue
        row = numbering_of(entity, series, on=on)
        _, text = next_free(entity, series, row.format, first=row.next_number, year=on.year)
        shown.append(SeriesShown(series, row, text))
    return shown


def history_of(entity: Entity) -> QuerySet[TimelineEntry]:
    return timeline_of(entity).filter(kind=NUMBERING_CHANGED)


def in_words(entries: Iterable[TimelineEntry]) -> list[HistoryLine]:
    return [told(entry) for entry in entries]
