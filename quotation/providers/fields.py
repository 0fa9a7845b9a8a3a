"""Reading a vendor's JSON field by field: every value is checked before it is used, and its oddities end here.

Oddities that are understood: numbers as strings, an empty string for unknown, days as 23/04/2010. All else is wrong.
"""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from django.db.models import TextChoices

from openflex.core.money import CENT, MAX_AMOUNT

P = ParamSpec("P")
T = TypeVar("T")
Word = TypeVar("Word", bound=TextChoices)

# A space too: "CF 9C1D23" is somebody’s version code.
CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._~-]{0,199}")
_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_ISO_DAY: Final = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})")
_FRENCH_DAY: Final = re.compile(r"(?P<day>[0-9]{2})/(?P<month>[0-9]{2})/(?P<year>[0-9]{4})")
OLDEST: Final = date(1900, 1, 1)
LATEST: Final = date(2100, 12, 31)
MOST_CENTS: Final = int(MAX_AMOUNT * 100)
LONGEST_TEXT: Final = 500
LONGEST_LIST: Final = 5000


class FieldWrong(ValueError):
    """A field of an answer that cannot be believed; the message names it and says why, for technicians."""


class FieldMissing(FieldWrong):
    """A field that the answer cannot do without, and that says nothing."""


class SumWrong(FieldWrong):
    """A total or a mean that is not that of what it is said of."""


class Fields:
    """One JSON object of an answer; `path` is where it stands. Methods raise `FieldWrong`."""

    __slots__ = ("path", "values")

    def __init__(self, values: object, path: str = "") -> None:
        if not isinstance(values, dict):
            raise FieldWrong(f"{path or 'answer'}: not an object")
        self.values: dict[str, Any] = values
        self.path = path

    def wrong(self, name: str, reason: str) -> FieldWrong:
        return FieldWrong(f"{self.path}{name}: {reason}")

    def missing(self, name: str) -> FieldMissing:
        return FieldMissing(f"{self.path}{name}: missing")

    def wrong_sum(self, name: str, reason: str) -> SumWrong:
        return SumWrong(f"{self.path}{name}: {reason}")

    def is_known(self, name: str) -> bool:
        """Whether the field says something: it is there and neither null nor an empty string."""
        return not says_nothing(self.values.get(name))

    def maybe(self, read: Callable[Concatenate[str, P], T], name: str, *args: P.args, **limits: P.kwargs) -> T | None:
        """`fields.maybe(fields.whole, "co2", high=999)`: None when the field says nothing."""
        return read(name, *args, **limits) if self.is_known(name) else None

    # --- Values ----------------------------------------------------------------------------------------

    def text(self, name: str, pattern: re.Pattern[str] | None = None, longest: int = LONGEST_TEXT) -> str:
        return self._checked_text(name, self.values.get(name), pattern, longest)

    def texts(self, name: str) -> tuple[str, ...]:
        """The texts of a list, empty ones refused."""
        return tuple([self._checked_text(name, value, None, LONGEST_TEXT) for value in self.listed(name)])

    def code(self, name: str) -> str:
        """An identifier, harmless once it is quoted in a URL."""
        return self.text(name, CODE)

    def number(self, name: str, *, low: Decimal | int, high: Decimal | int) -> Decimal:
        """An exact number within limits, from a JSON number or its text."""
        value = self._known(name)
        digits = value.strip() if isinstance(value, str) else repr(value)
        if isinstance(value, bool) or not _NUMBER.fullmatch(digits):
            raise self.wrong(name, "not a number")
        found = Decimal(digits)
        if not low <= found <= high:
            raise self.wrong(name, f"{found} is not within {low} and {high}")
        return found

    def whole(self, name: str, *, low: int = 0, high: int) -> int:
        found = self.number(name, low=low, high=high)
        if found != found.to_integral_value():
            raise self.wrong(name, f"{found} is not whole")
        return int(found)

    def euros(self, name: str, *, low: Decimal | int = 0) -> Decimal:
        """An amount that the vendor sends in whole cents."""
        return self.whole(name, low=int(low * 100), high=MOST_CENTS) * CENT

    def day(self, name: str, *, latest: date = LATEST) -> date:
        value = self._known(name)
        try:
            found = day_of(value) if isinstance(value, str) else None
        except ValueError:
            raise self.wrong(name, "no such day") from None
        if found is None:
            raise self.wrong(name, "not a day")
        if not OLDEST <= found <= latest:
            raise self.wrong(name, f"{found} is not within {OLDEST} and {latest}")
        return found

    def flag(self, name: str) -> bool:
        value = self._known(name)
        if not isinstance(value, bool):
            raise self.wrong(name, "neither true nor false")
        return value

    def word(self, name: str, words: type[Word]) -> Word:
        """One of our words; the contract's are spelled the same."""
        value = self._known(name)
        try:
            return words(value)
        except ValueError:
            raise self.wrong(name, "not one of the known words") from None

    # --- Objects ---------------------------------------------------------------------------------------

    def child(self, name: str) -> "Fields":
        return Fields(self._known(name), self.path_of(name))

    def children(self, name: str) -> "list[Fields]":
        found = self.listed(name)
        return [Fields(value, self.path_of(f"{name}[{rank}]")) for rank, value in enumerate(found)]

    def path_of(self, name: str) -> str:
        return f"{self.path}{name}."

    def _known(self, name: str) -> Any:
        value = self.values.get(name)
        if says_nothing(value):
            raise self.missing(name)
        return value

    def listed(self, name: str) -> list[Any]:
        """What stands in a list, unread."""
        value = self.values.get(name)
        if value is None:
            raise self.missing(name)
        if not isinstance(value, list):
            raise self.wrong(name, "not a list")
        if len(value) > LONGEST_LIST:
            raise self.wrong(name, f"{len(value)} items are too many")
        return value

    def _checked_text(self, name: str, value: object, pattern: re.Pattern[str] | None, longest: int) -> str:
        if says_nothing(value):
            raise self.missing(name)
        if not isinstance(value, str):
            raise self.wrong(name, "not a text")
        text = value.strip()
        if len(text) > longest:
            raise self.wrong(name, f"{len(text)} characters are too many")
        if not text.isprintable() and CONTROL.search(text):
            raise self.wrong(name, "a control character")
        if pattern is not None and not pattern.fullmatch(text):
            raise self.wrong(name, "not of the expected form")
        return text


def says_nothing(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


@lru_cache(maxsize=10_000)
def day_of(text: str) -> date | None:
    """None for what is not written as a day; ValueError for a day that no calendar has. A radar names the same few
    hundred days thousands of times."""
    match = _ISO_DAY.fullmatch(text) or _FRENCH_DAY.fullmatch(text)
    return date(int(match["year"]), int(match["month"]), int(match["day"])) if match else None


def unique(fields: Fields, name: str, codes: list[str]) -> None:
    """`FieldWrong` when one identifier of a list stands twice in it."""
    if len(set(codes)) != len(codes):
        raise fields.wrong(name, "the same identifier stands twice")
