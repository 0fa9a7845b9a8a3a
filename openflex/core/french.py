"""French on the screen: figures, dates, words that agree, and the numbers of companies.

Spaces are part of the contract: U+202F between thousands, U+00A0 before a unit, U+2212 for minus, and an
en dash where there is no value.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from stdnum import exceptions as stdnum_errors
from stdnum.eu import vat as eu_vat
from stdnum.fr import siren as fr_siren
from stdnum.fr import siret as fr_siret
from stdnum.fr import tva as fr_tva

from openflex.core.dates import in_paris
from openflex.core.errors import Refused

NBSP: Final = "\u00a0"
NNBSP: Final = "\u202f"
MINUS: Final = "\u2212"
NO_VALUE: Final = "\u2013"

_MONTHS: Final = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet"),
    *("août", "septembre", "octobre", "novembre", "décembre"),
)
_SHORT_MONTHS: Final = (
    *("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil."),
    *("août", "sept.", "oct.", "nov.", "déc."),
)


# --- Figures ---------------------------------------------------------------------------------------------


def format_number(value: Decimal | int, *, decimals: int = 0, signed: bool = False) -> str:
    """1234.5 → "1 235"; rounded half away from zero; `signed` writes the + of a difference."""
    rounded = Decimal(value).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    digits = f"{abs(rounded):,f}".replace(",", NNBSP).replace(".", ",")
    if rounded < 0:
        return MINUS + digits
    return f"+{digits}" if signed and rounded > 0 else digits


def format_euros(amount: Decimal | int | None, *, decimals: int = 2, signed: bool = False) -> str:
    """1234.56 → "1 234,56 €"; `decimals=0` for rounded figures ("3 314 €"); no amount → "– €"."""
    figure = NO_VALUE if amount is None else format_number(amount, decimals=decimals, signed=signed)
    return f"{figure}{NBSP}€"


def format_km(km: int | None) -> str:
    """89632 → "89 632 km"."""
    return NO_VALUE if km is None else f"{format_number(km)}{NBSP}km"


def format_percent(percent: Decimal | int | None, *, decimals: int = 2, signed: bool = False) -> str:
    """Takes per cents, not a ratio: −13.51 → "−13,51 %"."""
    return NO_VALUE if percent is None else f"{format_number(percent, decimals=decimals, signed=signed)}{NBSP}%"


def format_percent_short(percent: Decimal) -> str:
    """ "102 %", with decimals only where there are some."""
    return format_percent(percent, decimals=0 if percent == percent.to_integral_value() else 2)


def format_days(days: int | None) -> str:
    """20 → "20 j"."""
    return NO_VALUE if days is None else f"{format_number(days)}{NBSP}j"


# --- Words -----------------------------------------------------------------------------------------------


def plural(count: int, singular: str, plural_form: str | None = None) -> str:
    """The word alone, in the form the count asks for: in French 0 and 1 are singular.

    Without a `plural_form` an s is added, except to words in s, x or z.
    """
    if abs(count) < 2:
        return singular
    if plural_form is not None:
        return plural_form
    return singular if singular.endswith(("s", "x", "z")) else f"{singular}s"


def counted(count: int, singular: str, plural_form: str | None = None) -> str:
    """3, "véhicule" → "3 véhicules"."""
    return f"{format_number(count)}{NBSP}{plural(count, singular, plural_form)}"


def ended(text: str) -> str:
    """A sentence with its full stop, which a name at its end may have brought: « Suivie par Vincent S. »."""
    return f"{text.removesuffix('.')}."


def of_name(name: str) -> str:
    """« d’Éts Saône », « de Nord ». An h keeps *de*: whether it is mute, no spelling says."""
    letter = unicodedata.normalize("NFD", name[:1]).upper()[:1]
    return f"d’{name}" if letter in set("AEIOUÆŒ") else f"de {name}"


# --- Dates -----------------------------------------------------------------------------------------------


def format_day(day: date | None) -> str:
    """As 23/04/2010."""
    return NO_VALUE if day is None else f"{day.day:02}/{day.month:02}/{day.year:04}"


def format_month(month: date | None) -> str:
    """As 08/2027."""
    return NO_VALUE if month is None else f"{month.month:02}/{month.year:04}"


def long_day(day: date, *, with_year: bool = True) -> str:
    """As "2 décembre 2024" or "1er décembre 2024"; without the year "1er décembre"."""
    return _worded_day(day, _MONTHS, with_year=with_year)


def short_day(day: date, *, with_year: bool = True) -> str:
    """As "2 déc. 2024"."""
    return _worded_day(day, _SHORT_MONTHS, with_year=with_year)


def _worded_day(day: date, months: tuple[str, ...], *, with_year: bool) -> str:
    number = "1er" if day.day == 1 else str(day.day)
    year = f" {day.year}" if with_year else ""
    return f"{number}{NBSP}{months[day.month - 1]}{year}"


def format_time(instant: datetime) -> str:
    """As 14:42, on a French clock."""
    return f"{in_paris(instant):%H:%M}"


def long_instant(instant: datetime | None) -> str:
    """As "2 décembre 2024 à 14:42", on a French clock."""
    if instant is None:
        return NO_VALUE
    return f"{long_day(in_paris(instant).date())} à{NBSP}{format_time(instant)}"


def format_instant(instant: datetime | None) -> str:
    """As "02/12/2024 à 14:42", on a French clock: in columns, where instants stand below each other."""
    if instant is None:
        return NO_VALUE
    return f"{format_day(in_paris(instant).date())} à{NBSP}{format_time(instant)}"


def exact_instant(instant: datetime) -> str:
    """As "02/12/2024 à 14:42:07", on a French clock."""
    return f"{format_day(in_paris(instant).date())} à{NBSP}{in_paris(instant):%H:%M:%S}"


def relative_time(then: datetime, now: datetime) -> str:
    """As "il y a 3 minutes", "il y a un mois", "dans 2 jours"; under a minute, "à l’instant".

    Whole units, rounded down; months and years are twelfths and wholes of 365 days, near enough for reading.
    """
    seconds = int(abs((now - then).total_seconds()))
    if seconds < 60:
        return "à l’instant"
    prefix = "il y a" if then < now else "dans"
    return f"{prefix} {_duration(seconds)}"


def _duration(seconds: int) -> str:
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if hours == 0:
        return _one_or_many(minutes, "une minute", "minutes")
    if days == 0:
        return _one_or_many(hours, "une heure", "heures")
    if days < 30:
        return _one_or_many(days, "un jour", "jours")
    if days < 365:
        return _one_or_many(max(1, days * 12 // 365), "un mois", "mois")
    return _one_or_many(days // 365, "un an", "ans")


def _one_or_many(count: int, one: str, many: str) -> str:
    return one.replace(" ", NBSP) if count == 1 else f"{count}{NBSP}{many}"


# --- Company numbers and telephones ----------------------------------------------------------------------


class NumberRefused(Refused):
    """A SIREN, SIRET, VAT or telephone number that cannot be right."""


def parse_siren(text: str) -> str:
    """The 9 figures of a company's SIREN, whose last one is a Luhn key."""
    return _company_number(text, fr_siren.validate, name="SIREN", length=9)


