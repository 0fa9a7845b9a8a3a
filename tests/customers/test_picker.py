"""The choice of a customer inside another form: found while typing, created in place, nothing leaked."""

import uuid
from urllib.parse import urlencode

import pytest

from settings_admin.models import UserGroup
from settings_admin.scoping import unscoped
from tests.customers.way import customers
from tests.make import make_customer, make_vehicle
from tests.support.htmx import parse
from tests.vehicles.way import errors_of, form_data

PICK = "/clients/choisir/"


@pytest.fixture
def rino(cast):
    return make_customer(
        entity=cast.north, civility="professor", birth_name="RINO", mobile="+33612345678", city="Chalon"
    )


def pick(client, entity, words, **more):
    return client.get(PICK, {"field": "customer", "entity": entity.pk, "customer_words": words, **more})


def offered(response):
    return [box["value"] for box in parse(response).select("input[type=radio]")]


def take_rights(cast, *codes):
    with unscoped("test data"):
        for group in UserGroup.objects.filter(holding=cast.holding):
            group.rights = [code for code in group.rights if code not in codes]
            group.save()


@pytest.mark.parametrize("words", ["rin", "RINO chalon", "06 12 34"])
def test_three_characters_find_a_customer(cast, client_for, rino, words):
    response = pick(client_for(cast.sam), cast.north, words)
    assert offered(response) == [str(rino.pk)]
    assert "Pr RINO" in response.text
    assert "Chalon" in response.text


def test_fewer_find_nobody_and_say_so(cast, client_for, rino):
    response = pick(client_for(cast.sam), cast.north, "ri")
    assert offered(response) == []
    assert "Trois caractères au moins." in response.text


def test_whose_name_begins_with_the_words_comes_before_who_has_them_elsewhere(cast, client_for):
    by_street = make_customer(entity=cast.north, birth_name="AUBERT", city="Saint-Martin")
    by_first_name = make_customer(entity=cast.north, birth_name="BLANC", first_names="Martin")
    company = make_customer(entity=cast.north, kind="company", company_name="Martin l'Aîné & fils")
    martin = make_customer(entity=cast.north, birth_name="MARTIN", first_names="Zoé")
    make_customer(entity=cast.south, birth_name="MARTIN", first_names="Anne")
    page = client_for(cast.sam)
    assert offered(pick(page, cast.north, "martin")) == [
        str(one.pk) for one in (company, martin, by_street, by_first_name)
    ]
    assert offered(pick(page, cast.north, " Martin  l’aî")) == [str(company.pk)]
    assert offered(pick(page, cast.north, "martin zo")) == [str(martin.pk)]
    assert offered(pick(page, cast.north, "zoe martin")) == [str(martin.pk)]


def test_whoever_is_chosen_stays_above_the_matches(cast, client_for, rino):
    other = make_customer(entity=cast.north, birth_name="RINALDI")
    page = parse(pick(client_for(cast.sam), cast.north, "rin", customer=other.pk))
    assert page.select_one("input[checked]")["value"] == str(other.pk)
    assert [box["value"] for box in page.select("input[type=radio]")] == [str(other.pk), "", str(rino.pk)]


def test_nobody_is_no_choice_where_somebody_must_be_chosen_whatever_is_searched_or_created(cast, client_for, rino):
    client = client_for(cast.sam)
    page = parse(client.get("/opportunites/nouvelle/"))
    search, button = page.select_one("[name=customer_words]"), page.select_one("#customer-new button")
    answer = client.get(f"{search['hx-get']}&customer_words=rin&customer={rino.pk}")
    assert offered(answer) == [str(rino.pk)]
    fields = parse(client.get(button["hx-get"]))
    created = client.post(fields.select_one("[hx-post]")["hx-post"], new(birth_name="MARTIN"))
    assert len(offered(created)) == 1
    assert parse(created).select_one("#customer-new button")["hx-get"] == button["hx-get"]
    # Whoever sends nobody all the same is refused beside the field.
    sent = {**form_data(client.get("/opportunites/nouvelle/")), "customer": ""}
    refused = client.post("/opportunites/nouvelle/", sent)
    assert (refused.status_code, "customer_words" in errors_of(refused)) == (422, True)


def test_customers_of_a_sister_entity_are_not_offered_nor_chosen(cast, client_for, rino):
    theirs = make_customer(entity=cast.south, birth_name="RINO")
    alice = client_for(cast.alice, scope="all")
    assert offered(pick(alice, cast.north, "rino")) == [str(rino.pk)]
    assert offered(pick(alice, cast.south, "rino", customer=rino.pk)) == [str(theirs.pk)]
    assert pick(client_for(cast.eve), cast.north, "rino").status_code == 404
    vehicle = make_vehicle(entity=cast.north)
    refused = alice.post(f"/vehicules/{vehicle.pk}/reserver/", {"customer": theirs.pk})
    assert refused.status_code == 422
    assert "Ce client n’est plus disponible" in refused.text


