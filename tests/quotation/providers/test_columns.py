"""A column says of its objects what each of them says by itself, whatever stands in them."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quotation.providers.columns import Columns
from quotation.providers.fields import Fields, FieldWrong
from vehicles.enums import Energy

TODAY = date(2026, 11, 24)
READS: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
    "text": ((), {"longest": 12}),
    "texts": ((), {}),
    "code": ((), {}),
    "whole": ((), {"low": -3, "high": 900}),
    "euros": ((), {}),
    "day": ((), {"latest": TODAY}),
    "word": ((Energy,), {}),
}
TEXTS = st.sampled_from([
    "", " ", "petrol", " diesel ", "12", "-3", "7.50", "2024-02-30", "2024-03-01", "01/03/2024", "2027-01-01",
    "1899-12-31", "CF 9C1D23", "12\u202f030 km", "avant\x00après", "ligne\nligne", "un texte trop long",
])  # fmt: skip
VALUES = TEXTS | st.none() | st.booleans() | st.integers(-5, 1000) | st.just(1.5) | st.lists(TEXTS | st.integers())
MISSING = object()


@pytest.mark.parametrize("name", READS)
@pytest.mark.parametrize("may_be_unknown", [False, True])
@given(st.lists(VALUES | st.just(MISSING), max_size=4))
def test_a_column_says_what_its_objects_say(name, may_be_unknown, values):
    args, limits = READS[name]
    answer = Fields({"items": [{} if value is MISSING else {"x": value} for value in values]})

    def by_objects():
        items = answer.children("items")
        reads = [getattr(item, name) for item in items]
        if may_be_unknown:
            return [item.maybe(read, "x", *args, **limits) for item, read in zip(items, reads, strict=True)]
        return [read("x", *args, **limits) for read in reads]

    def by_columns():
        column = Columns.of(answer, "items")
        if may_be_unknown:
            return column.maybe(getattr(Columns, name), "x", *args, **limits)
        return getattr(column, name)("x", *args, **limits)

    assert _outcome(by_columns) == _outcome(by_objects)


def _outcome(read: Any) -> Any:
    try:
        return read()
    except FieldWrong as error:
        return type(error), str(error)
