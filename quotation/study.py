"""The figures of the radar and of the market study, from a list of comparables: pure, without Django's database.

Amounts are euros TTC, distances kilometres, per cents exact and unrounded (the page rounds once). Where there is
nothing to reckon from, the answer is None: no figure is ever made up.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from statistics import median
from typing import Final, Protocol, TypeVar

from openflex.core import charts
from openflex.core.money import cents
from quotation.providers.base import MarketFilters, PriceToDays, SellerKind
from vehicles.enums import Energy, Gearbox

HUNDRED: Final = Decimal(100)
LIKE_MINE_STARS: Final = 4
# The pace of sales is that of the last weeks, as in the provider's own market days supply.
SUPPLY_DAYS: Final = 45


class Comparable(Protocol):
    """A vehicle beside mine: a provider's `Listing`, or a row of our own market. None: not known."""

    @property
    def id(self) -> str: ...
    @property
    def price(self) -> Decimal: ...
    @property
    def first_registration(self) -> date: ...
    @property
    def mileage_km(self) -> int: ...
    @property
    def days_online(self) -> int | None: ...
    @property
    def distance_km(self) -> int | None: ...
    @property
    def seller_kind(self) -> SellerKind | None: ...
    @property
    def energy(self) -> Energy | None: ...
    @property
    def gearbox(self) -> Gearbox | None: ...
    @property
    def options(self) -> frozenset[str] | None: ...
    @property
    def stars(self) -> int | None: ...
    @property
    def score(self) -> int | None: ...
    @property
    def sold_at(self) -> date | None: ...
    @property
    def adjusted_value(self) -> Decimal | None: ...
    @property
    def mileage_adjustment(self) -> Decimal | None: ...


C = TypeVar("C", bound=Comparable)


# --- Which comparables count -----------------------------------------------------------------------------


def filtered(comparables: Iterable[C], filters: MarketFilters, *, without: Collection[str] = ()) -> list[C]:
    """Those that pass every filter and whose id is not in `without` (the unticked ones), in the order given.

    What is not known passes no filter on it: "diesel only" must not show what may be petrol.
    """
    tests = _tests(filters)
    return [each for each in comparables if each.id not in without and all(test(each) for test in tests)]


def _tests(filters: MarketFilters) -> list[Callable[[Comparable], bool]]:
    """One test for each filter that is set, so that the others cost nothing."""
    f = filters
    tests: list[tuple[bool, Callable[[Comparable], bool]]] = [
        (bool(f.energies), lambda each: each.energy in f.energies),
        (bool(f.gearboxes), lambda each: each.gearbox in f.gearboxes),
        (bool(f.sellers), lambda each: each.seller_kind in f.sellers),
        (bool(f.options), lambda each: each.options is not None and f.options <= each.options),
        (f.mileage_min is not None, lambda each: each.mileage_km >= (f.mileage_min or 0)),
        (f.mileage_max is not None, lambda each: each.mileage_km <= (f.mileage_max or 0)),
        (f.registered_from is not None, lambda each: each.first_registration >= (f.registered_from or date.min)),
        (f.registered_to is not None, lambda each: each.first_registration <= (f.registered_to or date.max)),
        (f.stars_min is not None, lambda each: each.stars is not None and each.stars >= (f.stars_min or 0)),
        (
            f.radius_km is not None,
            lambda each: each.distance_km is not None and each.distance_km <= (f.radius_km or 0),
        ),
    ]
    return [test for is_set, test in tests if is_set]


_SORT_KEYS: Final[Mapping[str, Callable[[Comparable], Decimal | int | None]]] = {
    "price": lambda each: each.price,
    "similarity": lambda each: each.score,
    "distance": lambda each: each.distance_km,
    "mileage": lambda each: each.mileage_km,
    "days_online": lambda each: each.days_online,
    "first_registration": lambda each: each.first_registration.toordinal(),
}
SORTS: Final = tuple(_SORT_KEYS)


def sorted_by(comparables: Iterable[C], sort: str) -> list[C]:
    """By one of `SORTS`, the other way round with "-" in front; equal ones by id, unknown ones last both ways.

    `KeyError` for another word.
    """
    key = _SORT_KEYS[sort.removeprefix("-")]
    sign = -1 if sort.startswith("-") else 1

    def rank(each: C) -> tuple[bool, Decimal | int, str]:
        value = key(each)
        return value is None, 0 if value is None else sign * value, each.id

    return sorted(comparables, key=rank)


# --- Prices ----------------------------------------------------------------------------------------------


def mean_price(comparables: Sequence[Comparable]) -> Decimal | None:
    """To the cent."""
    if not comparables:
        return None
    return cents(sum((each.price for each in comparables), Decimal(0)) / len(comparables))


