"""One plausible vehicle at a time: everything about it agrees with its age, its kind and where it comes from."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from openflex.demo import identity, prices
from openflex.demo.catalogue import Version
from openflex.demo.world import FIRST_DAY
from vehicles.enums import (
    CATEGORY_L_KINDS,
    Destination,
    Origin,
    PaymentMode,
    PlateFormat,
    Stage,
    VatRegime,
    VehicleKind,
)
from vehicles.models import Vehicle

_COLOURS = ["Noir", "Gris", "Blanc", "Argent", "Bleu", "Rouge", "Gris anthracite", "Vert", "Orange", "Beige"]
_COLOUR_WEIGHTS = [20, 18, 22, 10, 12, 7, 6, 3, 1, 1]
_INTERIORS = ["Noir", "Gris", "Beige", "Marron"]
_ORIGINS = [Origin.PRIVATE, Origin.COMPANY, Origin.RENTAL, Origin.PROFESSIONAL, Origin.ADMINISTRATION, Origin.OTHER]
_ORIGIN_WEIGHTS = [66, 10, 9, 9, 3, 3]
# What a private person sells bears no VAT, what a company sells does.
_RECOVERABLE_ORIGINS = {Origin.COMPANY, Origin.RENTAL, Origin.PROFESSIONAL}
_KEY_PLACES = ["Tableau atelier", "Tableau accueil", "Coffre 1", "Coffre 2", "Bureau VO"]
_EURO_CLASSES_OF_CARS = [
    (date(2021, 1, 1), "EURO 6d"), (date(2019, 9, 1), "EURO 6d-TEMP"), (date(2015, 9, 1), "EURO 6b"),
    (date(2011, 1, 1), "EURO 5"), (date(2006, 1, 1), "EURO 4"), (date.min, "EURO 3"),
]  # fmt: skip
_EURO_CLASSES_OF_CATEGORY_L = [
    (date(2021, 1, 1), "EURO 5"), (date(2017, 1, 1), "EURO 4"), (date.min, "EURO 3"),
]  # fmt: skip


def make_vehicle(
    random: Random, version: Version, *, stage: Stage, days_ago: int, today: date, serial: int, taken: set[str]
) -> Vehicle:
    """A vehicle that entered, or is expected, `days_ago` (negative: to come); its place, status and number are not set.

    The draws are the same whatever `today` is, so that plates, VINs, mileages and prices do not change with it.
    """
    vehicle = Vehicle(
        kind=version.kind.value,
        make=version.make,
        model=version.model,
        version=version.label,
        energy=version.energy.value,
        gearbox=version.gearbox.value,
        body=version.body,
        doors=version.doors or None,
        seats=version.seats or None,
        power_hp=version.power_hp,
        co2=version.co2 if version.kind not in CATEGORY_L_KINDS else None,
        stage=stage.value,
        entered_on=today - timedelta(days=days_ago),
    )
    registered = _registered(random, version, stage=stage, before=FIRST_DAY - timedelta(days=max(days_ago, 0) + 30))
    year = registered.year if stage != Stage.NEW else FIRST_DAY.year
    vehicle.vin = identity.make_vin(version.make, version.model, kind=version.kind, year=year, serial=serial)
    plate = identity.draw_plate(random, registered, taken=taken)
    if stage == Stage.NEW:
        vehicle.mileage_km = random.randrange(3, 25)
    else:
        vehicle.plate, vehicle.plate_format = plate, PlateFormat.SIV.value
        vehicle.first_registration = registered
        vehicle.mileage_km = _mileage(random, version.kind, (FIRST_DAY - registered).days / 365, stage=stage)
    _set_origin(random, vehicle, stage=stage)
    _set_prices(random, vehicle, version, years=(FIRST_DAY - registered).days / 365)
    _set_market_value(random, vehicle, today=today)
    complete(random, vehicle)
    return vehicle


def complete(random: Random, vehicle: Vehicle) -> None:
    """Fills in what follows from the rest, and the small facts of the sheet."""
    since = vehicle.first_registration or FIRST_DAY
    power = vehicle.power_hp or 0
    vehicle.power_kw = round(power * 0.7355) or None
    vehicle.fiscal_power = _fiscal_power(vehicle.power_kw) if vehicle.power_kw else None
    vehicle.euro_class = "" if vehicle.energy == "electric" else _euro_class(VehicleKind(vehicle.kind), since)
    vehicle.catalogue_date = since.replace(day=15) - timedelta(days=random.randrange(20, 400))
    vehicle.exterior_colour = random.choices(_COLOURS, _COLOUR_WEIGHTS)[0]
    interior = random.choices(_INTERIORS, [70, 18, 7, 5])[0]
    vehicle.interior_colour = "" if vehicle.kind in CATEGORY_L_KINDS else interior
    vehicle.key_number = f"{random.randrange(1, 400):03d}"
    vehicle.key_place = random.choice(_KEY_PLACES)
    vehicle.keys_count = random.choice([1, 2, 2, 2])
    is_used = vehicle.stage == Stage.USED
    vehicle.has_registration_certificate = random.random() < 0.9 if is_used else None
    vehicle.has_maintenance_book = random.random() < 0.8 if is_used else None
    if vehicle.is_maintenance_up_to_date is None:
        vehicle.is_maintenance_up_to_date = random.random() < 0.75 if is_used else None
    if vehicle.is_running is None:
        vehicle.is_running = True
    if vehicle.is_damaged is None:
        vehicle.is_damaged = is_used and random.random() < 0.03


def _registered(random: Random, version: Version, *, stage: Stage, before: date) -> date:
    """Most used vehicles are young, a demonstrator is a few months old."""
    share = random.random()
    if stage != Stage.USED:
        return before - timedelta(days=int(share * 200))
    start = date(version.first_year, 3, 1)
    end = max(min(before, date(version.last_year, 12, 31)), start + timedelta(days=30))
    return min(end - timedelta(days=int((end - start).days * share**1.4)), before)


def _mileage(random: Random, kind: VehicleKind, years: float, *, stage: Stage) -> int:
    if stage == Stage.DEMONSTRATOR:
        return random.randrange(800, 9000)
    return int(prices.usual_mileage(kind, years) * random.triangular(0.35, 1.9, 1.0)) + 12


def _set_origin(random: Random, vehicle: Vehicle, *, stage: Stage) -> None:
    origin = random.choices(_ORIGINS, _ORIGIN_WEIGHTS)[0]
    is_trade_in = random.random() < 0.75
    first_hand = random.random() < 0.45
    is_not_set = random.random() < 0.06
    if stage == Stage.NEW:
        vehicle.vat_regime = VatRegime.RECOVERABLE.value
        return
    if stage == Stage.DEMONSTRATOR:
        vehicle.origin, vehicle.first_hand = Origin.DEMONSTRATOR.value, True
        vehicle.vat_regime = VatRegime.RECOVERABLE.value
        return
    recoverable = origin in _RECOVERABLE_ORIGINS
    regime = VatRegime.RECOVERABLE if recoverable else VatRegime.MARGIN
    vehicle.origin = origin.value
    vehicle.first_hand = first_hand or origin == Origin.RENTAL
    vehicle.is_trade_in = is_trade_in and origin == Origin.PRIVATE
    vehicle.vat_regime = VatRegime.NOT_SET.value if is_not_set else regime.value


def _set_prices(random: Random, vehicle: Vehicle, version: Version, *, years: float) -> None:
    regime = VatRegime(vehicle.vat_regime)
    if vehicle.stage == Stage.NEW:
        sale = Decimal(version.price_new)
    else:
        sale = prices.sale_price(version.price_new, kind=version.kind, years=years, mileage_km=vehicle.mileage_km or 0)
    vehicle.sale_price = sale
    vehicle.purchase_price = prices.purchase_price(random, sale, regime)
    vehicle.purchase_is_excl = regime == VatRegime.RECOVERABLE
    vehicle.purchased_on = vehicle.entered_on
    mode = random.choice([PaymentMode.TRANSFER, PaymentMode.TRANSFER, PaymentMode.BANK_CHEQUE, PaymentMode.CHEQUE])
    vehicle.payment_mode = (PaymentMode.EXCHANGE if vehicle.is_trade_in else mode).value
    goes_to_trade = random.random() < (0.7 if sale < 4000 else 0.08)
    goes_to_scrap = random.random() < 0.25 and sale < 3500
    if vehicle.stage == Stage.USED and goes_to_scrap:
        vehicle.destination, vehicle.sale_price, vehicle.is_running = Destination.SCRAP.value, None, False
        vehicle.vat_regime, vehicle.purchase_is_excl = VatRegime.OUTSIDE.value, False
    elif vehicle.stage == Stage.USED and goes_to_trade:
        vehicle.destination = Destination.TRADE.value


def _set_market_value(random: Random, vehicle: Vehicle, *, today: date) -> None:
    """Two used vehicles in three have been valued."""
    is_valued, days_ago = random.random() < 0.67, random.randrange(0, 45)
    values = prices.market_value(random, vehicle.sale_price or Decimal(1000))
    if is_valued and vehicle.stage != Stage.NEW and vehicle.sale_price:
        vehicle.market_value, vehicle.adjusted_market_value = values
        vehicle.market_value_on = today - timedelta(days=days_ago)
        vehicle.market_value_is_sandbox = True


def _fiscal_power(power_kw: int) -> int:
    ratio = power_kw / 100
    return max(1, round(1.80 * ratio * ratio + 3.87 * ratio + 1.34))


def _euro_class(kind: VehicleKind, since: date) -> str:
    classes = _EURO_CLASSES_OF_CATEGORY_L if kind in CATEGORY_L_KINDS else _EURO_CLASSES_OF_CARS
    return next(name for start, name in classes if since >= start)
