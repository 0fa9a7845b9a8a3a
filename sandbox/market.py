"""The market of adverts, generated from the seed: the same adverts on every machine, and day after day.

For each model and registration year adverts arrive one after the other along the calendar. Each one's vehicle, seller,
asking price, price drops and day of sale are drawn from the seed and its place in the row, so the market of any day can
be worked out without a store, and tomorrow's is today's with a few adverts sold and a few new ones.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from sandbox import catalogue, demo, equipment, geography, pricing
from sandbox.catalogue import Model, Version
from sandbox.pricing import Working
from sandbox.tables import dice, digest

MEAN_LIFE_DAYS = 55
LONGEST_LIFE_DAYS = 150
SOLD_DAYS = 90  # an advert counts as sold for this long
TREND_DAYS = 30
WINDOW_DAYS = LONGEST_LIFE_DAYS + SOLD_DAYS

# How many adverts a registration year has beside the model's `pop`, in percent, by age in the reference year.
REFERENCE_YEAR = 2026
AGE_WEIGHTS = (
    (0, 45), (1, 80), (2, 100), (4, 100), (6, 90), (8, 70), (10, 52), (13, 36), (16, 24), (20, 10), (25, 3), (30, 1),
)  # fmt: skip

SELLER_NAMES = {
    "franchise": ("{town} Automobiles", "Garage Central {town}", "Grand Garage {town}", "Concession {town} Sud"),
    "independent": ("{town} Occasions", "Auto Sélection {town}", "Mandataire Auto {town}", "Espace VO {town}"),
    "private": ("Particulier",),
}
SELLER_NAMES_OTHERS = {
    "franchise": ("{town} Moto", "Concession Moto {town}", "Grand Garage Moto {town}"),
    "independent": ("Moto Occasions {town}", "Deux-Roues {town}", "Espace Moto {town}"),
    "private": ("Particulier",),
}
SELLER_SHARES = (("franchise", 45), ("independent", 85), ("private", 100))  # cumulated, in percent
PRIVATE_DISCOUNT_PERMIL = 45


@dataclass(frozen=True, slots=True)
class Listing:
    """An advert as it stands on one day; `sold_at` is None while it is on sale."""

    id: str
    version: Version
    first_registration: date
    mileage_km: int
    options: tuple[str, ...]
    seller_name: str
    seller_kind: str
    postcode: str
    city: str
    first_seen: date
    sold_at: date | None
    prices: tuple[tuple[date, int], ...]
    working: Working
    fixed_similarity: tuple[int, int] | None = None  # stars and score of the demonstration adverts

    @property
    def price(self) -> int:
        return self.prices[-1][1]

    def days_online(self, day: date) -> int:
        return ((self.sold_at or day) - self.first_seen).days


@lru_cache(maxsize=600)
def adverts(seed: str, model_code: str, year: int, day: date) -> tuple[Listing, ...]:
    """All adverts of a model and registration year that are on sale that day or were sold in the last SOLD_DAYS."""
    known = catalogue.load()
    versions = [v for v in known.versions_of[model_code] if catalogue.sold_in(v, year)]
    interval = _interval_millidays(known.models[model_code], year)
    if not versions or not interval:
        return ()
    first = (day.toordinal() - WINDOW_DAYS) * 1000 // interval
    last = (day.toordinal() + 1) * 1000 // interval
    found = (_advert(seed, model_code, year, slot, interval, versions, day) for slot in range(first, last + 1))
    return tuple(listing for listing in found if listing is not None)


@lru_cache(maxsize=100)
def fixed_adverts(day: date) -> tuple[Listing, ...]:
    """The five adverts of the demonstration, as seen that day."""
    return tuple(
        Listing(
            id=f"A{digest('fixed', rank):016X}"[:11],
            version=fixed.version,
            first_registration=fixed.first_registration,
            mileage_km=fixed.mileage_km,
            options=(),
            seller_name=fixed.seller,
            seller_kind=fixed.seller_kind,
            postcode=fixed.postcode,
            city=next(town.name for town in geography.towns() if town.postcode == fixed.postcode),
            first_seen=day - timedelta(days=fixed.days_online),
            sold_at=None,
            prices=tuple((day - timedelta(days=ago), cents) for ago, cents in fixed.prices),
            working=fixed.working,
            fixed_similarity=(fixed.stars, fixed.score),
        )
        for rank, fixed in enumerate(demo.ADVERTS)
    )


def _interval_millidays(model: Model, year: int) -> int:
    """Thousandths of a day between two adverts, so that `pop` of them are on sale at once; 0 for none at all."""
    weight = pricing.interpolate(AGE_WEIGHTS, (REFERENCE_YEAR - year) * pricing.YEAR) if year <= REFERENCE_YEAR else 45
    return MEAN_LIFE_DAYS * 1000 * 100_000 // max(1, model.popularity_milli * weight)


def _advert(
    seed: str, model_code: str, year: int, slot: int, interval: int, versions: list[Version], day: date
) -> Listing | None:
    """The advert of one place in the row as it stands on `day`; None when not yet there, long gone or impossible."""
    roll = dice(seed, "advert", model_code, year, slot)
    first_seen = date.fromordinal((slot * interval + roll(interval)) // 1000)
    version = versions[roll(len(versions))]
    earliest = min(max(date(year, 1, 1), version.first + timedelta(days=30)), date(year, 12, 31))
    registered = earliest + timedelta(days=roll(max(1, (date(year, 12, 31) - earliest).days)))
    age_days = (first_seen - registered).days
    if first_seen > day or age_days < 60:
        return None
    mileage_km = pricing.ordinary_mileage(version, age_days) * (45 + roll(60) + roll(60)) // 100 + roll(400)
    options = tuple(o.code for o in equipment.options(version) if roll(100) < (60 if o.usual else 25))
    town = geography.towns()[roll(len(geography.towns()))]
    share = roll(100)
    seller_kind = next(kind for kind, limit in SELLER_SHARES if share < limit)
    names = (SELLER_NAMES if version.model.kind in equipment.CAR_KINDS else SELLER_NAMES_OTHERS)[seller_kind]
    seller_name = names[roll(len(names))].format(town=town.name)
    asked_permil = 1000 + sum(roll(61) - 30 for _ in range(4))
    life = pricing.clamp(MEAN_LIFE_DAYS + (asked_permil - 1000) * 45 // 100 + roll(81) - 40, 6, LONGEST_LIFE_DAYS)
    asked_permil -= PRIVATE_DISCOUNT_PERMIL if seller_kind == "private" else 0
    sold_at = first_seen + timedelta(days=life)
    if sold_at <= day - timedelta(days=SOLD_DAYS):
        return None
    at_first = pricing.working(seed, version, registered, mileage_km, options, town.postcode, first_seen)
    return Listing(
        id=f"A{digest(seed, 'listing', model_code, year, slot):016X}"[:11],
        version=version,
        first_registration=registered,
        mileage_km=mileage_km,
        options=options,
        seller_name=seller_name,
        seller_kind=seller_kind,
        postcode=town.postcode,
        city=town.name,
        first_seen=first_seen,
        sold_at=sold_at if sold_at <= day else None,
        prices=_prices(roll, at_first.adjusted_value * asked_permil // 1000, first_seen, min(day, sold_at)),
        working=pricing.working(seed, version, registered, mileage_km, options, town.postcode, day),
    )


def _prices(roll: Callable[[int], int], asked: int, first_seen: date, until: date) -> tuple[tuple[date, int], ...]:
    """The asking price and its drops up to a day, the oldest first."""
    history = [(first_seen, _shop_price(asked))]
    when = first_seen
    for _ in range(4):
        when += timedelta(days=18 + roll(23))
        asked = asked * (1000 - 10 - roll(26)) // 1000
        if when <= until and _shop_price(asked) < history[-1][1]:
            history.append((when, _shop_price(asked)))
    return tuple(history)


def _shop_price(cents: int) -> int:
    """Prices end in 40 or 90 € from 2 000 € up, in tens below."""
    if cents < 200_000:
        return max(20_000, pricing.round_to_step(cents))
    return (cents + 2_500) // 5_000 * 5_000 - 1_000
