"""Two files of one customer become one: nothing is lost, once, and never across entities."""

from datetime import UTC, datetime

import pytest

from customers.models import Consent, Contact, OwnedVehicle
from customers.services.creation import create_customer
from settings_admin.scoping import unscoped
from tests.customers.way import fresh, history, path
from tests.make import make_customer, make_vehicle
from tests.support.htmx import parse
from vehicles.models import Hold, Vehicle

AT = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def pair(cast):
    """The one that is kept knows a telephone, the other one an address and all that points at a customer."""
    with unscoped("test data"):
        kept = create_customer(
            entity=cast.north, actor=cast.sam, values={"birth_name": "RINO", "mobile": "+33611111111"}
        )
        values = {
            "birth_name": "RINO",
            "first_names": "Paul",
            "mobile": "+33622222222",
            "email": "p@x.test",
            "city": "Autun",
        }
        gone = create_customer(entity=cast.north, actor=cast.sam, values=values)
        Contact.objects.create(entity=cast.north, customer=gone, name="Anne")
        OwnedVehicle.objects.create(entity=cast.north, customer=gone, make="RENAULT", model="CLIO")
        Consent.objects.create(
            entity=cast.north, customer=gone, purpose="email", is_given=True, channel="online", at=AT
        )
        # At a site that a seller of another one does not see.
        vehicle = make_vehicle(entity=cast.north, point_of_sale=cast.north_1, supplier=gone)
        Hold.objects.create(
            entity=cast.north, point_of_sale=cast.north_1, vehicle=vehicle, kind="reservation", customer=gone
        )
    return kept, gone


def merge(client, kept, gone, **choices):
    return client.post(path(kept, f"fusionner/{gone.pk}/"), choices)


def test_both_are_compared_and_what_only_one_knows_is_proposed(cast, client_for, pair):
    kept, gone = pair
    page = parse(client_for(cast.alice).get(path(kept, f"fusionner/{gone.pk}/")))
    chosen = {box["name"]: box["value"] for box in page.select("input[checked]")}
    assert chosen == {"first_names": "other", "mobile": "mine", "email": "other", "address": "other"}
    said = page.select_one(".notice.warn").text
    assert "5\u00a0éléments" in said
    for part in ("contacts\u00a0: 1", "consentements\u00a0: 1", "véhicules du client\u00a0: 1", "véhicules\u00a0: 1",
                 "réservations de véhicules\u00a0: 1"):  # fmt: skip
        assert part in said


def test_nothing_is_lost_and_what_was_chosen_is_taken(cast, client_for, pair):
    kept, gone = pair
    response = merge(
        client_for(cast.alice), kept, gone, first_names="other", mobile="mine", email="other", address="other"
    )
    assert response.headers["Location"] == path(kept)
    after = fresh(kept)
    assert (after.first_names, after.mobile, after.email, after.city) == ("Paul", "+33611111111", "p@x.test", "Autun")
    with unscoped("the test looks at what was written"):
        for model, column in (
            (Contact, "customer"), (OwnedVehicle, "customer"), (Consent, "customer"), (Vehicle, "supplier"),
            (Hold, "customer"),
        ):  # fmt: skip
            assert list(model.objects.values_list(column, flat=True)) == [kept.pk], model
    # What was not chosen is not lost either.
    assert (fresh(gone).mobile, fresh(gone).merged_into_id) == ("+33622222222", kept.pk)


