"""What every valuation provider answers, and what can be asked of one.

Amounts are euros TTC as `Decimal` with two places, distances and mileages kilometres, days calendar days. `None` is
always "the provider does not say". An adapter checks every field before it builds any of these.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Generic, Protocol, TypeVar

from django.db.models import TextChoices

from quotation.providers.act import PageAct, Suspension
from quotation.providers.wire import Raw, joined
from vehicles.enums import Energy, Gearbox, Origin, VehicleKind

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Answered(Generic[T_co]):
    """A checked answer, and what it was read from: several objects when a list has several pages."""

    value: T_co
    raw: tuple[Raw, ...]


# --- From a plate to a version ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Candidate:
    """A version that the registration may be; `match` goes from 0 to 1."""

    version_code: str
    label: str
    catalogue_date: date | None
    doors: int | None
    price_new: Decimal | None
    match: Decimal


@dataclass(frozen=True, slots=True)
class IdentifiedVehicle:
    """What the register knows of a plate; `candidates` has the best match first and can be empty."""

    plate: str
    vin: str | None
    first_registration: date
    kind: VehicleKind
    genre: str | None
    make: str
    model: str
    energy: Energy | None
    gearbox: Gearbox | None
    fiscal_power: int | None
    power_kw: int | None
    co2: int | None
    colour: str | None
    doors: int | None
    seats: int | None
    cnit: str | None
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Make:
    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Model:
    code: str
    label: str
    make: str
    kind: VehicleKind
    body: str | None
    sold_from: date | None
    sold_to: date | None


@dataclass(frozen=True, slots=True)
class Version:
    code: str
    label: str
    make: str
    model: str
    kind: VehicleKind
    genre: str | None
    body: str | None
    energy: Energy | None
    gearbox: Gearbox | None
    doors: int | None
    seats: int | None
    power_hp: int | None
    power_kw: int | None
    fiscal_power: int | None
    co2: int | None
    catalogue_date: date | None
    catalogue_end: date | None
    price_new: Decimal | None


@dataclass(frozen=True, slots=True)
class EquipmentItem:
    code: str
    label: str
    group: str | None


@dataclass(frozen=True, slots=True)
class Option:
    """`pack` is the code of the pack, itself an option, that contains this one."""

    code: str
    label: str
    group: str | None
    price_new: Decimal | None
    pack: str | None


@dataclass(frozen=True, slots=True)
class Equipment:
    standard: tuple[EquipmentItem, ...]
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Colour:
    """`hex` is "#16171B"; `frequent` colours are shown first."""

    code: str
    label: str
    hex: str
    frequent: bool


@dataclass(frozen=True, slots=True)
class Colours:
    exterior: tuple[Colour, ...]
    interior: tuple[Colour, ...]


# --- The value -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ValuationQuestion:
    version_code: str
    first_registration: date
    mileage_km: int
    first_hand: bool
    origin: Origin
    postcode: str
    vin: str | None = None
    options: tuple[str, ...] = ()
    exterior_colour: str | None = None
    interior_colour: str | None = None


@dataclass(frozen=True, slots=True)
class Working:
    """The lines of an adjusted value; `ValueError` unless they add up to it exactly."""

    market_value: Decimal
    mileage: Decimal
    age: Decimal
    options: Decimal
    location: Decimal
    adjusted_value: Decimal

    def __post_init__(self) -> None:
        total = self.market_value + self.mileage + self.age + self.options + self.location
        if total != self.adjusted_value:
            raise ValueError(f"The lines add up to {total}, not to {self.adjusted_value}.")


@dataclass(frozen=True, slots=True)
class Widening:
    """What the provider widened to find enough of a market: a stable code and a French sentence."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Sample:
    on_sale: int
    sold: int
    widened: tuple[Widening, ...]


@dataclass(frozen=True, slots=True)
class Valuation:
    """`confidence` goes from 0 to 1; `low` and `high` enclose the adjusted value."""

    id: str
    as_of: date
    working: Working
    low: Decimal
    high: Decimal
    confidence: Decimal | None
    sample: Sample
    data_version: str | None


@dataclass(frozen=True, slots=True)
class NotEnoughMarket:
    """The provider has no value to give; `reason` is its French sentence. The id still opens its listings."""

    id: str
    as_of: date
    reason_code: str
    reason: str
    sample: Sample
    data_version: str | None


# --- The market ------------------------------------------------------------------------------------------


class ListingState(TextChoices):
    ON_SALE = "on_sale", "Les véhicules en vente"
    SOLD = "sold", "Les véhicules vendus"


class SellerKind(TextChoices):
    FRANCHISE = "franchise", "Concession"
    INDEPENDENT = "independent", "Indépendant"
    PRIVATE = "private", "Particulier"


