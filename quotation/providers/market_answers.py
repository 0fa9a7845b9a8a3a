"""From checked JSON to valuations, listings and market figures. `FieldWrong`: nothing is returned.

What is said twice must agree: lines with their sum, a mean with its listings, bins with their total.
"""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from statistics import median
from typing import Any, Final

from openflex.core.money import CENT, MAX_AMOUNT
from quotation.providers.base import (
    Listing,
    Market,
    MarketBin,
    NotEnoughMarket,
    PriceToDays,
    PublishedPrice,
    Sample,
    SellerKind,
    Valuation,
    Widening,
    Working,
)
from quotation.providers.columns import Columns, shared_out
from quotation.providers.fields import Fields
from vehicles.enums import Energy, Gearbox

MOST_KM: Final = 5_000_000
_MOST_DAYS: Final = 36_500
_MOST_LISTINGS: Final = 1_000_000
_LOWEST_ADJUSTMENT: Final = -MAX_AMOUNT
_POSTCODE: Final = re.compile(r"[0-9]{5}")
_WEB_ADDRESS: Final = re.compile(r"https?://[^\s<>\"']+")
_LINES: Final = ("mileage", "age", "options", "location")
_PERCENTILES: Final = ("p10", "p25", "p75", "p90")


# --- The value -------------------------------------------------------------------------------------------


def read_valuation(answer: Fields, *, today: date) -> Valuation | NotEnoughMarket:
    if answer.text("currency") != "EUR":
        raise answer.wrong("currency", "not EUR")
    return _no_value(answer, today) if answer.is_known("reason") else _valuation(answer, today)


def _valuation(answer: Fields, today: date) -> Valuation:
    (working,) = _workings(Columns.one(answer))
    limits = answer.child("range")
    low, high = limits.euros("low"), limits.euros("high", low=CENT)
    if not low <= working.adjusted_value <= high:
        raise limits.wrong("low", "the range does not enclose the adjusted value")
    return Valuation(
        id=answer.code("id"),
        as_of=answer.day("as_of", latest=today),
        working=working,
        low=low,
        high=high,
        confidence=answer.maybe(answer.number, "confidence", low=0, high=1),
        sample=_sample(answer.child("sample")),
        data_version=answer.maybe(answer.text, "data_version", longest=80),
    )


def _no_value(answer: Fields, today: date) -> NotEnoughMarket:
    """A reason stands where the figures would: one of them beside it would contradict it."""
    adjustments = answer.child("adjustments")
    said = [name for name in ("market_value", "adjusted_value") if answer.is_known(name)]
    said += [name for name in _LINES if adjustments.is_known(name)]
    if said:
        raise answer.wrong("reason", f"it stands beside a figure, {said[0]}")
    reason = answer.child("reason")
    return NotEnoughMarket(
        id=answer.code("id"),
        as_of=answer.day("as_of", latest=today),
        reason_code=reason.code("code"),
        reason=reason.text("detail"),
        sample=_sample(answer.child("sample")),
        data_version=answer.maybe(answer.text, "data_version", longest=80),
    )


def _workings(of: Columns) -> list[Working]:
    adjustments = of.child("adjustments")
    columns = (
        of.euros("market_value", low=CENT),
        *(adjustments.euros(name, low=_LOWEST_ADJUSTMENT) for name in _LINES),
        of.euros("adjusted_value", low=CENT),
    )
    found: list[Working] = []
    for lines in zip(*columns, strict=True):
        try:
            found.append(Working(*lines))
        except ValueError as error:
            raise of.at(len(found)).wrong_sum("adjusted_value", str(error)) from error
    return found


def _sample(item: Fields) -> Sample:
    return Sample(
        on_sale=item.whole("on_sale", high=_MOST_LISTINGS),
        sold=item.whole("sold", high=_MOST_LISTINGS),
        widened=tuple(Widening(each.code("code"), each.text("label")) for each in item.children("widened")),
    )


# --- Listings --------------------------------------------------------------------------------------------


def read_listings(of: Columns, *, is_sold: bool, today: date) -> tuple[Listing, ...]:
    seller, similarity = of.child("seller"), of.child("similarity")
    prices = of.euros("price", low=CENT)
    columns: dict[str, list[Any]] = {
        "id": of.code("id"),
        "label": of.text("label"),
        "first_registration": of.day("first_registration", latest=today),
        "mileage_km": of.whole("mileage_km", high=MOST_KM),
        "seller_name": seller.maybe(Columns.text, "name", longest=120),
        "seller_kind": seller.word("kind", SellerKind),
        "postcode": of.maybe(Columns.text, "postcode", _POSTCODE),
        "city": of.maybe(Columns.text, "city", longest=120),
        "distance_km": of.maybe(Columns.whole, "distance_km", high=25_000),
        "first_seen": of.day("first_seen", latest=today),
        "days_online": of.whole("days_online", high=_MOST_DAYS),
        "price": prices,
        "price_history": _histories(of, prices, today),
        "working": _workings(of),
        "stars": similarity.whole("stars", low=1, high=5),
        "score": similarity.whole("score", high=100),
        "reasons": similarity.texts("reasons"),
        "url": of.maybe(Columns.text, "url", _WEB_ADDRESS),
        "sold_at": of.maybe(Columns.day, "sold_at", latest=today),
        "energy": of.maybe(Columns.word, "energy", Energy),
        "gearbox": of.maybe(Columns.word, "gearbox", Gearbox),
        "options": [None if options is None else frozenset(options) for options in of.maybe(Columns.texts, "options")],
    }
    for rank, (seen, sold) in enumerate(zip(columns["first_seen"], columns["sold_at"], strict=True)):
        if (sold is not None) != is_sold or (sold is not None and sold < seen):
            raise of.at(rank).wrong("sold_at", "it does not fit what was asked for or the day of publication")
    # In the order of its fields: five hundred times twenty names take longer to hand over than to read.
    rows = zip(*(columns[name] for name in Listing.__slots__), strict=True)
    return tuple([Listing(*row) for row in rows])


