from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openflex.core import french
from openflex.core.money import MAX_AMOUNT, parse_amount

amounts = st.decimals(min_value=-MAX_AMOUNT, max_value=MAX_AMOUNT, places=2)
NOW = datetime(2024, 12, 2, 13, 42, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (Decimal("1234.56"), "1\u202f234,56\u00a0€"),
        (Decimal("-950"), "\u2212950,00\u00a0€"),
        (Decimal("9999999.99"), "9\u202f999\u202f999,99\u00a0€"),
        (Decimal("-0.001"), "0,00\u00a0€"),
        (0, "0,00\u00a0€"),
        (None, "\u2013\u00a0€"),
    ],
)
def test_amounts(amount: Decimal | int | None, shown: str) -> None:
    assert french.format_euros(amount) == shown


@given(amounts)
def test_an_amount_that_is_shown_can_be_typed_back(amount: Decimal) -> None:
    assert parse_amount(french.format_euros(amount), allow_negative=True) == amount


def test_rounded_and_signed_amounts() -> None:
    assert french.format_euros(Decimal("3313.60"), decimals=0) == "3\u202f314\u00a0€"
    assert french.format_euros(Decimal("90"), signed=True) == "+90,00\u00a0€"
    assert french.format_euros(Decimal("-100"), signed=True) == "\u2212100,00\u00a0€"
    assert french.format_euros(Decimal("0.001"), signed=True) == "0,00\u00a0€"


def test_other_units() -> None:
    assert french.format_km(89632) == "89\u202f632\u00a0km"
    assert french.format_percent(Decimal("-13.51")) == "\u221213,51\u00a0%"
    assert french.format_percent(Decimal("17.925"), signed=True) == "+17,93\u00a0%"
    assert french.format_percent(102, decimals=0) == "102\u00a0%"
    assert french.format_days(20) == "20\u00a0j"
    assert [french.format_km(None), french.format_percent(None), french.format_days(None)] == ["\u2013"] * 3


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, "0\u00a0véhicule"), (1, "1\u00a0véhicule"), (2, "2\u00a0véhicules"), (-1, "\u22121\u00a0véhicule")],
)
def test_zero_and_one_are_singular(count: int, shown: str) -> None:
    assert french.counted(count, "véhicule") == shown


def test_de_is_elided_before_a_vowel_with_its_accent_too() -> None:
    names = ("Éts Saône", "audrey V.", "Œuvre", "Nord", "Hélène", "3F", "")
    shown = [french.of_name(name) for name in names]
    assert shown == ["d’Éts Saône", "d’audrey V.", "d’Œuvre", "de Nord", "de Hélène", "de 3F", "de "]


def test_plurals_that_are_no_s() -> None:
    assert french.plural(2, "prix") == "prix"
    assert french.plural(2, "cheval", "chevaux") == "chevaux"
    assert french.plural(1, "cheval", "chevaux") == "cheval"
    assert french.counted(10_000, "ligne") == "10\u202f000\u00a0lignes"


def test_days_and_months_in_figures() -> None:
    assert french.format_day(date(2010, 4, 23)) == "23/04/2010"
    assert french.format_month(date(2027, 8, 1)) == "08/2027"
    assert french.format_day(None) == french.format_month(None) == "\u2013"


def test_days_in_words() -> None:
    assert french.long_day(date(2024, 12, 2)) == "2\u00a0décembre 2024"
    assert french.long_day(date(2024, 12, 1), with_year=False) == "1er\u00a0décembre"
    assert french.short_day(date(2024, 11, 13)) == "13\u00a0nov. 2024"


@pytest.mark.parametrize("month", range(1, 13))
def test_short_months_begin_the_long_ones(month: int) -> None:
    day = date(2024, month, 2)
    short = french.short_day(day, with_year=False).rstrip(".")
    assert french.long_day(day, with_year=False).startswith(short)


def test_instants_are_read_on_a_french_clock() -> None:
    assert french.long_instant(NOW) == "2\u00a0décembre 2024 à\u00a014:42"
    assert french.format_time(datetime(2024, 6, 30, 22, 5, tzinfo=UTC)) == "00:05"
    assert french.long_instant(datetime(2024, 6, 30, 22, 5, tzinfo=UTC)) == "1er\u00a0juillet 2024 à\u00a000:05"
    assert french.exact_instant(datetime(2024, 6, 30, 22, 5, 7, tzinfo=UTC)) == "01/07/2024 à\u00a000:05:07"


