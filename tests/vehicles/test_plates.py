"""A plate means a vehicle in its country only: the same signs elsewhere are another one."""

from datetime import date
from importlib import import_module
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.loader import MigrationLoader

from openflex.core.errors import Refused
from settings_admin.scoping import unscoped
from tests.make import make_vehicle
from tests.support.htmx import parse
from tests.vehicles.way import errors_of, form_data, fresh, history, opened, path, send
from vehicles import selectors
from vehicles.models import Vehicle
from vehicles.services import stock

BELGIAN = {"plate": "AB123CD", "plate_format": "foreign", "plate_country": "B"}
FRENCH = {"plate": "AB123CD", "plate_format": "siv", "plate_country": ""}
OUT = {"status": "out", "left_on": date(2025, 1, 1), "exit_reason": "scrap"}


def enter(cast, **values):
    typed = {"make": "RENAULT", "model": "CLIO", "kind": "car", "status": "arrived", **values}
    return stock.add_vehicle(entity=cast.north, point_of_sale=None, actor=cast.vera, key=uuid4(), values=typed)


def test_the_same_signs_of_another_country_are_another_vehicle(cast, as_user):
    as_user(cast.vera)
    enter(cast, **BELGIAN)
    enter(cast, **FRENCH)
    enter(cast, **BELGIAN | {"plate_country": "D"})
    for again in (FRENCH, BELGIAN):
        with pytest.raises(Refused) as refusal:
            enter(cast, **again)
        assert (refusal.value.code, refusal.value.field) == ("plate_in_stock", "plate")


def test_a_former_stay_and_its_kilometres_are_those_of_the_plates_country(cast, as_user):
    as_user(cast.vera)
    belgian = make_vehicle(entity=cast.north, mileage_km=90_000, **BELGIAN, **OUT)
    french = make_vehicle(entity=cast.north, mileage_km=40_000, **FRENCH, **OUT)
    assert enter(cast, **FRENCH).previous_stay == french
    assert enter(cast, **BELGIAN).previous_stay == belgian
    assert selectors.highest_known_mileage(vin="", plate="AB123CD") == 40_000
    assert selectors.highest_known_mileage(vin="", plate="AB123CD", plate_country="B") == 90_000


def test_a_lower_mileage_is_doubted_of_the_same_plate_only(cast, client_for):
    make_vehicle(entity=cast.north, mileage_km=90_000, **BELGIAN, **OUT)
    vehicle = make_vehicle(entity=cast.north, mileage_km=10_000, **FRENCH)
    client = client_for(cast.vera)
    client.post(
        path(vehicle, "caracteristiques"), {**opened(client, vehicle, "caracteristiques"), "mileage_km": "11000"}
    )
    assert "Kilométrage inférieur" not in client.get(path(vehicle)).text


def test_the_sheet_names_the_country_and_a_french_plate_loses_it(cast, client_for):
    vehicle = make_vehicle(entity=cast.north, **BELGIAN)
    client = client_for(cast.vera)
    shown = parse(client.get(path(vehicle))).select_one(".sheet-head [title*=étranger]")
    assert " ".join(shown.text.split()) == "B Plaque étrangère, Belgique : AB123CD"
    data = opened(client, vehicle, "caracteristiques")
    assert data["plate_country"] == "B"
    assert send(client, vehicle, "caracteristiques", data, plate_country="", plate="ab-123-cd").status_code == 303
    saved = fresh(vehicle)
    assert (saved.plate, saved.plate_format, saved.plate_country) == ("AB123CD", "siv", "")
    (entry,) = history(vehicle)
    assert entry.changes == {"plate_country": ["B", ""], "plate_format": ["foreign", "siv"]}


def test_what_has_no_plate_is_of_no_country(cast, client_for):
    vehicle = make_vehicle(entity=cast.north, **BELGIAN)
    client = client_for(cast.vera)
    data = opened(client, vehicle, "caracteristiques")
    assert send(client, vehicle, "caracteristiques", data, plate="", has_no_plate="on").status_code == 303
    assert (fresh(vehicle).plate, fresh(vehicle).plate_format, fresh(vehicle).plate_country) == ("", "", "")