def median_price(comparables: Sequence[Comparable]) -> Decimal | None:
    """To the cent; halfway between the two in the middle when they are even in number."""
    return cents(median(each.price for each in comparables)) if comparables else None


def difference_to_adjusted(comparable: Comparable) -> Decimal | None:
    """Published price less the comparable's own adjusted value: 6 490 − 7 440 = −950,00."""
    return None if comparable.adjusted_value is None else comparable.price - comparable.adjusted_value


def gap_percent(price: Decimal, reference: Decimal) -> Decimal | None:
    """How far a price lies from a reference: 7 966,08 of 9 210,00 is −13,51 %."""
    return (price / reference - 1) * HUNDRED if reference > 0 else None


def price_to_market_percent(price: Decimal, comparables: Sequence[Comparable]) -> Decimal | None:
    """A price in per cent of the mean published one: 9 210,00 of 8 740,00 is 105,4 %."""
    mean = mean_price(comparables)
    return price / mean * HUNDRED if mean else None


def proposed_price(adjusted_value: Decimal, percent: Decimal | int) -> Decimal:
    """The entity's share of the adjusted value, to the cent: 102 % of 9 210,00 is 9 394,20."""
    return cents(adjusted_value * percent / HUNDRED)


# --- Rank ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rank:
    """My place among the comparables and me, the cheapest first."""

    position: int
    total: int

    @property
    def label(self) -> str:
        """As "1er sur 6", "3e sur 6"."""
        return f"{self.position}{'er' if self.position == 1 else 'e'} sur {self.total}"


def rank_of(price: Decimal, others: Iterable[Decimal]) -> Rank:
    """One place after those that are strictly cheaper: at the same price, mine comes first."""
    known = list(others)
    return Rank(position=1 + sum(other < price for other in known), total=len(known) + 1)


def price_rank(price: Decimal, comparables: Iterable[Comparable]) -> Rank:
    return rank_of(price, (each.price for each in comparables))


def mileage_adjusted_rank(
    price: Decimal, mileage_adjustment: Decimal, comparables: Sequence[Comparable]
) -> Rank | None:
    """The rank once everybody's price is brought to the ordinary mileage: less each one's own mileage adjustment.

    Comparables without one cannot be brought there and do not count; None when none is left.
    """
    levelled = [each.price - each.mileage_adjustment for each in comparables if each.mileage_adjustment is not None]
    return rank_of(price - mileage_adjustment, levelled) if levelled else None


# --- Days ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DaysOnline:
    """*Publication moyenne*, with the oldest and the newest advert."""

    mean: int
    oldest: int
    newest: int


def days_online(comparables: Iterable[Comparable]) -> DaysOnline | None:
    days = [each.days_online for each in comparables if each.days_online is not None]
    if not days:
        return None
    return DaysOnline(mean=_nearest(Decimal(sum(days)) / len(days)), oldest=max(days), newest=min(days))


def market_days_supply(
    on_sale: Sequence[Comparable], sold: Iterable[Comparable], *, as_of: date, like_mine: bool = False
) -> int | None:
    """Days to sell what is on sale at the pace of the last `SUPPLY_DAYS`; `like_mine` counts four stars and more.

    None when nothing was sold in that time: the pace is not known then, and it is not "never".
    """
    recent = as_of - timedelta(days=SUPPLY_DAYS)
    fewest_stars = LIKE_MINE_STARS if like_mine else 0
    stock = sum((each.stars or 0) >= fewest_stars for each in on_sale)
    sales = sum(
        (each.stars or 0) >= fewest_stars
        for each in sold
        if each.sold_at is not None and recent < each.sold_at <= as_of
    )
    return _nearest(Decimal(stock * SUPPLY_DAYS) / sales) if sales else None


def expected_days(price_to_market: Decimal | None, points: Sequence[PriceToDays]) -> int | None:
    """Days to sell at a price of that per cent of the market, between the provider's two nearest points.

    None outside of them: what the provider has not seen is not extended.
    """
    if price_to_market is None:
        return None
    for left, right in pairwise(points):
        if left.price_to_market_pct <= price_to_market <= right.price_to_market_pct:
            share = (price_to_market - left.price_to_market_pct) / (
                right.price_to_market_pct - left.price_to_market_pct
            )
            return _nearest(left.median_days + share * (right.median_days - left.median_days))
    return None


