"""The price model: what a vehicle is worth on the market, in five lines whose sum is exact.

Every constant of the model stands in this file; README.md tells it in words. All amounts are integer cents, TTC, and
the arithmetic is whole numbers only, so that no machine rounds differently.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

from sandbox import equipment, geography
from sandbox.catalogue import Version
from sandbox.tables import spread

STEP = 1000  # every line is a multiple of 10,00 €
YEAR = 365

# Share of the price new that is left at each age (years, ten-thousandths); between two points, a straight line.
RETENTION_FOUR_WHEELS = (
    (0, 9300), (1, 8000), (2, 7000), (3, 6250), (4, 5600), (5, 5050), (7, 4150), (10, 3150), (13, 2600), (16, 2150),
    (20, 1750), (30, 1300),
)  # fmt: skip
RETENTION_OTHERS = (
    (0, 9300), (1, 8300), (2, 7550), (3, 6900), (5, 5900), (7, 5050), (10, 4100), (15, 3000), (20, 2400), (30, 1900),
)  # fmt: skip

MODEL_SPREAD_BP = 500  # each seed lifts or lowers each model by up to this
LEVEL_SPREAD_BP = 120  # and each energy's market by up to this, month after month

# Kilometres of an ordinary year, then how many ordinary years lie behind each age (thousandths).
YEARLY_KM = {"petrol": 10500, "diesel": 14500, "electric": 12000, "hybrid": 13000, "plugin_hybrid": 13500}
YEARLY_KM_OTHER_ENERGIES = 12000
YEARLY_KM_OF_KIND = {"light_commercial": 19000, "motorcycle": 4200, "scooter": 3900, "quad": 2200}
ORDINARY_YEARS = ((0, 0), (1, 1000), (4, 3800), (8, 6600), (12, 8000), (16, 8900), (20, 9500), (30, 10500))

# Loss per 1,000 km above the ordinary (ten-thousandths of the market value), by age; half of it beyond the band.
KM_RATE_BP = ((0, 28), (4, 40), (8, 52), (14, 63), (30, 66))
KM_RATE_FACTOR_OTHERS = 2
KM_BAND, KM_BAND_OTHERS = 30_000, 10_000
KM_FLOOR_PCT, KM_CEILING_PCT = -40, 25

OPTION_SHARE_PCT = 35  # of what is left of its price new, for options the market does not usually have
OPTION_CEILING_PCT = 12

REGION_BP = {
    "IDF": 140, "PAC": 120, "COR": 250, "ARA": 60, "GES": -40, "BFC": -25, "HDF": -80, "NOR": -50, "BRE": 20, "PDL": 10,
    "CVL": -30, "NAQ": 0, "OCC": 30, "DOM": 600,
}  # fmt: skip


@dataclass(frozen=True)
class Working:
    """The lines of an adjusted value; `adjusted_value` is their sum by construction."""

    market_value: int
    mileage: int
    age: int
    options: int
    location: int

    @property
    def adjusted_value(self) -> int:
        return self.market_value + self.mileage + self.age + self.options + self.location


def working(
    seed: str, version: Version, registered: date, mileage_km: int, options: tuple[str, ...], postcode: str, day: date
) -> Working:
    """What that vehicle is worth on that day: the market value of its registration year, then four corrections."""
    reference = value_on(seed, version, min(date(registered.year, 7, 1), day), day)
    market_value = round_to_step(reference)
    age_days = max(0, (day - registered).days)
    return Working(
        market_value=market_value,
        mileage=mileage_adjustment(version, market_value, mileage_km, age_days),
        age=round_to_step(value_on(seed, version, registered, day) - reference),
        options=options_adjustment(version, market_value, options, age_days),
        location=round_to_step(market_value * REGION_BP[geography.region_of(postcode)] // 10_000),
    )


@lru_cache(maxsize=200_000)
def value_on(seed: str, version: Version, registered: date, day: date) -> int:
    """Cents, not yet rounded, at the ordinary mileage and without unusual options."""
    model = version.model
    left_bp = retention_bp(version, max(0, (day - registered).days))
    model_bp = 10_000 + spread(MODEL_SPREAD_BP, seed, "model", model.code)
    level_bp = 10_000 + market_level_bp(seed, version.energy, day)
    return version.price_new * left_bp * model.hold_pct * model_bp * level_bp // (10_000**3 * 100)


def retention_bp(version: Version, age_days: int) -> int:
    curve = RETENTION_FOUR_WHEELS if version.model.kind in equipment.CAR_KINDS else RETENTION_OTHERS
    return interpolate(curve, age_days)


def market_level_bp(seed: str, energy: str, day: date) -> int:
    """How the market of an energy stands that day: a straight line from one month's level to the next one's."""
    next_month = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    here, there = (spread(LEVEL_SPREAD_BP, seed, "level", energy, d.year, d.month) for d in (day, next_month))
    return here + (there - here) * (day.day - 1) // 31


def ordinary_mileage(version: Version, age_days: int) -> int:
    by_energy = YEARLY_KM.get(version.energy, YEARLY_KM_OTHER_ENERGIES)
    return YEARLY_KM_OF_KIND.get(version.model.kind, by_energy) * interpolate(ORDINARY_YEARS, age_days) // 1000


def mileage_adjustment(version: Version, market_value: int, mileage_km: int, age_days: int) -> int:
    is_car = version.model.kind in equipment.CAR_KINDS
    rate_bp = interpolate(KM_RATE_BP, age_days) * (1 if is_car else KM_RATE_FACTOR_OTHERS)
    difference = ordinary_mileage(version, age_days) - mileage_km
    counted = beyond_band_halved(difference, KM_BAND if is_car else KM_BAND_OTHERS)
    amount = market_value * rate_bp * counted // 10_000_000
    return round_to_step(clamp(amount, market_value * KM_FLOOR_PCT // 100, market_value * KM_CEILING_PCT // 100))


def options_adjustment(version: Version, market_value: int, options: tuple[str, ...], age_days: int) -> int:
    unusual = sum(o.price_new for o in equipment.options(version) if o.code in options and not o.usual)
    amount = unusual * OPTION_SHARE_PCT * retention_bp(version, age_days) // 1_000_000
    return round_to_step(min(amount, market_value * OPTION_CEILING_PCT // 100))


def beyond_band_halved(difference: int, band: int) -> int:
    inside = clamp(difference, -band, band)
    return inside + (difference - inside) // 2


def interpolate(points: tuple[tuple[int, int], ...], days: int) -> int:
    """The value at an age in days of a curve given by (years, value) points; flat beyond the last one."""
    for (years_a, value_a), (years_b, value_b) in pairwise(points):
        if days < years_b * YEAR:
            span = (years_b - years_a) * YEAR
            return value_a + (value_b - value_a) * (days - years_a * YEAR) // span
    return points[-1][1]


def round_to_step(cents: int) -> int:
    """To the nearest 10,00 €, halves away from zero."""
    steps, rest = divmod(abs(cents), STEP)
    rounded = (steps + (2 * rest >= STEP)) * STEP
    return rounded if cents >= 0 else -rounded


def clamp(value: int, low: int, high: int) -> int:
    return max(low, min(high, value))
