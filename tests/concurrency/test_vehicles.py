"""Real transactions side by side: two editors, two reservations at one instant, twenty numbers, one form twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections
from PIL import Image

from openflex.core.errors import Refused
from settings_admin.access.selectors.belonging import belonging_of, scope_of
from settings_admin.models import DocumentCounter, TimelineEntry
from settings_admin.records.services import EditConflict, next_number
from settings_admin.scoping import scoped
from tests.make import make_vehicle
from vehicles.enums import PREPARATION, StockStatus
from vehicles.models import Hold, Photo, Vehicle
from vehicles.services import exits, holds, photos, preparation, stock

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("look_at_everything")]


def together(user: Any, *verbs: Callable[[], Any]) -> list[Any]:
    """Runs the verbs at one instant, each on a connection of its own; an answer is what it returned or raised."""
    start = Barrier(len(verbs))
    scope = scope_of(user, belonging_of(user), "")

    def run(verb: Callable[[], Any]) -> Any:
        try:
            with scoped(scope):
                connection.ensure_connection()
                start.wait(timeout=20)
                return verb()
        except (Refused, EditConflict) as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(verbs)) as pool:
        return list(pool.map(run, verbs))


def adding(cast, **values):
    key = values.pop("key", None) or uuid4()
    return lambda: stock.add_vehicle(
        entity=cast.north,
        point_of_sale=None,
        actor=cast.vera,
        key=key,
        values={"make": "RENAULT", "model": "CLIO", "kind": "car", "status": StockStatus.ARRIVED, **values},
    )


def test_twenty_vehicles_entering_together_are_numbered_without_a_gap(cast):
    vehicles = together(cast.vera, *(adding(cast) for _ in range(20)))
    assert sorted(int(vehicle.stock_number[3:]) for vehicle in vehicles) == list(range(1, 21))


def test_a_refused_taker_leaves_no_gap_among_twenty(cast):
    answers = together(cast.vera, *(adding(cast, vin="VF1" if number % 4 == 0 else "") for number in range(20)))
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert [refusal.code for refusal in refused] == ["vin_in_stock"] * 4
    numbers = sorted(int(vehicle.stock_number[3:]) for vehicle in Vehicle.objects.all())
    assert numbers == list(range(1, 17))
    assert DocumentCounter.objects.get().last == 16


def test_a_legal_number_outside_a_transaction_is_refused(cast):
    with pytest.raises(RuntimeError, match="outside a transaction"):
        next_number(entity=cast.north, series="register")


def test_one_form_sent_twice_at_one_instant_makes_one_vehicle(cast):
    key = uuid4()
    first, second = together(cast.vera, adding(cast, key=key), adding(cast, key=key))
    assert first == second
    assert Vehicle.objects.count() == 1


def test_one_plate_typed_by_two_people_at_one_instant_enters_once(cast):
    answers = together(cast.vera, adding(cast, plate="GD642JM"), adding(cast, plate="GD642JM"))
    (refusal,) = (answer for answer in answers if isinstance(answer, Refused))
    assert (refusal.code, refusal.field) == ("plate_in_stock", "plate")
    assert Vehicle.objects.count() == 1


def test_of_two_reservations_at_one_instant_one_is_told_who_was_first(cast):
    vehicle = make_vehicle(entity=cast.north)
    answers = together(
        cast.vera,
        *(lambda name=name: holds.reserve(vehicle=vehicle, label=name, actor=cast.vera) for name in ("A", "B", "C")),
    )
    (taken,) = (answer for answer in answers if isinstance(answer, Hold))
    refusals = [answer for answer in answers if isinstance(answer, Refused)]
    assert [refusal.code for refusal in refusals] == ["held", "held"]
    assert all(f"réservé pour {taken.label} " in refusal.message for refusal in refusals)
    assert Hold.objects.unreleased().count() == 1


def test_a_hold_released_by_several_at_once_is_released_once(cast):
    vehicle = make_vehicle(entity=cast.north)
    with scoped(scope_of(cast.vera, belonging_of(cast.vera), "")):
        hold = holds.reserve(vehicle=vehicle, label="A", actor=cast.vera)
    answers = together(cast.vera, *(lambda: holds.release_hold(hold=hold, actor=cast.vera) for _ in range(4)))
    assert sorted(answers) == [False, False, False, True]
    assert TimelineEntry.objects.filter(kind="released").count() == 1


def editing(cast, vehicle, base, mine):
    return lambda: stock.edit_vehicle(vehicle=vehicle, base=base, mine=mine, actor=cast.vera)


def test_two_editors_of_different_fields_at_one_instant_both_win(cast):
    vehicle = make_vehicle(entity=cast.north, key_number="1", key_place="A")
    together(
        cast.vera,
        editing(cast, vehicle, {"key_number": "1"}, {"key_number": "2"}),
        editing(cast, vehicle, {"key_place": "A"}, {"key_place": "B"}),
    )
    vehicle.refresh_from_db()
    assert (vehicle.key_number, vehicle.key_place) == ("2", "B")
    assert TimelineEntry.objects.filter(target_type="vehicles.vehicle").count() == 2


def test_two_editors_of_one_field_at_one_instant_do_not_overwrite_each_other(cast):
    vehicle = make_vehicle(entity=cast.north, key_number="1")
    answers = together(
        cast.vera, *(editing(cast, vehicle, {"key_number": "1"}, {"key_number": new}) for new in ("2", "3"))
    )
    (saved,) = (answer for answer in answers if isinstance(answer, Vehicle))
    (conflict,) = (answer for answer in answers if isinstance(answer, EditConflict))
    assert conflict.fields == ["key_number"]
    vehicle.refresh_from_db()
    assert vehicle.key_number == saved.key_number


def test_a_status_changed_twice_at_one_instant_changes_once(cast):
    vehicle = make_vehicle(entity=cast.north, status=StockStatus.ARRIVED)

    def sell():
        return stock.change_status(vehicle=vehicle, target=StockStatus.FOR_SALE, actor=cast.vera)

    together(cast.vera, sell, sell)
    vehicle.refresh_from_db()
    assert vehicle.status == StockStatus.FOR_SALE
    assert TimelineEntry.objects.filter(target_type="vehicles.vehicle").count() == 1


def test_a_reservation_and_an_exit_at_one_instant_do_not_both_succeed(cast):
    vehicle = make_vehicle(entity=cast.north, status=StockStatus.FOR_SALE)
    answers = together(
        cast.vera,
        lambda: holds.reserve(vehicle=vehicle, label="A", actor=cast.vera),
        lambda: stock.change_status(
            vehicle=vehicle, target=StockStatus.OUT, actor=cast.vera, exit_reason="supplier_return"
        ),
    )
    assert sorted(type(answer) is Refused for answer in answers) == [False, True]


def test_photos_ranged_and_removed_by_several_at_once_stay_in_one_order_without_a_gap(cast):
    vehicle = make_vehicle(entity=cast.north)
    made = [
        Photo.objects.create(
            entity=cast.north, vehicle=vehicle, position=place, name=f"{place}.webp", small_name=f"{place}s.webp",
            width=4, height=3,
        )
        for place in range(8)
    ]  # fmt: skip
    moves = [
        lambda photo=photo, to=to: photos.move_photo(owner=vehicle, photo_pk=photo.pk, to=to, actor=cast.vera)
        for photo, to in ((made[7], 0), (made[0], 7), (made[3], 1), (made[3], 1), (made[5], 99))
    ]
    removals = [lambda: photos.remove_photo(owner=vehicle, photo_pk=made[4].pk, actor=cast.vera)] * 2
    assert together(cast.vera, *moves, *removals) == [None] * 7
    left = list(vehicle.photos.order_by("position", "pk"))
    assert [photo.position for photo in left] == list(range(7))
    assert {photo.pk for photo in left} == {photo.pk for photo in made} - {made[4].pk}
    assert TimelineEntry.objects.filter(target_id=vehicle.pk, kind="photo_removed").count() == 1


def test_one_form_of_photos_sent_twice_at_one_instant_adds_them_once(cast):
    vehicle, key, out = make_vehicle(entity=cast.north), uuid4(), BytesIO()
    Image.new("RGB", (40, 30)).save(out, "JPEG")

    def sending():
        files = [photos.SentFile("a.jpg", BytesIO(out.getvalue()), len(out.getvalue()))]
        return photos.add_photos(owner=vehicle, files=files, key=key, actor=cast.vera).added

    assert sorted(together(cast.vera, sending, sending, sending)) == [0, 0, 1]
    assert vehicle.photos.count() == 1


def test_the_last_lines_ticked_by_several_at_one_instant_end_the_preparation_once(cast):
    vehicle = make_vehicle(entity=cast.north)
    starting = [lambda: preparation.start_preparation(vehicle=vehicle, actor=cast.vera)] * 3
    together(cast.vera, *starting)
    tasks = list(vehicle.preparation_tasks.order_by("position"))
    assert len(tasks) == len(PREPARATION["car"])
    together(
        cast.vera,
        *(
            lambda task=task: preparation.tick_task(vehicle=vehicle, task_pk=task.pk, is_done=True, actor=cast.vera)
            for task in (*tasks, tasks[0])
        ),
    )
    vehicle.refresh_from_db()
    assert not vehicle.is_being_prepared
    told = list(TimelineEntry.objects.filter(target_id=vehicle.pk).values_list("kind", flat=True))
    assert [told.count(kind) for kind in ("preparation_started", "task_done", "preparation_finished")] == [1, 7, 1]


def test_an_exit_undone_and_put_right_at_one_instant_is_one_of_both(cast):
    vehicle = make_vehicle(entity=cast.north, status="out", exit_reason="scrap", left_on="2026-11-01")
    base, mine = {"exit_reason": "scrap"}, {"exit_reason": "theft"}
    undone, corrected = together(
        cast.vera,
        lambda: exits.undo_exit(vehicle=vehicle, reason="x", actor=cast.vera),
        lambda: exits.correct_exit(vehicle=vehicle, base=base, mine=mine, reason="x", actor=cast.vera),
    )
    assert isinstance(undone, Vehicle)
    assert isinstance(corrected, Vehicle) or corrected.code == "not_out"
    vehicle.refresh_from_db()
    assert (vehicle.status, vehicle.exit_reason) == (StockStatus.FOR_SALE, "")


def test_a_vehicle_taken_back_from_its_exit_and_added_again_at_one_instant_is_in_stock_once(cast):
    vehicle = make_vehicle(entity=cast.north, plate="GD642JM", status="out", exit_reason="scrap", left_on="2026-10-02")
    answers = together(
        cast.vera,
        lambda: exits.undo_exit(vehicle=vehicle, reason="x", actor=cast.vera),
        adding(cast, plate="GD642JM"),
    )
    assert sum(isinstance(answer, Refused) for answer in answers) == 1
    assert Vehicle.objects.in_stock().count() == 1
