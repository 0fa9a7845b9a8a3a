"""A customer's page: sections edited in place, by two people too; contacts, consents and vehicles; who looked at it."""

import uuid

import pytest
from django.db import DatabaseError, transaction

from customers.models import Consent, Contact, OwnedVehicle
from settings_admin.models import AccessLog
from settings_admin.scoping import unscoped
from tests.customers.way import fresh, history, opened, path, send
from tests.make import make_customer
from tests.support.htmx import content, parse, swap
from tests.vehicles.way import errors_of, form_data


@pytest.fixture
def rino(cast):
    return make_customer(
        entity=cast.north, civility="professor", birth_name="RINO", mobile="+33612345678", email="rino@example.test"
    )


def test_the_head_says_who_and_leads_to_calling_and_writing(cast, client_for, rino):
    page = parse(client_for(cast.sam).get(path(rino)))
    assert page.h1.text == "Pr RINO"
    assert page.select_one("a[href='tel:+33612345678']").text == "06\u00a012\u00a034\u00a056\u00a078"
    assert page.select_one("a[href='mailto:rino@example.test']")


@pytest.mark.parametrize(
    ("section", "typed", "column", "value"),
    [
        ("identite", {"used_name": "d’Arc", "born_on": "23041970", "birth_department": "71"}, "used_name", "D'ARC"),
        ("coordonnees", {"phone": "0385000001"}, "phone", "+33385000001"),
        ("adresse", {"street_number": "12", "postcode": "71 100", "city": "Chalon"}, "postcode", "71100"),
        ("piece", {"identity_kind": "passport", "identity_number": "12AB"}, "identity_number", "12AB"),
        ("suivi", {"notes": "Rappeler le soir"}, "notes", "Rappeler le soir"),
    ],
)
def test_a_section_is_saved_and_told(cast, client_for, rino, section, typed, column, value):
    client = client_for(cast.sam)
    assert send(client, rino, section, opened(client, rino, section), **typed).status_code == 303
    assert getattr(fresh(rino), column) == value
    entry = history(rino)[0]
    assert (entry.kind, entry.actor) == ("changed", cast.sam)
    assert set(entry.changes) == set(typed)
    assert "a modifié la fiche" in client.get(path(rino)).text


@pytest.mark.parametrize(
    ("section", "typed", "field"),
    [
        ("identite", {"birth_name": "", "used_name": ""}, "birth_name"),
        ("identite", {"born_on": "01/01/2999"}, "born_on"),
        ("identite", {"birth_department": "96"}, "birth_department"),
        ("identite", {"siret": "73282932000074"}, "is_sole_trader"),
        ("coordonnees", {"mobile": "12"}, "mobile"),
        ("coordonnees", {"email": "x"}, "email"),
        ("adresse", {"postcode": "7110"}, "postcode"),
        ("piece", {"identity_issued_on": "02/03/2020", "identity_until_on": "01/03/2020"}, "identity_until_on"),
    ],
)
def test_each_refusal_stands_beside_its_field(cast, client_for, rino, section, typed, field):
    client = client_for(cast.sam)
    response = send(client, rino, section, opened(client, rino, section), **typed)
    assert response.status_code == 422
    assert field in errors_of(response)
    assert history(rino) == []


def test_two_editors_of_other_fields_both_stay(cast, client_for, rino):
    first, second = client_for(cast.sam), client_for(cast.marc)
    mine, theirs = opened(first, rino, "adresse"), opened(second, rino, "adresse")
    send(first, rino, "adresse", mine, city="Mâcon", postcode="71000")
    send(second, rino, "adresse", theirs, street_name="des Lilas")
    after = fresh(rino)
    assert (after.city, after.street_name) == ("Mâcon", "des Lilas")


def test_the_same_field_comes_back_as_a_choice(cast, client_for, rino):
    first, second = client_for(cast.sam), client_for(cast.marc)
    mine, theirs = opened(first, rino, "coordonnees"), opened(second, rino, "coordonnees")
    send(first, rino, "coordonnees", mine, mobile="0611111111")
    response = send(second, rino, "coordonnees", theirs, mobile="0622222222")
    assert response.status_code == 422
    assert "06\u00a011\u00a011\u00a011\u00a011" in response.text
    assert fresh(rino).mobile == "+33611111111"


def test_a_swapped_page_equals_a_reloaded_one(cast, client_for, rino):
    client, htmx = client_for(cast.sam), client_for(cast.sam, htmx=True)
    page = parse(client.get(path(rino)))
    swapped = swap(page, htmx.get(f"{path(rino)}?modifier=adresse"), target="#sheet")
    assert content(swapped) == content(parse(client.get(f"{path(rino)}?modifier=adresse")))


