"""*Créer un client*: what is asked, refused, and who is shown to be perhaps the same."""

import uuid

import pytest

from tests.customers.way import LIST, customers, history, path
from tests.make import make_customer
from tests.support.htmx import parse
from tests.vehicles.way import errors_of

ADD, LIKE = f"{LIST}creer/", f"{LIST}ressemblants/"


def person(**typed):
    return {"key": str(uuid.uuid4()), "kind": "person", "birth_name": "rino", **typed}


def test_a_person_is_created_with_what_was_typed_as_it_is_kept(cast, client_for):
    response = client_for(cast.sam).post(
        ADD,
        person(civility="professor", first_names="paul,marie", mobile="06 12 34 56 78", email="Paul@Example.TEST",
               postcode="71 100", city="Chalon"),
    )  # fmt: skip
    (rino,) = customers()
    assert response.headers["Location"] == path(rino)
    assert (rino.birth_name, rino.first_names, rino.mobile) == ("RINO", "Paul, Marie", "+33612345678")
    assert (rino.email, rino.postcode, rino.country) == ("paul@example.test", "71100", "France")
    assert (rino.entity_id, rino.created_by) == (cast.north.pk, cast.sam)
    assert [entry.kind for entry in history(rino)] == ["created"]


def test_who_lives_abroad_is_created_with_the_postcode_of_their_country(cast, client_for):
    client = client_for(cast.sam)
    opened = parse(client.get(ADD))
    assert opened.select_one("[name=country]")["value"] == "France"
    abroad = client.post(ADD, person(postcode="1204", city="Genève", country=" Suisse "))
    assert abroad.status_code == 303
    (rino,) = customers()
    assert (rino.postcode, rino.city, rino.country) == ("1204", "Genève", "Suisse")


def test_the_name_that_is_asked_for_is_marked(cast, client_for):
    page = parse(client_for(cast.sam).get(ADD))
    for name in ("birth_name", "company_name"):
        assert page.select_one(f"label[for=id_{name}] .required")
        assert page.select_one(f"[name={name}]")["aria-required"] == "true"
    assert not page.select_one("label[for=id_first_names] .required")


def test_a_company_is_created_without_what_was_typed_for_a_person(cast, client_for):
    client_for(cast.sam).post(
        ADD, person(kind="company", company_name="Bâti  Saône", legal_form="SARL", siret="732 829 320 00074")
    )
    (company,) = customers()
    assert (company.display_name, company.siret, company.birth_name) == ("SARL Bâti Saône", "73282932000074", "")


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"birth_name": " "}, "birth_name"),
        ({"mobile": "06 12"}, "mobile"),
        ({"email": "paul"}, "email"),
        ({"postcode": "711"}, "postcode"),
        ({"kind": "company", "company_name": ""}, "company_name"),
        ({"kind": "company", "company_name": "Bâti", "siret": "73282932000075"}, "siret"),
        ({"birth_name": "A" * 81}, "birth_name"),
    ],
)
def test_each_refusal_stands_beside_its_field_and_keeps_what_was_typed(cast, client_for, typed, field):
    response = client_for(cast.sam).post(ADD, person(city="Chalon", **typed))
    assert response.status_code == 422
    assert field in errors_of(response)
    assert parse(response).select_one("[name=city]")["value"] == "Chalon"
    assert customers() == []


def test_the_same_form_sent_twice_makes_one_customer(cast, client_for):
    client, sent = client_for(cast.sam), person(email="paul@example.test")
    first, second = client.post(ADD, sent), client.post(ADD, {**sent, "confirmed": "1"})
    assert first.headers["Location"] == second.headers["Location"]
    assert len(customers()) == 1


def test_with_several_entities_the_form_asks_which(cast, client_for):
    client = client_for(cast.alice, scope="all")
    assert "entity" in errors_of(client.post(ADD, person()))
    client.post(ADD, person(entity=cast.south.pk))
    assert [one.entity_id for one in customers()] == [cast.south.pk]


def test_a_customer_cannot_be_put_into_an_entity_of_others(cast, client_for):
    response = client_for(cast.alice, scope="all").post(ADD, person(entity=cast.elsewhere.pk))
    assert "entity" in errors_of(response)
    assert customers() == []


# --- Who may be the same ---------------------------------------------------------------------------------


@pytest.fixture
def rino(cast):
    return make_customer(
        entity=cast.north,
        civility="professor",
        birth_name="RINO",
        first_names="Paul, Marie",
        mobile="+33612345678",
        email="paul@example.test",
        city="Chalon",
    )


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"mobile": "0612345678"}, "même téléphone"),
        ({"phone": "06 12 34 56 78"}, "même téléphone"),
        ({"email": "PAUL@example.test"}, "même adresse e-mail"),
        ({"birth_name": "rino", "first_names": "Paul"}, "même nom"),
        ({"birth_name": "Rino", "first_names": "paul", "email": "paul@example.test"}, "même adresse e-mail, même nom"),
    ],
)
def test_duplicates_are_proposed_while_one_types(cast, client_for, rino, typed, reason):
    response = client_for(cast.sam, htmx=True).get(LIKE, {"kind": "person", **typed})
    assert "Pr Paul RINO" in response.text
    assert f"({reason})" in response.text
    assert "Créer quand même" in response.text


@pytest.mark.parametrize("typed", [{"birth_name": "rino"}, {"mobile": "06 12"}, {"email": "paul@"}, {}])
def test_a_name_alone_or_half_a_number_says_nothing(cast, client_for, rino, typed):
    assert client_for(cast.sam, htmx=True).get(LIKE, {"kind": "person", **typed}).text.strip() == ""


def test_nothing_of_a_sister_entity_is_hinted_at(cast, client_for, rino):
    asked = {"kind": "person", "email": "paul@example.test"}
    assert client_for(cast.eve, htmx=True).get(LIKE, asked).text.strip() == ""
    assert client_for(cast.eve, htmx=True).get(LIKE, {**asked, "entity": cast.north.pk}).text.strip() == ""


def test_creating_asks_first_and_does_it_when_one_has_seen_them(cast, client_for, rino):
    client = client_for(cast.sam)
    sent = person(email="paul@example.test")
    asked = client.post(ADD, sent)
    assert asked.status_code == 422
    assert "Rien n’est encore enregistré." in asked.text
    assert len(customers()) == 1
    assert client.post(ADD, {**sent, "confirmed": "1"}).status_code == 303
    assert len(customers()) == 2


def test_who_may_create_but_not_see_learns_nothing(cast, client_for, rino):
    from settings_admin.models import UserGroup
    from settings_admin.scoping import unscoped

    with unscoped("test data"):
        for group in UserGroup.objects.filter(holding=cast.holding):
            group.rights = [code for code in group.rights if code != "customers.view"]
            group.save()
    client = client_for(cast.sam, htmx=True)
    assert client.get(LIKE, {"kind": "person", "email": "paul@example.test"}).text.strip() == ""
    assert client.get(path(rino)).status_code == 403
