"""The margin of a whole deal: of the vehicle that is offered, and of the one that is taken in exchange.

Excluding VAT, in EUR, as `vehicles/margin.py` counts it. What cannot be known is None: no figure is made up.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.conf import settings

from openflex.core.money import ZERO
from opportunities.enums import OfferState
from opportunities.models import Offer, TradeIn
from vehicles.enums import VatRegime
from vehicles.margin import Cost, margin_excl_vat, margin_warnings, net_price
from vehicles.selectors import purchase_cost

# The offer that a deal is made of: what the customer said yes to, else the last one they may still say yes to.
_ALIVE: Final = (OfferState.ACCEPTED, OfferState.SENT, OfferState.DRAFT)


@dataclass(frozen=True)
class Part:
    """One vehicle of the deal: what it is sold for (TTC), what it costs, what it leaves."""

    label: str
    sale_label: str
    sale: Decimal
    cost: Cost
    margin: Decimal


@dataclass(frozen=True)
class Deal:
    offer: Offer
    parts: list[Part]

    @property
    def margin(self) -> Decimal:
        return sum((part.margin for part in self.parts), ZERO)

    @property
    def warnings(self) -> list[str]:
        return [one.message for one in margin_warnings([part.cost for part in self.parts])]


def offer_of_deal(offers: Iterable[Offer]) -> Offer | None:
    """Of the offers of an opportunity, newest first."""
    alive = [offer for offer in offers if offer.state in _ALIVE]
    accepted = [offer for offer in alive if offer.state == OfferState.ACCEPTED]
    return next(iter(accepted or alive), None)


def deal_of(offer: Offer | None) -> Deal | None:
    """None as long as a purchase price, or what the trade-in may be sold for, is not known. Of an offer with its costs
    (`selectors.beside`)."""
    if offer is None:
        return None
    offer.vehicle.refurbishment = offer.vehicle_refurbishment
    cost = purchase_cost(offer.vehicle)
    if cost is None:
        return None
    parts = [_part(f"{offer.vehicle.make} {offer.vehicle.model}", "Prix proposé TTC", offer.price, cost)]
    if (trade_in := offer.trade_in) is not None:
        taken = _taken(offer, trade_in)
        if taken is None:
            return None
        parts.append(taken)
    return Deal(offer, parts)


def _taken(offer: Offer, trade_in: TradeIn) -> Part | None:
    """What the trade-in leaves when it is sold for what is thought of, else for its adjusted market value."""
    label, sale = "Revente envisagée TTC", trade_in.sale_price
    if sale is None:
        source = " · Bac à sable" if trade_in.is_sandbox else ""
        label, sale = f"Valeur de marché ajustée TTC{source}", trade_in.adjusted_value
    if sale is None or offer.trade_in_price is None:
        return None
    regime = VatRegime(trade_in.vat_regime)
    cost = Cost(
        regime=regime,
        purchase=net_price(offer.trade_in_price, regime, is_excl=False, vat_rate=settings.VAT_RATE),
        refurbishment=(offer.trade_in_refurbishment or ZERO) + (trade_in.maintenance_cost or ZERO),
    )
    return _part(f"Reprise {trade_in}", label, sale, cost)


def _part(label: str, sale_label: str, sale: Decimal, cost: Cost) -> Part:
    return Part(label, sale_label, sale, cost, margin_excl_vat(sale, cost, vat_rate=settings.VAT_RATE))
