"""Reads of the records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from settings_admin.records.models import ListView, TimelineEntry


def timeline_of(obj: Any, *, limit: int | None = None) -> QuerySet[TimelineEntry]:
    entries = TimelineEntry.objects.filter(target_type=obj._meta.label_lower, target_id=obj.pk)
    return entries[:limit] if limit else entries


@dataclass(frozen=True)
class Change:
    """One field of one line of a history, in words."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class HistoryLine:
    """One line of `records/_timeline.html`; without an actor the sentence stands alone."""

    at: datetime
    actor: str
    sentence: str
    icon: str
    changes: Sequence[Change] = ()


def line_of(entry: TimelineEntry, *, sentence: str, icon: str, changes: Sequence[Change] = ()) -> HistoryLine:
    """« Marc BERNARD a modifié la fiche (Prix) »; what nobody did, the application did."""
    if label := entry.details.get("label"):
        sentence = f"{sentence} ({label})"
    return HistoryLine(entry.at, entry.actor_name or "OpenFlex", sentence, icon, changes)


def last_change_of(obj: Any, field: str) -> TimelineEntry | None:
    """The latest line of the history in which this field changed: who to name to the second of two editors."""
    return timeline_of(obj).filter(changes__has_key=field).first()


def default_columns(list_key: str) -> list[str]:
    """The columns this person chose for a list, in their order; empty as long as they chose none."""
    chosen = ListView.objects.filter(list_key=list_key, name="").values_list("columns", flat=True).first()
    return list(chosen or [])