def test_of_two_editors_one_says_the_plate_and_its_country(cast, client_for):
    """Vera says that it is Belgian while Marc writes another French one: neither half alone is a plate."""
    vehicle = make_vehicle(entity=cast.north, **FRENCH)
    first, second = client_for(cast.vera), client_for(cast.marc)
    data = opened(first, vehicle, "caracteristiques")
    assert send(first, vehicle, "caracteristiques", data, plate_country="B").status_code == 303
    refused = send(second, vehicle, "caracteristiques", data, plate="EF-456-GH", doors="3")
    assert refused.status_code == 422
    assert "Pays d’immatriculation" in parse(refused).select_one("[role=alert]").text
    kept = send(second, vehicle, "caracteristiques", {**form_data(refused), "keep_theirs": "plate_country"})
    assert kept.status_code == 303
    saved = fresh(vehicle)
    assert (saved.plate, saved.plate_country, saved.doors) == ("AB123CD", "B", 3)
    mine = send(second, vehicle, "caracteristiques", form_data(refused))
    assert mine.status_code == 303
    assert (fresh(vehicle).plate, fresh(vehicle).plate_format, fresh(vehicle).plate_country) == ("EF456GH", "siv", "")


def test_the_letters_of_another_country_are_a_part_of_its_plate(cast, client_for):
    """Without its Ü, Fürth's FÜ-AB 123 would be Frankfurt's F-AB 123."""
    vehicle = make_vehicle(entity=cast.north, **BELGIAN)
    client = client_for(cast.vera)
    data = opened(client, vehicle, "caracteristiques")
    typed = {"plate": "fu\u0308-ab 123", "plate_country": "D"}
    assert send(client, vehicle, "caracteristiques", data, **typed).status_code == 303
    assert fresh(vehicle).plate == "FÜAB123"
    assert "FÜAB123" in parse(client.get(path(vehicle))).select_one(".sheet-head").text
    for search in ("FÜ AB 123", "fu-ab"):
        assert "FÜAB123" in parse(client.get("/vehicules/", {"q": search})).select_one("tbody").text
    data = opened(client, vehicle, "caracteristiques")
    refused = send(client, vehicle, "caracteristiques", data, plate="AÉ-123-CD", plate_country="")
    assert "non reconnue" in errors_of(refused)["plate"]


def test_a_french_plate_that_cannot_be_read_says_what_to_do_with_a_foreign_one(cast, client_for):
    vehicle = make_vehicle(entity=cast.north, **FRENCH)
    client = client_for(cast.vera)
    data = opened(client, vehicle, "caracteristiques")
    told = errors_of(send(client, vehicle, "caracteristiques", data, plate="1-ABC-2345"))["plate"]
    assert told.endswith("S’il est immatriculé à l’étranger, choisissez son pays.")


@pytest.mark.parametrize("half", [{"plate_format": "foreign"}, {"plate_format": "siv", "plate_country": "B"}])
def test_the_database_holds_no_half_foreign_plate(cast, half):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_vehicle(entity=cast.north, plate="AB123CD", **half)


def test_a_foreign_plate_of_before_had_no_country_and_is_of_another_one(cast):
    migration = import_module("vehicles.migrations.0019_foreign_plates_have_a_country")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE vehicles_vehicle DROP CONSTRAINT vehicle_foreign_plate_has_country")
    kept, french = make_vehicle(entity=cast.north, **BELGIAN), make_vehicle(entity=cast.north, **FRENCH)
    unsaid = make_vehicle(entity=cast.north, plate="XY12", plate_format="foreign", plate_country="")
    half = make_vehicle(entity=cast.north, plate="EF456GH", plate_format="siv", plate_country="B")
    migration.say_the_country(
        MigrationLoader(connection).project_state(("vehicles", migration.__name__[20:])).apps, None
    )
    with unscoped("the test looks at what was written"):
        found = dict(Vehicle.objects.values_list("pk", "plate_country"))
    assert found == {kept.pk: "B", french.pk: "", unsaid.pk: "other", half.pk: ""}
