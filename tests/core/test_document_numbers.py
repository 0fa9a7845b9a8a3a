"""How numbers are written: one text, one number; and which formats could be taken for one another."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openflex.core.document_numbers import MOST_FIGURES, NumberFormat

formats = st.builds(
    NumberFormat,
    prefix=st.text("AZ029", max_size=6),
    year_digits=st.sampled_from([0, 2, 4]),
    separator=st.sampled_from(["", "-", "/", "."]),
    min_digits=st.integers(1, MOST_FIGURES),
)
numbers, years = st.integers(1, 10**MOST_FIGURES - 1), st.integers(2000, 2099)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (NumberFormat(year_digits=2), "26-0007"),
        (NumberFormat("VO", 4, "/", 3), "VO/2026/007"),
        (NumberFormat("C", 0, "", 6), "C000007"),
        (NumberFormat("", 0, "-", 1), "7"),
        (NumberFormat("VO", 0, ".", 1), "VO.7"),
    ],
)
def test_the_parts_that_are_there_are_joined(written, text):
    assert written.write(7, year=2026) == text


@given(formats, numbers, numbers, years, years)
def test_two_numbers_are_never_written_alike(written, one, other, year, later):
    same_period = year == later or not written.year_digits
    if one != other or not same_period:
        assert written.write(one, year=year) != written.write(other, year=later)


@given(formats, numbers, years)
def test_no_number_is_longer_than_announced(written, number, year):
    assert len(written.write(number, year=year)) <= written.longest
    assert len(written.write(10**MOST_FIGURES - 1, year=year)) == written.longest


def test_formats_that_share_a_text_are_known_to():
    """All pairs of a few hundred formats, over the texts they give for a handful of numbers."""
    some = [
        NumberFormat(*parts)
        for parts in product(["", "2", "26", "A", "A2"], [0, 2], ["", "-"], [1, 2, 4])
    ]  # fmt: skip
    texts = {
        one: {one.write(number, year=year) for number in (*range(1, 130), 2601, 26001, 260001) for year in (2026, 2027)}
        for one in some
    }
    alike = [(one, other) for one, other in product(some, some) if texts[one] & texts[other]]
    assert len(alike) > len(some)  # others than each with itself
    assert all(one.may_read_like(other) for one, other in alike)


@pytest.mark.parametrize(
    ("one", "other", "may"),
    [
        (NumberFormat("A"), NumberFormat("B"), False),
        (NumberFormat("A"), NumberFormat("A", 0, "/"), False),
        (NumberFormat("A", 2), NumberFormat("A", 0), False),  # A-26-0001 has two separators
        (NumberFormat("A", 2, ""), NumberFormat("A", 0, ""), True),
        (NumberFormat("", 2), NumberFormat("26", 0), True),
        (NumberFormat("", 2), NumberFormat("27", 0), True),  # next year's
        (NumberFormat("", 4), NumberFormat("", 2), False),
        (NumberFormat("", 0, "-", 4), NumberFormat("", 0, "-", 6), True),  # once it has six figures
    ],
)
def test_what_may_be_taken_for_what(one, other, may):
    assert (one.may_read_like(other), other.may_read_like(one)) == (may, may)
