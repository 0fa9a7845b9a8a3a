"""What a vehicle is bought and sold for: a share of its price new, by age and mileage."""

from decimal import Decimal
from itertools import pairwise
from random import Random

from vehicles.enums import CATEGORY_L_KINDS, VatRegime, VehicleKind

# Percent of the price new left at each age in years; straight lines between.
_LEFT = [(0, 93), (1, 80), (2, 71), (3, 63), (5, 51), (7, 42), (10, 31), (14, 22), (20, 15), (60, 15)]
_LEFT_CATEGORY_L = [(0, 93), (1, 83), (2, 76), (3, 69), (5, 59), (7, 50), (10, 41), (15, 30), (20, 24), (60, 20)]
_KM_A_YEAR = {VehicleKind.LIGHT_COMMERCIAL: 19_000, VehicleKind.CAR: 13_000}
_KM_A_YEAR_CATEGORY_L = 4_000


def usual_mileage(kind: VehicleKind, years: float) -> float:
    """Old vehicles are driven less and less."""
    a_year = _KM_A_YEAR_CATEGORY_L if kind in CATEGORY_L_KINDS else _KM_A_YEAR[kind]
    return float(max(years, 0.1) * a_year * 0.93 ** (max(years, 0) ** 0.5))


def sale_price(price_new: int, *, kind: VehicleKind, years: float, mileage_km: int) -> Decimal:
    """Including VAT, ending in 90 as on the windscreen."""
    usual = usual_mileage(kind, years)
    value = price_new * _left(kind, years) / 100 * (1 - 0.12 * max(-1.0, min((mileage_km - usual) / usual, 1.5)))
    return Decimal(max(round(value / 100), 5) * 100 - 10)


def purchase_price(random: Random, sale: Decimal, regime: VatRegime) -> Decimal:
    """Leaves a margin of 7 to 16 %, excluding VAT when the VAT is recovered."""
    share = Decimal(random.randrange(840, 931)) / 1000
    price = sale * share / (Decimal("1.2") if regime == VatRegime.RECOVERABLE else 1)
    return Decimal(max(round(price / 50), 1) * 50)


def market_value(random: Random, sale: Decimal) -> tuple[Decimal, Decimal]:
    """A market value and its adjusted one, a few percent around the sale price."""
    adjusted = Decimal(round(sale * random.randrange(940, 1071) / 10_000) * 10)
    return adjusted - random.randrange(-60, 61) * 10 * (1 if adjusted > 3000 else 0), adjusted


def _left(kind: VehicleKind, years: float) -> float:
    points = _LEFT_CATEGORY_L if kind in CATEGORY_L_KINDS else _LEFT
    for (start, high), (end, low) in pairwise(points):
        if years < end:
            return high + (low - high) * (years - start) / (end - start)
    return points[-1][1]
