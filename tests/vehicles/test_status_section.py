"""*Statut* on the sheet: its stage, and which VAT applies."""

import pytest

from tests.make import make_vehicle
from tests.support.htmx import parse
from tests.vehicles.way import errors_of, fresh, history, opened, path, send


def test_a_vn_becomes_a_vo_once_it_has_what_only_a_vn_may_lack(cast, client_for):
    new = {"stage": "new", "first_registration": None, "mileage_km": None, "plate": ""}
    vehicle = make_vehicle(entity=cast.north, **new)
    client = client_for(cast.vera)
    for stage, label in (("used", "VO"), ("demonstrator", "VD")):
        response = send(client, vehicle, "statut", opened(client, vehicle, "statut"), stage=stage, key_number="12")
        missing = "la date MEC, le kilométrage, l’immatriculation"
        told = f"Pour passer en {label}, complétez d’abord «\u00a0Caractéristiques\u00a0»\u00a0: {missing}."
        assert (response.status_code, errors_of(response)) == (422, {"stage": told})
        assert parse(response).select_one("[name=key_number]")["value"] == "12"
    assert fresh(vehicle).stage == "new"
    data = opened(client, vehicle, "caracteristiques")
    data.pop("has_no_plate")
    known = {"first_registration": "12/05/2026", "mileage_km": "15", "plate": "GD-642-JM"}
    assert send(client, vehicle, "caracteristiques", data, **known).status_code == 303
    assert send(client, vehicle, "statut", opened(client, vehicle, "statut"), stage="used").status_code == 303
    assert fresh(vehicle).stage == "used"


def test_what_is_never_registered_becomes_a_vo_by_its_vin(cast, client_for):
    """A machine for the circuit, say: whoever says so needs no plate, but it must be known by something."""
    new = {"stage": "new", "plate": "", "vin": ""}
    vehicle = make_vehicle(entity=cast.north, **new)
    client = client_for(cast.vera)
    said = {"stage": "used", "has_no_plate": "on"}
    refused = send(client, vehicle, "statut", opened(client, vehicle, "statut"), **said)
    told = "Pour passer en VO, complétez d’abord «\u00a0Caractéristiques\u00a0»\u00a0: le VIN."
    assert (refused.status_code, errors_of(refused)) == (422, {"stage": told})
    assert parse(refused).select_one("[name=has_no_plate]").has_attr("checked")
    vin = {"vin": "WVWZZZ1KZAW553981"}
    send(client, vehicle, "caracteristiques", opened(client, vehicle, "caracteristiques"), **vin)
    unsaid = send(client, vehicle, "statut", opened(client, vehicle, "statut"), stage="used")
    assert "l’immatriculation" in errors_of(unsaid)["stage"]
    assert send(client, vehicle, "statut", opened(client, vehicle, "statut"), **said).status_code == 303
    assert (fresh(vehicle).stage, fresh(vehicle).plate) == ("used", "")
    assert history(vehicle)[0].changes == {"stage": ["new", "used"]}
    assert "has_no_plate" not in opened(client, vehicle, "statut")


def test_a_vo_that_never_had_them_is_edited_all_the_same(cast, client_for):
    vehicle = make_vehicle(entity=cast.north, first_registration=None, mileage_km=None)
    client = client_for(cast.vera)
    assert send(client, vehicle, "statut", opened(client, vehicle, "statut"), stage="demonstrator").status_code == 303


def test_a_certificate_of_no_pledge_was_given_already(cast, client_for, time_machine):
    time_machine.move_to("2026-11-24T10:00:00+01:00", tick=False)
    vehicle, client = make_vehicle(entity=cast.north), client_for(cast.vera)
    data = opened(client, vehicle, "statut")
    refused = send(client, vehicle, "statut", data, no_pledge_on="25/11/2026")
    assert (refused.status_code, errors_of(refused)) == (
        422,
        {"no_pledge_on": "La date de non-gage est dans le futur."},
    )
    assert send(client, vehicle, "statut", data, no_pledge_on="24/11/2026").status_code == 303


@pytest.mark.parametrize(
    ("regime", "answer"), [("margin", "Non (TVA sur la marge)"), ("outside", "Non (hors TVA)"), ("recoverable", "Oui")]
)
def test_the_sheet_says_which_vat_applies(cast, client_for, regime, answer):
    vehicle = make_vehicle(entity=cast.north, vat_regime=regime)
    facts = parse(client_for(cast.vera).get(path(vehicle))).select("#statut .facts div")
    (told,) = [fact for fact in facts if fact.dt.text == "TVA récupérable"]
    assert told.dd.text == answer
