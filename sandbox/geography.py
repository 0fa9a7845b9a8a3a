"""Where things are: postcodes to coordinates, great-circle distances, and the price level of each region."""

import math
import re
from dataclasses import dataclass
from functools import cache, lru_cache

from sandbox.tables import rows

EARTH_RADIUS_KM = 6371


@dataclass(frozen=True)
class Town:
    postcode: str
    name: str
    latitude: float
    longitude: float

    @property
    def department(self) -> str:
        return department_of(self.postcode)


@dataclass(frozen=True)
class Department:
    code: str
    name: str
    region: str
    latitude: float
    longitude: float


@cache
def towns() -> tuple[Town, ...]:
    return tuple(Town(code, name, float(lat), float(lon)) for code, name, lat, lon in rows("towns.txt"))


@cache
def departments() -> dict[str, Department]:
    table = rows("departments.txt")
    return {code: Department(code, name, region, float(lat), float(lon)) for code, name, region, lat, lon in table}


def department_of(postcode: str) -> str:
    """The department of a postcode, as a code of departments.txt when it exists (Corsica and overseas included)."""
    if postcode.startswith("20"):
        return "2A" if postcode < "20200" else "2B"
    return postcode[:3] if postcode.startswith("97") else postcode[:2]


def is_postcode(text: str) -> bool:
    return re.fullmatch(r"[0-9]{5}", text) is not None and department_of(text) in departments()


def region_of(postcode: str) -> str:
    return departments()[department_of(postcode)].region


@cache
def coordinates(postcode: str) -> tuple[float, float]:
    """Latitude and longitude of the town of that postcode; unknown ones stand at the centre of their department."""
    for town in towns():
        if town.postcode == postcode:
            return town.latitude, town.longitude
    department = departments()[department_of(postcode)]
    return department.latitude, department.longitude


@lru_cache(maxsize=100_000)
def distance_km(postcode_a: str, postcode_b: str) -> int:
    """Great-circle distance between two postcodes, in whole kilometres."""
    lat_a, lon_a, lat_b, lon_b = map(math.radians, (*coordinates(postcode_a), *coordinates(postcode_b)))
    half_chord = (
        math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    )
    return round(2 * EARTH_RADIUS_KM * math.asin(math.sqrt(half_chord)))
