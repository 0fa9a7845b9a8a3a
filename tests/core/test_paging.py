"""Keyset pages: every row exactly once, forwards and backwards, with ties and missing values; forged places."""

import base64
import json
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openflex.core.paging import COUNT_CAP, Cursor, capped_counts, decode_cursor, keyset_page
from settings_admin.scoping import unscoped
from tests.make import make_vehicle
from vehicles.lists import SORTS
from vehicles.models import Vehicle

FIELDS = sorted({*(field.lstrip("-") for field in SORTS.values()), "purchase_price"})


@pytest.fixture(autouse=True)
def _everything():
    with unscoped("pages of every row"):
        yield


def walk(rows, *, field, descending, size):
    """The ids page by page to the end, and page by page back to the beginning."""
    pages, cursor = [], None
    while True:
        page = keyset_page(rows, field=field, descending=descending, cursor=cursor, size=size)
        pages.append([row.pk for row in page.rows])
        if not page.next_cursor:
            break
        assert len(pages) < 20, "it never ends"
        cursor = decode_cursor(page.next_cursor, rows=rows, field=field, is_before=False)
    back = [pages[-1]]
    while page.previous_cursor:
        cursor = decode_cursor(page.previous_cursor, rows=rows, field=field, is_before=True)
        page = keyset_page(rows, field=field, descending=descending, cursor=cursor, size=size)
        assert len(back) < 20, "it never ends"
        back.insert(0, [row.pk for row in page.rows])
    return pages, back


def expected(rows, *, field, descending):
    """The whole order by the simplest means: ties by id, what has no value last in both directions."""
    known = sorted(
        (row for row in rows if getattr(row, field) not in (None, "")),
        key=lambda row: (getattr(row, field), row.pk),
        reverse=descending,
    )
    unknown = [row for row in rows if getattr(row, field) in (None, "")]
    unknown.sort(key=lambda row: row.pk, reverse=descending)
    return [row.pk for row in [*known, *unknown]]


VALUES = {
    "entered_on": [date(2026, 1, 1), date(2026, 1, 2), None],
    "first_registration": [date(2020, 1, 1), date(2020, 1, 2), None],
    "inspection_due_on": [date(2027, 1, 31), date(2027, 2, 28), None],
    "mileage_km": [0, 10, None],
    "model": ["A", "É", "a b"],
    "purchase_price": ["0.01", "10.00", None],
    "sale_price": ["0.01", "9999999.99", None],
    "stock_number": None,
    "plate": None,
    "version": ["A", "b", ""],
    "energy_rank": ["diesel", "petrol", ""],
    "status_rank": ["arrived", "for_sale", "out"],
    "in_stock_since_on": [date(2026, 1, 1), date(2026, 1, 2), None],
    "type_rank": ["new", "used", ""],
    "is_trade_in": [False, True, False],
}
# Columns that the database reckons from others.
SOURCES = {"energy_rank": "energy", "status_rank": "status", "in_stock_since_on": "entered_on", "type_rank": "stage"}


@pytest.fixture
def vehicles(cast):
    return [make_vehicle(entity=cast.north) for _ in range(9)]


@pytest.mark.django_db
@pytest.mark.parametrize("descending", [False, True], ids=["up", "down"])
@pytest.mark.parametrize("field", FIELDS)
@settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(picks=st.lists(st.integers(0, 2), max_size=9), size=st.integers(1, 4))
def test_walking_forwards_and_backwards_meets_every_row_once(vehicles, field, descending, picks, size):
    pks = [vehicle.pk for vehicle in vehicles[: len(picks)]]
    for position, (pk, pick) in enumerate(zip(pks, picks, strict=True)):
        choices = VALUES[field]
        value = choices[pick] if choices else f"26-{(position * 7) % 100:04}"
        # Straight into the row: some of these columns are reckoned by the verbs.
        Vehicle.objects.filter(pk=pk).update(**{SOURCES.get(field, field): value})
    rows = Vehicle.objects.filter(pk__in=pks)
    forwards, backwards = walk(rows, field=field, descending=descending, size=size)
    walked = [pk for page in forwards for pk in page]
    if field != "model":
        assert walked == expected(list(rows), field=field, descending=descending)
    assert sorted(walked) == pks
    assert [pk for page in backwards for pk in page] == walked
    assert all(len(page) == size for page in forwards[:-1])


