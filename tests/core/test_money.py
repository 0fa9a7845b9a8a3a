from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openflex.core.money import (
    MAX_AMOUNT,
    AmountRefused,
    Price,
    TaxUnknown,
    cents,
    parse_amount,
    split_largest_remainder,
)

amounts = st.decimals(min_value=-MAX_AMOUNT, max_value=MAX_AMOUNT, places=2)
weights = st.lists(st.decimals(min_value=0, max_value=100_000, places=2), min_size=1, max_size=12)
rates = st.sampled_from([Decimal("0"), Decimal("0.055"), Decimal("0.10"), Decimal("0.20")])


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [("2.005", "2.01"), ("-2.005", "-2.01"), ("2.0049", "2.00"), ("7", "7.00"), ("-0.004", "0.00")],
)
def test_half_a_cent_rounds_away_from_zero(exact: str, rounded: str) -> None:
    assert str(cents(Decimal(exact))) == rounded


def test_floats_never_become_amounts() -> None:
    with pytest.raises(TypeError):
        cents(0.1)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        split_largest_remainder(0.5, [1])  # type: ignore[arg-type]


@given(amounts, weights)
def test_the_parts_of_a_split_add_up_and_are_whole_cents(amount: Decimal, lines: list[Decimal]) -> None:
    parts = split_largest_remainder(amount, lines)
    assert sum(parts) == amount
    assert parts == [cents(part) for part in parts]


@given(amounts, weights)
def test_each_part_is_less_than_a_cent_from_its_exact_share(amount: Decimal, lines: list[Decimal]) -> None:
    total = sum(map(Fraction, lines))
    for part, weight in zip(split_largest_remainder(amount, lines), lines, strict=True):
        share = Fraction(weight) / total if total else Fraction(1, len(lines))
        assert abs(Fraction(part) - Fraction(amount) * share) < Fraction(1, 100)


@given(amounts, weights)
def test_a_negative_split_mirrors_the_positive_one(amount: Decimal, lines: list[Decimal]) -> None:
    mirrored = [-part for part in split_largest_remainder(-amount, lines)]
    assert split_largest_remainder(amount, lines) == mirrored


@given(amounts, weights.filter(any))
def test_a_line_of_weight_zero_gets_nothing(amount: Decimal, lines: list[Decimal]) -> None:
    parts = split_largest_remainder(amount, [*lines, Decimal(0)])
    assert parts[-1] == 0


@pytest.mark.parametrize(
    ("amount", "lines", "parts"),
    [
        ("0.05", [1, 1, 1], ["0.02", "0.02", "0.01"]),  # ties in line order
        ("-0.05", [1, 1, 1], ["-0.02", "-0.02", "-0.01"]),
        ("100.00", [1, 2, 4], ["14.29", "28.57", "57.14"]),  # the largest remainder first
        ("10.00", [0, 0, 0], ["3.34", "3.33", "3.33"]),  # nothing to go by: equal
        ("0.00", [3, 1], ["0.00", "0.00"]),
    ],
)
def test_split_examples(amount: str, lines: list[int], parts: list[str]) -> None:
    assert [str(part) for part in split_largest_remainder(Decimal(amount), lines)] == parts


@pytest.mark.parametrize(("amount", "lines"), [("1.00", []), ("1.00", [2, -1]), ("0.005", [1])])
def test_what_cannot_be_split_is_refused(amount: str, lines: list[int]) -> None:
    with pytest.raises(ValueError, match=r"no line|negative|whole number of cents"):
        split_largest_remainder(Decimal(amount), lines)


def test_price_of_the_worked_order() -> None:
    motorcycle = Price.from_incl_vat(Decimal("7999.00"), rate=Decimal("0.20"))
    assert (motorcycle.excl_vat, motorcycle.vat) == (Decimal("6665.83"), Decimal("1333.17"))


@given(amounts, rates, st.booleans())
def test_the_two_amounts_of_a_price_differ_by_its_vat(amount: Decimal, rate: Decimal, includes: bool) -> None:
    price = Price(amount=amount, includes_vat=includes, rate=rate)
    assert price.excl_vat + price.vat == price.incl_vat
    assert (price.incl_vat if includes else price.excl_vat) == amount


@given(amounts, rates)
def test_adding_vat_and_taking_it_off_again_gives_the_same_price(amount: Decimal, rate: Decimal) -> None:
    incl_vat = Price.from_excl_vat(amount, rate=rate).incl_vat
    assert Price.from_incl_vat(incl_vat, rate=rate).excl_vat == amount


def test_an_unknown_rate_is_never_guessed() -> None:
    price = Price.from_incl_vat(Decimal("100.00"), rate=None)
    assert price.incl_vat == Decimal("100.00")
    with pytest.raises(TaxUnknown):
        _ = price.excl_vat
    with pytest.raises(TaxUnknown):
        _ = price.vat


@pytest.mark.parametrize(("amount", "rate"), [("1.00", "20"), ("1.00", "-0.1"), ("1.001", "0.2")])
def test_a_price_refuses_per_cents_and_fractions_of_a_cent(amount: str, rate: str) -> None:
    with pytest.raises(ValueError, match=r"ratio|cents"):
        Price.from_excl_vat(Decimal(amount), rate=Decimal(rate))


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1 234,56", "1234.56"),
        ("1\u202f234,56\u00a0€", "1234.56"),
        ("1234.56", "1234.56"),
        ("89 632 €", "89632.00"),
        ("89\u00a0632€", "89632.00"),
        (" 70200 ", "70200.00"),
        ("12,5", "12.50"),
        ("9 999 999,99", "9999999.99"),
        ("0", "0.00"),
    ],
)
def test_amounts_are_read_as_they_are_typed(typed: str, amount: str) -> None:
    assert str(parse_amount(typed)) == amount


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        *[(text, "unreadable") for text in ("", "€", "1e9", "1.234,56", "1,234.56", "7 0200", "12,", ",5")],
        *[(text, "unreadable") for text in ("NaN", "Infinity", "0x10", "1_000", "١٢", "--1", "9" * 50)],
        *[(text, "too_many_decimals") for text in ("12,345", "1.000")],
        ("-1", "negative"),
        ("\u22121", "negative"),
        ("10 000 000", "too_high"),
        ("99999999999999999999", "too_high"),
    ],
)
def test_doubtful_amounts_are_refused_in_french(typed: str, code: str) -> None:
    with pytest.raises(AmountRefused) as refusal:
        parse_amount(typed)
    assert refusal.value.code == code
    assert refusal.value.message.endswith(".")


def test_a_negative_amount_may_be_allowed() -> None:
    assert parse_amount("\u2212950,00 €", allow_negative=True) == Decimal("-950.00")
    with pytest.raises(AmountRefused):
        parse_amount("-10 000 000", allow_negative=True)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        amount = parse_amount(text)
    except AmountRefused:
        return
    assert 0 <= amount <= MAX_AMOUNT