@pytest.mark.parametrize(
    ("mine", "theirs", "kept_notes", "said"),
    [
        (
            "Préfère le matin",
            "Deux enfants",
            "Préfère le matin\n\nNotes de la fiche fusionnée (Paul RINO, créée le",
            "Les notes des deux fiches sont gardées, les unes sous les autres.",
        ),
        ("", "Deux enfants", "Deux enfants", "Ses notes aussi."),
        ("Deux enfants", "Deux enfants", "Deux enfants", ""),
        ("Préfère le matin. Deux enfants", "Deux enfants", "Préfère le matin. Deux enfants", ""),
        ("Deux enfants", "", "Deux enfants", ""),
    ],
)
def test_the_notes_of_both_are_kept_and_the_history_says_so(cast, client_for, pair, mine, theirs, kept_notes, said):
    kept, gone = pair
    with unscoped("test data"):
        for one, notes in ((kept, mine), (gone, theirs)):
            type(one).objects.filter(pk=one.pk).update(notes=notes)
    client = client_for(cast.alice)
    asked = parse(client.get(path(kept, f"fusionner/{gone.pk}/")))
    assert asked.select("input[name=notes]") == []
    sentences = ("Les notes des deux fiches sont gardées, les unes sous les autres.", "Ses notes aussi.")
    assert [one for one in sentences if one in asked.text] == ([said] if said else [])
    merge(client, kept, gone)
    after = fresh(kept).notes
    assert after.startswith(kept_notes)
    assert after.count("Deux enfants") == 1
    told = [entry.changes["notes"] for entry in history(kept) if "notes" in entry.changes]
    assert told == ([] if after == mine else [[mine, after]])


def test_both_histories_are_told_and_the_old_address_leads_on(cast, client_for, pair):
    kept, gone = pair
    client = client_for(cast.alice)
    merge(client, kept, gone)
    page = parse(client.get(path(kept)))
    lines = [line.text for line in page.select("#historique .what p")]
    assert sum("a créé le client" in line for line in lines) == 2
    assert any("a fusionné une autre fiche avec celle-ci" in line for line in lines)
    assert client.get(path(gone)).headers["Location"] == path(kept)
    assert [entry.kind for entry in history(gone)] == ["merged_away", "created"]


def test_a_chain_of_merges_leads_to_the_last_one(cast, client_for, pair):
    kept, gone = pair
    last = make_customer(entity=cast.north, birth_name="RINO")
    client = client_for(cast.alice)
    merge(client, kept, gone)
    merge(client, last, kept)
    assert fresh(gone).merged_into_id == fresh(kept).merged_into_id == last.pk
    assert client.get(path(last)).text.count("a créé le client") >= 2


def test_sent_twice_and_the_other_way_round_it_has_one_effect(cast, client_for, pair):
    kept, gone = pair
    client = client_for(cast.alice)
    assert merge(client, kept, gone).status_code == 303
    assert merge(client, kept, gone).headers["Location"] == path(kept)
    other_way = merge(client, gone, kept)
    assert other_way.status_code == 422
    assert "fusionnée ou effacée entre-temps" in other_way.text
    assert [entry.kind for entry in history(kept)].count("merged") == 1
    assert fresh(kept).merged_into_id is None


def test_never_across_entities_nor_with_oneself_nor_with_a_company(cast, client_for, pair):
    kept, _ = pair
    client = client_for(cast.alice, scope="all")
    theirs = make_customer(entity=cast.south, birth_name="RINO")
    company = make_customer(entity=cast.north, company_name="RINO SA")
    assert merge(client, kept, theirs).status_code == 404
    assert merge(client, kept, kept).status_code == 422
    assert "ne se fusionnent pas" in merge(client, kept, company).text
    assert fresh(kept).merged_into_id is None


def test_the_other_file_is_found_by_resemblance_or_by_words_of_the_entity(cast, client_for, pair):
    kept, gone = pair
    with unscoped("test data"):
        type(kept).objects.filter(pk=kept.pk).update(email="p@x.test")
    make_customer(entity=cast.south, birth_name="RINALDO")
    client = client_for(cast.alice, scope="all")
    assert "même adresse e-mail" in client.get(path(kept, "fusionner/")).text
    found = parse(client.get(path(kept, "fusionner/?q=rin")))
    assert [link["href"] for link in found.select("#merge-found a")] == [path(kept, f"fusionner/{gone.pk}/")]


def test_only_who_may_merge(cast, client_for, pair):
    kept, gone = pair
    assert merge(client_for(cast.sam), kept, gone).status_code == 403
    assert "Fusionner" not in client_for(cast.sam).get(path(kept)).text
