"""Plates and VINs as the registers would have given them."""

from bisect import bisect_right
from datetime import date
from functools import cache
from random import Random

from vehicles.enums import VehicleKind

# I, O and U never stand on a plate.
_LETTERS = "ABCDEFGHJKLMNPQRSTVWXYZ"
# When the first letter of French plates changed, from AA on.
_FIRST_LETTER_SINCE = [
    date(2009, 4, 15), date(2010, 9, 20), date(2012, 2, 10), date(2014, 2, 1), date(2016, 2, 1), date(2018, 3, 1),
    date(2020, 11, 15), date(2024, 9, 1), date(2028, 1, 1),
]  # fmt: skip
_VIN_CHARACTERS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
_VIN_YEARS = {2009 + index: character for index, character in enumerate("9ABCDEFGHJKLMNPRSTV")}
_MAKERS = {
    "ALPINE": "VFA", "AUDI": "WAU", "BMW": "WBA", "CAN-AM": "3JB", "CF MOTO": "LCE", "CITROEN": "VF7", "DACIA": "UU1",
    "FIAT": "ZFA", "FORD": "WF0", "HARLEY-DAVIDSON": "5HD", "HONDA": "JH2", "HYUNDAI": "TMA", "JEEP": "1C4",
    "KAWASAKI": "JKA", "KIA": "U5Y", "KTM": "VBK", "KYMCO": "RFB", "MERCEDES-BENZ": "WDD", "MG": "LSJ", "MINI": "WMW",
    "NISSAN": "SJN", "OPEL": "W0L", "PEUGEOT": "VF3", "PIAGGIO": "ZAP", "POLARIS": "4XA", "RENAULT": "VF1",
    "SEAT": "VSS", "SUZUKI": "JS1", "SYM": "RFG", "TESLA": "LRW", "TOYOTA": "VNK", "TRIUMPH": "SMT", "VESPA": "ZAP",
    "VOLKSWAGEN": "WVW", "VOLVO": "YV1", "YAMAHA": "JYA",
}  # fmt: skip
_MOTORCYCLE_MAKERS = {"BMW": "WB1", "PEUGEOT": "VGA"}


def draw_plate(random: Random, registered: date, *, taken: set[str]) -> str:
    """A SIV plate, normalised, of about that day, that nobody has; it is taken from then on."""
    while True:
        suffix = random.choice(_LETTERS) + random.choice(_LETTERS)
        plate = f"{_prefix(registered)}{random.randrange(1, 1000):03d}{suffix}"
        if plate not in taken and not plate.endswith("SS"):
            taken.add(plate)
            return plate


@cache
def _prefix(registered: date) -> str:
    since = max(1, min(bisect_right(_FIRST_LETTER_SINCE, registered), len(_FIRST_LETTER_SINCE) - 1))
    start, end = _FIRST_LETTER_SINCE[since - 1], _FIRST_LETTER_SINCE[since]
    share = max(0.0, min((registered - start) / (end - start), 0.999))
    prefix = _LETTERS[since - 1] + _LETTERS[int(share * len(_LETTERS))]
    return prefix if prefix != "WW" else "WX"


def make_vin(make: str, model: str, *, kind: VehicleKind, year: int, serial: int) -> str:
    """Unique by its serial of six figures; the letter at the ninth place says that the maker uses no check digit."""
    maker = _MAKERS.get(make, "VF9")
    if kind not in (VehicleKind.CAR, VehicleKind.LIGHT_COMMERCIAL):
        maker = _MOTORCYCLE_MAKERS.get(make, maker)
    return f"{maker}{_descriptor(make, model)}Z{_VIN_YEARS.get(year, 'W')}A{serial:06d}"


@cache
def _descriptor(make: str, model: str) -> str:
    return "".join(Random(f"{make} {model}").choices(_VIN_CHARACTERS, k=5))
