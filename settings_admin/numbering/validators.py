"""What a format must be, so that a number is never taken for another one."""

from collections.abc import Iterable

from openflex.core.document_numbers import NumberFormat
from openflex.core.errors import Refused
from openflex.core.french import NBSP, format_number
from settings_admin.registries import NumberingSeries


def check_format(
    written: NumberFormat,
    series: NumberingSeries,
    *,
    given: int,
    others: Iterable[tuple[NumberingSeries, NumberFormat]],
) -> None:
    """Raises Refused beside the part that is wrong. `given`: the last number given out in the year; `others`: how the
    entity writes its other series."""
    if series.restarts_each_year and not written.year_digits:
        raise Refused(
            "year_needed",
            f"Cette série repart de 1 chaque année{NBSP}: sans l’année, un numéro reviendrait l’an prochain.",
            "year_digits",
        )
    if written.prefix[-1:].isdigit() and not written.separator:
        raise Refused(
            "ambiguous",
            f"Sans séparateur, le préfixe finit par une lettre{NBSP}: ses chiffres se liraient avec ceux du numéro.",
            "prefix",
        )
    if written.longest > series.max_length:
        raise Refused(
            "too_long",
            f"Trop long{NBSP}: un numéro pourrait prendre {written.longest} caractères, il n’y a place que pour "
            f"{series.max_length}.",
            "prefix",
        )
    if written.min_digits < len(str(given)):
        raise Refused(
            "too_short",
            f"Le n°{NBSP}{format_number(given)} est déjà donné{NBSP}: il faut au moins {len(str(given))} chiffres.",
            "min_digits",
        )
    for other, theirs in others:
        if other.key != series.key and other.family == series.family and written.may_read_like(theirs):
            raise Refused(
                "like_another",
                f"Ces numéros pourraient se confondre avec ceux de «{NBSP}{other.label}{NBSP}». Choisissez un autre "
                "préfixe.",
                "prefix",
            )


def check_next(wanted: int, series: NumberingSeries, *, given: int, has_begun: bool) -> None:
    """Raises Refused beside `next_number`: numbers go upwards, and in a legal series one by one."""
    if wanted <= given:
        raise Refused(
            "given_out",
            f"Le n°{NBSP}{format_number(given)} est déjà donné{NBSP}: la suite commence au {format_number(given + 1)} "
            "au plus tôt.",
            "next_number",
        )
    if series.is_legal and has_begun:
        raise Refused(
            "legal_gap",
            f"Cette série est légale et a commencé{NBSP}: ses numéros se suivent sans trou.",
            "next_number",
        )
