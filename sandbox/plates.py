"""The register of plates: any well-formed plate of the known population names one vehicle, always the same.

Nothing is stored: whether a plate is known, and all of its vehicle, is drawn from the plate itself and not from the
seed of the market, so that a plate noted down stays good.
"""

import re
from bisect import bisect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from sandbox import catalogue, demo, equipment
from sandbox.catalogue import Version
from sandbox.problems import Problem
from sandbox.tables import dice, digest, rows

LETTERS = "ABCDEFGHJKLMNPQRSTVWXYZ"  # I, O and U are never given out
SIV = re.compile(r"(?!SS|WW)([A-HJ-NP-TV-Z]{2})(?!000)(\d{3})(?!SS)([A-HJ-NP-TV-Z]{2})")
FNI = re.compile(r"(\d{1,4})([A-HJ-NP-Z]{1,3})(0[1-9]|[1-8]\d|9[0-5]|2[AB]|20|97[1-6])")
MOPED = re.compile(r"([A-HJ-NP-TV-Z]{1,2})(\d{2,3})([A-HJ-NP-TV-Z])")
PROVISIONAL = re.compile(r"WW\d{3}[A-HJ-NP-TV-Z]{2}|W\d{3}[A-HJ-NP-TV-Z]{2}")
SPECIAL = re.compile(r"ZZ(\d{3})(PL|EQ|CL|VA|LS|MK)")

# When the first letter of SIV plates was reached; between two, in even steps.
SIV_DATES = (
    date(2009, 4, 15), date(2010, 9, 1), date(2011, 11, 1), date(2013, 9, 1), date(2016, 1, 1), date(2018, 8, 1),
    date(2021, 5, 1), date(2024, 11, 1), date(2028, 3, 1),
)  # fmt: skip
KNOWN_OF_EIGHT = 7  # known SIV plates out of eight
REREGISTERED_PCT = 25  # older vehicles that got their plate when they changed hands
KIND_SHARES = (("car", 70), ("light_commercial", 82), ("motorcycle", 91), ("scooter", 97), ("quad", 100))
FRESH_COLOURS = ("NOIR", "GRIS", "ARGENT", "BLANC", "BLEU", "ROUGE", "ANTHR")

MAKERS = {
    "PEUGEOT": "VF3", "RENAULT": "VF1", "CITROEN": "VF7", "DS": "VR1", "DACIA": "UU1", "ALPINE": "VFA",
    "VOLKSWAGEN": "WVW", "AUDI": "WAU", "BMW": "WBA", "MERCEDES-BENZ": "WDD", "PORSCHE": "WP0", "SMART": "WME",
    "MINI": "WMW", "FORD": "WF0", "TOYOTA": "VNK", "NISSAN": "SJN", "HYUNDAI": "TMA", "KIA": "U5Y", "FIAT": "ZFA",
    "ALFA ROMEO": "ZAR", "SEAT": "VSS", "SKODA": "TMB", "VOLVO": "YV1", "TESLA": "LRW", "MG": "LSJ",
    "LAND ROVER": "SAL", "YAMAHA": "JYA", "HONDA": "ZDC", "KAWASAKI": "JKA", "SUZUKI": "TSM", "DUCATI": "ZDM",
    "TRIUMPH": "SMT", "KTM": "VBK", "HARLEY-DAVIDSON": "5HD", "PIAGGIO": "ZAP", "VESPA": "ZAP",
}  # fmt: skip
OTHER_MAKERS = "XS9"
VIN_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"


@dataclass(frozen=True)
class Vehicle:
    plate: str
    vin: str
    first_registration: date
    version: Version
    colour: str
    candidates: tuple[tuple[Version, float], ...]
    trigger: str = ""  # number and stage of the fault a special plate asks for


def identify(text: str, today: date) -> Vehicle:
    """The vehicle of a plate; raises Problem 422 when it is malformed, 404 when the register does not have it."""
    plate = normalise(text)
    vehicle = _special(plate) or _named().get(plate) or _drawn(plate, today)
    if vehicle is None:
        raise Problem(404, "plate_not_found", f"L'immatriculation {shown(plate)} est inconnue du fichier.")
    return vehicle


def normalise(text: str) -> str:
    """Without spaces or hyphens, in capitals; raises Problem 422 for what is no French plate."""
    plate = re.sub(r"[\s.\-]", "", text).upper()
    if not any(form.fullmatch(plate) for form in (SIV, FNI, MOPED, PROVISIONAL)):
        raise Problem(422, "plate_malformed", "Cette immatriculation n'a pas une forme française connue.")
    return plate


def shown(plate: str) -> str:
    """With the hyphens (or, before 2009, spaces) it is written with."""
    if found := SIV.fullmatch(plate) or MOPED.fullmatch(plate):
        return "-".join(found.groups())
    if found := FNI.fullmatch(plate):
        return " ".join(found.groups())
    return plate


def random_plates(count: int, seed: str, today: date) -> list[Vehicle]:
    """That many known vehicles of the register, all different; the same for the same seed."""
    roll, found = dice("plates", seed), dict[str, Vehicle]()
    while len(found) < count:
        plate = f"{_pair(roll, 8)}{1 + roll(999):03d}{_pair(roll, 23)}"
        vehicle = _drawn(plate, today) if SIV.fullmatch(plate) else None
        if vehicle:
            found[plate] = vehicle
    return list(found.values())


def named_plates() -> list[Vehicle]:
    """The plates of sandbox/data/plates.txt, and that of the demonstration."""
    return list(_named().values())


def _pair(roll: Callable[[int], int], first_letters: int) -> str:
    return LETTERS[roll(first_letters)] + LETTERS[roll(23)]


