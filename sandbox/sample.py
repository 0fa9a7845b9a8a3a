"""Which adverts stand beside a vehicle: the comparables of a question, and how alike each one is."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from sandbox import demo, equipment, market, pricing
from sandbox.catalogue import Version
from sandbox.market import Listing
from sandbox.pricing import Working

WANTED = 5  # fewer on sale: the circle is widened
SUPPLY_DAYS = 45  # days supply = adverts on sale ÷ sales a day over this long
NEEDED = 3  # fewer after widening: no value
LARGEST = 500  # the most alike are kept

# Each step: months of registration on either side, same energy only, and what it widened, in French.
STEPS = (
    (24, True, None),
    (48, True, ("first_registration", "Mises en circulation élargies de ± 24 à ± 48 mois")),
    (48, False, ("energy", "Toutes les énergies du modèle")),
)


@dataclass(frozen=True)
class Question:
    """What a valuation was asked for, on which day; everything else follows from it and the seed."""

    version: Version
    first_registration: date
    mileage_km: int
    options: tuple[str, ...]
    first_hand: bool
    origin: str
    postcode: str
    as_of: date
    trigger: str = ""  # number and stage of a fault asked for by a special plate
    nonce: str = ""


@dataclass(frozen=True)
class Sample:
    on_sale: tuple[Listing, ...]
    sold: tuple[Listing, ...]
    widened: tuple[tuple[str, str], ...]
    stock: tuple[int, int]  # how many were on sale that day, and TREND_DAYS before
    pace: tuple[int, int]  # how many were sold in the SUPPLY_DAYS before each of these two days

    @property
    def is_enough(self) -> bool:
        return len(self.on_sale) >= NEEDED


@lru_cache(maxsize=300)
def comparables(seed: str, question: Question) -> Sample:
    """Adverts of the same model and energy registered within two years, widened step by step when they are too few."""
    widened: list[tuple[str, str]] = []
    for months, same_energy, what in STEPS:
        widened += [what] if what else []
        found = _found(seed, question, months, same_energy)
        if sum(listing.sold_at is None for listing in found) >= WANTED:
            break
    days = (question.as_of, question.as_of - timedelta(days=market.TREND_DAYS))
    return Sample(
        on_sale=_most_alike(question, [x for x in found if x.sold_at is None]),
        sold=_most_alike(question, [x for x in found if x.sold_at is not None]),
        widened=tuple(widened),
        stock=(_on_sale(found, days[0]), _on_sale(found, days[1])),
        pace=(_sold_before(found, days[0]), _sold_before(found, days[1])),
    )


def _on_sale(listings: list[Listing], day: date) -> int:
    return sum(x.first_seen <= day and (x.sold_at is None or x.sold_at > day) for x in listings)


def _sold_before(listings: list[Listing], day: date) -> int:
    return sum(x.sold_at is not None and day - timedelta(days=SUPPLY_DAYS) < x.sold_at <= day for x in listings)


def value(seed: str, question: Question) -> Working:
    q = question
    fixed = demo.fixed_working(seed, q.version, q.first_registration, q.mileage_km)
    return fixed or pricing.working(seed, q.version, q.first_registration, q.mileage_km, q.options, q.postcode, q.as_of)


def _found(seed: str, question: Question, months: int, same_energy: bool) -> list[Listing]:
    registered, day, model = question.first_registration, question.as_of, question.version.model.code
    reach = timedelta(days=months * pricing.YEAR // 12)
    pool: list[Listing] = []
    for year in range((registered - reach).year, min((registered + reach).year, day.year) + 1):
        pool += market.adverts(seed, model, year, day)
    if demo.is_fixed_market(seed, question.version):
        pool = [x for x in pool if x.sold_at is not None or x.version.energy != question.version.energy]
        pool += market.fixed_adverts(day)
    return [
        listing
        for listing in pool
        if abs(listing.first_registration - registered) <= reach
        and (not same_energy or listing.version.energy == question.version.energy)
    ]


def _most_alike(question: Question, listings: list[Listing]) -> tuple[Listing, ...]:
    ranked = sorted(listings, key=lambda listing: (-score(question, listing), listing.id))
    return tuple(ranked[:LARGEST])


def score(question: Question, listing: Listing) -> int:
    """How alike an advert is, 0 to 100."""
    if listing.fixed_similarity:
        return listing.fixed_similarity[1]
    mine, other = question.version, listing.version
    lost = 0 if other.code == mine.code else 3
    lost += 0 if other.trim == mine.trim else 5
    lost += 0 if other.gearbox == mine.gearbox else 9
    lost += 0 if other.energy == mine.energy else 14
    lost += min(18, 60 * abs(other.power_hp - mine.power_hp) // mine.power_hp)
    lost += min(18, abs((listing.first_registration - question.first_registration).days) * 8 // 365)
    km_step = 6_000 if mine.model.kind in equipment.CAR_KINDS else 1_500
    lost += min(25, abs(listing.mileage_km - question.mileage_km) // km_step)
    return max(0, 100 - lost)


def stars(question: Question, listing: Listing) -> int:
    """1 to 5 stars, from the score."""
    if listing.fixed_similarity:
        return listing.fixed_similarity[0]
    return 1 + sum(score(question, listing) >= limit for limit in (45, 60, 75, 87))


def reasons(question: Question, listing: Listing) -> list[str]:
    """What makes an advert like or unlike the vehicle, in French, what counts most first."""
    mine, other = question.version, listing.version
    found = ["Même version" if other.code == mine.code else _engine_reason(mine, other)]
    if other.code != mine.code:
        found.append("Même finition" if other.trim == mine.trim else _trim_reason(other))
    if other.gearbox != mine.gearbox:
        found.append("Boîte automatique" if other.gearbox == "automatic" else "Boîte manuelle")
    months = (listing.first_registration - question.first_registration).days * 12 // 365
    if abs(months) >= 1:
        found.append(f"{abs(months)} mois plus {'récent' if months > 0 else 'ancien'}")
    kilometres = listing.mileage_km - question.mileage_km
    found.append(f"{_thousands(abs(kilometres))}\N{NO-BREAK SPACE}km de {'plus' if kilometres >= 0 else 'moins'}")
    return found


def _trim_reason(other: Version) -> str:
    return f"Finition différente\N{NO-BREAK SPACE}: {other.trim or 'de base'}"


def _engine_reason(mine: Version, other: Version) -> str:
    if other.energy != mine.energy:
        return "Autre énergie"
    if other.power_hp == mine.power_hp:
        return "Même motorisation"
    return f"Autre motorisation\N{NO-BREAK SPACE}: {other.power_hp}\N{NO-BREAK SPACE}ch"


def _thousands(value: int) -> str:
    return f"{value:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
