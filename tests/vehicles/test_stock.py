"""The verbs of a stay: entering, moving from status to status and site to site, going out, coming back."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from openflex.core.errors import Refused
from settings_admin.models import DocumentCounter, TimelineEntry
from settings_admin.records.services import EditConflict
from tests.make import make_vehicle
from vehicles import selectors
from vehicles.enums import ExitReason, HoldKind, StockStatus
from vehicles.models import Hold, Vehicle
from vehicles.services import holds, stock

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def _as_vera(cast, as_user):
    as_user(cast.vera)


def vehicle_at(cast, status, **fields):
    return make_vehicle(entity=cast.north, point_of_sale=cast.north_1, status=status, **fields)


def move(vehicle, cast, target, **options):
    return stock.change_status(vehicle=vehicle, target=target, actor=cast.vera, now=NOW, **options)


def order(vehicle, cast, kind=HoldKind.ORDER):
    return holds.take_hold(vehicle=vehicle, kind=kind, label="Bon de commande 1042", actor=cast.vera, now=NOW)


def told(vehicle):
    return TimelineEntry.objects.filter(target_type="vehicles.vehicle", target_id=vehicle.pk)


def line_of(vehicle):
    return told(vehicle).get()


def kinds(vehicle):
    return list(told(vehicle).order_by("pk").values_list("kind", flat=True))


def refusal_of(verb):
    with pytest.raises(Refused) as refusal:
        verb()
    return refusal.value


# --- Status ------------------------------------------------------------------------------------------------


def test_the_physical_entry_is_dated_and_written_down(cast):
    vehicle = vehicle_at(cast, StockStatus.PRE_ENTRY, entered_on=date(2026, 12, 20))
    moved = move(vehicle, cast, StockStatus.ARRIVED, on=date(2026, 11, 23))
    assert (moved.status, moved.entered_on) == (StockStatus.ARRIVED, date(2026, 11, 23))
    entry = line_of(vehicle)
    assert entry.kind == "status_changed"
    assert entry.changes == {"status": ["pre_entry", "arrived"], "entered_on": ["2026-12-20", "2026-11-23"]}


def test_a_later_status_keeps_the_day_of_entry(cast):
    vehicle = vehicle_at(cast, StockStatus.ARRIVED, entered_on=date(2026, 10, 1))
    assert move(vehicle, cast, StockStatus.FOR_SALE, on=TODAY).entered_on == date(2026, 10, 1)


def test_a_move_is_not_dated_in_the_future(cast):
    refusal = refusal_of(
        lambda: move(vehicle_at(cast, StockStatus.ARRIVED), cast, StockStatus.FOR_SALE, on=TODAY + timedelta(days=1))
    )
    assert (refusal.code, refusal.field) == ("day_in_future", "on")


def test_a_delivery_needs_an_order_or_an_auction(cast):
    vehicle = vehicle_at(cast, StockStatus.FOR_SALE)
    refusal = refusal_of(lambda: move(vehicle, cast, StockStatus.DELIVERY))
    assert refusal.code == "no_sale"
    vehicle.refresh_from_db()
    assert vehicle.status == StockStatus.FOR_SALE


def test_a_delivery_of_what_is_reserved_names_for_whom(cast):
    vehicle = vehicle_at(cast, StockStatus.FOR_SALE)
    holds.reserve(vehicle=vehicle, label="Mme Martin", actor=cast.vera, now=NOW)
    refusal = refusal_of(lambda: move(vehicle, cast, StockStatus.DELIVERY))
    assert (refusal.code, "Mme Martin" in refusal.message) == ("held", True)
    # Past its time it holds nothing, and nobody is named.
    later = NOW + timedelta(hours=49)
    refusal = refusal_of(
        lambda: stock.change_status(vehicle=vehicle, target=StockStatus.DELIVERY, actor=cast.vera, now=later)
    )
    assert refusal.code == "no_sale"


def test_a_sold_vehicle_is_delivered(cast):
    vehicle = vehicle_at(cast, StockStatus.FOR_SALE)
    order(vehicle, cast)
    assert move(vehicle, cast, StockStatus.DELIVERY).status == StockStatus.DELIVERY


def test_an_auction_sells_once_it_is_awarded(cast):
    """From its publication it holds the vehicle, which nobody has won yet."""
    vehicle = vehicle_at(cast, StockStatus.FOR_SALE)
    auction = order(vehicle, cast, HoldKind.AUCTION)
    assert refusal_of(lambda: move(vehicle, cast, StockStatus.DELIVERY)).code == "held"
    for _ in range(2):
        holds.award_hold(hold=auction, actor=cast.vera, now=NOW)
    move(vehicle, cast, StockStatus.DELIVERY)
    out = move(vehicle, cast, StockStatus.OUT, exit_reason=ExitReason.AUCTION)
    assert out.status == StockStatus.OUT
    assert kinds(vehicle) == ["held", "awarded", "status_changed", "status_changed", "released"]
    refusal = refusal_of(lambda: holds.award_hold(hold=auction, actor=cast.vera, now=NOW))
    assert refusal.code == "released"


def test_an_auction_that_is_not_awarded_takes_nothing_away(cast):
    vehicle = vehicle_at(cast, StockStatus.DELIVERY)
    order(vehicle, cast, HoldKind.AUCTION)
    assert refusal_of(lambda: move(vehicle, cast, StockStatus.OUT, exit_reason=ExitReason.AUCTION)).code == "held"
    # Nor does an order become an auction by being awarded.
    other = vehicle_at(cast, StockStatus.FOR_SALE)
    assert refusal_of(lambda: holds.award_hold(hold=order(other, cast), actor=cast.vera, now=NOW)).code == "released"


def test_a_released_order_delivers_nothing(cast):
    vehicle = vehicle_at(cast, StockStatus.FOR_SALE)
    holds.release_hold(hold=order(vehicle, cast), actor=cast.vera, now=NOW)
    assert refusal_of(lambda: move(vehicle, cast, StockStatus.DELIVERY)).code == "no_sale"


# --- Exit --------------------------------------------------------------------------------------------------


def test_a_sale_goes_out_through_its_own_order_and_ends_its_hold(cast):
    vehicle = vehicle_at(cast, StockStatus.DELIVERY)
    order(vehicle, cast)
    out = move(vehicle, cast, StockStatus.OUT, exit_reason=ExitReason.PRIVATE_SALE, on=TODAY)
    assert (out.status, out.left_on, out.exit_reason) == (StockStatus.OUT, TODAY, ExitReason.PRIVATE_SALE)
    assert not Hold.objects.unreleased().exists()


def test_an_auction_does_not_take_away_what_an_order_holds(cast):
    vehicle = vehicle_at(cast, StockStatus.DELIVERY)
    order(vehicle, cast)
    for reason in (ExitReason.AUCTION, ExitReason.SCRAP):
        refusal = refusal_of(lambda reason=reason: move(vehicle, cast, StockStatus.OUT, exit_reason=reason))
        assert refusal.code == "held"
        assert "bon de commande 1042" in refusal.message


def test_a_sale_whose_order_was_cancelled_does_not_go_out(cast):
    refusal = refusal_of(
        lambda: move(vehicle_at(cast, StockStatus.DELIVERY), cast, StockStatus.OUT, exit_reason=ExitReason.PRIVATE_SALE)
    )
    assert (refusal.code, refusal.field) == ("no_sale", "exit_reason")


def test_a_reserved_vehicle_does_not_go_out(cast):
    vehicle = vehicle_at(cast, StockStatus.FOR_SALE)
    holds.reserve(vehicle=vehicle, label="Mme Martin", actor=cast.vera, now=NOW)
    refusal = refusal_of(lambda: move(vehicle, cast, StockStatus.OUT, exit_reason=ExitReason.SCRAP))
    assert refusal.code == "held"
    assert "Mme Martin" in refusal.message


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (StockStatus.FOR_SALE, ExitReason.PRIVATE_SALE),
        (StockStatus.ARRIVED, ExitReason.WITHDRAWN),
        (StockStatus.PRE_ENTRY, ExitReason.SCRAP),
        (StockStatus.ARRIVED, ""),
        (StockStatus.ARRIVED, "no such reason"),
    ],
)
def test_the_reason_of_an_exit_fits_the_status(cast, status, reason):
    refusal = refusal_of(lambda: move(vehicle_at(cast, status), cast, StockStatus.OUT, exit_reason=reason))
    assert (refusal.code, refusal.field) == ("exit_reason", "exit_reason")


def test_an_entry_that_is_only_expected_can_be_withdrawn_before_its_day(cast):
    expected = TODAY + timedelta(days=26)
    vehicle = vehicle_at(cast, StockStatus.PRE_ENTRY, entered_on=expected)
    out = move(vehicle, cast, StockStatus.OUT, exit_reason=ExitReason.WITHDRAWN)
    assert (out.status, out.entered_on, out.days_in_stock(TODAY)) == (StockStatus.OUT, None, None)
    assert line_of(vehicle).changes["entered_on"] == [expected.isoformat(), None]


@pytest.mark.parametrize(("target", "reason"), [(StockStatus.OUT, ExitReason.SCRAP), (StockStatus.FOR_SALE, "")])
def test_nothing_moves_before_it_came(cast, target, reason):
    vehicle = vehicle_at(cast, StockStatus.ARRIVED, entered_on=date(2026, 11, 20))
    refusal = refusal_of(lambda: move(vehicle, cast, target, exit_reason=reason, on=date(2026, 11, 19)))
    assert (refusal.code, refusal.field) == ("day_before_entry", "on")
    assert refusal.message == "Cette date précède l’entrée du véhicule (20/11/2026)."
    assert move(vehicle, cast, target, exit_reason=reason, on=date(2026, 11, 20)).status == target


def test_nothing_moves_before_its_last_move(cast):
    vehicle = vehicle_at(cast, StockStatus.ARRIVED, entered_on=date(2026, 11, 1))
    move(vehicle, cast, StockStatus.FOR_SALE, on=date(2026, 11, 20))
    refusal = refusal_of(lambda: move(vehicle, cast, StockStatus.ARRIVED, on=date(2026, 11, 19)))
    assert (refusal.code, refusal.field) == ("day_before_move", "on")
    assert refusal.message == "Cette date précède le dernier changement de statut (20/11/2026)."
    assert move(vehicle, cast, StockStatus.ARRIVED, on=date(2026, 11, 20)).status == StockStatus.ARRIVED


# --- Site --------------------------------------------------------------------------------------------------


def test_a_vehicle_moves_to_another_site_of_its_entity(cast):
    vehicle = vehicle_at(cast, StockStatus.FOR_SALE)
    moved = stock.change_site(vehicle=vehicle, point_of_sale=cast.north_2, actor=cast.vera, now=NOW)
    assert moved.point_of_sale == cast.north_2
    assert line_of(vehicle).kind == "site_changed"


def test_a_site_of_another_entity_is_refused(cast, as_user):
    vehicle = vehicle_at(cast, StockStatus.FOR_SALE)
    refusal = refusal_of(lambda: stock.change_site(vehicle=vehicle, point_of_sale=cast.south_1, actor=cast.vera))
    assert refusal.code == "other_entity"


def test_a_held_vehicle_stays_where_it_is(cast):
    vehicle = vehicle_at(cast, StockStatus.FOR_SALE)
    order(vehicle, cast)
    refusal = refusal_of(
        lambda: stock.change_site(vehicle=vehicle, point_of_sale=cast.north_2, actor=cast.vera, now=NOW)
    )
    assert refusal.code == "held"


def test_a_kind_that_a_site_does_not_sell_is_not_moved_there(cast):
    cast.north_2.vehicle_kinds = ["car"]
    cast.north_2.save()
    vehicle = vehicle_at(cast, StockStatus.FOR_SALE, kind="scooter")
    refusal = refusal_of(lambda: stock.change_site(vehicle=vehicle, point_of_sale=cast.north_2, actor=cast.vera))
    assert refusal.message == "Nord 2 ne vend pas de véhicule de genre «\u00a0scooter\u00a0»."
    assert refusal.field == "point_of_sale"


def test_a_hold_past_its_time_does_not_follow_to_the_new_site(cast):
    vehicle = vehicle_at(cast, StockStatus.FOR_SALE)
    holds.reserve(vehicle=vehicle, label="A", actor=cast.vera, now=NOW - timedelta(hours=50))
    stock.change_site(vehicle=vehicle, point_of_sale=cast.north_2, actor=cast.vera, now=NOW)
    assert not Hold.objects.unreleased().exists()


# --- Stays -------------------------------------------------------------------------------------------------


def enter(cast, **values):
    return stock.add_vehicle(
        entity=values.pop("entity", cast.north),
        point_of_sale=None,
        actor=cast.vera,
        key=values.pop("key", None) or uuid4(),
        values={"make": "RENAULT", "model": "CLIO", "kind": "car", "status": StockStatus.ARRIVED, **values},
    )


@pytest.mark.parametrize("field", ["vin", "plate"])
def test_a_vehicle_is_in_the_stock_of_an_entity_once(cast, field):
    enter(cast, **{field: "GD642JM"})
    refusal = refusal_of(lambda: enter(cast, **{field: "GD642JM"}))
    assert (refusal.code, refusal.field) == (f"{field}_in_stock", field)
    assert Vehicle.objects.count() == 1


def test_vehicles_without_plate_or_vin_are_not_each_other(cast):
    enter(cast)
    enter(cast)
    assert Vehicle.objects.count() == 2


def test_a_vehicle_that_comes_back_is_a_new_stay_tied_to_the_last_one(cast):
    make_vehicle(entity=cast.north, vin="VF1", status=StockStatus.OUT, left_on=date(2024, 1, 1))
    last = make_vehicle(entity=cast.north, vin="VF1", status=StockStatus.OUT, left_on=date(2025, 1, 1))
    assert enter(cast, vin="VF1").previous_stay == last


def test_a_stay_of_which_no_vin_was_known_is_found_by_its_plate(cast):
    """Typed this time, the VIN does not hide it; another VIN on the same plate is another vehicle."""
    left = {"status": StockStatus.OUT, "left_on": date(2025, 1, 1), "plate": "GD642JM"}
    known = make_vehicle(entity=cast.north, mileage_km=40_000, **left)
    make_vehicle(entity=cast.north, vin="VF9", mileage_km=90_000, **left)
    assert enter(cast, vin="VF1", plate="GD642JM").previous_stay == known
    assert selectors.highest_known_mileage(vin="VF1", plate="GD642JM") == 40_000
    assert selectors.highest_known_mileage(vin="", plate="GD642JM") == 90_000
    assert selectors.highest_known_mileage(vin="VF9", plate="") == 90_000
    assert selectors.highest_known_mileage(vin="", plate="") is None


def test_a_stay_in_another_holding_is_not_tied(cast):
    make_vehicle(entity=cast.elsewhere, vin="VF1", status=StockStatus.OUT, left_on=date(2025, 1, 1))
    assert enter(cast, vin="VF1").previous_stay is None


def test_an_exit_makes_room_for_a_new_stay(cast):
    first = enter(cast, plate="GD642JM")
    move(first, cast, StockStatus.OUT, exit_reason=ExitReason.SUPPLIER_RETURN)
    assert enter(cast, plate="GD642JM").previous_stay == first


def test_a_form_sent_twice_makes_one_vehicle(cast):
    key = uuid4()
    first, second = enter(cast, key=key), enter(cast, key=key)
    assert first == second
    assert Vehicle.objects.count() == 1
    assert DocumentCounter.objects.get().last == 1


def test_numbers_follow_each_other_and_a_refusal_gives_its_number_back(cast):
    first = enter(cast, vin="VF1")
    refusal_of(lambda: enter(cast, vin="VF1"))
    second = enter(cast, vin="VF2")
    assert [int(vehicle.stock_number[3:]) for vehicle in (first, second)] == [1, 2]


# --- Editing -----------------------------------------------------------------------------------------------


def edit(vehicle, cast, base, mine):
    return stock.edit_vehicle(vehicle=vehicle, base=base, mine=mine, actor=cast.vera)


def test_two_editors_of_different_fields_are_merged(cast):
    vehicle = vehicle_at(cast, StockStatus.FOR_SALE, key_number="1", key_place="A")
    edit(vehicle, cast, {"key_number": "1"}, {"key_number": "2"})
    saved = edit(vehicle, cast, {"key_place": "A"}, {"key_place": "B"})
    assert (saved.key_number, saved.key_place) == ("2", "B")


def test_the_same_field_changed_by_both_is_a_conflict_and_nothing_is_saved(cast):
    vehicle = vehicle_at(cast, StockStatus.FOR_SALE, key_number="1", key_place="A")
    edit(vehicle, cast, {"key_number": "1"}, {"key_number": "2"})
    with pytest.raises(EditConflict) as conflict:
        edit(vehicle, cast, {"key_number": "1", "key_place": "A"}, {"key_number": "3", "key_place": "B"})
    assert conflict.value.fields == ["key_number"]
    vehicle.refresh_from_db()
    assert (vehicle.key_number, vehicle.key_place) == ("2", "A")


def test_two_dates_each_right_alone_are_refused_together(cast):
    vehicle = vehicle_at(cast, StockStatus.FOR_SALE, first_registration=date(2016, 5, 12))
    edit(vehicle, cast, {"next_inspection_month": None}, {"next_inspection_month": date(2025, 8, 1)})
    refusal = refusal_of(lambda: edit(vehicle, cast, {"inspection_on": None}, {"inspection_on": date(2026, 1, 5)}))
    assert refusal.field == "next_inspection_month"
    vehicle.refresh_from_db()
    assert vehicle.inspection_on is None


def test_a_vehicle_is_put_away_and_taken_back(cast):
    vehicle = vehicle_at(cast, StockStatus.FOR_SALE)
    assert stock.set_archived(vehicle=vehicle, value=True, actor=cast.vera).is_archived
    assert not stock.set_archived(vehicle=vehicle, value=False, actor=cast.vera).is_archived


def test_a_market_value_is_stored_with_its_day(cast):
    vehicle = vehicle_at(cast, StockStatus.FOR_SALE)
    stock.record_market_value(vehicle=vehicle, market_value=9000, adjusted=9210, on=TODAY, is_sandbox=False, actor=None)
    vehicle.refresh_from_db()
    assert (vehicle.market_value, vehicle.adjusted_market_value, vehicle.market_value_on) == (9000, 9210, TODAY)