def parse_siret(text: str) -> str:
    """The 14 figures of an establishment's SIRET: its company's SIREN, its own number and a Luhn key.

    La Poste (SIREN 356 000 000) has more establishments than keys: except for its head office, the sum of
    the figures is a multiple of 5 instead.
    """
    return _company_number(text, fr_siret.validate, name="SIRET", length=14)


def _company_number(text: str, validate: Callable[[str], str], *, name: str, length: int) -> str:
    compact = re.sub(r"[\s.-]", "", text)
    if not re.fullmatch("[0-9]+", compact):
        raise NumberRefused("not_figures", f"Un {name} ne contient que des chiffres.")
    if len(compact) != length:
        found = f"{len(compact)}{NBSP}{plural(len(compact), 'chiffre')}"
        raise NumberRefused("length", f"{found} au lieu de {length}.")
    try:
        return validate(compact)
    except stdnum_errors.ValidationError as error:
        message = f"Ce {name} n’existe pas{NBSP}: sa clé de contrôle est fausse."
        raise NumberRefused("checksum", message) from error


def parse_vat_number(text: str) -> str:
    """A VAT number of any member state with its two letters: "fr 40 303 265 045" → "FR40303265045".

    Only its form and keys are checked, not that it is in use.
    """
    compact = re.sub(r"[\s.-]", "", text).upper()
    try:
        if compact.startswith("FR"):
            return f"FR{fr_tva.validate(compact)}"
        return eu_vat.validate(compact)
    except stdnum_errors.ValidationError as error:
        message = f"Ce numéro de TVA n’existe pas{NBSP}: écrivez par exemple FR40303265045."
        raise NumberRefused("vat_number", message) from error


def vat_number_of(siren: str) -> str:
    """The French VAT number that a company of this SIREN has."""
    return f"FR{fr_siren.to_tva(siren)}"


def format_siren(siren: str) -> str:
    """As 732 829 320."""
    return fr_siren.format(siren, NBSP)


def format_siret(siret: str) -> str:
    """As 732 829 320 00074."""
    return fr_siret.format(siret, NBSP)


def parse_postcode(text: str) -> str:
    """ "71 100" → "71100"."""
    compact = re.sub(r"\s", "", text)
    if not re.fullmatch("[0-9]{5}", compact):
        raise NumberRefused("postcode", "Un code postal a cinq chiffres.")
    return compact


def parse_phone(text: str) -> str:
    """The international form: "06 12 34 56 78" → "+33612345678"; foreign numbers need their + or 00."""
    compact = re.sub(r"\(0\)|[\s./()\-\u2010\u2011]", "", text)
    compact = re.sub(r"^00", "+", compact)
    compact = re.sub(r"^0", "+33", compact)
    if re.fullmatch(r"\+33[1-9][0-9]{8}", compact):
        return compact
    if re.fullmatch(r"\+(?!33|0)[0-9]{7,15}", compact):
        return compact
    message = "Numéro de téléphone illisible\u00a0: dix chiffres, ou un + et l’indicatif du pays."
    raise NumberRefused("phone", message)


def format_phone(phone: str) -> str:
    """+33612345678 → "06 12 34 56 78"; a foreign number as it is stored."""
    if not re.fullmatch(r"\+33[0-9]{9}", phone):
        return phone
    national = f"0{phone[3:]}"
    return NBSP.join(national[start : start + 2] for start in range(0, 10, 2))
