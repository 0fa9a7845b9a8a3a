"""The catalogue of makes, models and versions, read once from sandbox/data.

A model is a paragraph: a head line, one line per engine, and a line of trims that every engine is sold with.

    RENAULT | Clio V | car | Citadine | 5/5 | 2019-09.. | pop 270 | hold 102
    Blue dCi 100; GO 100 M 20700
    TCe 90; ES 91 M 18100 @2021-01
    > Life +0, Zen +1600

Head: make, model, kind, body, doors/seats, months of the first and last catalogue, `pop` = adverts on sale in France
for one registration year of the model, `hold` = how well it keeps its value, in percent. Engine: label; energy (field
P.3 of the registration certificate), power in ch, M or A for the gearbox, price new in euros, then `co2=` and `@` with
months of its own where they differ. An engine may carry its own trims after `>`; `{}` in its label is where the trim
stands.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from sandbox.tables import lines, month_start

FILES = ("cars_french.txt", "cars_german.txt", "cars_other.txt", "cars_asian.txt", "commercials.txt", "two_wheels.txt")
KINDS = ("car", "light_commercial", "motorcycle", "scooter", "quad")
GEARBOXES = {"M": "manual", "A": "automatic"}
ENERGIES = {
    "ES": "petrol",
    "GO": "diesel",
    "EL": "electric",
    "EH": "hybrid",
    "EE": "plugin_hybrid",
    "GH": "diesel_hybrid",
    "GP": "lpg",
    "FE": "superethanol",
}
STILL_SOLD = date(9999, 12, 31)

# Grams of CO2 per km: a base and a share per ch, by energy; cars and light commercials only.
CO2_RULE = {
    "petrol": (88, 30),
    "diesel": (80, 24),
    "hybrid": (72, 20),
    "plugin_hybrid": (22, 5),
    "diesel_hybrid": (100, 24),
    "lpg": (85, 24),
    "superethanol": (92, 28),
    "electric": (0, 0),
}
CO2_OF_BODY = {"SUV": 12, "Fourgonnette": 14, "Fourgon": 52, "Pick-up": 70, "Monospace": 8}


@dataclass(frozen=True, eq=False)  # there is one object per model and version: comparing them by identity is fast
class Model:
    code: str
    make: str
    label: str
    kind: str
    body: str
    doors: int
    seats: int
    first: date
    last: date
    popularity_milli: int  # adverts on sale per registration year, in thousandths
    hold_pct: int


@dataclass(frozen=True, eq=False)
class Version:
    code: str
    model: Model
    engine: str
    trim: str
    label: str
    level: int  # 0 base to 3 top, drawn from the surplus of the trim
    energy: str
    gearbox: str
    power_hp: int
    co2: int
    price_new: int  # cents, TTC
    first: date
    last: date

    @property
    def full_label(self) -> str:
        return f"{self.model.make} {self.model.label} {self.label}"

    @property
    def power_kw(self) -> int:
        return round(self.power_hp * 0.7355)

    @property
    def fiscal_power(self) -> int:
        """French fiscal power since July 2020, from the power alone."""
        ratio = self.power_kw / 100
        return max(1, round(1.80 * ratio * ratio + 3.87 * ratio + 1.34))

    @property
    def genre(self) -> str:
        """Field J.1 of the registration certificate."""
        if self.model.kind in FIXED_GENRES:
            return FIXED_GENRES[self.model.kind]
        if self.power_hp <= 5:
            return "CL"
        return "MTL" if self.power_hp <= 15 else "MTT1" if self.power_kw <= 35 else "MTT2"


FIXED_GENRES = {"car": "VP", "light_commercial": "CTTE", "quad": "QM"}


@dataclass(frozen=True)
class Catalogue:
    models: dict[str, Model]
    versions: dict[str, Version]
    versions_of: dict[str, tuple[Version, ...]]


@cache
def load() -> Catalogue:
    """The whole catalogue; raises ValueError when two entries of the data would share a code."""
    models: dict[str, Model] = {}
    versions: dict[str, Version] = {}
    for name in FILES:
        for paragraph in _paragraphs(lines(name)):
            model = _model(paragraph[0])
            if model.code in models:
                raise ValueError(f"{name}: model {model.code} stands twice")
            models[model.code] = model
            for version in _versions(model, paragraph[1:]):
                if version.code in versions:
                    raise ValueError(f"{name}: version {version.full_label} stands twice")
                versions[version.code] = version
    by_model = {code: tuple(v for v in versions.values() if v.model.code == code) for code in models}
    return Catalogue(models, versions, by_model)


def find(make: str, model: str, label: str) -> Version:
    """The version of that exact label; raises KeyError when the catalogue has none."""
    for version in load().versions_of[model_code(make, model)]:
        if version.label == label:
            return version
    raise KeyError(f"{make} {model} {label}")


def sold_in(version: Version, year: int) -> bool:
    return version.first.year <= year <= version.last.year


def slug(text: str) -> str:
    """Capitals, digits and hyphens: "Série 1 (E81)" becomes "SERIE-1-E81"."""
    return re.sub(r"[^A-Z0-9]+", "-", _ascii(text).upper()).strip("-")


def model_code(make: str, label: str) -> str:
    return slug(f"{make} {label}")


def _paragraphs(source: Iterable[str]) -> list[list[str]]:
    paragraphs: list[list[str]] = []
    for line in source:
        if line.count(" | ") == 7:
            paragraphs.append([])
        paragraphs[-1].append(line)
    return paragraphs


def _model(head: str) -> Model:
    make, label, kind, body, doors_seats, months, pop, hold = (cell.strip() for cell in head.split("|"))
    doors, seats = doors_seats.split("/")
    first, last = _period(months)
    return Model(
        code=model_code(make, label),
        make=make,
        label=label,
        kind=kind,
        body=body,
        doors=int(doors),
        seats=int(seats),
        first=first,
        last=last,
        popularity_milli=round(float(pop.removeprefix("pop ")) * 1000),
        hold_pct=int(hold.removeprefix("hold ")),
    )


def _versions(model: Model, body: list[str]) -> list[Version]:
    common = body[-1].removeprefix(">")
    found = []
    for line in body[:-1]:
        engine, _, own_trims = line.partition(">")
        label, _, spec = engine.partition(";")
        for trim, surplus in _trims(own_trims or common):
            found.append(_version(model, label.strip(), spec.split(), trim, surplus))
    return found


def _version(model: Model, engine: str, spec: list[str], trim: str, surplus: int) -> Version:
    p3, power, gearbox, price, *more = spec
    energy = ENERGIES[p3]
    first, last, co2 = model.first, model.last, _co2(model, energy, int(power))
    for word in more:
        if word.startswith("@"):
            first, own_last = _period(word[1:])
            last = min(last, own_last)
        else:
            co2 = int(word.removeprefix("co2="))
    label = " ".join((engine if "{}" in engine else engine + " {}").format(trim).split())
    key = f"{model.make}|{model.label}|{label}"
    return Version(
        code=_ascii(model.make)[:3].upper() + hashlib.sha256(key.encode()).hexdigest()[:7].upper(),
        model=model,
        engine=engine,
        trim=trim,
        label=label,
        level=_level(surplus, int(price)),
        energy=energy,
        gearbox=GEARBOXES[gearbox],
        power_hp=int(power),
        co2=co2,
        price_new=(int(price) + surplus) * 100,
        first=first,
        last=last,
    )


def _trims(text: str) -> list[tuple[str, int]]:
    found = []
    for item in text.split(","):
        trim, surplus = re.fullmatch(r"\s*(.*?)\s*([+-]\d+)\s*", item).groups()  # type: ignore[union-attr]
        found.append((trim, int(surplus)))
    return found


def _level(surplus: int, price: int) -> int:
    share = 100 * surplus / price
    return 0 if share <= 0 else 1 if share < 6 else 2 if share < 10 else 3


def _co2(model: Model, energy: str, power_hp: int) -> int:
    if model.kind not in ("car", "light_commercial"):
        return 0
    base, share = CO2_RULE[energy]
    return base + power_hp * share // 100 + (CO2_OF_BODY.get(model.body, 0) if energy != "electric" else 0)


def _period(months: str) -> tuple[date, date]:
    first, _, last = months.partition("..")
    return month_start(first), month_start(last) if last else STILL_SOLD


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
