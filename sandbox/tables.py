"""Reading the text tables of sandbox/data, and hashes that are the same on every machine."""

import hashlib
import random
from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path

DATA = Path(__file__).parent / "data"


def lines(name: str) -> Iterator[str]:
    """The lines of a data file that hold something; comments start with #."""
    for line in (DATA / name).read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line


def rows(name: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in lines(name)]


def month_start(text: str) -> date:
    """ "2010-02" becomes 15/02/2010: catalogues are dated in the middle of their month."""
    year, month = text.split("-")
    return date(int(year), int(month), 15)


def dice(*parts: object) -> Callable[[int], int]:
    """A die seeded by words: dice(...)(n) rolls 0 to n-1, the same series on every machine.

    Python's own hash() is salted per process, and only random() itself is promised to stay the same between versions.
    """
    rng = random.Random("|".join(str(part) for part in parts))
    return lambda sides: int(rng.random() * sides)


@lru_cache(maxsize=100_000)
def digest(*parts: object) -> int:
    """A 64-bit number drawn from words, the same on every machine."""
    text = "|".join(str(part) for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def spread(width: int, *parts: object) -> int:
    """A whole number from -width to +width drawn from words."""
    return digest(*parts) % (2 * width + 1) - width
