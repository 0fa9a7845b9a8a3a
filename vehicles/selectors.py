"""Reads of the stock: the list, its tabs, the sheet, its history."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, Final

from django.conf import settings
from django.db import models
from django.db.models import Case, Count, F, OuterRef, Prefetch, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Round

from customers.selectors import name_for_reader
from openflex.core import french, money
from openflex.core.dates import today_paris
from openflex.core.facts import ConflictLine, Fact, field_label, field_text
from openflex.core.fields import field_of
from openflex.core.lists import UNSEEN
from settings_admin.models import Entity, TimelineEntry
from settings_admin.records.selectors import last_change_of
from settings_admin.scoping import Scope
from vehicles import enums, inspection, margin
from vehicles.holding import holder_of
from vehicles.models import Cost, Hold, Photo, Vehicle, checklist, holding_percent
from vehicles.models.condition import COUNTED
from vehicles.models.vehicle import in_stock_since
from vehicles.validators import format_plate

# What only the right vehicles.see_margin shows, in the list, on the sheet and in its history.
PURCHASE_FIELDS = frozenset({"purchase_price", "purchase_is_excl", "purchased_on", "payment_mode"})
MARKET_FIELDS = frozenset({"market_value", "adjusted_market_value", "market_value_on", "market_value_is_sandbox"})


# The series of numbers that the stock gives out, as it is registered.
STOCK_NUMBERS = "stock"


def taken_stock_numbers(entity: Entity, texts: Collection[str]) -> set[str]:
    rows = Vehicle.objects.filter(entity=entity, stock_number__in=texts)
    return set(rows.order_by("pk").values_list("stock_number", flat=True))


def refurbishment_of(vehicle: str = "pk", *, rows: Any = Cost, of: str = "vehicle") -> Subquery:
    """The sum of the FRE of a row's vehicle, EUR HT, None without any. `rows` and `of`: those of what else has some."""
    costs = rows.objects.filter(**{of: OuterRef(vehicle)}).order_by().values(of)
    return Subquery(costs.annotate(sum=Sum(COUNTED)).values("sum"))


def with_refurbishment(rows: QuerySet[Vehicle]) -> QuerySet[Vehicle]:
    """Rows with the sum of their FRE, EUR HT, None without any; what margins are counted from."""
    return rows.annotate(refurbishment=refurbishment_of())  # type: ignore[no-redef]  # the model says so too


COVER = Photo.objects.filter(vehicle=OuterRef("pk"), position=0).order_by().values("pk")[:1]


def vehicle_rows(*, now: datetime) -> QuerySet[Vehicle]:
    """The vehicles of the scope with all that their sheets and exports show: beyond what lists do, their site, and what
    holding them costs."""
    rows = listed_rows(now=now, columns=COSTLY_COLUMNS).select_related("point_of_sale", "entity")
    return rows.annotate(holding_percent=holding_percent())  # type: ignore[no-redef]  # the model says so too


# What is read of a vehicle for them, nothing else in a list shows.
COSTLY_COLUMNS: Final = frozenset({"supplier", "photo", "margin", "held_by"})


def listed_rows(*, now: datetime, columns: Collection[str]) -> QuerySet[Vehicle]:
    """The vehicles of the scope with what holds them, their preparation, and what these columns of the list show
    besides, in two statements however many."""
    holds = Hold.objects.active(now).select_related("customer", *(["created_by"] if "held_by" in columns else []))
    active = Prefetch("holds", queryset=holds, to_attr="active_holds")
    told = _told_rows(COSTLY_COLUMNS.intersection(columns))
    return told.prefetch_related(active)  # type: ignore[no-redef]  # the model says that it may be there


@cache
def _told_rows(columns: frozenset[str]) -> QuerySet[Vehicle]:
    """Put together once: the scope is asked for when a queryset is read, not when it is made."""
    rows = Vehicle.objects.annotate(checklist=checklist())  # type: ignore[no-redef]  # as above
    if "supplier" in columns:
        rows = rows.select_related("supplier")
    if "photo" in columns:
        rows = rows.annotate(cover=Subquery(COVER))  # type: ignore[no-redef]  # as above
    return with_refurbishment(rows) if "margin" in columns else rows


