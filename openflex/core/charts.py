"""Geometry of the charts: scales, ticks, bars and points, for templates that draw SVG.

Pure figures: nothing here knows a price from a mileage. Domains are whole numbers (euros, kilometres, years);
positions are SVG units, rounded to the hundredth.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

Number = int | float | Decimal

# Steps people count in: 1, 2, 5, 10, 20, 50… (no 25: 2 500 and 7 500 read badly on an axis of thousands).
_STEPS: Final = (1, 2, 5, 10)


def nice_step(span: Number, *, target: int) -> int:
    """The smallest step of 1, 2 or 5 × 10ⁿ, at least 1, that cuts the span in at most `target` parts."""
    rough = float(span) / target
    if rough <= 1:
        return 1
    magnitude = int(10 ** math.floor(math.log10(rough)))
    return next(step * magnitude for step in _STEPS if step * magnitude >= rough)


def nice_ticks(low: Number, high: Number, *, target: int = 5) -> list[int]:
    """Evenly spaced multiples of a nice step that enclose the values: at least two, at most `target` + 2."""
    if low > high:
        raise ValueError(f"{low} is above {high}.")
    step = nice_step(Decimal(high) - Decimal(low), target=target)
    first = math.floor(low / step)
    last = max(math.ceil(high / step), first + 1)
    return [index * step for index in range(first, last + 1)]


@dataclass(frozen=True, slots=True)
class LinearScale:
    """Maps low…high onto start…end; `end` may be smaller than `start` (SVG's y goes down)."""

    low: Number
    high: Number
    start: float
    end: float

    def __post_init__(self) -> None:
        if self.low >= self.high:
            raise ValueError("A scale needs two different ends.")

    def position(self, value: Number) -> float:
        """Where the value lies; beyond the ends, it is held at the nearer one."""
        share = (float(value) - float(self.low)) / (float(self.high) - float(self.low))
        return round(self.start + min(max(share, 0.0), 1.0) * (self.end - self.start), 2)


def scale_over(ticks: Sequence[int], *, start: float, end: float) -> LinearScale:
    """The scale whose ends are the first and the last tick."""
    return LinearScale(low=ticks[0], high=ticks[-1], start=start, end=end)


@dataclass(frozen=True, slots=True)
class Bin:
    """How many values lie in low ≤ value < high."""

    low: int
    high: int
    count: int


def bin_values(values: Iterable[Number], *, target: int = 8) -> list[Bin]:
    """Bins of one nice width, side by side from the lowest value to the highest, empty ones included."""
    known = list(values)
    if not known:
        return []
    low, high = min(known), max(known)
    step = nice_step(Decimal(high) - Decimal(low), target=target)
    first, last = math.floor(low / step), math.floor(high / step)
    counts = [0] * (last - first + 1)
    for value in known:
        counts[math.floor(value / step) - first] += 1
    return [Bin((first + i) * step, (first + i + 1) * step, count) for i, count in enumerate(counts)]


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle of a histogram, with the bin it stands for."""

    x: float
    y: float
    width: float
    height: float
    bin: Bin

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


def histogram_bars(bins: Sequence[Bin], *, x: LinearScale, y: LinearScale, gap: float = 2.0) -> list[Bar]:
    """One bar for each bin that is not empty; `gap` is the white between two neighbours."""
    return [_bar(each, x=x, y=y, gap=gap) for each in bins if each.count]


def _bar(each: Bin, *, x: LinearScale, y: LinearScale, gap: float) -> Bar:
    left, right = x.position(each.low), x.position(each.high)
    base, top = y.position(0), y.position(each.count)
    return Bar(
        x=round(left + gap / 2, 2),
        y=top,
        width=round(max(right - left - gap, 0), 2),
        height=round(base - top, 2),
        bin=each,
    )


@dataclass(frozen=True, slots=True)
class Point:
    """A dot of a scatter; `index` is the rank of its pair in what was given."""

    x: float
    y: float
    index: int


def scatter_points(pairs: Iterable[tuple[Number, Number]], *, x: LinearScale, y: LinearScale) -> list[Point]:
    return [Point(x=x.position(across), y=y.position(up), index=index) for index, (across, up) in enumerate(pairs)]


# A label that starts beyond this share of the width is written on the left of its mark.
_TURN: Final = 0.62


def label_side(x: float, width: float) -> str:
    """Where a label beside its mark has room, as SVG's `text-anchor`: past most of the width, it ends at the mark."""
    return "end" if x > width * _TURN else "start"


def year_fraction(day: date) -> float:
    """A day on an axis of years: 2010-07-02 lies near 2010.5."""
    start, end = date(day.year, 1, 1), date(day.year + 1, 1, 1)
    return day.year + (day - start).days / (end - start).days