def _nearest(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


# --- Everything at once ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Position:
    """Where a price stands among the comparables that count."""

    count: int
    mean: Decimal | None
    median: Decimal | None
    rank: Rank | None
    adjusted_rank: Rank | None
    price_to_market: Decimal | None
    days: DaysOnline | None
    expected_days: int | None


def position(
    price: Decimal | None,
    comparables: Sequence[Comparable],
    *,
    mileage_adjustment: Decimal | None,
    price_to_days: Sequence[PriceToDays] = (),
) -> Position:
    """`price` is the one that is tried; None gives what does not depend on it."""
    share = None if price is None else price_to_market_percent(price, comparables)
    adjusted_rank = None
    if price is not None and mileage_adjustment is not None:
        adjusted_rank = mileage_adjusted_rank(price, mileage_adjustment, comparables)
    return Position(
        count=len(comparables),
        mean=mean_price(comparables),
        median=median_price(comparables),
        rank=price_rank(price, comparables) if price is not None and comparables else None,
        adjusted_rank=adjusted_rank,
        price_to_market=share,
        days=days_online(comparables),
        expected_days=expected_days(share, price_to_days),
    )


# --- Charts ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Distribution:
    """A histogram laid out from `x.start` to `x.end` and from the base line `y.start` up to `y.end`.

    `mine_x` is where my vehicle stands on the axis, which is long enough for it; None without one. It counts in no bin.
    """

    bins: tuple[charts.Bin, ...]
    bars: tuple[charts.Bar, ...]
    ticks: tuple[int, ...]
    x: charts.LinearScale
    y: charts.LinearScale
    mine_x: float | None


def price_distribution(
    comparables: Iterable[Comparable], mine: Decimal | None, *, width: float, height: float
) -> Distribution | None:
    return _distribution([each.price for each in comparables], mine, mine, width=width, height=height)


def mileage_distribution(
    comparables: Iterable[Comparable], mine: int | None, *, width: float, height: float
) -> Distribution | None:
    return _distribution([each.mileage_km for each in comparables], mine, mine, width=width, height=height)


def year_distribution(
    comparables: Iterable[Comparable], mine: date | None, *, width: float, height: float
) -> Distribution | None:
    """By year of first registration; my vehicle stands at its day within its year."""
    years = [each.first_registration.year for each in comparables]
    year, where = (None, None) if mine is None else (mine.year, charts.year_fraction(mine))
    return _distribution(years, year, where, width=width, height=height)


def _distribution(
    values: Sequence[charts.Number],
    mine: charts.Number | None,
    mark: charts.Number | None,
    *,
    width: float,
    height: float,
) -> Distribution | None:
    """Bins as wide as the values and mine together ask for, in which mine itself is not counted."""
    if not values:
        return None
    bins = charts.bin_values(values if mine is None else [*values, mine])
    if mine is not None:
        bins = [charts.Bin(each.low, each.high, each.count - (each.low <= mine < each.high)) for each in bins]
    ticks = charts.nice_ticks(bins[0].low, bins[-1].high, target=4)
    x = charts.scale_over(ticks, start=0, end=width)
    y = charts.LinearScale(low=0, high=max(each.count for each in bins), start=height, end=0)
    return Distribution(
        bins=tuple(bins),
        bars=tuple(charts.histogram_bars(bins, x=x, y=y)),
        ticks=tuple(ticks),
        x=x,
        y=y,
        mine_x=None if mark is None else x.position(mark),
    )


@dataclass(frozen=True, slots=True)
class Scatter:
    """Price over mileage; `points[i].index` is the rank of its comparable, `mean_y` the height of the mean price."""

    points: tuple[charts.Point, ...]
    km_ticks: tuple[int, ...]
    price_ticks: tuple[int, ...]
    x: charts.LinearScale
    y: charts.LinearScale
    mine: charts.Point | None
    mean_y: float | None


def scatter(
    comparables: Sequence[Comparable], *, mine: tuple[int, Decimal] | None, width: float, height: float
) -> Scatter | None:
    """`mine` is my mileage and my price; None without anything to draw."""
    pairs = [(each.mileage_km, each.price) for each in comparables]
    shown = pairs + ([mine] if mine else [])
    if not shown:
        return None
    km_ticks = charts.nice_ticks(min(km for km, _ in shown), max(km for km, _ in shown), target=6)
    price_ticks = charts.nice_ticks(min(price for _, price in shown), max(price for _, price in shown))
    x = charts.scale_over(km_ticks, start=0, end=width)
    y = charts.scale_over(price_ticks, start=height, end=0)
    mean = mean_price(comparables)
    return Scatter(
        points=tuple(charts.scatter_points(pairs, x=x, y=y)),
        km_ticks=tuple(km_ticks),
        price_ticks=tuple(price_ticks),
        x=x,
        y=y,
        mine=charts.scatter_points([mine], x=x, y=y)[0] if mine else None,
        mean_y=None if mean is None else y.position(mean),
    )
