"""The columns of a row in words: what a sheet shows, what its history tells, what two editors are told."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models

from openflex.core import french


@dataclass(frozen=True)
class Fact:
    """One label and its value, as a sheet shows them."""

    label: str
    value: str


@dataclass(frozen=True)
class ConflictLine:
    """One field that two people changed, in the words of each."""

    label: str
    theirs: str
    mine: str


def field_label(field: Any) -> str:
    return str(field.verbose_name[:1].upper() + field.verbose_name[1:])


def field_text(field: Any, value: Any) -> str:
    """A stored value as a person reads it; dates may come as the history keeps them, in ISO form."""
    if value in (None, ""):
        return french.NO_VALUE
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, models.BooleanField):
        return "Oui" if value else "Non"
    if isinstance(field, models.DecimalField):
        return french.format_euros(Decimal(value))
    if isinstance(field, models.DateTimeField):
        return french.long_instant(value if isinstance(value, datetime) else datetime.fromisoformat(value))
    if isinstance(field, models.DateField):
        day = value if isinstance(value, date) else date.fromisoformat(value)
        return french.format_month(day) if field.name.endswith("_month") else french.format_day(day)
    if field.name.endswith("_km"):
        return french.format_km(value)
    return str(value)
