"""Stored answers read again as what they say: the raw JSON is the record, these are its meaning.

They were checked when they came, and are read by the same readers: what cannot be believed never got here.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from quotation.enums import AnswerKind
from quotation.models import ProviderAnswer
from quotation.providers import market_answers, vehicle_answers
from quotation.providers.base import (
    Colours,
    Equipment,
    IdentifiedVehicle,
    Listing,
    Market,
    NotEnoughMarket,
    Valuation,
)
from quotation.providers.fields import Fields

# The days of an answer were held against the day it came; they are not judged again.
_ANY_DAY = date(2100, 12, 31)
# A radar of 500 adverts weighs a megabyte once it is read; people come back to theirs with each filter and price.
RADARS_KEPT = 16


def identified(answer: ProviderAnswer) -> IdentifiedVehicle:
    fields = _single(answer)
    return vehicle_answers.read_vehicle(fields, plate=fields.text("plate"), today=_ANY_DAY)


def valuation(answer: ProviderAnswer) -> Valuation | NotEnoughMarket:
    return market_answers.read_valuation(_single(answer), today=_ANY_DAY)


def equipment(answer: ProviderAnswer) -> Equipment:
    return vehicle_answers.read_equipment(_single(answer))


def colours(answer: ProviderAnswer) -> Colours:
    return vehicle_answers.read_colours(_single(answer))


@dataclass(frozen=True, slots=True)
class StoredRadar:
    """The adverts of all its pages, in the order in which the provider gave them, and its own statistics of them."""

    listings: tuple[Listing, ...]
    market: Market


def radar(answer: ProviderAnswer) -> StoredRadar:
    """Read once for the process: `raw` of a radar may stay deferred, it is only fetched when it is read."""
    return _radar(answer.pk, answer.answered_at)


@lru_cache(maxsize=RADARS_KEPT)
def _radar(pk: int, answered_at: datetime) -> StoredRadar:
    """Answers are only appended; the instant tells this one from another of its number in a database put back since."""
    kind, raw = ProviderAnswer.objects.values_list("kind", "raw").get(pk=pk, answered_at=answered_at)
    pages: list[dict[str, Any]] = raw[0]["listings"]
    return StoredRadar(
        listings=tuple(
            market_answers.read_listing(item, is_sold=kind == AnswerKind.SOLD, today=_ANY_DAY)
            for page in pages
            for item in Fields(page).children("items")
        ),
        market=market_answers.read_market(Fields(raw[0]["market"][0])),
    )


def _single(answer: ProviderAnswer) -> Fields:
    return Fields(answer.raw[0])