# Purchases are invoiced HT or TTC; added up, they are what was paid less the VAT that is recovered.
NET_PURCHASE_BASIS = "hors TVA récupérable"
_NET_PURCHASE = Case(
    When(
        vat_regime=enums.VatRegime.RECOVERABLE,
        purchase_is_excl=False,
        then=Round(F("purchase_price") / (1 + settings.VAT_RATE), precision=2),
    ),
    default=F("purchase_price"),
    output_field=models.DecimalField(max_digits=12, decimal_places=2),
)


def net_purchase(vehicle: Vehicle) -> Decimal | None:
    """What a vehicle was bought for, EUR, less the VAT that is recovered; `_NET_PURCHASE` is the same for the
    database."""
    if vehicle.purchase_price is None:
        return None
    regime = enums.VatRegime(vehicle.vat_regime)
    return margin.net_price(
        vehicle.purchase_price, regime, is_excl=vehicle.purchase_is_excl, vat_rate=settings.VAT_RATE
    )


@dataclass(frozen=True)
class Capital:
    """What is tied up in vehicles: how many, what they were bought for in EUR (`net_purchase`), and of how many that
    is not known."""

    count: int = 0
    amount: Decimal = Decimal(0)
    unpriced: int = 0


def capital_by_band(
    rows: QuerySet[Vehicle], *, bands: Mapping[str, tuple[int, int | None]], today: date
) -> dict[str, Capital]:
    """Of these rows, those in stock by their days there, in one statement; `bands` adjoin, the youngest first.

    It reads all of them: not for a page that people wait for.
    """
    by_age = Case(
        *(
            When(entered_on__gte=today - timedelta(days=most), then=Value(band))
            for band, (_, most) in bands.items()
            if most is not None
        ),
        default=Value(list(bands)[-1]),
        output_field=models.CharField(),
    )
    in_stock = rows.filter(in_stock_since(today)).annotate(band=by_age).order_by().values("band")
    sums = in_stock.annotate(
        count=Count("pk"), amount=Sum(_NET_PURCHASE), unpriced=Count("pk", filter=models.Q(purchase_price=None))
    )
    found = {row["band"]: Capital(row["count"], row["amount"] or Decimal(0), row["unpriced"]) for row in sums}
    return {band: found.get(band, Capital()) for band in bands}


def show_to(
    vehicles: Iterable[Vehicle], *, scope: Scope, today: date, columns: Collection[str] = COSTLY_COLUMNS
) -> None:
    """Makes rows ready for a list with these columns (for a sheet, all): what this person may not see is taken off,
    what is computed is put on."""
    for vehicle in vehicles:
        place = (vehicle.entity_id, vehicle.point_of_sale_id)
        sees_margin = scope.allows("vehicles.see_margin", *place)
        sees_market = scope.allows("vehicles.see_market_value", *place)
        vehicle.shown_purchase = vehicle.purchase_price if sees_margin else UNSEEN
        is_known = sees_margin and vehicle.purchase_price is not None
        vehicle.shown_basis = vehicle.purchase_basis if is_known else UNSEEN
        vehicle.net_purchase = net_purchase(vehicle) if sees_margin else UNSEEN
        if "margin" in columns:
            vehicle.shown_margin = vehicle_margin(vehicle) if sees_margin else UNSEEN
        vehicle.shown_position = vehicle.market_position if sees_market else UNSEEN
        vehicle.shown_source = vehicle.market_source if sees_market else UNSEEN
        if not sees_margin:
            vehicle.purchase_price = None
        vehicle.days = vehicle.days_in_stock(today)
        vehicle.inspection = inspection_of(vehicle, today=today)
        hold = next(iter(vehicle.active_holds), None)
        vehicle.held_for = holder_of(hold) if hold else ""
        if "supplier" in columns:
            vehicle.shown_supplier = name_for_reader(vehicle.supplier) if vehicle.supplier else UNSEEN
        if "held_by" in columns:
            vehicle.held_by = str(hold.created_by) if hold and hold.created_by else ""


def same_vehicle(*, vin: str, plate: str, plate_country: str) -> models.Q | None:
    """The stays of what is the same vehicle: by its VIN, and by its plate, of its country, those of which no VIN is
    known; None when neither says."""
    by_plate = models.Q(plate=plate, plate_country=plate_country)
    if not vin:
        return by_plate if plate else None
    by_vin = models.Q(vin=vin)
    return by_vin | models.Q(by_plate, vin="") if plate else by_vin