def test_who_may_only_look_gets_no_button_and_no_form(cast, client_for, rino):
    client = client_for(cast.vera)
    page = client.get(f"{path(rino)}?modifier=adresse")
    assert "Modifier" not in parse(page).select_one("main").text
    assert client.post(path(rino, "sections/adresse/"), {"city": "Mâcon"}).status_code == 403
    assert client.get(path(rino, "contacts/ajouter/")).status_code == 403


def test_opening_the_page_is_written_down_once(cast, client_for, rino):
    client = client_for(cast.sam)
    client.get(path(rino))
    client.get(path(rino))
    with unscoped("the test looks at what was written"):
        (line,) = AccessLog.objects.filter(kind="personal_data_seen", user=cast.sam)
    assert (line.target_type, line.target_id, line.entity_id) == ("customers.customer", rino.pk, cast.north.pk)


def test_the_address_of_a_merged_customer_leads_to_who_has_everything(cast, client_for, rino):
    merged = make_customer(entity=cast.north, birth_name="RINO", merged_into=rino)
    response = client_for(cast.sam).get(path(merged))
    assert (response.status_code, response.headers["Location"]) == (301, path(rino))
    assert send(client_for(cast.sam), merged, "adresse", {"city": "Mâcon"}).status_code == 422
    assert fresh(merged).city == ""


def test_the_salesperson_is_chosen_among_the_entitys_people(cast, client_for, rino):
    client = client_for(cast.sam)
    data = opened(client, rino, "suivi")
    assert "salesperson" in errors_of(send(client, rino, "suivi", data, salesperson=cast.eve.pk))
    assert send(client, rino, "suivi", data, salesperson=cast.marc.pk).status_code == 303
    assert "Suivi par Marc Nom" in client.get(path(rino)).text
    assert "Commercial attitré\u00a0: – → Marc Nom" in " ".join(parse(client.get(path(rino))).text.split(" "))


def test_who_is_away_is_named_with_who_stands_in(cast, client_for, rino, time_machine):
    from datetime import date

    from settings_admin.models import Absence

    time_machine.move_to("2026-11-24T10:00:00+01:00", tick=False)
    with unscoped("test data"):
        Absence.objects.create(
            holding=cast.holding,
            user=cast.sam,
            substitute=cast.marc,
            starts_on=date(2026, 11, 20),
            ends_on=date(2026, 11, 30),
        )
        rino.salesperson = cast.sam
        rino.save()
    client = client_for(cast.marc)
    assert "Marc Nom remplace" in client.get(path(rino)).text
    assert "Sam Nom (absent, remplacé par Marc Nom)" in client.get(f"{path(rino)}?modifier=suivi").text


# --- What belongs to a customer --------------------------------------------------------------------------


def contact(**typed):
    return {"key": str(uuid.uuid4()), "name": "Anne RINO", "role": "Conjointe", "phone": "0611223344", **typed}


def rows(model, customer):
    with unscoped("the test looks at what was written"):
        return list(model.objects.filter(customer=customer))


def test_a_contact_is_added_once_changed_and_taken_away(cast, client_for, rino):
    client, sent = client_for(cast.sam), contact()
    for _ in range(2):
        assert client.post(path(rino, "contacts/ajouter/"), sent).status_code == 303
    (added,) = rows(Contact, rino)
    assert added.phone == "+33611223344"
    address = path(rino, f"contacts/{added.pk}/")
    client.post(address, {**form_data(client.get(address), ".dialog-form"), "role": "Gérante"})
    assert rows(Contact, rino)[0].role == "Gérante"
    assert "Anne RINO" in client.get(path(rino)).text
    client.post(path(rino, f"contacts/{added.pk}/retirer/"))
    assert rows(Contact, rino) == []
    assert [entry.kind for entry in history(rino)] == ["contact_removed", "contact_changed", "contact_added"]