def test_a_field_with_another_name_is_asked_for_by_it_and_markup_is_not(cast, client_for, rino):
    client = client_for(cast.sam)
    page = parse(client.get(PICK, {"field": "supplier", "entity": cast.north.pk, "supplier_words": "rino"}))
    assert page.select_one("input[type=radio]")["name"] == "supplier"
    assert client.get(PICK, {"field": '"><b>', "entity": cast.north.pk}).status_code == 404


def test_without_the_right_to_see_customers_nothing_is_told(cast, client_for, rino):
    vehicle = make_vehicle(entity=cast.north, supplier=rino, sale_price=1000)
    take_rights(cast, "customers.view")
    client = client_for(cast.marc)
    assert pick(client, cast.north, "rino").status_code == 403
    sheet = f"/vehicules/{vehicle.pk}/"
    for address in (sheet, f"{sheet}?modifier=prix", f"{sheet}reserver/", "/vehicules/?q=rino"):
        assert "RINO" not in client.get(address).text.replace("q=rino", "")
    data = form_data(client.get(f"{sheet}?modifier=prix"))
    assert client.post(f"{sheet}sections/prix/", {**data, "sale_price": "2000"}).status_code == 303
    with unscoped("the test looks at what was written"):
        assert type(vehicle).objects.get(pk=vehicle.pk).supplier_id == rino.pk


# --- Created in place -----------------------------------------------------------------------------------


def new(**typed):
    values = {"key": str(uuid.uuid4()), "kind": "person", "birth_name": "rino", **typed}
    return {f"customer_new-{name}": value for name, value in values.items()}


def create(client, entity, sent):
    return client.post(f"{PICK}creer/?field=customer&entity={entity.pk}", sent)


def test_what_was_searched_begins_the_new_customer(cast, client_for):
    client = client_for(cast.sam)
    asked = {"field": "customer", "entity": cast.north.pk, "customer_words": "rino"}
    assert parse(client.get(f"{PICK}nouveau/", asked)).select_one("[name$=birth_name]")["value"] == "RINO"
    phone = parse(client.get(f"{PICK}nouveau/", {**asked, "customer_words": "0612345678"}))
    assert not phone.select_one("[name$=birth_name]").get("value")


def test_a_customer_is_created_once_and_chosen(cast, client_for):
    client, sent = client_for(cast.sam), new(mobile="0612345678")
    first, second = create(client, cast.north, sent), create(client, cast.north, {**sent, "confirmed": "1"})
    (rino,) = customers()
    assert (rino.mobile, rino.entity_id) == ("+33612345678", cast.north.pk)
    for response in (first, second):
        choices = parse(response).select_one("#customer-choices")
        assert choices["hx-swap-oob"] == "true"
        assert choices.select_one("input[checked]")["value"] == str(rino.pk)


def test_what_cannot_be_read_is_refused_beside_its_field(cast, client_for):
    response = create(client_for(cast.sam), cast.north, new(mobile="06", birth_name=""))
    assert set(errors_of(response)) == {"customer_new-mobile", "customer_new-birth_name"}
    assert customers() == []


def test_who_resembles_is_proposed_as_a_choice_first(cast, client_for, rino):
    client, sent = client_for(cast.sam), new(mobile="0612345678")
    asked = create(client, cast.north, sent)
    assert asked.status_code == 422
    assert parse(asked).select_one("input[type=radio][name=customer]")["value"] == str(rino.pk)
    assert len(customers()) == 1
    create(client, cast.north, {**sent, "confirmed": "1"})
    assert len(customers()) == 2


def test_who_resembles_is_proposed_while_one_types_and_a_choice_outlives_the_next_letter(cast, client_for, rino):
    other = make_customer(entity=cast.south, birth_name="RINO", mobile="+33612345678")
    client = client_for(cast.sam, htmx=True)
    fieldset = parse(client.get(f"{PICK}nouveau/?field=customer&entity={cast.north.pk}")).select_one("fieldset")
    asking = fieldset.select_one("#customer-alike")
    assert "input" in asking["hx-trigger"]
    names = set(asking["hx-params"].split(","))
    assert {"customer_new-mobile", "customer_new-birth_name", "customer"} <= names

    def ask(client, **typed):
        sent = {name: value for name, value in new(birth_name="", **typed).items() if name in names}
        return client.get(f"{asking['hx-get']}&{urlencode({**sent, 'customer': rino.pk})}")

    assert offered(ask(client, mobile="06 12 34")) == []
    answer = ask(client, mobile="06 12 34 56 78")
    assert parse(answer).select_one("input[checked]")["value"] == str(rino.pk)
    assert offered(answer) == [str(rino.pk)] != [str(other.pk)]
    assert ask(client_for(cast.vera), mobile="06 12 34 56 78").status_code == 403
    assert ask(client_for(cast.eve), mobile="06 12 34 56 78").status_code == 404


def test_who_may_not_create_gets_no_button_and_is_refused(cast, client_for, rino):
    vehicle = make_vehicle(entity=cast.north)
    client = client_for(cast.vera)
    page = client.get(f"/vehicules/{vehicle.pk}/reserver/").text
    assert "customer-choices" in page
    assert "Créer un client" not in page
    assert create(client, cast.north, new()).status_code == 403
