"""A vendor's JSON, one field of many objects at a time.

A radar has twenty thousand fields, and nearly all of them are as they should be: that is found out of a whole column at
once. Of a column in which anything is not, each object is read by its `Fields`, which understands it or says what is
wrong, and where.
"""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from itertools import chain, compress, islice
from re import Pattern
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from django.db.models import TextChoices

from openflex.core.money import CENT
from quotation.providers.fields import (
    CODE,
    CONTROL,
    LATEST,
    LONGEST_LIST,
    LONGEST_TEXT,
    MOST_CENTS,
    OLDEST,
    Fields,
    day_of,
    says_nothing,
)

P = ParamSpec("P")
T = TypeVar("T")
Word = TypeVar("Word", bound=TextChoices)


class Columns:
    """The objects of a list. Each method gives what the same one of `Fields` gives of each of them, in their order, and
    raises `FieldWrong` as it does."""

    __slots__ = ("_paths", "_rows")

    def __init__(self, rows: list[dict[str, Any]], paths: Callable[[], Iterable[str]]) -> None:
        """`paths` says where they stand, should one of them be wrong."""
        self._rows = rows
        self._paths = paths

    @classmethod
    def of(cls, answer: Fields, name: str) -> Self:
        """The objects of a list of the answer."""
        rows = answer.listed(name)
        if not _are(dict, rows):
            answer.children(name)  # says which is none
        return cls(rows, lambda: (answer.path_of(f"{name}[{rank}]") for rank in range(len(rows))))

    @classmethod
    def one(cls, item: Fields) -> Self:
        """A list of one object."""
        return cls([item.values], lambda: [item.path])

    def each(self) -> list[Fields]:
        return [Fields(row, path) for row, path in zip(self._rows, self._paths(), strict=True)]

    def at(self, rank: int) -> Fields:
        return self.each()[rank]

    def maybe(
        self, read: Callable[Concatenate["Columns", str, P], list[T]], name: str, *args: P.args, **limits: P.kwargs
    ) -> list[T | None]:
        """`columns.maybe(Columns.whole, "co2", high=999)`: None where the field says nothing."""
        values = self._values(name)
        if _all_say_something(values):
            return list(read(self, name, *args, **limits))
        told = [not says_nothing(value) for value in values]
        known = Columns(list(compress(self._rows, told)), lambda: compress(self._paths(), told))
        found = iter(read(known, name, *args, **limits))
        return [next(found) if one else None for one in told]

    # --- Values ----------------------------------------------------------------------------------------

    def text(self, name: str, pattern: Pattern[str] | None = None, longest: int = LONGEST_TEXT) -> list[str]:
        found = _sound_texts(self._values(name), pattern, longest)
        return found if found is not None else [item.text(name, pattern, longest) for item in self.each()]

    def texts(self, name: str) -> list[tuple[str, ...]]:
        lists = self._values(name)
        if _are(list, lists) and max(map(len, lists), default=0) <= LONGEST_LIST:
            found = _sound_texts(list(chain.from_iterable(lists)), None, LONGEST_TEXT)
            if found is not None:
                return list(shared_out(found, lists))
        return [item.texts(name) for item in self.each()]

    def code(self, name: str) -> list[str]:
        return self.text(name, CODE)

    def whole(self, name: str, *, low: int = 0, high: int) -> list[int]:
        values = self._values(name)
        if _are(int, values) and (not values or low <= min(values) <= max(values) <= high):
            return values
        return [item.whole(name, low=low, high=high) for item in self.each()]

    def euros(self, name: str, *, low: Decimal | int = 0) -> list[Decimal]:
        return [cents * CENT for cents in self.whole(name, low=int(low * 100), high=MOST_CENTS)]

    def day(self, name: str, *, latest: date = LATEST) -> list[date]:
        found = _sound_days(self._values(name), latest)
        return found if found is not None else [item.day(name, latest=latest) for item in self.each()]

    def word(self, name: str, words: type[Word]) -> list[Word]:
        known = {word.value: word for word in words}
        values = self._values(name)
        if _are(str, values) and known.keys() >= set(values):
            return [known[value] for value in values]
        return [item.word(name, words) for item in self.each()]

    # --- Objects ---------------------------------------------------------------------------------------

    def child(self, name: str) -> "Columns":
        values = self._values(name)
        if not _are(dict, values):
            for item in self.each():
                item.child(name)  # says which is none
        return Columns(values, lambda: (f"{path}{name}." for path in self._paths()))

    def children(self, name: str) -> tuple["Columns", list[list[Any]]]:
        """The objects of all their lists one after the other, and the lists."""
        lists = self._values(name)
        is_sound = _are(list, lists) and max(map(len, lists), default=0) <= LONGEST_LIST
        rows = list(chain.from_iterable(lists)) if is_sound else []
        if not (is_sound and _are(dict, rows)):
            for item in self.each():
                item.children(name)  # says which is none

        def paths() -> Iterable[str]:
            for path, given in zip(self._paths(), lists, strict=True):
                yield from (f"{path}{name}[{rank}]." for rank in range(len(given)))

        return Columns(rows, paths), lists

    def _values(self, name: str) -> list[Any]:
        return [row.get(name) for row in self._rows]


def shared_out(found: Iterable[T], lists: Iterable[list[Any]]) -> Iterable[tuple[T, ...]]:
    """What was read of all lists together, given back to each of them."""
    rest = iter(found)
    return (tuple(islice(rest, len(given))) for given in lists)


def _are(kind: type, values: Iterable[object]) -> bool:
    """Exactly of this kind: true and false are whole numbers otherwise."""
    return set(map(type, values)) <= {kind}


def _all_say_something(values: list[Any]) -> bool:
    """As `says_nothing` of none of them, of a whole column."""
    kinds = set(map(type, values))
    if kinds <= {str}:
        return all(map(str.strip, values))
    return not any(map(says_nothing, values)) if str in kinds else type(None) not in kinds


def _sound_days(values: list[Any], latest: date) -> list[date] | None:
    if not _are(str, values):
        return None
    try:
        days = [day for value in values if (day := day_of(value)) is not None]
    except ValueError:
        return None
    if len(days) < len(values) or (days and not OLDEST <= min(days) <= max(days) <= latest):
        return None
    return days


def _sound_texts(values: list[Any], pattern: Pattern[str] | None, longest: int) -> list[str] | None:
    if not _are(str, values):
        return None
    texts = [value.strip() for value in values]
    if not all(texts) or max(map(len, texts), default=0) > longest:
        return None
    together = "".join(texts)
    if not together.isprintable() and CONTROL.search(together):
        return None
    return texts if pattern is None or all(map(pattern.fullmatch, texts)) else None