@pytest.mark.parametrize(
    ("ago", "shown"),
    [
        (timedelta(seconds=59), "à l’instant"),
        (timedelta(seconds=60), "il y a une\u00a0minute"),
        (timedelta(minutes=3, seconds=50), "il y a 3\u00a0minutes"),
        (timedelta(minutes=60), "il y a une\u00a0heure"),
        (timedelta(hours=23), "il y a 23\u00a0heures"),
        (timedelta(days=1), "il y a un\u00a0jour"),
        (timedelta(days=29), "il y a 29\u00a0jours"),
        (timedelta(days=30), "il y a un\u00a0mois"),
        (timedelta(days=364), "il y a 11\u00a0mois"),
        (timedelta(days=365), "il y a un\u00a0an"),
        (timedelta(days=730), "il y a 2\u00a0ans"),
        (timedelta(days=-2), "dans 2\u00a0jours"),
    ],
)
def test_relative_time(ago: timedelta, shown: str) -> None:
    assert french.relative_time(NOW - ago, NOW) == shown


def test_numbers_of_companies() -> None:
    assert french.parse_siren("732 829 320") == "732829320"
    assert french.parse_siret("732.829.320 00074") == "73282932000074"
    assert french.format_siren("732829320") == "732\u00a0829\u00a0320"
    assert french.format_siret("73282932000074") == "732\u00a0829\u00a0320\u00a000074"
    assert french.vat_number_of("732829320") == "FR44732829320"
    assert french.parse_vat_number("fr 40 303 265 045") == "FR40303265045"
    assert french.parse_vat_number("BE 0428.759.497") == "BE0428759497"


def test_la_poste_has_its_own_key() -> None:
    assert french.parse_siret("35600000049837") == "35600000049837"  # no Luhn key, figures add up to 45
    assert french.parse_siret("35600000000048") == "35600000000048"  # the head office has one
    with pytest.raises(french.NumberRefused):
        french.parse_siret("35600000049838")


@pytest.mark.parametrize(
    ("typed", "code", "message"),
    [
        ("7328293200007", "length", "13\u00a0chiffres au lieu de 14."),
        ("73282932000075", "checksum", "Ce SIRET n’existe pas\u00a0: sa clé de contrôle est fausse."),
        ("7328293200007A", "not_figures", "Un SIRET ne contient que des chiffres."),
        ("", "not_figures", "Un SIRET ne contient que des chiffres."),
    ],
)
def test_wrong_sirets_say_what_is_wrong(typed: str, code: str, message: str) -> None:
    with pytest.raises(french.NumberRefused) as refusal:
        french.parse_siret(typed)
    assert (refusal.value.code, refusal.value.message) == (code, message)


@given(st.integers(min_value=0, max_value=13), st.integers(min_value=1, max_value=9))
def test_one_wrong_figure_in_a_siret_is_seen(position: int, shift: int) -> None:
    siret = "73282932000074"
    wrong = str((int(siret[position]) + shift) % 10)
    with pytest.raises(french.NumberRefused):
        french.parse_siret(siret[:position] + wrong + siret[position + 1 :])


@pytest.mark.parametrize("typed", ["", "FR00303265045", "303265045", "XX123", "FR"])
def test_wrong_vat_numbers_are_refused(typed: str) -> None:
    with pytest.raises(french.NumberRefused) as refusal:
        french.parse_vat_number(typed)
    assert refusal.value.code == "vat_number"


@pytest.mark.parametrize(
    "typed",
    ["06 12 34 56 78", "06.12.34.56.78", "+33 6 12 34 56 78", "+33 (0)6 12 34 56 78", "0033612345678"],
)
def test_a_phone_number_is_read_as_it_is_typed(typed: str) -> None:
    assert french.parse_phone(typed) == "+33612345678"


def test_phone_numbers_are_shown_in_pairs() -> None:
    assert french.format_phone("+33612345678") == "06\u00a012\u00a034\u00a056\u00a078"
    assert french.format_phone(french.parse_phone("+32 475 12 34 56")) == "+32475123456"


@pytest.mark.parametrize("typed", ["", "12", "0012", "06 12 34 56 7", "+33 06 12 34 56 78", "+0123456789", "phone"])
def test_wrong_phone_numbers_are_refused(typed: str) -> None:
    with pytest.raises(french.NumberRefused):
        french.parse_phone(typed)