def _histories(of: Columns, prices: list[Decimal], today: date) -> list[tuple[PublishedPrice, ...]]:
    """The published prices of each, the oldest first; the last one is the price of the advert."""
    entries, lists = of.children("price_history")
    published = map(PublishedPrice, entries.day("date", latest=today), entries.euros("price", low=CENT))
    histories = list(shared_out(published, lists))
    for rank, (history, price) in enumerate(zip(histories, prices, strict=True)):
        if any(later.day < earlier.day for earlier, later in pairwise(history)):
            raise of.at(rank).wrong("price_history", "not in the order of the calendar")
        if history and history[-1].price != price:
            raise of.at(rank).wrong("price_history", f"it ends at {history[-1].price}, not at the price {price}")
    return histories


# --- Market ----------------------------------------------------------------------------------------------


def read_market(answer: Fields) -> Market:
    histograms, supply = answer.child("histograms"), answer.child("market_days_supply")
    prices = _bins(histograms, "price", unit=CENT, highest=int(MAX_AMOUNT * 100) + 10**9)
    years = _bins(histograms, "year", unit=Decimal(1), highest=2200)
    mileages = _bins(histograms, "mileage", unit=Decimal(1), highest=MOST_KM * 2)
    total = _counted(prices)
    if not total == _counted(years) == _counted(mileages):
        raise histograms.wrong("price", "the three histograms do not count the same listings")
    market = Market(
        mean_price=answer.maybe(answer.euros, "mean_price", low=CENT),
        median_price=answer.maybe(answer.euros, "median", low=CENT),
        percentiles=_percentiles(answer),
        mean_days_online=answer.maybe(answer.whole, "mean_days_online", high=_MOST_DAYS),
        supply_overall=supply.maybe(supply.whole, "overall", high=_MOST_LISTINGS),
        supply_like_mine=supply.maybe(supply.whole, "like_mine", high=_MOST_LISTINGS),
        supply_trend_pct=supply.maybe(supply.number, "trend", low=-100, high=100_000),
        price_to_days=_price_to_days(answer),
        prices=prices,
        years=years,
        mileages=mileages,
    )
    _check_centre(answer, market, total)
    return market


def _percentiles(answer: Fields) -> dict[str, Decimal]:
    item = answer.child("percentiles")
    return {name: item.euros(name, low=CENT) for name in _PERCENTILES if item.is_known(name)}


def _price_to_days(answer: Fields) -> tuple[PriceToDays, ...]:
    points = tuple(
        PriceToDays(item.number("price_to_market_pct", low=1, high=1000), item.whole("median_days", high=_MOST_DAYS))
        for item in answer.children("price_to_days")
    )
    if any(right.price_to_market_pct <= left.price_to_market_pct for left, right in pairwise(points)):
        raise answer.wrong("price_to_days", "the per cents do not rise")
    return points


def _bins(histograms: Fields, name: str, *, unit: Decimal, highest: int) -> tuple[MarketBin, ...]:
    bins = tuple(
        MarketBin(
            low=item.whole("from", high=highest) * unit,
            high=item.whole("to", high=highest) * unit,
            count=item.whole("count", high=_MOST_LISTINGS),
        )
        for item in histograms.children(name)
    )
    if any(each.low >= each.high for each in bins) or any(left.high != right.low for left, right in pairwise(bins)):
        raise histograms.wrong(name, "the bins do not adjoin")
    return bins


def _counted(bins: Sequence[MarketBin]) -> int:
    return sum(each.count for each in bins)


def _check_centre(answer: Fields, market: Market, total: int) -> None:
    """Mean, median and percentiles exist exactly when there are listings, in order and inside their histogram."""
    figures = {
        "mean_price": market.mean_price,
        "median": market.median_price,
        "mean_days_online": market.mean_days_online,
    }
    for name, figure in figures.items():
        if total and figure is None:
            raise answer.missing(name)
        if not total and figure is not None:
            raise answer.wrong(name, "a figure without listings")
    if len(market.percentiles) not in (0, len(_PERCENTILES)):
        raise answer.wrong("percentiles", "only some of them")
    if total == 0 or market.mean_price is None or market.median_price is None:
        return
    low, high = market.prices[0].low, market.prices[-1].high
    known = [market.percentiles[name] for name in _PERCENTILES if name in market.percentiles]
    ordered = [low, *known[:2], market.median_price, *known[2:], high]
    if not low <= market.mean_price <= high or ordered != sorted(ordered):
        raise answer.wrong("percentiles", "mean, median and percentiles do not follow each other inside the bins")


def check_against_listings(answer: Fields, market: Market, listings: Sequence[Listing]) -> None:
    """`FieldWrong` unless the market's figures are those of these listings: count, mean and median to the cent."""
    if _counted(market.prices) != len(listings):
        raise answer.wrong("histograms", f"{_counted(market.prices)} counted for {len(listings)} listings")
    if not listings or market.mean_price is None or market.median_price is None:
        return
    prices = [listing.price for listing in listings]
    mean = sum(prices, Decimal(0)) / len(prices)
    # A cent of tolerance: how the provider rounds a half is its own affair.
    if abs(mean - market.mean_price) > CENT:
        raise answer.wrong_sum("mean_price", f"{market.mean_price} is not the mean of the listings, {mean}")
    if abs(median(prices) - market.median_price) > CENT:
        raise answer.wrong("median", f"{market.median_price} is not the median of the listings")
