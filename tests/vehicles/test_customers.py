"""Suppliers and the customers of reservations: chosen, shown, searched, told in the history."""

import pytest

from settings_admin.scoping import unscoped
from tests.make import make_customer, make_vehicle
from tests.support.htmx import parse
from tests.support.xlsx import rows_of
from tests.vehicles.test_list_page import models
from tests.vehicles.way import fresh, opened, path, send
from vehicles.finding import of_customers
from vehicles.models import Hold, Vehicle

LIST = "/vehicules/"


@pytest.fixture
def rino(cast):
    return make_customer(entity=cast.north, civility="professor", birth_name="RINO", mobile="+33612345678")


@pytest.fixture
def golf(cast):
    return make_vehicle(entity=cast.north, model="GOLF")


def test_the_supplier_is_chosen_in_the_prices_and_told(cast, client_for, rino, golf):
    client = client_for(cast.marc)
    data = opened(client, golf, "prix")
    assert send(client, golf, "prix", data, supplier=rino.pk).status_code == 303
    assert fresh(golf).supplier_id == rino.pk
    page = parse(client.get(path(golf)))
    assert page.select_one(f"#prix a[href$='/clients/{rino.pk}/']").text == "Pr RINO"
    assert "Fournisseur\u00a0: – → Pr RINO" in page.text


def test_a_supplier_of_another_entity_is_refused_by_the_form_and_by_the_database(cast, client_for, golf):
    from django.db import IntegrityError, transaction

    theirs = make_customer(entity=cast.south, birth_name="SUDISTE")
    client = client_for(cast.marc)
    assert send(client, golf, "prix", opened(client, golf, "prix"), supplier=theirs.pk).status_code == 422
    with unscoped("a forger"), pytest.raises(IntegrityError), transaction.atomic():
        type(golf).objects.filter(pk=golf.pk).update(supplier=theirs)


def test_a_vehicle_is_reserved_for_a_customer_without_a_copy_of_the_name(cast, client_for, rino, golf):
    client = client_for(cast.vera)
    assert client.post(path(golf) + "reserver/", {"customer": rino.pk}).status_code == 303
    with unscoped("the test looks at what was written"):
        hold = Hold.objects.get(vehicle=golf)
    assert (hold.customer_id, hold.label) == (rino.pk, "")
    page = client.get(path(golf))
    assert parse(page).select_one(".sheet-head .notice a")["href"] == f"/clients/{rino.pk}/"
    assert "a réservé le véhicule (Pr RINO)" in page.text
    again = client.post(path(golf) + "reserver/", {"label": "Mme Martin"})
    assert "Pr RINO" in again.text
    client.post(path(golf) + "liberer/")
    assert "a libéré le véhicule (Pr RINO)" in client.get(path(golf)).text


def test_a_name_alone_still_does_and_nothing_does_not(cast, client_for, golf):
    client = client_for(cast.vera)
    assert "Choisissez un client, ou saisissez un nom." in client.post(path(golf) + "reserver/", {}).text
    assert client.post(path(golf) + "reserver/", {"label": "Mme Martin"}).status_code == 303
    assert "Mme Martin" in client.get(path(golf)).text


@pytest.mark.parametrize("words", ["rino", "RINO", "06 12 34 56 78"])
def test_vehicles_are_found_by_supplier_and_by_who_they_are_held_for(cast, client_for, rino, golf, words):
    make_vehicle(entity=cast.north, model="CLIO")
    make_vehicle(entity=cast.north, model="POLO", supplier=rino)
    client = client_for(cast.vera)
    client.post(path(golf) + "reserver/", {"customer": rino.pk})
    assert sorted(models(parse(client.get(f"{LIST}?q={words}")))) == ["GOLF", "POLO"]
    client.post(path(golf) + "liberer/")
    assert models(parse(client.get(f"{LIST}?q={words}"))) == ["POLO"]


