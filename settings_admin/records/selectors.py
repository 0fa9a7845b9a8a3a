"""Reads of the records."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.urls import reverse

from openflex.core.http import row_number
from settings_admin.guards import seen_among
from settings_admin.records.models import ListView, TimelineEntry
from settings_admin.registries import history_sources


def timeline_of(obj: Any) -> QuerySet[TimelineEntry]:
    return TimelineEntry.objects.filter(target_type=obj._meta.label_lower, target_id=obj.pk)


@dataclass(frozen=True)
class TimelinePage:
    """One page of a history, the newest first; where the next one starts, "" at its end; and of all its lines, on
    this page or older, those that were asked for."""

    entries: Sequence[TimelineEntry]
    following: str
    wanted: Sequence[TimelineEntry]


def timeline_page(
    entries: QuerySet[TimelineEntry], *, size: int, after: str = "", wanted: Q | None = None
) -> TimelinePage:
    """In one statement, and another one to find `after`, where a page starts; one that this history does not know is
    the beginning. `wanted` says which lines are asked for whatever page they stand on."""
    last = entries.filter(pk=after).first() if row_number(after) is not None else None
    if last is not None:
        entries = entries.filter(at__lte=last.at).exclude(at=last.at, pk__gte=last.pk)
    newest = entries[: size + 1]
    if wanted is None:
        rows: list[Any] = list(newest)
    else:
        marked = entries.annotate(is_wanted=ExpressionWrapper(wanted, output_field=BooleanField()))
        rows = list(marked.filter(Q(pk__in=newest.values("pk")) | Q(is_wanted=True)))
    following = str(rows[size - 1].pk) if len(rows) > size else ""
    return TimelinePage(rows[:size], following, [row for row in rows if wanted is not None and row.is_wanted])


@dataclass(frozen=True)
class Change:
    """One field of one line of a history, in words."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class HistoryLine:
    """One line of `records/_timeline.html`; without an actor the sentence stands alone. `link` is what follows the
    sentence and leads to `url`."""

    at: datetime
    actor: str
    sentence: str
    icon: str
    changes: Sequence[Change] = ()
    link: str = ""
    url: str = ""


def line_of(
    entry: TimelineEntry, *, sentence: str, icon: str, changes: Sequence[Change] = (), url: str = ""
) -> HistoryLine:
    """« Marc BERNARD a modifié la fiche (Prix) »; what nobody did, the application did. With a `url`, what stands in
    brackets leads there."""
    actor, label = entry.actor_name or "OpenFlex", entry.details.get("label", "")
    if label and not url:
        sentence = f"{sentence} ({label})"
    return HistoryLine(entry.at, actor, sentence, icon, changes, link=label if url else "", url=url)


def source_of(row: Any) -> dict[str, Any]:
    """What the details of an event keep of the row it came from, so that its line can lead there (`source_urls`)."""
    return {"source": row._meta.label_lower, "source_pk": row.pk}


def source_urls(entries: Iterable[TimelineEntry]) -> dict[tuple[str, int], str]:
    """The pages of the rows that these lines came from, of those that the reader may open: (source, pk) → address."""
    named: dict[str, set[int]] = {}
    for entry in entries:
        if source := entry.details.get("source"):
            named.setdefault(source, set()).add(entry.details["source_pk"])
    kinds = history_sources()
    return {
        (label, pk): reverse(kinds[label].url_name, args=[pk])
        for label, pks in named.items()
        if label in kinds
        for pk in seen_among(apps.get_model(label).objects.all(), pks, right=kinds[label].right)
    }


def url_of_source(entry: TimelineEntry, urls: Mapping[tuple[str, int], str]) -> str:
    return urls.get((entry.details.get("source", ""), entry.details.get("source_pk", 0)), "")


def last_change_of(obj: Any, field: str) -> TimelineEntry | None:
    """The latest line of the history in which this field changed: who to name to the second of two editors."""
    return timeline_of(obj).filter(changes__has_key=field).first()


def default_columns(list_key: str) -> list[str]:
    """The columns this person chose for a list, in their order; empty as long as they chose none."""
    chosen = ListView.objects.filter(list_key=list_key, name="").values_list("columns", flat=True).first()
    return list(chosen or [])