@cache
def _named() -> dict[str, Vehicle]:
    found = {}
    for plate, make, model, label, registered, vin in rows("plates.txt"):
        vehicle = _vehicle(plate, catalogue.find(make, model, label), date.fromisoformat(registered))
        found[plate] = vehicle if not vin else Vehicle(**{**vars(vehicle), "vin": vin})
    scores = (0.98, 0.64, 0.61)
    found[demo.PLATE] = Vehicle(
        plate=shown(demo.PLATE),
        vin=demo.VIN,
        first_registration=demo.FIRST_REGISTRATION,
        version=demo.vehicle_version(),
        colour="GRIS",
        candidates=tuple(zip(demo.candidates(), scores, strict=True)),
    )
    return found


def _special(plate: str) -> Vehicle | None:
    """Plates that ask for a fault name a common car; its version codes carry the fault on to the later calls."""
    asked = SPECIAL.fullmatch(plate)
    if not asked:
        return None
    vehicle = _vehicle(plate, catalogue.find("RENAULT", "Clio V", "TCe 90 Intens"), date(2021, 5, 18))
    return Vehicle(**{**vars(vehicle), "trigger": "".join(asked.groups())})


def _drawn(plate: str, today: date) -> Vehicle | None:
    roll = dice("plate", plate)
    if SIV.fullmatch(plate):
        known = digest("known", plate) % 8 < KNOWN_OF_EIGHT
        registered = _siv_date(plate) + timedelta(days=roll(20))
        if not known or registered > today:
            return None
        registered -= timedelta(days=365 + roll(3000)) if roll(100) < REREGISTERED_PCT else timedelta()
        share = roll(100)
        kind = next(kind for kind, limit in KIND_SHARES if share < limit)
        genres = None
    elif FNI.fullmatch(plate):
        registered, kind, genres = date(2006, 9, 1) + timedelta(days=roll(900)), "car", None
        if digest("known", plate) % 2:
            return None
    elif MOPED.fullmatch(plate):
        registered, kind, genres = date(2012, 1, 1) + timedelta(days=roll(4000)), "scooter", ("CL",)
        if digest("known", plate) % 2:
            return None
    else:
        return None
    version = _pick(roll, kind, registered.year, genres) or _pick(roll, "car", registered.year, None)
    if version is None:
        return None
    registered = max(registered, version.first + timedelta(days=20 + roll(40)))
    return _vehicle(plate, version, registered) if registered <= today else None


def _siv_date(plate: str) -> date:
    """About when that plate was given out; years away for letters that were not reached yet."""
    first, second = LETTERS.index(plate[0]), LETTERS.index(plate[1])
    if first + 1 >= len(SIV_DATES):
        return date.max - timedelta(days=60)
    return SIV_DATES[first] + (SIV_DATES[first + 1] - SIV_DATES[first]) * second // 23


def _pick(roll: Callable[[int], int], kind: str, year: int, genres: tuple[str, ...] | None) -> Version | None:
    versions, limits = _sold(kind, year, genres)
    return versions[bisect(limits, roll(limits[-1]))] if versions else None


@cache
def _sold(kind: str, year: int, genres: tuple[str, ...] | None) -> tuple[tuple[Version, ...], tuple[int, ...]]:
    """Versions of a kind sold that year, and their cumulated weights: common models have more plates."""
    known = catalogue.load()
    versions, limits, total = [], [], 0
    for model in known.models.values():
        sold = [v for v in known.versions_of[model.code] if catalogue.sold_in(v, year)]
        for version in sold if model.kind == kind else ():
            if genres is None or version.genre in genres:
                total += 1 + model.popularity_milli // len(sold)
                versions.append(version)
                limits.append(total)
    return tuple(versions), tuple(limits)


def _vehicle(plate: str, version: Version, registered: date) -> Vehicle:
    offered = [colour.code for colour in equipment.colours(version, "exterior") if colour.code in FRESH_COLOURS]
    return Vehicle(
        plate=shown(plate),
        vin=_vin(plate, version, registered),
        first_registration=registered,
        version=version,
        colour=offered[digest("colour", plate) % len(offered)],
        candidates=_candidates(plate, version, registered),
    )


def _candidates(plate: str, version: Version, registered: date) -> tuple[tuple[Version, float], ...]:
    """The right version, then up to three of the same model and energy that the registration cannot tell apart."""
    siblings = sorted(
        (
            v
            for v in catalogue.load().versions_of[version.model.code]
            if v != version and v.energy == version.energy and v.power_hp == version.power_hp and v.first <= registered
        ),
        key=lambda v: digest("sibling", plate, v.code),
    )[: digest("siblings", plate) % 4]
    scores = [0.99 - digest("sure", plate) % 8 / 100]
    scores += [0.80 - rank / 10 - digest("match", plate, v.code) % 8 / 100 for rank, v in enumerate(siblings)]
    return tuple((v, round(score, 2)) for v, score in zip([version, *siblings], scores, strict=True))


def _vin(plate: str, version: Version, registered: date) -> str:
    roll = dice("vin", plate)
    middle = "".join(VIN_LETTERS[roll(len(VIN_LETTERS))] for _ in range(6))
    year = "ABCDEFGHJKLMNPRSTVWXY123456789"[(registered.year - 2010) % 30]
    return f"{MAKERS.get(version.model.make, OTHER_MAKERS)}{middle}{roll(10)}{year}{roll(10)}{roll(10**5):05d}"


def cnit(version: Version) -> str:
    """A national type code: 15 characters since 2009, 12 before."""
    roll = dice("cnit", version.code)
    length = 14 if version.first.year >= 2009 else 11
    return "M" + "".join(VIN_LETTERS[roll(len(VIN_LETTERS))] for _ in range(length))
