"""What is typed of a company, its position and its week: forgiving in, exact out, refused with a sentence."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openflex.core.errors import Refused
from settings_admin.organisation.forms.fields import parse_brands
from settings_admin.organisation.validators import companies, hours, position

NBSP = "\u00a0"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("9h", "09:00"), ("9 h", "09:00"), ("9H30", "09:30"), ("09:00", "09:00"), ("9.15", "09:15"), ("0930", "09:30"),
        ("9", "09:00"), (f"18{NBSP}h{NBSP}30", "18:30"), ("24h", "24:00"), ("0", "00:00"),
    ],
)  # fmt: skip
def test_an_hour_is_read_as_people_write_it(typed, kept):
    assert hours.parse_time(typed) == kept


@pytest.mark.parametrize("typed", ["25h", "9h60", "24h01", "9h3", "neuf", "-1", "٩h", "9:00:00", "99999"])
def test_what_is_no_hour_is_refused(typed):
    with pytest.raises(Refused):
        hours.parse_time(typed)


@given(st.integers(0, 23), st.integers(0, 59))
def test_every_minute_reads_back(hour, minute):
    assert hours.parse_time(f"{hour}h{minute:02d}") == hours.parse_time(f"{hour:02d}:{minute:02d}")


def test_a_day_is_in_the_order_of_the_clock_and_empty_cells_are_nothing():
    assert hours.parse_day(["14h", "19h", "9h", "12h"]) == [["09:00", "12:00"], ["14:00", "19:00"]]
    assert hours.parse_day(["", "", "9h", "12h"]) == [["09:00", "12:00"]]
    assert hours.parse_day(["", " ", "", ""]) == []
    assert hours.parse_day(["9h", "12h", "12h", "19h"]) == [["09:00", "12:00"], ["12:00", "19:00"]]


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        (["9h", "", "", ""], "il manque l’heure de fermeture."),
        (["", "12h", "", ""], "il manque l’heure d’ouverture."),
        (["12h", "9h", "", ""], "la fermeture doit suivre l’ouverture."),
        (["9h", "9h", "", ""], "la fermeture doit suivre l’ouverture."),
        (["9h", "12h", "11h", "19h"], "les deux périodes se chevauchent."),
        (["9h", "12h", "9h", "10h"], "les deux périodes se chevauchent."),
    ],
)
def test_a_day_that_cannot_be_is_refused(cells, sentence):
    with pytest.raises(Refused) as refusal:
        hours.parse_day(cells)
    assert refusal.value.message == sentence


def test_a_week_in_one_line():
    week = {day: [["09:00", "12:00"], ["14:00", "19:00"]] for day in ("mon", "tue", "wed")}
    assert hours.format_hours({**week, "sat": [["09:00", "12:00"]]}) == (
        "lundi à mercredi 09:00–12:00, 14:00–19:00 · samedi 09:00–12:00"
    )
    assert hours.format_hours({}) == ""


@pytest.mark.parametrize(
    "typed",
    ["46.7976, 4.8362", "46.7976,4.8362", "46,7976 4,8362", "46,7976; 4,8362", "46,7976, 4,8362", " 46.7976  4.8362 "],
)
def test_a_pair_is_parted(typed):
    first, second = position.split_pair(typed)
    assert position.parse_degrees(first, name="latitude") == Decimal("46.7976")
    assert position.parse_degrees(second, name="longitude") == Decimal("4.8362")


@pytest.mark.parametrize("typed", ["46.7976", "46,7976", "", "46.79, x", "1, 2, 3", "12 rue de Paris"])
def test_what_is_no_pair_stays_whole(typed):
    assert position.split_pair(typed) is None


@given(st.decimals(min_value=-90, max_value=90, places=6))
def test_degrees_read_back(degrees):
    assert position.parse_degrees(position.format_degrees(degrees), name="latitude") == degrees


@pytest.mark.parametrize(
    ("typed", "name"), [("90.000001", "latitude"), ("-91", "latitude"),
     ("180.5", "longitude"), ("1e2", "longitude"), ("N46", "latitude")]
)  # fmt: skip
def test_degrees_off_the_globe_are_refused(typed, name):
    with pytest.raises(Refused):
        position.parse_degrees(typed, name=name)
    assert position.parse_degrees("−4,0949", name="longitude") == Decimal("-4.0949")


def test_brands_are_each_there_once():
    assert parse_brands(" Renault, dacia ;Dacia,, Land   Rover ") == ["Renault", "dacia", "Land Rover"]
    for wrong in ("x" * 61, ",".join(f"m{number}" for number in range(41))):
        with pytest.raises(Refused):
            parse_brands(wrong)


def test_a_doubt_about_a_vat_number_is_only_about_french_ones():
    assert companies.vat_doubt("FR96552100554", siren="552100554") == ""
    assert companies.vat_doubt("FR96552100554", siren="732829320")
    assert companies.vat_doubt("DE136695976", siren="732829320") == ""
