from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openflex.core.charts import (
    Bin,
    LinearScale,
    bin_values,
    histogram_bars,
    label_side,
    nice_step,
    nice_ticks,
    scale_over,
    scatter_points,
    year_fraction,
)

values = st.integers(min_value=-1_000_000, max_value=1_000_000)
targets = st.integers(min_value=2, max_value=10)
PRICES = [6490, 8990, 9240, 9390, 9590]


@pytest.mark.parametrize(
    ("span", "target", "step"),
    [(3100, 5, 1000), (3100, 8, 500), (4, 5, 1), (0, 5, 1), (10, 5, 2), (91_150, 5, 20_000), (1000, 1, 1000)],
)
def test_steps_are_1_2_or_5(span: int, target: int, step: int) -> None:
    assert nice_step(span, target=target) == step


@given(st.integers(min_value=0, max_value=10_000_000), targets)
def test_a_step_is_the_smallest_nice_one_that_fits(span: int, target: int) -> None:
    step = nice_step(span, target=target)
    assert str(step).rstrip("0") in {"1", "2", "5"}
    assert span <= step * target
    smaller = step * 2 // 5 if str(step).startswith("5") else step // 2
    assert step == 1 or span > smaller * target


@given(values, values, targets)
def test_ticks_enclose_the_values_evenly(one: int, other: int, target: int) -> None:
    low, high = sorted((one, other))
    ticks = nice_ticks(low, high, target=target)
    assert ticks[0] <= low <= high <= ticks[-1]
    assert 2 <= len(ticks) <= target + 2
    assert len({after - before for before, after in pairwise(ticks)}) == 1


def test_the_ticks_of_the_radar() -> None:
    assert nice_ticks(min(PRICES), max(PRICES)) == [6000, 7000, 8000, 9000, 10_000]
    assert nice_ticks(Decimal("7966.08"), Decimal("9394.20"), target=3) == [7500, 8000, 8500, 9000, 9500]
    assert nice_ticks(5, 5) == [5, 6]
    with pytest.raises(ValueError, match="above"):
        nice_ticks(2, 1)


def test_a_scale_maps_and_holds_at_its_ends() -> None:
    up = LinearScale(low=6000, high=10_000, start=200, end=0)
    assert [up.position(value) for value in (6000, 9000, 10_000, 5000, 99_999)] == [200, 50, 0, 200, 0]
    assert up.position(Decimal("9210.00")) == 39.5
    with pytest.raises(ValueError, match="different ends"):
        LinearScale(low=1, high=1, start=0, end=10)


@given(values, values, st.tuples(values, values).filter(lambda ends: ends[0] < ends[1]))
def test_a_scale_keeps_the_order(one: int, other: int, ends: tuple[int, int]) -> None:
    scale = LinearScale(low=ends[0], high=ends[1], start=10, end=310)
    low, high = sorted((one, other))
    assert 10 <= scale.position(low) <= scale.position(high) <= 310


def test_the_distribution_of_the_market_study() -> None:
    bins = bin_values(PRICES)
    assert bins[0] == Bin(6000, 6500, 1)
    assert [(each.low, each.count) for each in bins if each.count] == [
        (6000, 1),
        (8500, 1),
        (9000, 2),
        (9500, 1),
    ]
    years = bin_values([2010.2, 2010.5, 2010.8, 2011.2, 2012.3])
    assert years == [Bin(2010, 2011, 3), Bin(2011, 2012, 1), Bin(2012, 2013, 1)]


@given(st.lists(values, max_size=40), targets)
def test_every_value_is_in_exactly_one_bin(data: list[int], target: int) -> None:
    bins = bin_values(data, target=target)
    assert sum(each.count for each in bins) == len(data)
    for each in bins:
        assert each.count == sum(each.low <= value < each.high for value in data)
    assert all(before.high == after.low for before, after in pairwise(bins))
    assert len(bins) <= target + 1


def test_bars_stand_on_the_axis() -> None:
    x = scale_over([0, 10, 20, 30], start=0, end=300)
    y = scale_over([0, 4], start=100, end=20)
    first, last = histogram_bars([Bin(0, 10, 2), Bin(10, 20, 0), Bin(20, 30, 4)], x=x, y=y, gap=4)
    assert (first.x, first.y, first.width, first.height) == (2, 60, 96, 40)
    assert (last.x, last.y, last.width, last.height) == (202, 20, 96, 80)
    assert last.bin.count == 4


@given(st.lists(values, min_size=1, max_size=40))
def test_bars_stay_in_the_drawing_and_do_not_overlap(data: list[int]) -> None:
    bins = bin_values(data)
    x = scale_over([bins[0].low, bins[-1].high], start=0, end=320)
    y = scale_over([0, max(each.count for each in bins)], start=100, end=0)
    bars = histogram_bars(bins, x=x, y=y)
    assert all(bar.x >= 0 and bar.x + bar.width <= 320 and bar.y + bar.height == 100 for bar in bars)
    assert all(left.x + left.width <= right.x for left, right in pairwise(bars))


def test_points_of_a_scatter_keep_their_rank() -> None:
    x = LinearScale(low=60_000, high=180_000, start=0, end=600)
    y = LinearScale(low=6000, high=10_000, start=200, end=0)
    points = scatter_points([(171_000, 6490), (108_272, Decimal("8990.00"))], x=x, y=y)
    assert [(point.x, point.y, point.index) for point in points] == [(555, 175.5, 0), (241.36, 50.5, 1)]


@pytest.mark.parametrize(("x", "side"), [(0, "start"), (62, "start"), (62.01, "end"), (100, "end")])
def test_a_label_ends_at_its_mark_where_there_is_no_room_behind_it(x: float, side: str) -> None:
    assert label_side(x, 100) == side


@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2080, 12, 31)))
def test_a_day_lies_within_its_year(day: date) -> None:
    assert int(year_fraction(day)) == day.year
    assert year_fraction(date(2010, 7, 2)) == pytest.approx(2010.5, abs=0.005)