def day_of_move(entry: TimelineEntry) -> date | None:
    """The day on which the status changed, of a line of the history that says so; None of the entry, whose day is that
    of the vehicle and may be put right there."""
    if entry.changes.get("status") == [enums.StockStatus.PRE_ENTRY, enums.StockStatus.ARRIVED]:
        return None
    if "on" in entry.details:
        return date.fromisoformat(entry.details["on"])
    return today_paris(entry.at) if entry.kind == "status_changed" else None


def status_before_exit(vehicle: Vehicle) -> enums.StockStatus:
    """Where what is out stood before; of what came into the database as it was, where vehicles are sold from."""
    last = last_change_of(vehicle, "status")
    if last is not None and last.changes["status"][0]:
        return enums.StockStatus(last.changes["status"][0])
    return enums.StockStatus.PRE_ENTRY if vehicle.never_arrived else enums.StockStatus.FOR_SALE


def exit_reasons_like(vehicle: Vehicle) -> list[enums.ExitReason]:
    """Those that might stand in the place of the reason of an exit: of its status, and sold by the same document."""
    known, before = vehicle.exit_reason, status_before_exit(vehicle)
    sold_by = enums.SALE_HOLDS.get(enums.ExitReason(known)) if known else None
    fitting = {one for one in enums.EXIT_REASONS[before] if enums.SALE_HOLDS.get(one) == sold_by}
    return [one for one in enums.ExitReason if one in fitting or one == known]


def previous_stay_of(vehicle: Vehicle) -> Vehicle | None:
    """The stay before this one, if the person may see it: it may have been in a sister entity. Never by a join, which
    would not ask."""
    return Vehicle.objects.filter(pk=vehicle.previous_stay_id).first() if vehicle.previous_stay_id else None


def purchase_cost(vehicle: Vehicle) -> margin.Cost | None:
    """What the margin is counted from, or None as long as no purchase price is known. Of a row with
    its FRE (`with_refurbishment`)."""
    purchase = net_purchase(vehicle)
    if purchase is None:
        return None
    regime = enums.VatRegime(vehicle.vat_regime)
    return margin.Cost(regime=regime, purchase=purchase, refurbishment=vehicle.refurbishment or money.ZERO)


@dataclass(frozen=True)
class Costs:
    """What a vehicle costs, EUR: bought for (`NET_PURCHASE_BASIS`), spent on it HT, both together; held a day, and
    since its entry, None as long as there was none, by so many per cents of the cost price a year."""

    purchase: Decimal
    refurbishment: Decimal
    price: Decimal
    a_day: Decimal
    since_entry: Decimal | None
    yearly_percent: Decimal


def costs_of(vehicle: Vehicle, *, today: date) -> Costs | None:
    """None as long as no purchase price is known. Of one of `vehicle_rows`."""
    cost = purchase_cost(vehicle)
    if cost is None:
        return None
    days, rate = vehicle.days_in_stock(today), vehicle.holding_percent / 100
    return Costs(
        purchase=cost.purchase,
        refurbishment=cost.refurbishment,
        price=margin.cost_price(cost),
        a_day=margin.holding_cost(cost, days=1, yearly_rate=rate),
        since_entry=None if days is None else margin.holding_cost(cost, days=days, yearly_rate=rate),
        yearly_percent=vehicle.holding_percent,
    )


def sees_costs(vehicle: Vehicle, *, scope: Scope) -> bool:
    """Whether a person may know what mending a vehicle costs: it is a part of its cost price, and typed by whoever may
    edit the vehicle. The works themselves are no secret."""
    place = (vehicle.entity_id, vehicle.point_of_sale_id)
    return scope.allows("vehicles.see_margin", *place) or scope.allows("vehicles.edit", *place)


def vehicle_margin(vehicle: Vehicle) -> Decimal | None:
    """Margin HT at the sale price of the sheet; None without both prices."""
    cost = purchase_cost(vehicle)
    if cost is None or vehicle.sale_price is None:
        return None
    return margin.margin_excl_vat(vehicle.sale_price, cost, vat_rate=settings.VAT_RATE)


def inspection_facts(vehicle: Vehicle) -> inspection.InspectionFacts:
    """What the rules of the inspection ask about a vehicle; a new one counts as not registered yet."""
    return inspection.InspectionFacts(
        kind=enums.VehicleKind(vehicle.kind),
        first_registration=None if vehicle.stage == enums.Stage.NEW else vehicle.first_registration,
        last_inspection=vehicle.inspection_on,
        next_inspection=vehicle.next_inspection_month,
        result=enums.InspectionResult(vehicle.inspection_result or enums.InspectionResult.FAVOURABLE),
        collector=vehicle.is_collector,
        licensed_sport=vehicle.is_licensed_sport,
        is_new=vehicle.stage == enums.Stage.NEW,
        without_emissions=vehicle.energy in enums.WITHOUT_EMISSIONS,
        pollution_check=vehicle.pollution_check_on,
    )


