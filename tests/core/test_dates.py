from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openflex.core import dates

days = st.dates(min_value=date(1950, 1, 1), max_value=date(2080, 12, 31))
typed_years = st.dates(min_value=date(1980, 1, 1), max_value=date(2079, 12, 31))
months = st.integers(min_value=-400, max_value=400)


@pytest.mark.parametrize(
    "typed",
    ["23/04/2010", "23.4.2010", "23-04-2010", "23 04 2010", "23042010", "230410", "23/4/10", "2010-04-23"],
)
def test_a_day_is_read_as_it_is_typed(typed: str) -> None:
    assert dates.parse_day(f" {typed} ") == date(2010, 4, 23)


@given(typed_years, st.sampled_from(["%d/%m/%Y", "%d/%m/%y", "%d%m%Y", "%d%m%y", "%d.%m.%Y", "%Y-%m-%d"]))
def test_every_day_survives_being_typed(day: date, form: str) -> None:
    assert dates.parse_day(day.strftime(form)) == day


@given(typed_years, st.sampled_from(["%m/%Y", "%m/%y", "%m%Y", "%m-%Y", "%Y-%m", "%d/%m/%Y"]))
def test_every_month_survives_being_typed(day: date, form: str) -> None:
    assert dates.parse_month(day.strftime(form)) == dates.first_of_month(day)


@pytest.mark.parametrize("typed", ["08/2027", "8/27", "082027", "8.2027", "2027-08", "28/08/2027"])
def test_a_month_is_stored_as_its_first_day(typed: str) -> None:
    assert dates.parse_month(typed) == date(2027, 8, 1)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        *[(text, "unreadable") for text in ("", "hier", "23/04", "1/2/3/4", "2304201", "٢٣/04/2010", "23//10")],
        *[(text, "no_such_day") for text in ("31/02/2024", "29/02/2023", "32/01/2024", "01/13/2024", "0/1/24")],
        *[(text, "year_out_of_range") for text in ("23/04/1899", "23/04/2101", "23/04/0010")],
    ],
)
def test_doubtful_days_are_refused_in_french(typed: str, code: str) -> None:
    with pytest.raises(dates.DateRefused) as refusal:
        dates.parse_day(typed)
    assert refusal.value.code == code
    assert refusal.value.message.endswith(".")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("août", "unreadable"),
        ("2027", "unreadable"),
        ("13/2027", "no_such_day"),
        ("08/1800", "year_out_of_range"),
    ],
)
def test_doubtful_months_are_refused_in_french(typed: str, code: str) -> None:
    with pytest.raises(dates.DateRefused) as refusal:
        dates.parse_month(typed)
    assert refusal.value.code == code


def test_two_digit_years_turn_at_1980() -> None:
    assert dates.parse_month("12/79") == date(2079, 12, 1)
    assert dates.parse_month("12/80") == date(1980, 12, 1)


@given(st.text(max_size=12))
def test_any_text_is_a_day_or_refused(text: str) -> None:
    try:
        day = dates.parse_day(text)
    except dates.DateRefused:
        return
    assert 1900 <= day.year <= 2100


@pytest.mark.parametrize(
    ("day", "count", "later"),
    [
        (date(2024, 8, 28), 6, date(2025, 2, 28)),
        (date(2024, 8, 31), 6, date(2025, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 3, 31), -1, date(2024, 2, 29)),
        (date(2024, 12, 15), 1, date(2025, 1, 15)),
    ],
)
def test_a_month_later_stays_in_the_month(day: date, count: int, later: date) -> None:
    assert dates.add_months(day, count) == later


@given(days, months)
def test_adding_months_moves_the_month_and_keeps_the_day_where_it_exists(day: date, count: int) -> None:
    later = dates.add_months(day, count)
    assert (later.year - day.year) * 12 + later.month - day.month == count
    assert later.day == min(day.day, dates.last_of_month(later).day)


@given(days, days, months)
def test_adding_months_keeps_the_order_of_days(first: date, second: date, count: int) -> None:
    first, second = sorted((first, second))
    assert dates.add_months(first, count) <= dates.add_months(second, count)


def test_29_february_has_a_birthday_every_year() -> None:
    assert dates.add_years(date(2020, 2, 29), 5) == date(2025, 2, 28)
    assert dates.add_years(date(2020, 2, 29), 4) == date(2024, 2, 29)


def test_age_in_days() -> None:
    assert dates.days_between(date(2024, 11, 12), date(2024, 12, 2)) == 20
    assert dates.days_between(date(2024, 12, 3), date(2024, 12, 2)) == -1


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2024, 12, 31, 22, 59, tzinfo=UTC), date(2024, 12, 31)),
        (datetime(2024, 12, 31, 23, 0, tzinfo=UTC), date(2025, 1, 1)),
        (datetime(2024, 6, 30, 22, 0, tzinfo=UTC), date(2024, 7, 1)),
    ],
)
def test_the_day_changes_at_midnight_in_paris(now: datetime, day: date) -> None:
    assert dates.today_paris(now) == day


def test_an_instant_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        dates.today_paris(datetime(2024, 12, 31, 23, 0, tzinfo=UTC).replace(tzinfo=None))


@pytest.mark.parametrize(("day", "hours"), [(date(2024, 3, 31), 23), (date(2024, 10, 27), 25), (date(2024, 12, 2), 24)])
def test_a_day_has_23_to_25_hours(day: date, hours: int) -> None:
    start, end = dates.paris_day_bounds(day)
    assert end - start == timedelta(hours=hours)


@given(days)
def test_a_day_begins_and_ends_with_itself(day: date) -> None:
    start, end = dates.paris_day_bounds(day)
    assert dates.today_paris(start) == day
    assert dates.today_paris(end - timedelta(microseconds=1)) == day
    assert dates.today_paris(end) == day + timedelta(days=1)