@pytest.mark.parametrize(
    "words", ["golf rino", "rino golf", "Golf  RINO", "rino vi", "golf vi rino", "vi rino", "GD-642-JM rino"]
)
def test_words_of_a_vehicle_and_of_its_customer_find_it_together(cast, client_for, rino, words):
    make_vehicle(entity=cast.north, model="GOLF VI", supplier=rino, plate="GD642JM")
    make_vehicle(entity=cast.north, model="GOLF VI")  # of somebody else
    make_vehicle(entity=cast.north, model="POLO", supplier=rino)
    client = client_for(cast.vera)
    assert models(parse(client.get(f"{LIST}?q={words}"))) == ["GOLF VI"]
    assert models(parse(client_for(cast.adele).get(f"{LIST}?q={words}"))) == []  # who sees no customers


def test_a_vehicle_is_found_with_the_name_of_who_it_is_held_for(cast, client_for, rino, golf):
    make_vehicle(entity=cast.north, model="GOLF")
    polo = make_vehicle(entity=cast.north, model="POLO")
    client = client_for(cast.vera)
    for one in (golf, polo):
        client.post(path(one) + "reserver/", {"customer": rino.pk})
    assert models(parse(client.get(f"{LIST}?q=golf+rino"))) == ["GOLF"]
    client.post(path(golf) + "liberer/")
    assert models(parse(client.get(f"{LIST}?q=golf+rino"))) == []


def test_the_export_finds_by_customer_and_names_supplier_and_holder(cast, client_for, rino, golf):
    make_vehicle(entity=cast.north, model="CLIO")
    with unscoped("test data"):
        type(golf).objects.filter(pk=golf.pk).update(supplier=rino)
    client = client_for(cast.vera)
    client.post(path(golf) + "reserver/", {"customer": rino.pk})
    client.post(f"{LIST}colonnes/", {"column": ["model", "supplier", "held_for"]})
    assert rows_of(client.post(f"{LIST}export/?q=rino")) == [
        {"Modèle": "GOLF", "Fournisseur": "Pr RINO", "Réservé pour": "Pr RINO"}
    ]


def test_who_may_not_see_customers_finds_nothing_by_them_and_reads_no_name(cast, client_for, rino, golf):
    with unscoped("test data"):
        type(golf).objects.filter(pk=golf.pk).update(supplier=rino)
    client_for(cast.vera).post(path(golf) + "reserver/", {"customer": rino.pk})
    adele = client_for(cast.adele)
    assert models(parse(adele.get(f"{LIST}?q=rino"))) == []
    adele.post(f"{LIST}colonnes/", {"column": ["model", "supplier", "held_for"]})
    for address in (LIST, path(golf)):
        page = adele.get(address).text
        assert "RINO" not in page
        assert "un client" in page


def test_a_number_beside_a_make_is_a_model_and_no_part_of_a_telephone(cast, client_for):
    caller = make_customer(entity=cast.north, birth_name="RINO", mobile="+33612082345")
    make_vehicle(entity=cast.north, make="PEUGEOT", model="308", supplier=caller)
    make_vehicle(entity=cast.north, make="PEUGEOT", model="208")
    client = client_for(cast.vera)
    assert models(parse(client.get(f"{LIST}?q=peugeot+208"))) == ["208"]
    assert models(parse(client.get(f"{LIST}?q=308+rino"))) == ["308"]


def test_the_customers_of_a_sister_entity_are_searched_where_one_sees_them_only(cast, client_for):
    theirs = make_customer(entity=cast.south, birth_name="SUDISTE")
    make_vehicle(entity=cast.south, model="POLO", supplier=theirs)
    assert models(parse(client_for(cast.vera).get(f"{LIST}?q=sudiste"))) == []
    assert models(parse(client_for(cast.alice, scope="all").get(f"{LIST}?q=sudiste"))) == ["POLO"]


def test_nobody_of_many_with_the_same_name_is_left_out(cast, as_user):
    as_user(cast.marc)
    for number in range(102):
        supplier = make_customer(entity=cast.north, birth_name="LEGRAND")
        make_vehicle(entity=cast.north, model=f"N{number}", supplier=supplier)
    found = of_customers("legrand")
    assert found is not None
    assert Vehicle.objects.filter(found).count() == 102