@pytest.mark.django_db
def test_rows_that_come_before_do_not_move_the_page(cast):
    rows = [make_vehicle(entity=cast.north, mileage_km=number) for number in range(6)]
    first = keyset_page(Vehicle.objects.all(), field="mileage_km", descending=False, cursor=None, size=3)
    make_vehicle(entity=cast.north, mileage_km=0)
    cursor = decode_cursor(first.next_cursor, rows=Vehicle.objects.all(), field="mileage_km", is_before=False)
    second = keyset_page(Vehicle.objects.all(), field="mileage_km", descending=False, cursor=cursor, size=3)
    assert second.rows == rows[3:]
    assert not second.next_cursor
    assert not second.is_first


@pytest.mark.django_db
def test_nothing_is_one_empty_page():
    page = keyset_page(Vehicle.objects.all(), field="model", descending=True, cursor=None, size=3)
    assert (page.rows, page.next_cursor, page.previous_cursor, page.is_first) == ([], "", "", True)


def forged(value, pk):
    return base64.urlsafe_b64encode(json.dumps([value, pk]).encode()).decode().rstrip("=")


FORGERIES = [
    "", "x", "é", "====", "W10", forged(None, None), forged("x", "x"), forged("\u0000", 1), forged("NaN", 1),
    forged("1e999", 1), forged("9" * 400, 1), forged(1, 10**30), forged(1, -(10**30)), forged({}, 1), forged([], 1),
    forged("2026-02-31", 1), forged(True, True), base64.urlsafe_b64encode(b"[null,Infinity]").decode(),
    base64.urlsafe_b64encode(b"[" * 5000).decode(), base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    base64.urlsafe_b64encode(b'{"a":1,"b":2}').decode(),
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("field", FIELDS)
def test_a_forged_place_is_the_first_page_or_a_place_like_another(cast, field):
    make_vehicle(entity=cast.north)
    rows = Vehicle.objects.all()
    first = keyset_page(rows, field=field, descending=False, cursor=None, size=3)
    assert len(first.rows) == 1
    for text in FORGERIES:
        for is_before in (False, True):
            cursor = decode_cursor(text, rows=rows, field=field, is_before=is_before)
            if cursor is not None:
                assert len(keyset_page(rows, field=field, descending=False, cursor=cursor, size=3).rows) <= 1, text


@pytest.mark.django_db
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=40))
def test_no_text_at_all_makes_a_place_that_fails(text):
    cursor = decode_cursor(text, rows=Vehicle.objects.all(), field="sale_price", is_before=False)
    keyset_page(Vehicle.objects.all(), field="sale_price", descending=True, cursor=cursor, size=3)


def test_a_place_comes_back_as_it_was_written():
    cursor = Cursor(date(2026, 1, 2), 7)
    assert decode_cursor(cursor.encode(), rows=Vehicle.objects.all(), field="entered_on", is_before=False) == cursor


@pytest.mark.django_db
def test_counts_stop_at_a_thousand(cast, monkeypatch):
    from django.db.models import Q

    assert COUNT_CAP == 1000
    monkeypatch.setattr("openflex.core.paging.COUNT_CAP", 3)
    for number in range(4):
        make_vehicle(entity=cast.north, doors=number)
    counts = capped_counts(
        Vehicle.objects.all(), {"all": Q(), "two": Q(doors__lt=2), "three": Q(doors__lt=3), "none": Q(doors=9)}
    )
    assert counts == {"all": "3+", "two": "2", "three": "3", "none": "0"}
    assert capped_counts(Vehicle.objects.all(), {}) == {}
