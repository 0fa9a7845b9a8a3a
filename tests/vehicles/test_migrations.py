"""What migrations do with the rows that were there before them."""

from datetime import date
from importlib import import_module

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from settings_admin.scoping import unscoped
from tests.make import make_vehicle
from vehicles.models import Hold, Vehicle

filling = import_module("vehicles.migrations.0005_fill_inspection_due_on")
awarded = import_module("vehicles.migrations.0016_awarded_and_sorted")
withdrawn = import_module("vehicles.migrations.0014_withdrawn_never_entered")


@pytest.fixture
def fill(monkeypatch):
    """The migration on the tables as they stand then, two rows a batch."""
    monkeypatch.setattr(filling, "BATCH", 2)
    apps = MigrationLoader(connection).project_state(("vehicles", "0005_fill_inspection_due_on")).apps
    return lambda: filling.fill(apps, None)


def test_the_due_date_of_older_rows_is_filled_by_the_rules(cast, fill):
    old = {
        "typed month": ({"next_inspection_month": date(2027, 8, 1)}, date(2027, 8, 31)),
        "last one": ({"inspection_on": date(2025, 3, 4)}, date(2027, 3, 4)),
        "new": ({"stage": "new", "first_registration": date(2026, 3, 4)}, None),
        "never": ({"first_registration": date(2020, 3, 17)}, date(2024, 3, 17)),
        "critical": ({"inspection_on": date(2025, 3, 4), "inspection_result": "critical"}, date(2025, 3, 4)),
        "motorcycle": ({"kind": "motorcycle", "first_registration": date(2022, 3, 4)}, date(2027, 3, 4)),
        "collector": ({"inspection_on": date(2025, 3, 4), "is_collector": True}, date(2030, 3, 4)),
        "exempt": ({"kind": "motorcycle", "is_licensed_sport": True}, None),
    }
    made = {name: make_vehicle(entity=cast.north, model=name, **fields) for name, (fields, _) in old.items()}
    kept = make_vehicle(entity=cast.south, model="kept")
    with unscoped("rows as they were before the column"):
        Vehicle.objects.filter(pk__in=[vehicle.pk for vehicle in made.values()]).update(inspection_due_on=None)
        Vehicle.objects.filter(pk=kept.pk).update(inspection_due_on=date(2001, 1, 1))
        fill()
        found = dict(Vehicle.objects.values_list("model", "inspection_due_on"))
    assert found == {**{name: due_on for name, (_, due_on) in old.items()}, "kept": date(2001, 1, 1)}


def test_what_was_withdrawn_loses_the_day_it_was_expected_on(cast):
    fields = {"status": "out", "left_on": date(2026, 11, 24), "entered_on": date(2026, 12, 20)}
    never = make_vehicle(entity=cast.north, exit_reason="withdrawn", **fields)
    gone = make_vehicle(entity=cast.north, exit_reason="scrap", **fields)
    apps = MigrationLoader(connection).project_state(("vehicles", "0014_withdrawn_never_entered")).apps
    withdrawn.forget_expected_days(apps, None)
    with unscoped("the test looks at what was written"):
        found = dict(Vehicle.objects.filter(pk__in=[never.pk, gone.pk]).values_list("pk", "entered_on"))
    assert found == {never.pk: None, gone.pk: date(2026, 12, 20)}


def test_what_an_auction_sold_was_awarded_and_what_it_only_holds_was_not(cast):
    made = {}
    for name, kind, status in (
        ("sold", "auction", "out"), ("delivered", "auction", "delivery"), ("held", "auction", "for_sale"),
        ("ordered", "order", "delivery"),
    ):  # fmt: skip
        vehicle = make_vehicle(entity=cast.north, status=status)
        with unscoped("rows as they were before the column"):
            made[name] = Hold.objects.create(entity=cast.north, vehicle=vehicle, kind=kind, label=name)
    run(awarded.AWARD)
    with unscoped("the test looks at what was written"):
        found = {name: Hold.objects.get(pk=hold.pk).awarded_at == hold.created_at for name, hold in made.items()}
    assert found == {"sold": True, "delivered": True, "held": False, "ordered": False}


def test_the_check_of_emissions_is_due_by_the_same_rules_in_older_rows(cast):
    van = {"kind": "light_commercial", "inspection_on": date(2024, 2, 29), "energy": "diesel"}
    rows = {
        "van": van,
        "said to be due": {**van, "next_inspection_month": date(2024, 8, 1)},
        "electric": {**van, "energy": "electric"},
        "retest": {**van, "inspection_result": "retest"},
        "collector": {**van, "is_collector": True},
        "car": {**van, "kind": "car"},
        "never": {**van, "inspection_on": None},
    }
    for name, fields in rows.items():
        make_vehicle(entity=cast.north, model=name, **fields)
    with unscoped("rows as they were before the check"):
        by_rules = dict(Vehicle.objects.values_list("model", "inspection_due_on"))
        Vehicle.objects.filter(model__in=["van", "said to be due"]).update(inspection_due_on=date(2026, 2, 28))
        Vehicle.objects.filter(model="said to be due").update(inspection_due_on=date(2024, 8, 31))
        run(awarded.DUE)
        assert dict(Vehicle.objects.values_list("model", "inspection_due_on")) == by_rules
    assert (by_rules["van"], by_rules["said to be due"]) == (date(2025, 2, 28), date(2024, 8, 31))


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
