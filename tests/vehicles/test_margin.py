from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vehicles.enums import VatRegime
from vehicles.margin import (
    Cost,
    LotLine,
    cost_price,
    holding_cost,
    lot_figures,
    lot_margin,
    lot_shares,
    margin_excl_vat,
    margin_warnings,
    purchase_price_for_margin,
    sale_price_for_margin,
)

VAT = Decimal("0.20")
prices = st.decimals(min_value=0, max_value=100_000, places=2)
costs = st.builds(Cost, st.sampled_from(VatRegime), prices, st.decimals(min_value=0, max_value=5_000, places=2))
lots = st.lists(st.builds(LotLine, prices, costs), min_size=1, max_size=6)

# The lot of the release notes: the split of the costs between the vehicles is ours, their sum is given.
RELEASE_NOTES_LOT = [
    LotLine(Decimal("14200.00"), Cost(VatRegime.NOT_SET, Decimal("2000.00"))),
    LotLine(Decimal("42886.40"), Cost(VatRegime.NOT_SET, Decimal("5000.00"), Decimal("668.00"))),
    LotLine(Decimal("9800.00"), Cost(VatRegime.NOT_SET, Decimal("1000.00"))),
]


def test_the_worked_example_of_the_release_notes() -> None:
    figures = lot_figures(Decimal("70200.00"), RELEASE_NOTES_LOT, vat_rate=VAT)
    assert figures.margin == Decimal("61532.00")
    assert figures.offer_increase == figures.margin_increase == Decimal("3313.60")
    assert [warning.code for warning in margin_warnings([line.cost for line in RELEASE_NOTES_LOT])] == [
        "vat_regime_not_set"
    ]


def test_before_the_first_offer_the_starting_price_counts() -> None:
    figures = lot_figures(None, RELEASE_NOTES_LOT, vat_rate=VAT)
    assert (figures.offer, figures.margin) == (Decimal("66886.40"), Decimal("58218.40"))
    assert figures.offer_increase == figures.margin_increase == 0


def test_the_split_of_the_worked_example() -> None:
    shares = lot_shares(Decimal("70200.00"), RELEASE_NOTES_LOT)
    assert shares == [Decimal("14903.48"), Decimal("45011.02"), Decimal("10285.50")]


@pytest.mark.parametrize(
    ("regime", "sale", "purchase", "refurbishment", "margin"),
    [
        (VatRegime.RECOVERABLE, "14400.00", "10000.00", "0.00", "2000.00"),  # french-rules.md §9 B
        (VatRegime.RECOVERABLE, "14400.00", "10000.00", "150.00", "1850.00"),
        (VatRegime.RECOVERABLE, "9600.00", "10000.00", "0.00", "-2000.00"),
        (VatRegime.MARGIN, "11200.00", "10000.00", "0.00", "1000.00"),  # french-rules.md §9 A
        (VatRegime.MARGIN, "6290.00", "4300.00", "285.00", "1373.33"),  # the scooter of the design
        (VatRegime.MARGIN, "9400.00", "10000.00", "100.00", "-700.00"),  # no VAT on a loss
        (VatRegime.MARGIN, "10000.00", "10000.00", "100.00", "-100.00"),
        (VatRegime.OUTSIDE, "11200.00", "10000.00", "200.00", "1000.00"),
        (VatRegime.NOT_SET, "11200.00", "10000.00", "200.00", "1000.00"),
    ],
)
def test_margin_by_regime(regime: VatRegime, sale: str, purchase: str, refurbishment: str, margin: str) -> None:
    cost = Cost(regime, Decimal(purchase), Decimal(refurbishment))
    assert margin_excl_vat(Decimal(sale), cost, vat_rate=VAT) == Decimal(margin)


def test_the_rate_is_the_one_given() -> None:
    assert margin_excl_vat(
        Decimal("1100.00"), Cost(VatRegime.MARGIN, Decimal("0.00")), vat_rate=Decimal("0.10")
    ) == Decimal("1000.00")
    recoverable = Cost(VatRegime.RECOVERABLE, Decimal("0.00"))
    assert margin_excl_vat(Decimal("1100.00"), recoverable, vat_rate=Decimal("0.10")) == Decimal("1000.00")


def test_only_a_regime_not_set_warns() -> None:
    known = [Cost(regime, Decimal("1.00")) for regime in VatRegime if regime != VatRegime.NOT_SET]
    assert margin_warnings(known) == []
    assert margin_warnings([*known, Cost(VatRegime.NOT_SET, Decimal("1.00"))]) != []


@given(prices, prices, costs)
def test_a_higher_price_never_lowers_the_margin(one: Decimal, other: Decimal, cost: Cost) -> None:
    low, high = sorted((one, other))
    assert margin_excl_vat(low, cost, vat_rate=VAT) <= margin_excl_vat(high, cost, vat_rate=VAT)


@given(prices, costs)
def test_vat_never_raises_a_margin(sale: Decimal, cost: Cost) -> None:
    without = Cost(VatRegime.OUTSIDE, cost.purchase, cost.refurbishment)
    assert margin_excl_vat(sale, cost, vat_rate=VAT) <= margin_excl_vat(sale, without, vat_rate=VAT)
    assert margin_excl_vat(sale, cost, vat_rate=Decimal(0)) == margin_excl_vat(sale, without, vat_rate=VAT)


