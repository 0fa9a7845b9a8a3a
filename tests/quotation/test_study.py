"""The figures of the radar and of the market study: those of the release notes, and what must hold for any market."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openflex.core.french import format_percent
from quotation import study
from quotation.providers.base import MarketFilters, PriceToDays, SellerKind
from vehicles.enums import Energy, Gearbox

_ids = count(1)
AS_OF = date(2024, 12, 2)


@dataclass(frozen=True)
class Row:
    """A comparable of our own; what is not said is not known."""

    price: Decimal
    mileage_km: int = 100_000
    first_registration: date = date(2010, 6, 1)
    days_online: int | None = None
    distance_km: int | None = None
    seller_kind: SellerKind | None = None
    energy: Energy | None = None
    gearbox: Gearbox | None = None
    options: frozenset[str] | None = None
    stars: int | None = None
    score: int | None = None
    sold_at: date | None = None
    adjusted_value: Decimal | None = None
    mileage_adjustment: Decimal | None = None
    id: str = field(default_factory=lambda: f"R{next(_ids):04}")


def advert(
    price: int, adjusted: int, mileage: int, registered: date, km: int, days: int, stars: int, distance: int
) -> Row:
    return Row(
        price=Decimal(price),
        adjusted_value=Decimal(adjusted),
        mileage_adjustment=Decimal(mileage),
        first_registration=registered,
        mileage_km=km,
        days_online=days,
        stars=stars,
        score=stars * 19,
        distance_km=distance,
        energy=Energy.DIESEL,
        gearbox=Gearbox.MANUAL,
        seller_kind=SellerKind.INDEPENDENT,
    )


# The five adverts of the pictures.
GOLFS = [
    advert(6490, 7440, -2440, date(2012, 4, 15), 171_000, 110, 4, 417),
    advert(8990, 9090, 520, date(2010, 10, 1), 108_272, 54, 4, 464),
    advert(9240, 9150, 1110, date(2010, 7, 12), 96_410, 96, 5, 38),
    advert(9390, 9310, 1720, date(2010, 9, 8), 84_300, 71, 5, 92),
    advert(9590, 9870, 1530, date(2011, 3, 21), 79_850, 79, 3, 61),
]
ADJUSTED = Decimal("9210.00")
TYPED = Decimal("7966.08")
DAYS = [
    PriceToDays(Decimal(pct), days)
    for pct, days in ((85, 32), (90, 38), (95, 45), (100, 52), (105, 60), (110, 72), (115, 88))
]


# --- The release notes -----------------------------------------------------------------------------------


def test_the_figures_of_the_release_notes() -> None:
    assert str(study.mean_price(GOLFS)) == "8740.00"
    assert str(study.median_price(GOLFS)) == "9240.00"
    proposed = study.proposed_price(ADJUSTED, 102)
    assert str(proposed) == "9394.20"
    assert format_percent(study.gap_percent(proposed, TYPED), signed=True) == "+17,93\u00a0%"
    assert format_percent(study.gap_percent(TYPED, ADJUSTED), signed=True) == "\u221213,51\u00a0%"
    assert study.price_rank(ADJUSTED, GOLFS).label == "3e sur 6"
    assert study.days_online(GOLFS) == study.DaysOnline(mean=82, oldest=110, newest=54)
    assert [study.difference_to_adjusted(each) for each in GOLFS[:2]] == [Decimal(-950), Decimal(-100)]


def test_the_slider_of_the_picture() -> None:
    where = study.position(ADJUSTED, GOLFS, mileage_adjustment=Decimal(1450), price_to_days=DAYS)
    assert format_percent(where.price_to_market, decimals=1) == "105,4\u00a0%"
    assert where.expected_days == 61
    # Brought to the same mileage: 8 930, 8 470, 8 130, 7 670 and 8 060 € beside my 7 760 €.
    assert where.adjusted_rank == study.Rank(2, 6)
    assert (where.count, where.mean, where.median) == (5, Decimal("8740.00"), Decimal("9240.00"))


def test_the_distributions_of_the_picture() -> None:
    years = study.year_distribution(GOLFS, date(2010, 4, 23), width=300, height=90)
    assert years is not None
    assert [each.count for each in years.bins] == [3, 1, 1]
    assert years.mine_x is not None
    assert years.bars[0].x < years.mine_x < years.bars[0].x + years.bars[0].width
    prices = study.price_distribution(GOLFS, ADJUSTED, width=300, height=90)
    assert prices is not None
    assert [each.count for each in prices.bins] == [1, 0, 0, 0, 0, 1, 2, 1]
    mileages = study.mileage_distribution(GOLFS, 89_632, width=300, height=90)
    assert mileages is not None
    assert sum(each.count for each in mileages.bins) == 5


def test_nothing_is_made_up_from_nothing() -> None:
    empty: list[Row] = []
    where = study.position(ADJUSTED, empty, mileage_adjustment=Decimal(0), price_to_days=DAYS)
    assert where == study.Position(0, None, None, None, None, None, None, None)
    assert study.price_distribution(empty, ADJUSTED, width=10, height=10) is None
    assert study.scatter(empty, mine=None, width=10, height=10) is None
    assert study.market_days_supply(empty, empty, as_of=AS_OF) is None
    assert study.gap_percent(TYPED, Decimal(0)) is None
    assert study.difference_to_adjusted(Row(Decimal(100))) is None
    assert study.days_online([Row(Decimal(100))]) is None


def test_without_a_price_the_market_still_speaks() -> None:
    where = study.position(None, GOLFS, mileage_adjustment=None)
    assert where.mean == Decimal("8740.00")
    assert (where.rank, where.adjusted_rank, where.price_to_market, where.expected_days) == (None,) * 4


# --- Filters and sorts -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        (MarketFilters(), 5),
        (MarketFilters(energies=frozenset({Energy.DIESEL})), 5),
        (MarketFilters(energies=frozenset({Energy.PETROL})), 0),
        (MarketFilters(gearboxes=frozenset({Gearbox.MANUAL, Gearbox.AUTOMATIC})), 5),
        (MarketFilters(sellers=frozenset({SellerKind.FRANCHISE})), 0),
        (MarketFilters(mileage_max=96_410), 3),
        (MarketFilters(mileage_min=96_410), 3),
        (MarketFilters(mileage_min=80_000, mileage_max=110_000), 3),
        (MarketFilters(registered_from=date(2011, 3, 21)), 2),
        (MarketFilters(registered_to=date(2010, 9, 8)), 2),
        (MarketFilters(stars_min=4), 4),
        (MarketFilters(radius_km=92), 3),
        (MarketFilters(radius_km=0), 0),
        (MarketFilters(options=frozenset({"PMET"})), 0),
    ],
)
def test_each_filter_keeps_what_it_says(filters: MarketFilters, kept: int) -> None:
    assert len(study.filtered(GOLFS, filters)) == kept


def test_all_options_must_be_there() -> None:
    rows = [Row(Decimal(1), options=frozenset(codes)) for codes in ((), ("A",), ("A", "B"), ("A", "B", "C"))]
    assert len(study.filtered(rows, MarketFilters(options=frozenset({"A", "B"})))) == 2


@pytest.mark.parametrize(
    "filters",
    [
        MarketFilters(energies=frozenset({Energy.DIESEL})),
        MarketFilters(gearboxes=frozenset({Gearbox.MANUAL})),
        MarketFilters(sellers=frozenset({SellerKind.PRIVATE})),
        MarketFilters(options=frozenset({"A"})),
        MarketFilters(stars_min=1),
        MarketFilters(radius_km=10_000),
    ],
)
def test_what_is_not_known_passes_no_filter_on_it(filters: MarketFilters) -> None:
    assert study.filtered([Row(Decimal(1))], filters) == []


def test_an_unticked_advert_no_longer_counts() -> None:
    kept = study.filtered(GOLFS, MarketFilters(), without={GOLFS[0].id})
    assert str(study.mean_price(kept)) == "9302.50"
    assert study.price_rank(ADJUSTED, kept).label == "2e sur 5"


@pytest.mark.parametrize("sort", study.SORTS)
def test_each_sort_goes_both_ways_and_unknown_ones_stay_last(sort: str) -> None:
    rows = [*GOLFS, Row(Decimal(5000), mileage_km=1, first_registration=date(2009, 1, 1))]
    up, down = study.sorted_by(rows, sort), study.sorted_by(rows, f"-{sort}")
    assert {row.id for row in up} == {row.id for row in rows}
    if sort in ("similarity", "distance", "days_online"):
        assert up[-1] is down[-1] is rows[-1]
    else:
        assert up[0] is down[-1] is rows[-1]


def test_the_radar_is_sorted_by_price() -> None:
    assert study.sorted_by(reversed(GOLFS), "price") == GOLFS


def test_another_sort_is_refused() -> None:
    with pytest.raises(KeyError):
        study.sorted_by(GOLFS, "colour")


# --- Days ------------------------------------------------------------------------------------------------


def test_days_supply_is_stock_over_pace() -> None:
    sold = [
        Row(Decimal(1), sold_at=AS_OF - timedelta(days=ago), stars=stars) for ago, stars in ((0, 5), (44, 3), (45, 5))
    ]
    assert study.market_days_supply(GOLFS, sold, as_of=AS_OF) == 5 * 45 // 2 + 1  # 112.5, halves up
    assert study.market_days_supply(GOLFS, sold, as_of=AS_OF, like_mine=True) == 4 * 45
    assert study.market_days_supply(GOLFS, sold[2:], as_of=AS_OF) is None


@pytest.mark.parametrize(
    ("percent", "days"), [("85", 32), ("87.5", 35), ("100", 52), ("115", 88), ("84.99", None), ("115.01", None)]
)
def test_days_to_sell_lie_between_two_points_and_never_beyond(percent: str, days: int | None) -> None:
    assert study.expected_days(Decimal(percent), DAYS) == days
    assert study.expected_days(Decimal(percent), []) is None


# --- What must hold for any market -----------------------------------------------------------------------

prices = st.decimals(min_value="0.01", max_value="999999.99", places=2)
markets = st.lists(
    st.builds(
        Row,
        price=prices,
        mileage_km=st.integers(0, 400_000),
        first_registration=st.dates(date(1980, 1, 1), date(2026, 1, 1)),
        days_online=st.none() | st.integers(0, 400),
        distance_km=st.none() | st.integers(0, 1000),
        stars=st.none() | st.integers(1, 5),
        mileage_adjustment=st.none() | st.decimals(min_value=-5000, max_value=5000, places=2),
    ),
    max_size=30,
)
filled = markets.filter(bool)


@given(filled)
def test_mean_and_median_lie_among_the_prices(market: list[Row]) -> None:
    low, high = min(row.price for row in market), max(row.price for row in market)
    for figure in (study.mean_price(market), study.median_price(market)):
        assert figure is not None
        assert low <= figure <= high


@given(prices, filled)
def test_a_rank_is_a_place_among_all(price: Decimal, market: list[Row]) -> None:
    rank = study.price_rank(price, market)
    assert 1 <= rank.position <= rank.total == len(market) + 1
    assert study.price_rank(min(row.price for row in market), market).position == 1


@given(prices, prices, markets)
def test_a_dearer_price_never_ranks_before(one: Decimal, other: Decimal, market: list[Row]) -> None:
    low, high = sorted((one, other))
    assert study.price_rank(low, market).position <= study.price_rank(high, market).position


@given(prices, filled)
def test_levelling_everybody_by_the_same_changes_no_rank(price: Decimal, market: list[Row]) -> None:
    level = [replace(row, mileage_adjustment=Decimal(250)) for row in market]
    assert study.mileage_adjusted_rank(price, Decimal(250), level) == study.price_rank(price, market)


@given(markets, st.integers(0, 1000), st.integers(0, 400_000))
def test_filters_keep_the_order_and_narrowing_never_adds(market: list[Row], radius: int, km: int) -> None:
    wide = study.filtered(market, MarketFilters(mileage_max=km))
    narrow = study.filtered(market, MarketFilters(mileage_max=km, radius_km=radius))
    assert [row for row in market if row in wide] == wide
    assert [row for row in wide if row in narrow] == narrow


@given(markets, st.sampled_from(study.SORTS))
def test_sorting_loses_nothing_and_is_stable(market: list[Row], sort: str) -> None:
    once = study.sorted_by(market, sort)
    assert sorted(row.id for row in once) == sorted(row.id for row in market)
    assert study.sorted_by(reversed(once), sort) == once


@given(filled, prices)
def test_every_listing_stands_in_exactly_one_bar(market: list[Row], mine: Decimal) -> None:
    for laid_out in (
        study.price_distribution(market, mine, width=300, height=90),
        study.mileage_distribution(market, 50_000, width=300, height=90),
        study.year_distribution(market, date(2015, 7, 1), width=300, height=90),
    ):
        assert laid_out is not None
        assert sum(each.count for each in laid_out.bins) == len(market)
        assert sum(bar.bin.count for bar in laid_out.bars) == len(market)
        assert all(bar.x >= 0 and bar.x + bar.width <= 300 and 0 <= bar.y <= 90 for bar in laid_out.bars)
        assert laid_out.mine_x is not None
        assert 0 <= laid_out.mine_x <= 300


@given(filled, prices, st.integers(0, 400_000))
def test_every_dot_of_the_scatter_is_inside_and_knows_its_advert(market: list[Row], price: Decimal, km: int) -> None:
    laid_out = study.scatter(market, mine=(km, price), width=600, height=240)
    assert laid_out is not None
    assert [point.index for point in laid_out.points] == list(range(len(market)))
    assert all(0 <= point.x <= 600 and 0 <= point.y <= 240 for point in laid_out.points)
    assert laid_out.mine is not None
    assert laid_out.mean_y is not None
    assert 0 <= laid_out.mean_y <= 240


@given(prices, st.integers(1, 300))
def test_a_proposed_price_is_its_share_to_the_cent(adjusted: Decimal, percent: int) -> None:
    proposed = study.proposed_price(adjusted, percent)
    assert abs(proposed * 100 - adjusted * percent) <= Decimal("0.5")
    assert proposed == proposed.quantize(Decimal("0.01"))
