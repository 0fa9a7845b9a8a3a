"""The versions that demonstration vehicles are made from: a table of the French market, read once."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random

from vehicles.enums import Energy, Gearbox, VehicleKind

_TABLE = Path(__file__).parent / "data" / "catalogue.txt"
_LAST_YEAR = 2024


@dataclass(frozen=True, slots=True)
class Version:
    kind: VehicleKind
    make: str
    model: str
    label: str
    energy: Energy
    gearbox: Gearbox
    body: str
    doors: int
    seats: int
    power_hp: int
    co2: int
    price_new: int
    first_year: int
    last_year: int
    popularity: int

    @property
    def is_still_sold(self) -> bool:
        return self.last_year >= _LAST_YEAR


@cache
def versions() -> tuple[Version, ...]:
    lines = _TABLE.read_text(encoding="utf-8").splitlines()
    return tuple(_version(line) for line in lines if not line.startswith("#"))


def _version(line: str) -> Version:
    kind, make, model, label, energy, gearbox, body, doors, seats, hp, co2, price, years, popularity = line.split(" | ")
    first, last = years.split("-")
    return Version(
        kind=VehicleKind(kind),
        make=make,
        model=model,
        label=label,
        energy=Energy(energy),
        gearbox=Gearbox(gearbox),
        body=body,
        doors=int(doors),
        seats=int(seats),
        power_hp=int(hp),
        co2=int(co2),
        price_new=int(price),
        first_year=int(first),
        last_year=int(last),
        popularity=int(popularity),
    )


@cache
def _choice_of(kind: VehicleKind, still_sold: bool) -> tuple[list[Version], list[int]]:
    by_kind = defaultdict(list)
    for version in versions():
        if version.is_still_sold or not still_sold:
            by_kind[version.kind].append(version)
    found = by_kind[kind]
    return found, list(accumulate(version.popularity for version in found))


def pick(random: Random, kind: VehicleKind, *, still_sold: bool = False) -> Version:
    """A version of that kind, the common ones more often."""
    found, cumulated = _choice_of(kind, still_sold)
    return random.choices(found, cum_weights=cumulated)[0]
