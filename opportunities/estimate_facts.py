"""An estimate in words: its fields, what a manager reads of it, what is missing before one asks for a price."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet

from openflex.core import facts, french
from openflex.core.facts import ConflictLine, Fact
from openflex.core.fields import field_of
from openflex.core.http import row_number
from opportunities import selectors
from opportunities.models import TradeIn
from settings_admin.records.models import TimelineEntry
from settings_admin.records.selectors import timeline_of
from vehicles.enums import CATEGORY_L_KINDS
from vehicles.validators import format_plate


def missing_to_ask(trade_in: TradeIn) -> list[str]:
    """What a manager needs before deciding and is not there yet, in words that follow « il manque »."""
    missing = []
    if not trade_in.plate and not trade_in.has_no_plate:
        missing.append("l’immatriculation")
    if trade_in.first_registration is None:
        missing.append("la date MEC")
    if trade_in.mileage_km is None:
        missing.append("le kilométrage")
    wanted = selectors.settings_of(trade_in.entity_id).trade_in_photos - trade_in.photos.count()
    if wanted > 0:
        missing.append(french.counted(wanted, "photo"))
    return missing


_UNITS = {"power_hp": "ch"}


def facts_of(trade_in: TradeIn, names: Iterable[str]) -> list[Fact]:
    """Fields of an estimate in words, but for those that say nothing of this vehicle."""
    no_use = set() if trade_in.kind in CATEGORY_L_KINDS else {"is_licensed_sport"}
    if not trade_in.plate_country:
        no_use.add("plate_country")
    return [fact_of(trade_in, name) for name in names if name not in no_use]


def fact_of(trade_in: TradeIn, name: str) -> Fact:
    """A field of an estimate in words."""
    column = field_of(TradeIn, name)
    value = getattr(trade_in, column.attname)
    text = trade_in.plate_display or french.NO_VALUE if name == "plate" else facts.field_text(column, value)
    if value is not None and name in _UNITS:
        text = f"{text}{french.NBSP}{_UNITS[name]}"
    if name == "adjusted_value" and value is not None and trade_in.is_sandbox:
        text = f"{text} · Bac à sable"
    return Fact(facts.field_label(column), text)


def asked_facts(trade_in: TradeIn) -> list[Fact]:
    """What a manager reads of an estimate before opening it."""
    vehicle = Fact("Véhicule", f"{trade_in} {trade_in.version}".strip())
    names = ("plate", "mileage_km", "adjusted_value", "expected_price")
    return [vehicle, *(fact_of(trade_in, name) for name in names)]


def mark_of(trade_in: TradeIn) -> str:
    """The last line of its history, which tells an estimate as it stands from any other one: its facts, its damage, its
    costs, its photos and what was decided."""
    last = timeline_of(trade_in).order_by("-pk").values_list("pk", flat=True).first()
    return str(last or "")


def changes_since(trade_in: TradeIn, mark: str) -> QuerySet[TimelineEntry]:
    """What happened to an estimate since it had this mark, the newest first; all of it for a mark it never had."""
    return timeline_of(trade_in).filter(pk__gt=row_number(mark) or 0).order_by("-pk")


def conflict_line(saved: TradeIn, name: str, *, typed: Mapping[str, Any]) -> ConflictLine:
    """One field that two people changed; `typed`: all that the second one's form says."""
    column = field_of(TradeIn, name)
    theirs, mine = getattr(saved, column.attname), typed[name]
    if name == "plate":
        theirs, mine = saved.plate_display, format_plate(mine, foreign=bool(typed.get("plate_country")))
    return ConflictLine(facts.field_label(column), facts.field_text(column, theirs), facts.field_text(column, mine))
