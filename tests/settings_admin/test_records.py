"""The records: what really changed is written once and never again changed; numbers without gaps; keys of forms."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from openflex.core.errors import Refused
from settings_admin.models import AccessLog, DocumentCounter, ListView, TimelineEntry
from settings_admin.records import selectors, services
from settings_admin.records.services import EditConflict, apply_edit, record_seen, save_changes
from tests.make import make_vehicle


class Stop(Exception):
    pass


@pytest.fixture
def vehicle(cast, as_user):
    as_user(cast.vera)
    return make_vehicle(entity=cast.north, key_number="1", sale_price=Decimal("10.00"), body="")


# --- History -----------------------------------------------------------------------------------------------


def test_only_what_really_changed_is_saved_and_told(cast, vehicle):
    vehicle.key_number, vehicle.sale_price, vehicle.body = "2", Decimal("10"), ""
    entry = save_changes(vehicle, fields=["key_number", "sale_price", "body"], actor=cast.vera)
    assert entry.changes == {"key_number": ["1", "2"]}
    assert (entry.actor, entry.actor_name, entry.holding, entry.entity) == (
        cast.vera,
        "Vera Nom",
        cast.holding,
        cast.north,
    )


def test_nothing_changed_is_no_line(cast, vehicle):
    assert save_changes(vehicle, fields=["key_number"], actor=cast.vera) is None
    assert not selectors.timeline_of(vehicle).exists()


def test_fields_that_are_not_named_are_not_saved(cast, vehicle):
    vehicle.key_number, vehicle.key_place = "2", "B"
    save_changes(vehicle, fields=["key_number"], actor=cast.vera)
    vehicle.refresh_from_db()
    assert (vehicle.key_number, vehicle.key_place) == ("2", "")


def test_values_are_kept_so_that_they_can_be_read_again(cast, vehicle):
    vehicle.sale_price, vehicle.left_on, vehicle.is_damaged = Decimal("1234.50"), date(2026, 1, 2), True
    vehicle.point_of_sale = cast.north_1
    names = ["sale_price", "left_on", "is_damaged", "point_of_sale"]
    entry = save_changes(vehicle, fields=names, actor=None)
    entry.refresh_from_db()
    assert entry.changes == {
        "sale_price": ["10.00", "1234.50"],
        "left_on": [None, "2026-01-02"],
        "is_damaged": [None, True],
        "point_of_sale": [None, cast.north_1.pk],
    }
    assert entry.actor_name == ""


def test_the_instant_of_the_last_change_moves_along(cast, vehicle):
    before = vehicle.changed_at
    vehicle.key_number = "2"
    save_changes(vehicle, fields=["key_number"], actor=cast.vera)
    vehicle.refresh_from_db()
    assert vehicle.changed_at > before


@pytest.mark.parametrize("model", [TimelineEntry, AccessLog])
@pytest.mark.parametrize("change", ["update", "delete", "save"])
def test_the_database_lets_nobody_change_what_was_written(cast, vehicle, model, change):
    services.record_event(vehicle, kind="created", actor=cast.vera)
    record_seen(user=cast.vera, kind="seen", target=vehicle)
    row = model.objects.get(target_type="vehicles.vehicle")

    def attempt():
        if change == "update":
            model.objects.filter(pk=row.pk).update(kind="x")
        elif change == "delete":
            model.objects.filter(pk=row.pk).delete()
        else:
            row.kind = "x"
            row.save()

    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        attempt()
    assert model.objects.get(pk=row.pk).kind in {"created", "seen"}


def test_who_changed_a_field_last(cast, vehicle):
    for number, actor in (("2", cast.vera), ("3", cast.marc)):
        vehicle.key_number = number
        save_changes(vehicle, fields=["key_number"], actor=actor)
    vehicle.key_place = "B"
    save_changes(vehicle, fields=["key_place"], actor=cast.vera)
    assert selectors.last_change_of(vehicle, "key_number").actor == cast.marc
    assert selectors.last_change_of(vehicle, "body") is None


# --- Two editors -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "mine", "result"),
    [
        ({"key_number": "1"}, {"key_number": "2"}, "2"),  # nobody else touched it
        ({"key_number": "0"}, {"key_number": "1"}, "1"),  # both to the same value
        ({}, {}, "1"),
    ],
)
def test_an_edit_is_applied_where_nobody_contradicts_it(vehicle, base, mine, result):
    assert apply_edit(vehicle, base=base, mine=mine) == list(mine)
    assert vehicle.key_number == result


def test_a_contradiction_names_its_fields_and_sets_none(vehicle):
    vehicle.key_place = "B"
    with pytest.raises(EditConflict) as conflict:
        apply_edit(
            vehicle,
            base={"key_number": "0", "key_place": "A", "body": ""},
            mine={"key_number": "9", "key_place": "C", "body": "SOLO"},
        )
    assert conflict.value.fields == ["key_number", "key_place"]
    assert (vehicle.key_number, vehicle.key_place, vehicle.body) == ("1", "B", "")


# --- Numbers and keys --------------------------------------------------------------------------------------


def test_numbers_start_at_one_in_each_series_of_each_entity(cast, as_user):
    as_user(cast.alice, choice="all")
    assert [services.next_number(entity=cast.north, series="a") for _ in range(3)] == [1, 2, 3]
    assert services.next_number(entity=cast.north, series="b") == 1
    assert services.next_number(entity=cast.south, series="a") == 1


def test_a_rollback_gives_its_number_back(cast, vehicle):
    @transaction.atomic
    def take_and_fail():
        assert services.next_number(entity=cast.north, series="a") == 2
        raise Stop

    assert services.next_number(entity=cast.north, series="a") == 1
    with pytest.raises(Stop):
        take_and_fail()
    assert services.next_number(entity=cast.north, series="a") == 2
    assert DocumentCounter.objects.get().last == 2


def test_a_key_serves_once(cast, vehicle):
    key = uuid4()
    used = services.use_key(key, user=cast.vera)
    used.result = "42"
    used.save()
    with pytest.raises(Refused) as refusal:
        services.use_key(key, user=cast.vera)
    assert (refusal.value.code, refusal.value.field) == ("already_done", None)
    assert services.answer_of(key) == "42"


def test_the_answer_to_a_key_is_its_senders(cast, as_user):
    key = uuid4()
    as_user(cast.vera)
    services.use_key(key, user=cast.vera)
    as_user(cast.marc)
    assert services.answer_of(key) is None


def test_columns_are_a_persons_own(cast, as_user):
    as_user(cast.vera)
    services.save_columns(user=cast.vera, list_key="vehicles", columns=["vin"])
    services.save_columns(user=cast.vera, list_key="vehicles", columns=["plate"])
    assert selectors.default_columns("vehicles") == ["plate"]
    assert selectors.default_columns("customers") == []
    as_user(cast.marc)
    assert selectors.default_columns("vehicles") == []
    assert not ListView.objects.exists()