@dataclass(frozen=True, slots=True)
class MarketFilters:
    """Which listings count; an empty set or a None keeps all. Limits are included; all `options` must be present."""

    energies: frozenset[Energy] = frozenset()
    gearboxes: frozenset[Gearbox] = frozenset()
    sellers: frozenset[SellerKind] = frozenset()
    options: frozenset[str] = frozenset()
    mileage_min: int | None = None
    mileage_max: int | None = None
    registered_from: date | None = None
    registered_to: date | None = None
    stars_min: int | None = None
    radius_km: int | None = None


NO_FILTERS = MarketFilters()


@dataclass(frozen=True, slots=True)
class PublishedPrice:
    day: date
    price: Decimal


@dataclass(frozen=True, slots=True)
class Listing:
    """An advert; `distance_km` is from the postcode of the question, `days_online` until sold or until the valuation.

    `energy`, `gearbox` and `options` are None where the provider lists adverts without them.
    """

    id: str
    label: str
    first_registration: date
    mileage_km: int
    seller_name: str | None
    seller_kind: SellerKind
    postcode: str | None
    city: str | None
    distance_km: int | None
    first_seen: date
    days_online: int
    price: Decimal
    price_history: tuple[PublishedPrice, ...]
    working: Working
    stars: int
    score: int
    reasons: tuple[str, ...]
    url: str | None
    sold_at: date | None
    energy: Energy | None = None
    gearbox: Gearbox | None = None
    options: frozenset[str] | None = None

    @property
    def adjusted_value(self) -> Decimal:
        return self.working.adjusted_value

    @property
    def mileage_adjustment(self) -> Decimal:
        return self.working.mileage


@dataclass(frozen=True, slots=True)
class MarketBin:
    """How many listings lie in low ≤ value < high; euros, years or kilometres."""

    low: Decimal
    high: Decimal
    count: int


@dataclass(frozen=True, slots=True)
class PriceToDays:
    """At a price of that per cent of the market, half of the vehicles are sold within that many days."""

    price_to_market_pct: Decimal
    median_days: int


@dataclass(frozen=True, slots=True)
class Market:
    """The provider's own statistics; amounts and days are None when no listing counts.

    Days supply = days to sell what is on sale at today's pace; `supply_trend_pct` is its change in per cent.
    """

    mean_price: Decimal | None
    median_price: Decimal | None
    percentiles: Mapping[str, Decimal]
    mean_days_online: int | None
    supply_overall: int | None
    supply_like_mine: int | None
    supply_trend_pct: Decimal | None
    price_to_days: tuple[PriceToDays, ...]
    prices: tuple[MarketBin, ...]
    years: tuple[MarketBin, ...]
    mileages: tuple[MarketBin, ...]


@dataclass(frozen=True, slots=True)
class Radar:
    """Listings and statistics of one question, checked one against the other."""

    listings: Answered[tuple[Listing, ...]]
    market: Answered[Market]

    @property
    def raw(self) -> Raw:
        return joined(listings=self.listings.raw, market=self.market.raw)


class ValuationProvider(Protocol):
    """Every method raises a `ProviderFailure` and nothing else, and ends by the deadline of its act."""

    name: str
    is_sandbox: bool

    def begin_act(self) -> PageAct: ...

    def suspension(self) -> Suspension | None: ...

    def try_access(self, *, act: PageAct) -> int: ...

    def identify(self, plate: str, *, act: PageAct) -> Answered[IdentifiedVehicle]: ...

    def makes(self, *, kind: VehicleKind | None, act: PageAct) -> Answered[tuple[Make, ...]]: ...

    def models(
        self, *, kind: VehicleKind | None, make: str, year: int | None = None, act: PageAct
    ) -> Answered[tuple[Model, ...]]: ...

    def versions(
        self,
        *,
        model: str,
        kind: VehicleKind | None = None,
        make: str = "",
        year: int | None = None,
        expand: bool = False,
        act: PageAct,
    ) -> Answered[tuple[Version, ...]]: ...

    def equipment(self, version_code: str, *, act: PageAct) -> Answered[Equipment]: ...

    def colours(self, version_code: str, *, act: PageAct) -> Answered[Colours]: ...

    def value(
        self, question: ValuationQuestion, *, idempotency_key: str, act: PageAct
    ) -> Answered[Valuation | NotEnoughMarket]: ...

    def listings(
        self, valuation_id: str, *, state: ListingState, filters: MarketFilters = NO_FILTERS, act: PageAct
    ) -> Answered[tuple[Listing, ...]]: ...

    def market(
        self, valuation_id: str, *, state: ListingState, filters: MarketFilters = NO_FILTERS, act: PageAct
    ) -> Answered[Market]: ...

    def radar(
        self, valuation_id: str, *, state: ListingState, filters: MarketFilters = NO_FILTERS, act: PageAct
    ) -> Radar: ...
