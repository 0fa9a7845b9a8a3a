"""What the sandbox answers, through the adapter: the demonstration vehicle to the cent, and every kind of call."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import httpx
import pytest

from quotation import study
from quotation.providers.autovista import Autovista
from quotation.providers.base import (
    ListingState,
    MarketFilters,
    NotEnoughMarket,
    SellerKind,
    Valuation,
    ValuationProvider,
    ValuationQuestion,
    Working,
)
from quotation.providers.failures import BadCredentials, PlateMalformed, PlateUnknown, RequestRefused, ResourceUnknown
from tests.quotation.providers.support import GOLF_PLUS, provider_at
from tests.support.sandbox_process import Sandbox
from vehicles.enums import Energy, Gearbox, Origin, VehicleKind


def test_the_adapter_is_a_valuation_provider(provider: Autovista) -> None:
    keeps_the_protocol: ValuationProvider = provider
    assert keeps_the_protocol.name == "Autovista"


@pytest.mark.parametrize("typed", ["GD-642-JM", "gd642jm", " GD 642 JM "])
def test_a_plate_gives_the_vehicle_and_three_candidates(provider: Autovista, typed: str) -> None:
    answered = provider.identify(typed, act=provider.begin_act())
    vehicle = answered.value
    assert (vehicle.plate, vehicle.vin) == ("GD-642-JM", "WWWZZZ1KZAW599957")
    assert (vehicle.make, vehicle.model) == ("VOLKSWAGEN", "Golf Plus")
    assert (vehicle.kind, vehicle.energy, vehicle.gearbox) == (VehicleKind.CAR, Energy.DIESEL, Gearbox.MANUAL)
    assert vehicle.first_registration == date(2010, 4, 23)
    assert len(vehicle.candidates) == 3
    best = vehicle.candidates[0]
    assert best.label == "VOLKSWAGEN Golf Plus 1.6 TDI 105 FAP BlueMotion Carat"
    assert (best.catalogue_date, best.doors) == (date(2010, 2, 15), 5)
    assert best.price_new == Decimal("26870.00")
    assert [c.match for c in vehicle.candidates] == sorted((c.match for c in vehicle.candidates), reverse=True)
    assert answered.raw[0].data["plate"] == "GD-642-JM"


def test_the_demonstration_value_is_9210_to_the_cent(provider: Autovista) -> None:
    found = provider.value(GOLF_PLUS, idempotency_key="golf", act=provider.begin_act()).value
    assert isinstance(found, Valuation)
    lines = [Decimal(text) for text in ("7880.00", "1450.00", "-100.00", "0.00", "-20.00", "9210.00")]
    assert found.working == Working(*lines)
    assert str(found.working.adjusted_value) == "9210.00"
    assert found.low < Decimal(9210) < found.high
    assert found.as_of == date(2024, 12, 2)
    assert (found.sample.on_sale, found.sample.widened) == (5, ())


def test_the_radar_has_the_five_adverts_of_the_release_notes(provider: Autovista) -> None:
    act = provider.begin_act()
    valued = provider.value(GOLF_PLUS, idempotency_key="radar", act=act).value
    radar = provider.radar(valued.id, state=ListingState.ON_SALE, act=act)
    listings, market = radar.listings.value, radar.market.value
    assert [(str(x.price), str(x.adjusted_value)) for x in listings[:2]] == [
        ("6490.00", "7440.00"),
        ("8990.00", "9090.00"),
    ]
    assert len(listings) == 5
    assert sum(x.price for x in listings[2:]) == Decimal("28220.00")
    assert market.mean_price == Decimal("8740.00")
    assert market.mean_days_online == 82
    first = listings[0]
    assert (first.seller_name, first.seller_kind) == ("83130 Provence Auto", SellerKind.INDEPENDENT)
    assert (first.days_online, first.stars, first.mileage_km) == (110, 4, 171_000)
    assert [entry.price for entry in first.price_history] == [Decimal(7290), Decimal(6900), Decimal(6490)]
    assert first.reasons[0] == "Même motorisation"
    assert [call.name for call in act.calls if call.paid] == ["valuation"]


def test_sold_vehicles_have_their_day_of_sale(provider: Autovista) -> None:
    act = provider.begin_act()
    valued = provider.value(GOLF_PLUS, idempotency_key="sold", act=act).value
    sold = provider.radar(valued.id, state=ListingState.SOLD, act=act).listings.value
    assert sold
    assert all(each.sold_at is not None and each.sold_at >= each.first_seen for each in sold)


def test_filters_are_those_of_the_provider(provider: Autovista) -> None:
    act = provider.begin_act()
    valued = provider.value(GOLF_PLUS, idempotency_key="filters", act=act).value
    filters = MarketFilters(
        energies=frozenset({Energy.DIESEL}),
        gearboxes=frozenset({Gearbox.AUTOMATIC}),
        sellers=frozenset({SellerKind.INDEPENDENT}),
        mileage_max=100_000,
        registered_from=date(2011, 1, 1),
        stars_min=3,
        radius_km=100,
    )
    radar = provider.radar(valued.id, state=ListingState.ON_SALE, filters=filters, act=act)
    assert [each.seller_name for each in radar.listings.value] == ["Bresse Occasions"]
    assert radar.market.value.mean_price == Decimal("9590.00")


def test_too_little_market_has_a_reason_and_no_figure(provider: Autovista) -> None:
    act = provider.begin_act()
    rare = provider.identify("FB-203-RR", act=act).value
    found = provider.value(
        _question(rare.candidates[0].version_code, rare.first_registration), idempotency_key="rare", act=act
    )
    assert isinstance(found.value, NotEnoughMarket)
    assert found.value.reason_code == "not_enough_market"
    assert "annonce" in found.value.reason


def test_five_hundred_listings_come_in_one_answer(provider: Autovista) -> None:
    act = provider.begin_act()
    common = provider.identify("FB-201-TP", act=act).value
    question = _question(common.candidates[0].version_code, common.first_registration)
    valued = provider.value(question, idempotency_key="common", act=act).value
    radar = provider.radar(valued.id, state=ListingState.ON_SALE, act=act)
    assert len(radar.listings.value) == 500
    assert len(radar.listings.raw) == 1


@pytest.mark.parametrize(
    ("plate", "kind"),
    [
        ("FB-102-CT", VehicleKind.LIGHT_COMMERCIAL),
        ("FB-103-ML", VehicleKind.MOTORCYCLE),
        ("FB-106-SC", VehicleKind.SCOOTER),
        ("FB-107-QM", VehicleKind.QUAD),
    ],
)
def test_every_kind_goes_from_plate_to_value(provider: Autovista, plate: str, kind: VehicleKind) -> None:
    act = provider.begin_act()
    vehicle = provider.identify(plate, act=act).value
    assert vehicle.kind == kind
    code = vehicle.candidates[0].version_code
    assert provider.equipment(code, act=act).value.standard is not None
    assert provider.colours(code, act=act).value.exterior
    question = _question(code, vehicle.first_registration)
    assert provider.value(question, idempotency_key=plate, act=act).value.sample


def test_a_motorcycle_has_no_doors(provider: Autovista) -> None:
    assert provider.identify("FB-104-MA", act=provider.begin_act()).value.doors is None


def test_the_whole_catalogue_is_walked_page_by_page(provider: Autovista) -> None:
    act = provider.begin_act()
    makes = provider.makes(kind=None, act=act)
    assert len(makes.value) >= 25
    versions = provider.versions(model="", act=act)
    assert len(versions.value) >= 600
    assert len(versions.raw) > 1
    assert len({version.code for version in versions.value}) == len(versions.value)


def test_the_catalogue_narrows_from_kind_to_version(provider: Autovista) -> None:
    act = provider.begin_act()
    models = provider.models(kind=VehicleKind.CAR, make="VOLKSWAGEN", year=2010, act=act).value
    (golf_plus,) = [model for model in models if model.label == "Golf Plus"]
    versions = provider.versions(model=golf_plus.code, year=2010, act=act).value
    assert GOLF_PLUS.version_code in {version.code for version in versions}
    wider = provider.versions(model=golf_plus.code, year=2014, expand=True, act=act).value
    narrow = provider.versions(model=golf_plus.code, year=2014, act=act).value
    assert {version.code for version in narrow} <= {version.code for version in wider}


def test_an_unknown_plate_says_so_beside_its_field(provider: Autovista) -> None:
    act = provider.begin_act()
    with pytest.raises(PlateUnknown) as refused:
        provider.identify("ZY-404-ZY", act=act)
    assert refused.value.field == "plate"
    assert refused.value.retryable is False
    assert (act.calls[0].status, act.calls[0].failure) == (404, "plate_not_found")


@pytest.mark.parametrize("plate", ["HELLO", "12", "AA-000-AA"])
def test_a_plate_that_cannot_be_is_refused(provider: Autovista, plate: str) -> None:
    with pytest.raises(PlateMalformed):
        provider.identify(plate, act=provider.begin_act())


@pytest.mark.parametrize("plate", ["../admin/faults", "GD?642", "GD#642", "GD/642/JM", "é\u00e9"])
def test_what_is_typed_stays_inside_its_place_in_the_address(provider: Autovista, plate: str) -> None:
    with pytest.raises((PlateMalformed, ResourceUnknown)):
        provider.identify(plate, act=provider.begin_act())


def test_a_question_that_cannot_be_is_refused(provider: Autovista) -> None:
    with pytest.raises(RequestRefused) as refused:
        provider.value(replace(GOLF_PLUS, postcode="00000"), idempotency_key="bad", act=provider.begin_act())
    assert "postcode" in refused.value.detail
    assert "postcode" not in refused.value.message


def test_one_key_is_one_valuation(provider: Autovista) -> None:
    act = provider.begin_act()
    first, again = (provider.value(GOLF_PLUS, idempotency_key="same", act=act).value for _ in range(2))
    other = provider.value(GOLF_PLUS, idempotency_key="other", act=act).value
    assert first == again
    assert first.id != other.id


def test_wrong_credentials_are_for_an_administrator(sandbox: Sandbox, connections: httpx.BaseTransport) -> None:
    provider = provider_at(sandbox.url, transport=connections, client_secret="wrong")
    with pytest.raises(BadCredentials) as refused:
        provider.identify("GD-642-JM", act=provider.begin_act())
    assert refused.value.retryable is False


def _question(version_code: str, registered: date) -> ValuationQuestion:
    return ValuationQuestion(
        version_code=version_code,
        first_registration=registered,
        mileage_km=40_000,
        first_hand=True,
        origin=Origin.PRIVATE,
        postcode="71000",
    )


@pytest.mark.parametrize(
    "filters",
    [
        MarketFilters(energies=frozenset({Energy.PETROL})),
        MarketFilters(gearboxes=frozenset({Gearbox.AUTOMATIC})),
        MarketFilters(sellers=frozenset({SellerKind.FRANCHISE, SellerKind.PRIVATE})),
        MarketFilters(options=frozenset({"PMET"})),
        MarketFilters(mileage_min=20_000, mileage_max=60_000, stars_min=4),
        MarketFilters(registered_from=date(2022, 1, 1), radius_km=200),
    ],
)
def test_our_filters_keep_what_the_provider_s_keep(provider: Autovista, filters: MarketFilters) -> None:
    act = provider.begin_act()
    common = provider.identify("FB-201-TP", act=act).value
    question = _question(common.candidates[0].version_code, common.first_registration)
    valued = provider.value(question, idempotency_key="both", act=act).value
    every = provider.listings(valued.id, state=ListingState.ON_SALE, act=act).value
    theirs = provider.radar(valued.id, state=ListingState.ON_SALE, filters=filters, act=act)
    ours = study.filtered(every, filters)
    assert ours == list(theirs.listings.value)
    assert study.mean_price(ours) == theirs.market.value.mean_price
    assert study.median_price(ours) == theirs.market.value.median_price


def test_days_supply_is_the_provider_s_where_nothing_was_left_out(provider: Autovista) -> None:
    act = provider.begin_act()
    valued = provider.value(GOLF_PLUS, idempotency_key="supply", act=act).value
    radar = provider.radar(valued.id, state=ListingState.ON_SALE, act=act)
    sold = provider.listings(valued.id, state=ListingState.SOLD, act=act).value
    market = radar.market.value
    supplies = [
        study.market_days_supply(radar.listings.value, sold, as_of=valued.as_of, like_mine=like_mine)
        for like_mine in (False, True)
    ]
    assert supplies == [market.supply_overall, market.supply_like_mine]
