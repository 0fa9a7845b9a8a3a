"""Margin excluding VAT, by VAT regime (auctions.md, *Margin*; french-rules.md §9). No query, no setting read.

Amounts in euros; a VAT rate is a ratio (0.20), given by the caller from settings.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from openflex.core.money import CENT, ZERO, cents, split_largest_remainder
from vehicles.enums import VatRegime
from vehicles.validators import FieldWarning

_NOT_SET_WARNING: Final = FieldWarning("vat_regime_not_set", "Régime de TVA non renseigné.")


@dataclass(frozen=True, slots=True)
class Cost:
    """What a vehicle cost, and the regime that its sale follows.

    `purchase` is excluding VAT under *TVA récupérable* and the price paid in every other regime;
    `refurbishment` (FRE) is excluding VAT and never enters the taxed base.
    """

    regime: VatRegime
    purchase: Decimal
    refurbishment: Decimal = ZERO


def net_price(price: Decimal, regime: VatRegime, *, is_excl: bool, vat_rate: Decimal) -> Decimal:
    """A purchase price, VAT included unless `is_excl`, less the VAT that is recovered."""
    return cents(price / (1 + vat_rate)) if regime == VatRegime.RECOVERABLE and not is_excl else price


def cost_price(cost: Cost) -> Decimal:
    """*Prix de revient*: what was paid for a vehicle, less the VAT that is recovered, and what was spent on it HT."""
    return cost.purchase + cost.refurbishment


_DAYS_OF_A_YEAR: Final = 365


def holding_cost(cost: Cost, *, days: int, yearly_rate: Decimal) -> Decimal:
    """What money tied up in a vehicle costs in these days, to the cent; `yearly_rate` is a ratio of the cost price
    (0.06)."""
    return cents(cost_price(cost) * yearly_rate * days / _DAYS_OF_A_YEAR)


def margin_excl_vat(sale: Decimal, cost: Cost, *, vat_rate: Decimal) -> Decimal:
    """What is left of a sale price including VAT, excluding VAT, to the cent; negative when sold at a loss.

    On the margin, a loss bears no VAT and gives none back (CIBS L. 242-12). When the regime is not set, no
    VAT is taken off: see `margin_warnings`.
    """
    if cost.regime == VatRegime.RECOVERABLE:
        gross = cents(sale / (1 + vat_rate)) - cost.purchase
    else:
        gross = sale - cost.purchase
        if cost.regime == VatRegime.MARGIN and gross > 0:
            gross = cents(gross / (1 + vat_rate))
    return cents(gross - cost.refurbishment)


def margin_warnings(costs: Sequence[Cost]) -> list[FieldWarning]:
    """To be shown beside the margin of these vehicles."""
    return [_NOT_SET_WARNING] if any(cost.regime == VatRegime.NOT_SET for cost in costs) else []


def sale_price_for_margin(margin: Decimal, cost: Cost, *, vat_rate: Decimal) -> Decimal:
    """Lowest sale price including VAT, rounded up to the cent, that leaves at least this margin."""
    before_refurbishment = margin + cost.refurbishment
    price = cost.purchase + before_refurbishment
    if cost.regime == VatRegime.RECOVERABLE:
        price = price * (1 + vat_rate)
    elif cost.regime == VatRegime.MARGIN and before_refurbishment > 0:
        price = cost.purchase + before_refurbishment * (1 + vat_rate)
    return price.quantize(CENT, rounding=ROUND_CEILING)


def purchase_price_for_margin(
    sale: Decimal, margin: Decimal, *, regime: VatRegime, refurbishment: Decimal, vat_rate: Decimal
) -> Decimal:
    """Highest purchase price, as in `Cost`, rounded down to the cent, that leaves at least this margin.

    Negative when no price would.
    """
    before_refurbishment = margin + refurbishment
    if regime == VatRegime.RECOVERABLE:
        price = cents(sale / (1 + vat_rate)) - before_refurbishment
    elif regime == VatRegime.MARGIN and before_refurbishment > 0:
        price = sale - before_refurbishment * (1 + vat_rate)
    else:
        price = sale - before_refurbishment
    return price.quantize(CENT, rounding=ROUND_FLOOR)


@dataclass(frozen=True, slots=True)
class LotLine:
    """One vehicle of a lot; `starting_price` (mise à prix) is including VAT."""

    starting_price: Decimal
    cost: Cost


def lot_shares(price: Decimal, lines: Sequence[LotLine]) -> list[Decimal]:
    """The part of a lot's price that falls to each vehicle, pro rata of the starting prices."""
    return split_largest_remainder(price, [line.starting_price for line in lines])


def lot_margin(price: Decimal, lines: Sequence[LotLine], *, vat_rate: Decimal) -> Decimal:
    """Sum of the margins of the vehicles of a lot that is sold at this price."""
    shares = lot_shares(price, lines)
    margins = [margin_excl_vat(share, line.cost, vat_rate=vat_rate) for share, line in zip(shares, lines, strict=True)]
    return sum(margins, ZERO)


@dataclass(frozen=True, slots=True)
class LotFigures:
    """What the distributor follows on an auction; an increase is counted from the starting price."""

    offer: Decimal
    offer_increase: Decimal
    margin: Decimal
    margin_increase: Decimal


def lot_figures(last_offer: Decimal | None, lines: Sequence[LotLine], *, vat_rate: Decimal) -> LotFigures:
    """The figures at the last offer; at the starting price, with no increase, as long as there is none."""
    starting_price = sum((line.starting_price for line in lines), ZERO)
    offer = starting_price if last_offer is None else last_offer
    margin = lot_margin(offer, lines, vat_rate=vat_rate)
    return LotFigures(
        offer=offer,
        offer_increase=offer - starting_price,
        margin=margin,
        margin_increase=margin - lot_margin(starting_price, lines, vat_rate=vat_rate),
    )
