"""What a valuation answers: its lines, its listings and the statistics of its market.

The mean price of a market is the mean of exactly the listings that the same state, radius and filters return.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median_low

from sandbox import demo, geography, pricing, sample, signing
from sandbox.market import Listing
from sandbox.pricing import Working
from sandbox.sample import Question, Sample
from sandbox.settings import Settings

CATALOGUE_VERSION = "2026.11"
PERCENTILES = (10, 25, 75, 90)
MOST_BINS = 8
PRICE_BINS = (10_000, 25_000, 50_000, 100_000, 200_000, 500_000, 1_000_000, 2_500_000)  # cents
MILEAGE_BINS = (1_000, 2_500, 5_000, 10_000, 20_000, 50_000, 100_000)
MILEAGE_START = 10_000  # where a bin may start, when bins are wider
MARKET_PCTS = (85, 90, 95, 100, 105, 110, 115)
NEIGHBOURS = 9  # sales nearest in price-to-market whose median is kept
RISKY_ORIGINS = ("rental", "driving_school", "taxi")


@dataclass(frozen=True)
class Filters:
    """The filters of a radar; empty ones keep everything."""

    energy: tuple[str, ...] = ()
    gearbox: tuple[str, ...] = ()
    seller: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    mileage_min: int = 0
    mileage_max: int = 10**9
    registered_from: date = date.min
    registered_to: date = date.max
    stars_min: int = 1


def valuation(settings: Settings, question: Question) -> dict[str, object]:
    found = sample.comparables(settings.seed, question)
    lines = sample.value(settings.seed, question)
    confidence = _confidence(found)
    body: dict[str, object] = {
        "id": signing.valuation_id(settings, question),
        "as_of": question.as_of.isoformat(),
        "currency": "EUR",
        **_lines(lines),
        "range": _range(question, lines.adjusted_value, confidence),
        "confidence": confidence,
        "sample": {
            "on_sale": len(found.on_sale),
            "sold": len(found.sold),
            "widened": [{"code": code, "label": label} for code, label in found.widened],
        },
        "data_version": f"{CATALOGUE_VERSION}-{settings.seed}-{question.as_of:%Y%m%d}",
        "reason": None,
    }
    return body if found.is_enough else body | no_value(len(found.on_sale))


def listing(question: Question, advert: Listing) -> dict[str, object]:
    model = advert.version.model
    body: dict[str, object] = {
        "id": advert.id,
        "label": f"{model.make} {model.label.upper()} {advert.version.label}",
        "first_registration": advert.first_registration.isoformat(),
        "mileage_km": advert.mileage_km,
        # Beyond the contract: with these the reader can filter what it already has, without asking again.
        "energy": advert.version.energy,
        "gearbox": advert.version.gearbox,
        "options": list(advert.options),
        "seller": {"name": advert.seller_name, "kind": advert.seller_kind},
        "postcode": advert.postcode,
        "city": advert.city,
        "distance_km": geography.distance_km(question.postcode, advert.postcode),
        "first_seen": advert.first_seen.isoformat(),
        "days_online": advert.days_online(question.as_of),
        "price": advert.price,
        "price_history": [{"date": when.isoformat(), "price": cents} for when, cents in advert.prices],
        **_lines(advert.working),
        "similarity": {
            "stars": sample.stars(question, advert),
            "score": sample.score(question, advert),
            "reasons": sample.reasons(question, advert),
        },
        "url": f"https://annonces.example/{advert.id}",
    }
    return body | ({"sold_at": advert.sold_at.isoformat()} if advert.sold_at else {})


def chosen(
    settings: Settings, question: Question, state: str, radius_km: int | None, filters: Filters
) -> tuple[Listing, ...]:
    """The comparables of one state within a radius that pass the filters."""
    found = sample.comparables(settings.seed, question)
    return tuple(
        advert
        for advert in (found.on_sale if state == "on_sale" else found.sold)
        if (radius_km is None or geography.distance_km(question.postcode, advert.postcode) <= radius_km)
        and _passes(question, advert, filters)
    )


def market(settings: Settings, question: Question, adverts: Sequence[Listing]) -> dict[str, object]:
    found = sample.comparables(settings.seed, question)
    prices = sorted(advert.price for advert in adverts)
    days = [advert.days_online(question.as_of) for advert in adverts]
    return {
        "mean_price": _mean(prices),
        "median": percentile(prices, 50),
        "percentiles": {f"p{rank}": percentile(prices, rank) for rank in PERCENTILES},
        "mean_days_online": _mean(days),
        "market_days_supply": _days_supply(question, found),
        "price_to_days": _price_to_days(settings, question, found),
        "histograms": {
            "price": histogram(prices, PRICE_BINS, PRICE_BINS[-1]),
            "year": histogram([advert.first_registration.year for advert in adverts], (1,), 1),
            "mileage": histogram([advert.mileage_km for advert in adverts], MILEAGE_BINS, MILEAGE_START),
        },
    }


def percentile(ordered: Sequence[int], rank: int) -> int | None:
    """By linear interpolation between the two nearest values, rounded to the unit."""
    if not ordered:
        return None
    position = (len(ordered) - 1) * rank
    below, share = position // 100, position % 100
    above = min(below + 1, len(ordered) - 1)
    return _divide(ordered[below] * (100 - share) + ordered[above] * share, 100)


def histogram(values: Sequence[int], widths: Sequence[int], start_step: int) -> list[dict[str, int]]:
    """Adjoining bins [from, to) over all values, with the smallest of `widths` that needs at most MOST_BINS."""
    if not values:
        return []
    for width in widths:
        start = min(values) // min(width, start_step) * min(width, start_step)
        count = (max(values) - start) // width + 1
        if count <= MOST_BINS:
            break
    counts = [0] * count
    for value in values:
        counts[(value - start) // width] += 1
    return [
        {"from": start + rank * width, "to": start + (rank + 1) * width, "count": number}
        for rank, number in enumerate(counts)
    ]


def _lines(lines: Working) -> dict[str, object]:
    return {
        "market_value": lines.market_value,
        "adjustments": {
            "mileage": lines.mileage,
            "age": lines.age,
            "options": lines.options,
            "location": lines.location,
        },
        "adjusted_value": lines.adjusted_value,
    }


def no_value(on_sale: int) -> dict[str, object]:
    """The fields of a valuation whose market is too small: nulls, and a reason."""
    count = f"{on_sale or 'Aucune'} annonce{'s' if on_sale > 1 else ''} comparable{'s' if on_sale > 1 else ''}"
    return {
        "market_value": None,
        "adjustments": dict.fromkeys(("mileage", "age", "options", "location")),
        "adjusted_value": None,
        "range": {"low": None, "high": None},
        "confidence": None,
        "reason": {
            "code": "not_enough_market",
            "detail": (
                f"{count} en vente, même en élargissant la recherche\N{NO-BREAK SPACE}: il en faut {sample.NEEDED}."
            ),
        },
    }


def _confidence(found: Sample) -> float:
    """0 to 1: grows with the adverts on sale, shrinks with each widening."""
    count = len(found.on_sale)
    return round(max(5, 40 + 50 * count // (count + 10) - 10 * len(found.widened)) / 100, 2)


def _range(question: Question, adjusted: int, confidence: float) -> dict[str, int]:
    """Where sellers agree: wider when confidence is low; second hands and worn origins lower its foot only."""
    half_bp = 300 + 10 * (100 - round(confidence * 100))
    low_bp = half_bp + (0 if question.first_hand else 200) + (300 if question.origin in RISKY_ORIGINS else 0)
    return {
        "low": pricing.round_to_step(adjusted * (10_000 - low_bp) // 10_000),
        "high": pricing.round_to_step(adjusted * (10_000 + half_bp) // 10_000),
    }


def _passes(question: Question, advert: Listing, filters: Filters) -> bool:
    return (
        (not filters.energy or advert.version.energy in filters.energy)
        and (not filters.gearbox or advert.version.gearbox in filters.gearbox)
        and (not filters.seller or advert.seller_kind in filters.seller)
        and set(filters.options) <= set(advert.options)
        and filters.mileage_min <= advert.mileage_km <= filters.mileage_max
        and filters.registered_from <= advert.first_registration <= filters.registered_to
        and sample.stars(question, advert) >= filters.stars_min
    )


def _days_supply(question: Question, found: Sample) -> dict[str, object]:
    """Days to sell what is on sale at the pace of the last SUPPLY_DAYS; trend in percent over TREND_DAYS."""
    recent = question.as_of - timedelta(days=sample.SUPPLY_DAYS)
    alike_on_sale = sum(sample.stars(question, advert) >= 4 for advert in found.on_sale)
    alike_sold = sum(
        sample.stars(question, advert) >= 4 for advert in found.sold if advert.sold_at and advert.sold_at > recent
    )
    now, before = (_supply(*counts) for counts in zip(found.stock, found.pace, strict=True))
    return {
        "overall": now,
        "like_mine": _supply(alike_on_sale, alike_sold),
        "trend": round(100 * (now - before) / before, 1) if now is not None and before else None,
    }


def _supply(on_sale: int, sold: int) -> int | None:
    return _divide(on_sale * sample.SUPPLY_DAYS, sold) if sold else None


def _price_to_days(settings: Settings, question: Question, found: Sample) -> list[dict[str, int]]:
    """Days online of what was sold, by price in percent of its own adjusted value; empty without five sales."""
    if demo.is_fixed_market(settings.seed, question.version):
        return [{"price_to_market_pct": pct, "median_days": days} for pct, days in demo.PRICE_TO_DAYS]
    sales = [
        (1000 * sold.price // sold.working.adjusted_value, sold.days_online(question.as_of)) for sold in found.sold
    ]
    if len(sales) < 5:
        return []
    points, floor = [], 0
    for pct in MARKET_PCTS:
        nearest = sorted(sales, key=lambda sale: (abs(sale[0] - pct * 10), sale[1]))[:NEIGHBOURS]
        floor = max(floor, median_low([days for _, days in nearest]))
        points.append({"price_to_market_pct": pct, "median_days": floor})
    return points


def _mean(values: Sequence[int]) -> int | None:
    return _divide(sum(values), len(values)) if values else None


def _divide(numerator: int, denominator: int) -> int:
    """Rounded to the nearest unit, halves up."""
    return (2 * numerator + denominator) // (2 * denominator)
