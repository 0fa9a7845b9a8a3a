"""Days and months as people type them, calendar arithmetic, and Europe/Paris at the edge.

Nothing here reads a clock: the present day or instant is an argument.
"""

import calendar
import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from openflex.core.errors import Refused

PARIS: Final = ZoneInfo("Europe/Paris")
# A typed year outside is a slip: no vehicle or deadline of a dealership lies there.
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2100
# "98" is 1998 and "27" is 2027. A fixed pivot: the same text must mean the same day next year.
_FIRST_TWO_DIGIT_YEAR_OF_1900S: Final = 80

_YEAR: Final = r"(?P<year>[0-9]{4}|[0-9]{2})"
_DAY_FORMATS: Final = (
    re.compile(rf"(?P<day>[0-9]{{1,2}})[ ./-](?P<month>[0-9]{{1,2}})[ ./-]{_YEAR}"),
    re.compile(rf"(?P<day>[0-9]{{2}})(?P<month>[0-9]{{2}}){_YEAR}"),
    re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})"),
)
_MONTH_FORMATS: Final = (
    re.compile(rf"(?P<month>[0-9]{{1,2}})[ ./-]{_YEAR}"),
    re.compile(r"(?P<month>[0-9]{2})(?P<year>[0-9]{4})"),
    re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})"),
)

_HOUR_FORMATS: Final = (
    re.compile(r"(?P<hour>[0-9]{1,2})(?: ?[h:.] ?(?P<minute>[0-9]{2})?)?"),
    re.compile(r"(?P<hour>[0-9]{1,2})(?P<minute>[0-9]{2})"),
)


class DateRefused(Refused):
    """A typed day, month or hour that cannot be taken."""


def parse_day(text: str) -> date:
    """Read "23/04/2010", "23.4.2010", "23042010", "230410", "2010-04-23"; a year of two digits is 1980–2079.

    `DateRefused` with a code: `unreadable`, `no_such_day` ("31/02/2024"), `year_out_of_range`.
    """
    compact = " ".join(text.split())
    match = _first_match(_DAY_FORMATS, compact)
    if match is None:
        raise DateRefused("unreadable", "Date illisible\u00a0: écrivez par exemple 23/04/2010.")
    return _checked_date(match["year"], match["month"], match["day"], typed=compact)


def parse_month(text: str) -> date:
    """Read a month field, "08/2027", "8/27", "082027" or "2027-08", as the first day of that month.

    A whole day date ("28/08/2027") is taken for its month. Refuses as `parse_day` does.
    """
    compact = " ".join(text.split())
    match = _first_match(_MONTH_FORMATS, compact)
    if match is not None:
        return _checked_date(match["year"], match["month"], "1", typed=compact)
    if _first_match(_DAY_FORMATS, compact) is not None:
        return first_of_month(parse_day(compact))
    raise DateRefused("unreadable", "Mois illisible\u00a0: écrivez par exemple 08/2027.")


def parse_hour(text: str) -> time:
    """Read "14h30", "14 h", "14:30", "14.30", "1430" or "14". `DateRefused` ("unreadable")."""
    match = _first_match(_HOUR_FORMATS, " ".join(text.lower().split()))
    if match is None or int(match["hour"]) > 23 or int(match["minute"] or 0) > 59:
        raise DateRefused("unreadable", "Heure illisible\u00a0: écrivez par exemple 14:30.")
    return time(int(match["hour"]), int(match["minute"] or 0))


def _first_match(formats: tuple[re.Pattern[str], ...], text: str) -> re.Match[str] | None:
    return next((match for pattern in formats if (match := pattern.fullmatch(text))), None)


def _checked_date(year: str, month: str, day: str, *, typed: str) -> date:
    full_year = int(year)
    if len(year) == 2:
        full_year += 1900 if full_year >= _FIRST_TWO_DIGIT_YEAR_OF_1900S else 2000
    if not _FIRST_YEAR <= full_year <= _LAST_YEAR:
        message = f"L’année doit être comprise entre {_FIRST_YEAR} et {_LAST_YEAR}."
        raise DateRefused("year_out_of_range", message)
    if not 1 <= int(month) <= 12 or not 1 <= int(day) <= last_of_month(date(full_year, int(month), 1)).day:
        raise DateRefused("no_such_day", f"La date {typed} n’existe pas dans le calendrier.")
    return date(full_year, int(month), int(day))


def first_of_month(day: date) -> date:
    return day.replace(day=1)


def last_of_month(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def add_months(day: date, months: int) -> date:
    """The same day of the month, months later (or before, if negative); else the last day of that month.

    As delays in months are counted in France (code de procédure civile, art. 641).
    """
    index = day.year * 12 + day.month - 1 + months
    first = date(index // 12, index % 12 + 1, 1)
    return first.replace(day=min(day.day, last_of_month(first).day))


def add_years(day: date, years: int) -> date:
    """29 February becomes the 28th in a common year."""
    return add_months(day, 12 * years)


def days_between(start: date, end: date) -> int:
    """Age in days: 0 on the day itself, negative while `start` is still to come."""
    return (end - start).days


def in_paris(instant: datetime) -> datetime:
    """The instant on a French clock. `ValueError` if it has no time zone: it would be a guess."""
    if instant.tzinfo is None:
        raise ValueError("An instant needs its time zone.")
    return instant.astimezone(PARIS)


def today_paris(now: datetime) -> date:
    """The day it is in France at that instant."""
    return in_paris(now).date()


def paris_day_bounds(day: date) -> tuple[datetime, datetime]:
    """First instant of a French day and of the next one, in UTC: 23, 24 or 25 hours apart."""
    start, end = (datetime.combine(each, time.min, tzinfo=PARIS) for each in (day, day + timedelta(days=1)))
    return start.astimezone(UTC), end.astimezone(UTC)