@pytest.mark.parametrize(
    ("kind", "sent", "mine", "theirs"),
    [
        ("contacts", {"name": "Anne RINO", "phone": "0611223344"}, ("role", "Gérante"), ("email", "anne@rino.test")),
        ("vehicules", {"make": "RENAULT", "model": "CLIO"}, ("mileage_km", "52\u202f870"), ("note", "À reprendre")),
    ],
)
def test_two_who_change_a_part_at_once_both_keep_what_they_changed(cast, client_for, rino, kind, sent, mine, theirs):
    sam, marc = client_for(cast.sam), client_for(cast.marc)
    sam.post(path(rino, f"{kind}/ajouter/"), {"key": str(uuid.uuid4()), **sent})
    (part,) = rows(Contact if kind == "contacts" else OwnedVehicle, rino)
    address = path(rino, f"{kind}/{part.pk}/")
    first, second = (form_data(client.get(address), ".dialog-form") for client in (sam, marc))
    assert sam.post(address, {**first, mine[0]: mine[1]}).status_code == 303
    assert marc.post(address, {**second, theirs[0]: theirs[1]}).status_code == 303
    shown = form_data(sam.get(address), ".dialog-form")
    assert (shown[mine[0]], shown[theirs[0]]) == (mine[1], theirs[1])
    # The same field: both values are shown, and what is sent then is meant.
    late = marc.post(address, {**second, mine[0]: "7"})
    assert late.status_code == 422
    assert f"Quelqu’un l’a changé entre-temps en «\u00a0{mine[1]}\u00a0»" in late.text
    again = form_data(late, ".dialog-form")
    assert again[mine[0]] == "7"
    assert marc.post(address, again).status_code == 303
    shown = form_data(sam.get(address), ".dialog-form")
    assert (shown[mine[0]], shown[theirs[0]]) == ("7", theirs[1])
    # Taken away meanwhile.
    sam.post(f"{address}retirer/")
    assert marc.post(address, again).status_code == 404


def test_a_contact_that_cannot_be_read_is_refused_beside_its_field(cast, client_for, rino):
    client = client_for(cast.sam)
    response = client.post(path(rino, "contacts/ajouter/"), contact(name="", phone="12"))
    assert set(errors_of(response)) == {"name", "phone"}
    assert parse(response).select_one("[name=role]")["value"] == "Conjointe"


def test_a_contact_of_another_customer_is_not_reached_through_this_one(cast, client_for, rino):
    other = make_customer(entity=cast.north, birth_name="AUTRE")
    with unscoped("test data"):
        theirs = Contact.objects.create(entity=cast.north, customer=other, name="Autre")
    assert client_for(cast.sam).post(path(rino, f"contacts/{theirs.pk}/retirer/")).status_code == 404
    assert rows(Contact, other) == [theirs]


def test_consents_are_appended_and_the_last_one_counts(cast, client_for, rino):
    client = client_for(cast.sam)
    for answer in ("true", "true", "false"):
        sent = {"purpose": "email", "is_given": answer, "channel": "by_phone"}
        assert client.post(path(rino, "consentements/"), sent).status_code == 303
    said = [one.is_given for one in rows(Consent, rino)]
    assert said == [False, True]
    assert "E-mail\u00a0: refuse" in " ".join(parse(client.get(path(rino))).text.split(" "))


def test_an_objection_to_prospecting_is_said_at_the_head(cast, client_for, rino):
    client = client_for(cast.sam)
    client.post(path(rino, "consentements/"), {"purpose": "reuse", "is_given": "false", "channel": "official_paper"})
    assert "Opposé à la prospection" in parse(client.get(path(rino))).select_one(".sheet-head").text


def test_an_answer_must_be_chosen(cast, client_for, rino):
    response = client_for(cast.sam).post(path(rino, "consentements/"), {"purpose": "email", "channel": "by_phone"})
    assert response.status_code == 422
    assert "Choisissez la réponse du client." in response.text


def test_no_answer_is_changed_or_deleted_by_anybody(cast, client_for, rino):
    client_for(cast.sam).post(
        path(rino, "consentements/"), {"purpose": "sms", "is_given": "true", "channel": "in_writing"}
    )
    with unscoped("a forger"):
        for forge in (lambda one: one.update(is_given=False), lambda one: one.delete()):
            with pytest.raises(DatabaseError, match=r"Cannot (update|delete)"), transaction.atomic():
                forge(Consent.objects.filter(customer=rino))


def test_an_owned_vehicle_is_added_once_changed_and_taken_away(cast, client_for, rino):
    client = client_for(cast.sam)
    sent = {"key": str(uuid.uuid4()), "make": "RENAULT", "model": "CLIO", "plate": "gd-642-jm", "mileage_km": "52 870"}
    for _ in range(2):
        assert client.post(path(rino, "vehicules/ajouter/"), sent).status_code == 303
    (clio,) = rows(OwnedVehicle, rino)
    assert (clio.plate, clio.mileage_km) == ("GD-642-JM", 52870)
    assert "GD-642-JM" in client.get(path(rino)).text
    address = path(rino, f"vehicules/{clio.pk}/")
    opened = form_data(client.get(address), ".dialog-form")
    future = client.post(address, {**opened, "since_on": "01/01/2999"})
    assert "since_on" in errors_of(future)
    client.post(address, {**opened, "since_on": "01/02/2020"})
    assert rows(OwnedVehicle, rino)[0].since_on.isoformat() == "2020-02-01"
    client.post(path(rino, f"vehicules/{clio.pk}/retirer/"))
    assert rows(OwnedVehicle, rino) == []
