"""Stored answers read again as what they say: the raw JSON is the record, these are its meaning.

They were checked when they came, and are read by the same readers: what cannot be believed never got here.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock
from typing import Generic, TypeVar

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
from quotation.providers.columns import Columns
from quotation.providers.fields import Fields

# The days of an answer were held against the day it came; they are not judged again.
_ANY_DAY = date(2100, 12, 31)
# A radar of 500 adverts weighs a megabyte once it is read; people come back to theirs with each filter and price.
RADARS_KEPT = 16
EQUIPMENT_KEPT = 128
T = TypeVar("T")


def identified(answer: ProviderAnswer) -> IdentifiedVehicle:
    fields = _single(answer)
    return vehicle_answers.read_vehicle(fields, plate=fields.text("plate"), today=_ANY_DAY)


def valuation(answer: ProviderAnswer) -> Valuation | NotEnoughMarket:
    return market_answers.read_valuation(_single(answer), today=_ANY_DAY)


def equipment(answer: ProviderAnswer) -> Equipment:
    """Read once for the process, as a radar is: the filters of each of its pages offer the options."""
    return _equipment.of(answer, lambda: vehicle_answers.read_equipment(_single(answer)))


def colours(answer: ProviderAnswer) -> Colours:
    return vehicle_answers.read_colours(_single(answer))


@dataclass(frozen=True, slots=True)
class StoredRadar:
    """The adverts of all its pages, in the order in which the provider gave them, and its own statistics of them."""

    listings: tuple[Listing, ...]
    market: Market


def radar(answer: ProviderAnswer) -> StoredRadar:
    """Read once for the process: what came may stay deferred, it is only fetched when it is read."""
    return _radars.of(answer, lambda: _radar(answer.pk, answer.answered_at))


def remember(answer: ProviderAnswer, found: StoredRadar) -> None:
    """What this answer says, for the pages to come: who has just checked it need not read it again."""
    _radars.put(answer, found)


def _radar(pk: int, answered_at: datetime) -> StoredRadar:
    answer = ProviderAnswer.objects.only("kind", "packed").get(pk=pk, answered_at=answered_at)
    (raw,) = answer.raw
    return StoredRadar(
        listings=tuple(
            listing
            for page in raw["listings"]
            for listing in market_answers.read_listings(
                Columns.of(Fields(page), "items"), is_sold=answer.kind == AnswerKind.SOLD, today=_ANY_DAY
            )
        ),
        market=market_answers.read_market(Fields(raw["market"][0])),
    )


def _single(answer: ProviderAnswer) -> Fields:
    return Fields(answer.raw[0])


class _Kept(Generic[T]):
    """What the answers used last say. Answers are only appended; the instant tells one from another of its number in a
    database put back since. Thread-safe."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: OrderedDict[tuple[int, datetime], T] = OrderedDict()
        self._lock = Lock()

    def of(self, answer: ProviderAnswer, read: Callable[[], T]) -> T:
        with self._lock:
            found = self._found.get((answer.pk, answer.answered_at))
        if found is None:
            found = read()
        self.put(answer, found)
        return found

    def put(self, answer: ProviderAnswer, found: T) -> None:
        with self._lock:
            self._found[answer.pk, answer.answered_at] = found
            self._found.move_to_end((answer.pk, answer.answered_at))
            if len(self._found) > self._most:
                self._found.popitem(last=False)


_radars: _Kept[StoredRadar] = _Kept(RADARS_KEPT)
_equipment: _Kept[Equipment] = _Kept(EQUIPMENT_KEPT)