def inspection_due_on(vehicle: Vehicle) -> date | None:
    """What the column of that name must hold."""
    return inspection.deadline(inspection_facts(vehicle))


def inspection_of(vehicle: Vehicle, *, today: date) -> inspection.InspectionStatus:
    return inspection.inspection_status(inspection_facts(vehicle), today=today)


def sale_report_of(vehicle: Vehicle, *, today: date) -> inspection.SaleReport:
    """What a sale today would need, to the buyer the vehicle is meant for."""
    is_for_trade = vehicle.destination != enums.Destination.PRIVATE
    return inspection.private_sale_report(
        inspection_facts(vehicle), request_date=today, buyer_is_professional=is_for_trade
    )


def highest_known_mileage(*, vin: str, plate: str, plate_country: str = "") -> int | None:
    """Over every stay of the same vehicle that this person sees."""
    same = same_vehicle(vin=vin, plate=plate, plate_country=plate_country)
    if same is None:
        return None
    highest: int | None = Vehicle.objects.filter(same).aggregate(highest=models.Max("mileage_km"))["highest"]
    return highest


@dataclass(frozen=True)
class KnownEquipment:
    """What the provider's catalogue says that a vehicle has: packs with what they contain, options, and by group what
    is standard."""

    packs: list[tuple[dict[str, Any], list[dict[str, Any]]]]
    options: list[dict[str, Any]]
    standard: dict[str, list[dict[str, Any]]]

    def __bool__(self) -> bool:
        return bool(self.packs or self.options or self.standard)


def counted_equipment(rows: Sequence[Any] | None) -> str:
    """As a history tells of it."""
    return french.counted(len(rows), "élément") if rows else french.NO_VALUE


def equipment_of(rows: Sequence[Mapping[str, Any]]) -> KnownEquipment:
    """Of the rows that a quotation wrote (`quotation.selectors.equipment_rows`), on an estimate or a vehicle."""
    packs = [dict(row) for row in rows if row["kind"] == "pack"]
    loose = [dict(row) for row in rows if row["kind"] == "option"]
    standard: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row["kind"] == "standard":
            standard.setdefault(row["group"] or "Autres", []).append(dict(row))
    known = {pack["code"] for pack in packs}
    return KnownEquipment(
        packs=[(pack, [one for one in loose if one["pack"] == pack["code"]]) for pack in packs],
        options=[one for one in loose if one["pack"] not in known],
        standard=standard,
    )


_UNITS = {"power_hp": "ch", "power_kw": "kW", "fiscal_power": "CV", "co2": "g/km"}


def fact_of(vehicle: Vehicle, name: str) -> Fact | None:
    """A field of the sheet in words; None for a field that says nothing of this vehicle (an exit not made)."""
    if name == "type_label":
        return Fact("Type de véhicule", vehicle.type_label)
    if name in ("left_on", "exit_reason", "plate_country", "price_new") and not getattr(vehicle, name):
        return None
    if name == "is_licensed_sport" and vehicle.kind not in enums.CATEGORY_L_KINDS:
        return None
    if name == "pollution_check_on" and vehicle.kind != enums.VehicleKind.LIGHT_COMMERCIAL:
        return None
    field = field_of(Vehicle, name)
    value = getattr(vehicle, field.attname)
    if name == "vat_regime":
        return Fact("TVA récupérable", enums.recoverable_vat_answer(value))
    text = field_text(field, value)
    if value is not None and name in _UNITS:
        text = f"{text}{french.NBSP}{_UNITS[name]}"
    return Fact(field_label(field), text)


def conflict_line(saved: Vehicle, name: str, *, typed: Mapping[str, Any]) -> ConflictLine:
    """One field that two people changed; `typed`: all that the second one's form says."""
    field = field_of(Vehicle, name)
    theirs, mine = getattr(saved, name if field.is_relation else field.attname), typed[name]
    if name == "plate":
        theirs, mine = saved.plate_display, format_plate(mine, foreign=bool(typed.get("plate_country")))
    return ConflictLine(field_label(field), field_text(field, theirs), field_text(field, mine))
