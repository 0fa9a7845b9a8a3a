"""What a figure is, and the few sums made over measurements."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

RUNS = 5


@dataclass(frozen=True)
class Row:
    """One figure of the table. `limit` is what it must stay under (None: quoted, no bar); `how` in a few words."""

    figure: str
    measured: float
    unit: str
    how: str
    limit: float | None = None
    bar: str = ""

    @property
    def is_met(self) -> bool | None:
        return None if self.limit is None else self.measured <= self.limit

    @property
    def verdict(self) -> str:
        return {None: "–", True: "met", False: "**missed**"}[self.is_met]

    @property
    def bar_text(self) -> str:
        return self.bar or ("–" if self.limit is None else f"≤ {self.limit:g} {self.unit}".rstrip())

    def cells(self) -> list[str]:
        measured = f"{self.measured:.3g}" if self.measured < 100 else f"{self.measured:,.0f}"
        return [self.figure, self.bar_text, measured, self.unit, self.verdict, self.how]


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest measurement that at least this share of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def p95(values: Sequence[float]) -> float:
    return percentile(values, 0.95)


def median_of_runs(runs: Sequence[Sequence[float]], figure: Callable[[Sequence[float]], float] = p95) -> float:
    """The figure of each run, and of those the median: one bad moment of a shared machine does not decide."""
    return median(figure(run) for run in runs)