@given(prices, costs, st.decimals(min_value=0, max_value=1_000, places=2))
def test_refurbishment_comes_off_whole_outside_the_taxed_base(sale: Decimal, cost: Cost, more: Decimal) -> None:
    dearer = Cost(cost.regime, cost.purchase, cost.refurbishment + more)
    difference = margin_excl_vat(sale, cost, vat_rate=VAT) - margin_excl_vat(sale, dearer, vat_rate=VAT)
    assert difference == more


@pytest.mark.parametrize(
    ("regime", "margin", "sale"),
    [
        (VatRegime.MARGIN, "1000.00", "11320.00"),  # 10 000 + 1,20 × (1 000 + 100)
        (VatRegime.MARGIN, "-400.00", "9700.00"),  # a loss bears no VAT
        (VatRegime.RECOVERABLE, "1000.00", "13320.00"),  # 1,20 × (10 000 + 1 000 + 100)
        (VatRegime.OUTSIDE, "1000.00", "11100.00"),
    ],
)
def test_sale_and_purchase_prices_for_a_margin(regime: VatRegime, margin: str, sale: str) -> None:
    cost = Cost(regime, Decimal("10000.00"), Decimal("100.00"))
    assert sale_price_for_margin(Decimal(margin), cost, vat_rate=VAT) == Decimal(sale)
    purchase = purchase_price_for_margin(
        Decimal(sale), Decimal(margin), regime=regime, refurbishment=cost.refurbishment, vat_rate=VAT
    )
    assert purchase == cost.purchase


@given(st.decimals(min_value=-2_000, max_value=20_000, places=2), costs)
def test_the_lowest_sale_price_leaves_the_margin_wanted(margin: Decimal, cost: Cost) -> None:
    price = sale_price_for_margin(margin, cost, vat_rate=VAT)
    assert margin_excl_vat(price, cost, vat_rate=VAT) >= margin
    # Two cents less is too little: rounding can hide one cent, not two.
    assert margin_excl_vat(price - Decimal("0.02"), cost, vat_rate=VAT) < margin


@given(prices, st.decimals(min_value=-2_000, max_value=20_000, places=2), costs)
def test_the_highest_purchase_price_leaves_the_margin_wanted(sale: Decimal, margin: Decimal, cost: Cost) -> None:
    price = purchase_price_for_margin(sale, margin, regime=cost.regime, refurbishment=cost.refurbishment, vat_rate=VAT)
    paid, too_dear = (Cost(cost.regime, p, cost.refurbishment) for p in (price, price + Decimal("0.02")))
    assert margin_excl_vat(sale, paid, vat_rate=VAT) >= margin
    assert margin_excl_vat(sale, too_dear, vat_rate=VAT) < margin


@given(prices, lots)
def test_the_margin_of_a_lot_is_that_of_its_vehicles(price: Decimal, lines: list[LotLine]) -> None:
    shares = lot_shares(price, lines)
    assert sum(shares) == price
    margins = [margin_excl_vat(s, line.cost, vat_rate=VAT) for s, line in zip(shares, lines, strict=True)]
    assert lot_margin(price, lines, vat_rate=VAT) == sum(margins)


@given(prices, lots)
def test_without_vat_both_increases_are_the_same(offer: Decimal, lines: list[LotLine]) -> None:
    figures = lot_figures(offer, lines, vat_rate=Decimal(0))
    assert figures.offer_increase == figures.margin_increase


# --- Cost price and holding ---------------------------------------------------------------------------------


def test_the_scooter_of_the_design_costs_what_was_paid_and_spent() -> None:
    cost = Cost(VatRegime.MARGIN, Decimal("4300.00"), Decimal("285.00"))
    assert cost_price(cost) == Decimal("4585.00")
    assert holding_cost(cost, days=1, yearly_rate=Decimal("0.06")) == Decimal("0.75")
    assert holding_cost(cost, days=60, yearly_rate=Decimal("0.06")) == Decimal("45.22")


@given(costs, st.integers(min_value=0, max_value=5_000), st.decimals(min_value=0, max_value=1, places=2))
def test_holding_grows_with_the_days_and_a_year_costs_the_rate(cost: Cost, days: int, rate: Decimal) -> None:
    assert holding_cost(cost, days=0, yearly_rate=rate) == 0
    assert abs(holding_cost(cost, days=365, yearly_rate=rate) - cost_price(cost) * rate) <= Decimal("0.005")
    assert holding_cost(cost, days=days, yearly_rate=rate) <= holding_cost(cost, days=days + 1, yearly_rate=rate)


@given(costs)
def test_sold_at_its_cost_price_there_is_no_margin_outside_vat(cost: Cost) -> None:
    outside = Cost(VatRegime.OUTSIDE, cost.purchase, cost.refurbishment)
    assert margin_excl_vat(cost_price(outside), outside, vat_rate=VAT) == 0
