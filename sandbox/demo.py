"""The fixed figures of the demonstration vehicle GD-642-JM, true for the default seed only.

They are the rows of the release notes and of the design pictures, to the cent: 7 880 + 1 450 - 100 + 0 - 20 =
9 210,00 € at 89 632 km, and five adverts whose mean price is 8 740,00 €. Another seed leaves all to the price model.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache

from sandbox import catalogue, pricing
from sandbox.catalogue import Version
from sandbox.pricing import Working

DEFAULT_SEED = "180"
PLATE = "GD642JM"
VIN = "WWWZZZ1KZAW599957"
FIRST_REGISTRATION = date(2010, 4, 23)

# Market values of the three candidates; the first is the vehicle itself.
MARKET_VALUES = {"Carat": 788_000, "Carat DSG7": 841_000, "Carat Edition": 806_000}
AGE, OPTIONS, LOCATION = -10_000, 0, -2_000
# 89 632 km stand 29 000 km under the reference, at 5 cents a kilometre: 1 450,00 €.
REFERENCE_KM, CENTS_PER_KM = 118_632, 5

# Days to sell at each price-to-market, so that 105,4 % gives the 61 days of the market study.
PRICE_TO_DAYS = ((85, 32), (90, 38), (95, 45), (100, 52), (105, 60), (110, 72), (115, 88))


@dataclass(frozen=True)
class FixedAdvert:
    label: str
    first_registration: date
    mileage_km: int
    seller: str
    seller_kind: str
    postcode: str
    days_online: int
    prices: tuple[tuple[int, int], ...]  # (days before today, cents), the oldest first
    working: Working
    stars: int
    score: int

    @property
    def version(self) -> Version:
        return catalogue.find("VOLKSWAGEN", "Golf Plus", self.label)


ADVERTS = (
    FixedAdvert(
        "1.6 TDI 105 FAP Confortline", date(2012, 4, 15), 171_000, "83130 Provence Auto", "independent", "83130", 110,
        ((110, 729_000), (74, 690_000), (31, 649_000)),
        Working(958_000, -244_000, -11_000, 49_000, -8_000), 4, 78,
    ),
    FixedAdvert(
        "1.6 TDI 105 FAP Confortline", date(2010, 10, 1), 108_272, "ARTHUR AUTO", "independent", "17140", 54,
        ((54, 929_000), (20, 899_000)),
        Working(764_000, 52_000, 11_000, 80_000, 2_000), 4, 84,
    ),
    FixedAdvert(
        "1.6 TDI 105 FAP Carat", date(2010, 7, 12), 96_410, "Val de Saône Auto", "franchise", "01190", 96,
        ((96, 999_000), (52, 949_000), (18, 924_000)),
        Working(788_000, 111_000, 1_000, 16_000, -1_000), 5, 94,
    ),
    FixedAdvert(
        "1.6 TDI 105 FAP BlueMotion", date(2010, 9, 8), 84_300, "Autos du Morvan", "independent", "89630", 71,
        ((71, 969_000), (30, 939_000)),
        Working(756_000, 172_000, 8_000, 0, -5_000), 5, 91,
    ),
    FixedAdvert(
        "1.6 TDI 105 FAP Carat DSG7", date(2011, 3, 21), 79_850, "Bresse Occasions", "independent", "01270", 79,
        ((79, 999_000), (40, 959_000)),
        Working(848_000, 153_000, -13_000, 0, -1_000), 3, 68,
    ),
)  # fmt: skip


@cache
def candidates() -> tuple[Version, ...]:
    """The three versions of the release notes, best match first."""
    labels = [f"1.6 TDI 105 FAP BlueMotion {label}" for label in MARKET_VALUES]
    return tuple(catalogue.find("VOLKSWAGEN", "Golf Plus", label) for label in labels)


def vehicle_version() -> Version:
    return candidates()[0]


def is_fixed_market(seed: str, version: Version) -> bool:
    """Whether the adverts on sale for that version are the five fixed ones."""
    return seed == DEFAULT_SEED and version.model == vehicle_version().model and version.energy == "diesel"


def fixed_working(seed: str, version: Version, registered: date, mileage_km: int) -> Working | None:
    """The fixed lines for the demonstration vehicle, whatever the postcode; only its mileage moves them."""
    if seed != DEFAULT_SEED or version not in candidates() or registered != FIRST_REGISTRATION:
        return None
    market_value = list(MARKET_VALUES.values())[candidates().index(version)]
    counted = pricing.beyond_band_halved(REFERENCE_KM - mileage_km, pricing.KM_BAND)
    low, high = (market_value * pct // 100 for pct in (pricing.KM_FLOOR_PCT, pricing.KM_CEILING_PCT))
    mileage = pricing.clamp(counted * CENTS_PER_KM, low, high)
    return Working(market_value, pricing.round_to_step(mileage), AGE, OPTIONS, LOCATION)
