"""The picker of a vehicle of the stock in the forms of the apps above."""

from datetime import date

import pytest

from opportunities.models import Opportunity
from settings_admin.scoping import unscoped
from tests.make import make_customer, make_opportunity, make_vehicle
from tests.support.forms import form_to, values_of
from tests.support.htmx import parse
from vehicles.enums import StockStatus

PICK = "/vehicules/choisir/"
GONE = {"status": StockStatus.OUT, "left_on": date(2026, 10, 20), "exit_reason": "transfer"}


@pytest.fixture
def golf(cast):
    return make_vehicle(entity=cast.north, make="VOLKSWAGEN", model="Golf", plate="GD642JM")


def pick(client, entity, words, **more):
    return client.get(PICK, {"field": "vehicle", "entity": entity.pk, "vehicle_words": words, **more})


def offered(response):
    return [box["value"] for box in parse(response).select("input[type=radio]")]


def test_three_characters_find_what_is_in_stock(cast, client_for, golf):
    make_vehicle(entity=cast.north, model="Golf", **GONE)
    client = client_for(cast.sam)
    for words in ("gol", "GD-642-JM"):
        assert offered(pick(client, cast.north, words)) == [str(golf.pk)]
    answer = pick(client, cast.north, "go")
    assert offered(answer) == []
    assert "Trois caractères au moins." in answer.text
    assert "Aucun véhicule en stock ne correspond" in pick(client, cast.north, "clio").text


def test_the_stock_of_others_is_neither_offered_nor_shown_as_chosen(cast, client_for, golf):
    theirs = make_vehicle(entity=cast.south, model="Golf")
    alice = client_for(cast.alice, scope="all")
    assert offered(pick(alice, cast.north, "golf", vehicle=theirs.pk)) == [str(golf.pk)]
    assert pick(client_for(cast.eve), cast.north, "golf").status_code == 404


def test_what_was_chosen_before_stays_through_a_search_though_it_left_the_stock(cast, client_for, golf):
    sold = make_vehicle(entity=cast.north, model="Tiguan")
    opportunity = make_opportunity(customer=make_customer(entity=cast.north), salesperson=cast.sam, vehicle=sold)
    with unscoped("test data"):
        type(sold).objects.filter(pk=sold.pk).update(**GONE)
    client, address = client_for(cast.sam), f"/opportunites/{opportunity.pk}/synthese/"
    search = parse(client.get(address)).select_one("[name=vehicle_words]")
    answer = client.get(f"{search['hx-get']}&vehicle_words=golf&vehicle={sold.pk}")
    assert offered(answer) == [str(sold.pk), "", str(golf.pk)]
    assert parse(answer).select_one("input[checked]")["value"] == str(sold.pk)
    form = form_to(parse(client.get(address)), f"{address}enregistrer/")
    assert client.post(f"{address}enregistrer/", values_of(form)).status_code == 303
    with unscoped("the test looks at what was written"):
        assert Opportunity.objects.get(pk=opportunity.pk).vehicle_id == sold.pk
