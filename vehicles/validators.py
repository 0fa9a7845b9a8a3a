"""What may be typed about a vehicle: plates, VIN, mileage, first registration (french-rules.md §7).

What is wrong raises a `ValidationError` with a code and a French sentence; what is only doubtful is returned
as `FieldWarning`s and blocks nothing.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.core.exceptions import ValidationError
from vininfo import Vin

from openflex.core.french import NBSP, counted, format_km, plural
from vehicles.enums import MOST_PREPARATION_LINES, PREPARATION_LINE_LENGTH, PlateFormat, Stage


@dataclass(frozen=True, slots=True)
class FieldWarning:
    """Something doubtful that the person should see and may keep."""

    code: str
    message: str


# --- Plates ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Plate:
    """A plate as it is stored (`normalised`: capitals and figures only) and as it is shown (`display`).

    `department` is known on FNI plates only ("56", "2A"); elsewhere it is a free choice, and empty.
    """

    format: PlateFormat
    normalised: str
    display: str
    department: str = ""


MAX_PLATE_LENGTH: Final = 20

_NOT_IN_A_PLATE: Final = re.compile(r"[\W_]")
_SEPARATORS: Final = re.compile(r"[\s.·_\-\u2010-\u2015\u2212]")
# The shapes do not overlap: where figures and letters stand is enough to tell the formats apart.
_SIV_SHAPE: Final = re.compile(r"(?P<left>[A-Z]{2})(?P<figures>[0-9]{3})(?P<right>[A-Z]{2})")
_W_GARAGE_SHAPE: Final = re.compile(r"(?P<left>W)(?P<figures>[0-9]{3})(?P<right>[A-Z]{2})")
_MOPED_SHAPE: Final = re.compile(r"(?P<left>[A-Z]{1,2})(?P<figures>[0-9]{2,3})(?P<right>[A-Z])")
_FNI_SHAPE: Final = re.compile(r"(?P<figures>[1-9][0-9]{0,3})(?P<letters>[A-Z]{1,3})(?P<department>[0-9]{2,3}|2[AB])")
# 20 is Corsica before 1976.
_DEPARTMENT: Final = re.compile(r"0[1-9]|[1-8][0-9]|9[0-5]|2[AB]|97[1-6]")


def normalise_plate(text: str) -> str:
    """Capitals and figures only, for storing and searching; never refuses: "gd-642 jm" → "GD642JM". A letter that only
    other countries have stays ("FÜ AB 123" → "FÜAB123"): without it, it would be the plate of another vehicle."""
    return _NOT_IN_A_PLATE.sub("", unicodedata.normalize("NFC", text).upper())


def parse_plate(text: str, *, foreign: bool = False) -> Plate:
    """Read a plate in any spacing and case; `foreign` takes any text, which may look like a French plate.

    Codes: `unreadable`, `letters`, `figures`, `reserved` (SS), `zero`, `department`, `too_long`.
    """
    if foreign:
        return _foreign_plate(text)
    compact = _SEPARATORS.sub("", text.upper())
    if match := _SIV_SHAPE.fullmatch(compact):
        return _siv_plate(match)
    if match := _W_GARAGE_SHAPE.fullmatch(compact):
        return _hyphenated_plate(PlateFormat.W_GARAGE, match)
    if match := _MOPED_SHAPE.fullmatch(compact):
        return _hyphenated_plate(PlateFormat.MOPED, match)
    if match := _FNI_SHAPE.fullmatch(compact):
        return _fni_plate(match)
    message = (
        f"Immatriculation non reconnue{NBSP}: écrivez par exemple AA-123-AA ou 1234 AB 56. "
        "S’il est immatriculé à l’étranger, choisissez son pays."
    )
    raise ValidationError(message, code="unreadable")


def format_plate(normalised: str, *, foreign: bool = False) -> str:
    """How a stored plate is shown: "GD642JM" → "GD-642-JM"; as it is when it is foreign or not a plate."""
    if foreign:
        return normalised
    try:
        return parse_plate(normalised).display
    except ValidationError:
        return normalised


def _siv_plate(match: re.Match[str]) -> Plate:
    if "SS" in (match["left"], match["right"]):
        raise ValidationError("Les lettres SS ne figurent pas sur une plaque.", code="reserved")
    return _hyphenated_plate(PlateFormat.WW if match["left"] == "WW" else PlateFormat.SIV, match)


def _hyphenated_plate(plate_format: PlateFormat, match: re.Match[str]) -> Plate:
    _refuse_letters(match["left"] + match["right"], "IOU")
    if int(match["figures"]) == 0:
        raise ValidationError("La partie en chiffres d’une plaque commence à 001.", code="zero")
    return Plate(
        format=plate_format,
        normalised="".join(match.groups()),
        display="-".join(match.groups()),
    )


def _fni_plate(match: re.Match[str]) -> Plate:
    # U was in use until November 1984.
    _refuse_letters(match["letters"], "IO")
    if len(match["letters"]) == 3 and len(match["figures"]) == 4:
        message = "Une ancienne plaque à trois lettres a trois chiffres au plus."
        raise ValidationError(message, code="figures")
    if not _DEPARTMENT.fullmatch(match["department"]):
        message = f"Le département {match['department']} n’existe pas sur une ancienne plaque."
        raise ValidationError(message, code="department")
    return Plate(
        format=PlateFormat.FNI,
        normalised="".join(match.groups()),
        display=" ".join(match.groups()),
        department=match["department"],
    )


def _refuse_letters(letters: str, never: str) -> None:
    if any(letter in never for letter in letters):
        listed = f"{', '.join(never[:-1])} et {never[-1]}"
        message = f"Les lettres {listed} ne figurent pas sur une plaque de ce format."
        raise ValidationError(message, code="letters")


def _foreign_plate(text: str) -> Plate:
    display = " ".join(text.upper().split())
    if not normalise_plate(display):
        raise ValidationError("Une immatriculation contient des lettres ou des chiffres.", code="unreadable")
    if len(display) > MAX_PLATE_LENGTH:
        message = f"Une immatriculation a {MAX_PLATE_LENGTH}{NBSP}caractères au plus."
        raise ValidationError(message, code="too_long")
    return Plate(format=PlateFormat.FOREIGN, normalised=normalise_plate(display), display=display)


# --- VIN -------------------------------------------------------------------------------------------------

VIN_LENGTH: Final = 17
_NEVER_IN_A_VIN: Final = "IOQ"
_CHECK_DIGITS: Final = "0123456789X"


def clean_vin(text: str, *, short_confirmed: bool = False) -> str:
    """The VIN in capitals without spaces. Codes: `characters`, `length`, `letters`.

    Old vehicles have shorter numbers: `short_confirmed` says that the person has seen it.
    """
    vin = re.sub(r"[\s-]", "", text).upper()
    if not re.fullmatch("[A-Z0-9]+", vin):
        raise ValidationError("Un VIN ne contient que des lettres et des chiffres.", code="characters")
    if len(vin) < VIN_LENGTH and short_confirmed:
        return vin
    if len(vin) != VIN_LENGTH:
        raise ValidationError(vin_length_message(vin), code="length")
    found = sorted(set(vin) & set(_NEVER_IN_A_VIN))
    if found:
        letters = " et ".join(found)
        message = f"{plural(len(found), 'Lettre')} {letters} en trop{NBSP}: un VIN ne contient ni I, ni O, ni Q."
        raise ValidationError(message, code="letters")
    return vin


def vin_length_message(vin: str) -> str:
    return f"{counted(len(vin), 'caractère')} au lieu de {VIN_LENGTH}."


def vin_warnings(vin: str) -> list[FieldWarning]:
    """What is doubtful in a VIN that was accepted: its check digit (9th) is wrong.

    The check digit is mandatory in North America only; a letter there (other than X) shows that the maker
    uses none, and nothing is said. Nor is it of a short VIN, which has none and was confirmed.
    """
    if len(vin) != VIN_LENGTH:
        return []
    if vin[8] not in _CHECK_DIGITS or Vin(vin).verify_checksum(check_year=False):
        return []
    message = f"La clé de contrôle de ce VIN ne correspond pas{NBSP}: relisez-le (elle est facultative en Europe)."
    return [FieldWarning("vin_check_digit", message)]


# --- Mileage and first registration ----------------------------------------------------------------------

MAX_MILEAGE_KM: Final = 9_999_999


def check_mileage(km: int) -> None:
    """Codes: `negative`, `too_high`."""
    if km < 0:
        raise ValidationError("Le kilométrage ne peut pas être négatif.", code="negative")
    if km > MAX_MILEAGE_KM:
        raise ValidationError(f"Kilométrage trop élevé{NBSP}: {format_km(MAX_MILEAGE_KM)} au plus.", code="too_high")


def mileage_warnings(km: int, *, known_km: int | None) -> list[FieldWarning]:
    """`known_km` is the highest mileage recorded so far for this vehicle, in any stay."""
    if known_km is None or km >= known_km:
        return []
    message = f"Kilométrage inférieur au dernier connu ({format_km(known_km)})."
    return [FieldWarning("lower_mileage", message)]


def check_first_registration(day: date, *, stage: Stage, today: date) -> None:
    """Only a new vehicle may wait for its first registration. Code: `future`."""
    if stage != Stage.NEW and day > today:
        message = "La date de mise en circulation d’un véhicule déjà immatriculé ne peut pas être dans le futur."
        raise ValidationError(message, code="future")


# --- Preparation -----------------------------------------------------------------------------------------


def tidy_lines(text: str) -> str:
    """One line for each that says something, without spaces around it."""
    return "\n".join(line for typed in text.splitlines() if (line := " ".join(typed.split())))


def check_preparation_lines(text: str) -> None:
    """Of tidy lines: few enough, each short enough for a checklist, none there twice."""
    lines = text.splitlines()
    if len(lines) > MOST_PREPARATION_LINES:
        raise ValidationError(f"{MOST_PREPARATION_LINES}{NBSP}lignes au plus.", code="too_many")
    seen: set[str] = set()
    for line in lines:
        if len(line) > PREPARATION_LINE_LENGTH:
            most = f"{PREPARATION_LINE_LENGTH}{NBSP}caractères au plus"
            raise ValidationError(f"«{NBSP}{line[:20]}…{NBSP}» est trop longue{NBSP}: {most}.", code="too_long")
        if line.casefold() in seen:
            raise ValidationError(f"«{NBSP}{line}{NBSP}» y est deux fois.", code="twice")
        seen.add(line.casefold())
