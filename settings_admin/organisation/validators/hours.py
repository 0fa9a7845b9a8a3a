"""Opening hours: two periods a day at most, typed as people type them, kept as "09:00"."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from openflex.core.errors import Refused
from openflex.core.french import NBSP

# Day → its periods, each an opening and a closing; a day left out is closed.
Hours = dict[str, list[list[str]]]

DAYS: Final[Mapping[str, str]] = {
    "mon": "lundi", "tue": "mardi", "wed": "mercredi", "thu": "jeudi", "fri": "vendredi", "sat": "samedi",
    "sun": "dimanche",
}  # fmt: skip
# Opening and closing, twice.
CELLS: Final = ("ouverture", "fermeture", "deuxième ouverture", "deuxième fermeture")

_TIME = re.compile(r"(\d{1,2})(?:\s*[h:.]\s*(\d{2})?)?|(\d{2})(\d{2})")


def parse_time(text: str) -> str:
    """ "9h", "9 h 30", "09:30" and "0930" → "09:30"; 24 h is the end of a day."""
    found = _TIME.fullmatch(text.strip().lower().replace(NBSP, " "))
    if found is None or not found.group(0).isascii():
        raise Refused("time", f"«{NBSP}{text.strip()[:20]}{NBSP}» n’est pas une heure{NBSP}: écrivez 9h ou 09:30.")
    hours, minutes = int(found[1] or found[3]), int(found[2] or found[4] or 0)
    if hours * 60 + minutes > 24 * 60 or minutes > 59:
        raise Refused("time", f"{hours:02d}:{minutes:02d} n’existe pas sur une horloge.")
    return f"{hours:02d}:{minutes:02d}"


def parse_day(cells: Sequence[str]) -> list[list[str]]:
    """The periods of a day from its four cells, in the order of the clock; empty cells are no period."""
    periods = []
    for opening, closing in (cells[:2], cells[2:4]):
        if not opening.strip() and not closing.strip():
            continue
        if not closing.strip():
            raise Refused("half", "il manque l’heure de fermeture.")
        if not opening.strip():
            raise Refused("half", "il manque l’heure d’ouverture.")
        period = [parse_time(opening), parse_time(closing)]
        if period[0] >= period[1]:
            raise Refused("order", "la fermeture doit suivre l’ouverture.")
        periods.append(period)
    periods.sort()
    if len(periods) == 2 and periods[1][0] < periods[0][1]:
        raise Refused("overlap", "les deux périodes se chevauchent.")
    return periods


def format_day(periods: Sequence[Sequence[str]]) -> str:
    """As "09:00–12:00, 14:00–19:00"."""
    return ", ".join(f"{opening}–{closing}" for opening, closing in periods) or "Fermé"


def format_hours(hours: Hours) -> str:
    """A week in one line, days alike together: "lundi à vendredi 09:00–19:00, samedi 09:00–12:00"."""
    runs: list[tuple[list[str], str]] = []
    for day, name in DAYS.items():
        words = format_day(hours.get(day, []))
        if runs and runs[-1][1] == words:
            runs[-1][0].append(name)
        else:
            runs.append(([name], words))
    return " · ".join(
        f"{names[0]} à {names[-1]} {words}" if len(names) > 1 else f"{names[0]} {words}"
        for names, words in runs
        if words != "Fermé"
    )
