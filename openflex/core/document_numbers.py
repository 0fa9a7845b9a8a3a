"""How the number of a document is written: a prefix, the year, a separator, figures. `VO-26-0001`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

LONGEST_PREFIX: Final = 6
# Figures that a number may grow to, whatever it is printed on at first: a column has room for them from the start.
MOST_FIGURES: Final = 8

_FIGURE = "#"  # any figure, in the shape of a number


@dataclass(frozen=True)
class NumberFormat:
    """`year_digits` is 0, 2 or 4. The number stands on at least `min_digits` figures and grows beyond them.

    The parts have fixed lengths but for the number, which stands last: within one format a text is read in one way.
    """

    prefix: str = ""
    year_digits: int = 0
    separator: str = "-"
    min_digits: int = 4

    def write(self, number: int, *, year: int) -> str:
        return self._join(
            f"{year:04d}"[-self.year_digits :] if self.year_digits else "", f"{number:0{self.min_digits}d}"
        )

    @property
    def longest(self) -> int:
        return max(len(shape) for shape in self._shapes())

    def may_read_like(self, other: "NumberFormat") -> bool:
        """Whether a number of one could be written like a number of the other, in whatever years."""
        theirs = {len(shape): shape for shape in other._shapes()}
        return any(_agree(shape, theirs[len(shape)]) for shape in self._shapes() if len(shape) in theirs)

    def _shapes(self) -> Iterator[str]:
        """What is fixed in it as it is, and a sign for each figure that is not; one for each length."""
        for figures in range(self.min_digits, MOST_FIGURES + 1):
            yield self._join(_FIGURE * self.year_digits, _FIGURE * figures)

    def _join(self, year: str, number: str) -> str:
        return self.separator.join(part for part in (self.prefix, year, number) if part)


def _agree(one: str, other: str) -> bool:
    return all(
        mine == theirs or (_FIGURE in (mine, theirs) and (mine + theirs).replace(_FIGURE, "").isdigit())
        for mine, theirs in zip(one, other, strict=True)
    )
