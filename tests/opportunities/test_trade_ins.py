"""Trade-in estimates: made once from a quotation with everything kept, completed by two, seen by nobody else."""

import json
import uuid
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from openflex.core.kept_json import packed
from openflex.notifications.models import Notification
from opportunities.models import Opportunity, TradeIn
from opportunities.services.trade_ins import QUOTED
from quotation.enums import AnswerKind
from quotation.models import ProviderAnswer, Quotation
from settings_admin.models import DocumentCounter, TimelineEntry
from settings_admin.scoping import unscoped
from tests.make import make_customer, make_empty_radars, make_opportunity, make_quotation
from tests.support.htmx import content, parse, swap

pytestmark = pytest.mark.django_db

# Of a quotation, what is its own and no part of what was typed or quoted of the vehicle.
OWN_TO_QUOTATIONS = {
    "id", "entity", "point_of_sale", "created_by", "state", "vehicle", "redone_from", "unread", "catalogue", "asked_at",
    "valued_at", "created_at", "changed_at", "plate_answer", "valuation_answer", "on_sale_answer", "sold_answer",
    "equipment_answer", "colours_answer", "search_text",
}  # fmt: skip
TYPED = {
    "kind": "motorcycle", "make": "YAMAHA", "model": "MT-07", "version": "700 ABS " + "x" * 400,
    "version_code": "YAMT07", "catalogue_date": date(2018, 1, 15), "doors": 0, "price_new": Decimal("6999.00"),
    "energy": "petrol", "gearbox": "manual", "power_hp": 75, "plate": "AB123CD", "plate_country": "B",
    "has_no_plate": True, "vin": "JYARM041000012345", "first_registration": date(2018, 3, 2), "mileage_km": 21500,
    "first_hand": False, "origin": "company", "exterior_colour": "BLU7", "interior_colour": "BLK1",
    "sale_price": Decimal("5490.00"),
}  # fmt: skip


def answer(entity, kind, raw):
    with unscoped("test data"):
        return ProviderAnswer.objects.create(
            entity=entity,
            kind=kind,
            question=uuid.uuid4().hex * 2,
            packed=packed(json.dumps([raw])),
            answered_at=timezone.now(),
        )


@pytest.fixture
def customer(cast):
    return make_customer(entity=cast.north, civility="professor", birth_name="RINO")


@pytest.fixture
def quotation(cast):
    """With every field typed, and colours and equipment of the provider."""
    colours = {
        "exterior": [{"code": "BLU7", "label": "Bleu nuit", "hex": "#101040", "frequent": True}],
        "interior": [{"code": "BLK1", "label": "Noir", "hex": "#000000", "frequent": True}],
    }
    equipment = {
        "standard": [{"code": "ABS", "label": "ABS", "group": "Sécurité"}],
        "options": [
            {"code": "PK1", "label": "Pack Touring", "group": None, "price_new": "450.00", "pack": None},
            {"code": "TOP", "label": "Top-case", "group": None, "price_new": None, "pack": "PK1"},
        ],
    }
    return make_quotation(
        entity=cast.north,
        point_of_sale=cast.north_1,
        created_by=cast.sam,
        **TYPED,
        colours_answer=answer(cast.north, AnswerKind.COLOURS, colours),
        equipment_answer=answer(cast.north, AnswerKind.EQUIPMENT, equipment),
    )


def address(quotation):
    return f"/opportunites/reprises/cotation/{quotation.pk}/"


@pytest.fixture
def make(client_for, cast, quotation, customer):
    """`make(user, **data)` sends the form that makes an estimate of the quotation."""

    def send(user=None, **data):
        sent = {"customer": customer.pk, "key": str(uuid.uuid4()), **data}
        return client_for(user or cast.sam).post(address(quotation), sent)

    return send


def all_of(model, **conditions):
    with unscoped("test"):
        return list(model.objects.filter(**conditions).order_by("pk"))


class TestFromAQuotation:
    def test_every_field_of_a_quotation_is_taken_or_said_to_be_its_own(self):
        names = {field.name for field in Quotation._meta.concrete_fields}
        assert names - OWN_TO_QUOTATIONS == set(QUOTED)

    def test_everything_typed_and_quoted_is_on_the_estimate_and_in_its_history(self, make, quotation):
        assert make().status_code == 303
        (made,) = all_of(TradeIn)
        words = {"exterior_colour": "Bleu nuit", "interior_colour": "Noir"}
        assert {name: getattr(made, name) for name in QUOTED} == {
            **{name: getattr(quotation, name) for name in QUOTED},
            **words,
        }
        assert [(one["label"], one["kind"]) for one in made.equipment] == [
            ("Pack Touring", "pack"), ("Top-case", "option"), ("ABS", "standard"),
        ]  # fmt: skip
        (entry,) = all_of(TimelineEntry, target_type="opportunities.tradein", target_id=made.pk)
        assert set(entry.changes) == {*QUOTED, "equipment"}
        assert entry.details == {"quotation": quotation.pk}

    def test_it_is_read_on_its_page_and_told_on_that_of_the_opportunity(self, cast, make, client_for):
        url = make().headers["Location"]
        page = client_for(cast.sam).get(url).content.decode()
        for text in ("MT-07", "Bleu nuit", "Pack Touring", "JYARM041000012345", "21\u202f500\u00a0km", "9\u202f210,00"):
            assert text in page
        assert "Belgique" in page
        (opportunity,) = all_of(Opportunity)
        history = client_for(cast.sam).get(f"/opportunites/{opportunity.pk}/").content.decode()
        assert "a créé" in history
        assert url in history

    def test_a_french_plate_says_nothing_of_a_country(self, cast, make, client_for, quotation):
        with unscoped("test data"):
            Quotation.objects.filter(pk=quotation.pk).update(plate_country="")
        page = client_for(cast.sam).get(make().headers["Location"]).content.decode()
        assert "AB-123-CD" in page
        assert "Pays d’immatriculation" not in page

    def test_pressed_twice_in_two_tabs_and_after_going_back_it_is_one(self, cast, make, client_for, quotation):
        key = str(uuid.uuid4())
        answers = [make(key=key), make(key=key), make(), make(cast.marc)]
        again = client_for(cast.sam).get(address(quotation))
        (made,) = all_of(TradeIn)
        assert len(all_of(Opportunity)) == 1
        for response in (*answers, again):
            assert response.headers["Location"] == f"/opportunites/reprises/{made.pk}/"

    def test_with_an_open_opportunity_it_asks_where_to_put_it(self, cast, make, customer):
        closed = make_opportunity(
            customer=customer, point_of_sale=cast.north_1, salesperson=cast.sam, number=77, status="lost",
            overdue_on=None, closed_at=timezone.now(),
        )  # fmt: skip
        kept = make_opportunity(customer=customer, point_of_sale=cast.north_1, salesperson=cast.marc, number=78)
        asked = make()
        assert asked.status_code == 200
        text = asked.content.decode()
        assert "Nouvelle reprise dans l’opportunité n°\u00a078" in text
        assert "Nouvelle opportunité" in text
        assert all_of(TradeIn) == []
        assert "n°\u00a077" not in text

        for wrong in (closed.pk, 0, "x", ""):
            assert make(destination=wrong).status_code == 422
        assert all_of(TradeIn) == []
        make(destination=kept.pk)
        (made,) = all_of(TradeIn)
        assert made.opportunity_id == kept.pk

    def test_or_in_a_new_one_that_the_salesperson_follows(self, cast, make, customer):
        make_opportunity(customer=customer, point_of_sale=cast.north_1, salesperson=cast.marc, number=78)
        make(destination="new")
        (_, new) = all_of(Opportunity)
        (made,) = all_of(TradeIn)
        assert (made.opportunity_id, new.salesperson_id, new.customer_id) == (new.pk, cast.sam.pk, customer.pk)

    def test_an_opportunity_of_another_customer_is_no_place_for_it(self, cast, make, customer):
        make_opportunity(customer=customer, point_of_sale=cast.north_1, salesperson=cast.sam)
        other = make_customer(entity=cast.north, birth_name="DUVAL")
        theirs = make_opportunity(customer=other, point_of_sale=cast.north_1, salesperson=cast.sam)
        assert make(destination=theirs.pk).status_code == 422
        assert all_of(TradeIn) == []

    def test_a_customer_of_another_entity_is_none(self, cast, make):
        theirs = make_customer(entity=cast.south, birth_name="AILLEURS")
        assert make(customer=theirs.pk).status_code == 422
        assert (all_of(TradeIn), all_of(Opportunity)) == ([], [])

    @pytest.mark.parametrize("who", ["eve", "momo", "otto", "max"])
    def test_strangers_cannot_use_the_quotation_by_any_request(self, cast, client_for, quotation, who):
        user = getattr(cast, who)
        own = make_customer(entity=cast.south, birth_name="AILLEURS")
        assert client_for(user).get(address(quotation)).status_code == 404
        for customer in (own.pk, ""):
            sent = {"customer": customer, "key": str(uuid.uuid4()), "destination": "new"}
            assert client_for(user).post(address(quotation), sent).status_code == 404
        assert (all_of(TradeIn), all_of(Opportunity)) == ([], [])

    def test_strangers_see_no_estimate(self, cast, make, client_for):
        url = make().headers["Location"]
        for user in (cast.eve, cast.momo, cast.otto, cast.max):
            assert client_for(user).get(url).status_code == 404

    def test_a_draft_without_its_value_makes_none(self, cast, make, quotation):
        with unscoped("test"):
            Quotation.objects.filter(pk=quotation.pk).update(state="draft")
        assert "Affichez d’abord la cote" in make().content.decode()
        assert all_of(TradeIn) == []

    def test_the_button_stands_on_the_quotation_of_who_may(self, cast, client_for, quotation):
        with unscoped("test"):
            Quotation.objects.filter(pk=quotation.pk).update(
                **{name: answer.pk for name, answer in make_empty_radars(cast.north).items()}
            )
        page = reverse("quotation:radar", args=[quotation.pk])
        assert address(quotation) in client_for(cast.sam).get(page).content.decode()
        assert address(quotation) not in client_for(cast.vera).get(page).content.decode()

    def test_numbers_follow_each_other_in_an_entity(self, cast, make):
        with unscoped("test"):
            DocumentCounter.objects.create(entity=cast.north, series="trade_in", last=465850, given=465850)
        make()
        assert [one.number for one in all_of(TradeIn)] == [465851]


ADDED = {
    "kind": "car", "make": "RENAULT", "model": "Clio", "plate": "ez-731-pm", "first_registration": "02/03/2018",
    "mileage_km": "45 000", "expected_price": "9 500,00",
}  # fmt: skip


@pytest.fixture
def add(client_for, cast, opportunity):
    def send(user=None, **data):
        sent = {"key": str(uuid.uuid4()), **ADDED, **data}
        return client_for(user or cast.sam).post(f"/opportunites/{opportunity.pk}/reprises/nouvelle/", sent)

    return send


class TestDirectly:
    def test_it_is_made_once(self, add):
        key = str(uuid.uuid4())
        assert [add(key=key).status_code for _ in range(2)] == [303, 303]
        (made,) = all_of(TradeIn)
        assert (made.plate, made.mileage_km, made.expected_price) == ("EZ731PM", 45000, Decimal("9500.00"))

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"plate": ""}, "Saisissez l’immatriculation"),
            ({"plate": "A-1-B"}, "Immatriculation non reconnue"),
            ({"first_registration": "01/01/2099"}, "ne peut pas être dans le futur"),
            ({"vin": "VF1RJA00"}, "Seul un véhicule d’avant"),
            ({"expected_price": "-1"}, "ne peut pas être négatif"),
            ({"make": ""}, "Ce champ est obligatoire"),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_is_lost(self, add, change, said):
        response = add(version="Intens", **change)
        assert response.status_code == 422
        assert said in response.content.decode()
        assert "Intens" in response.content.decode()
        assert all_of(TradeIn) == []


@pytest.fixture
def trade_in(add):
    add()
    (made,) = all_of(TradeIn)
    return made


def hidden(response, **typed):
    """What a browser sends back of the open section: its fields as they stand, what they were opened with, and
    `typed`."""
    form = parse(response).select_one("section.editing form")
    data = {}
    for field in form.select("input, textarea"):
        if field.get("type") in ("checkbox", "radio") and not field.has_attr("checked"):
            continue
        data[field["name"]] = field.get("value", field.text.strip() if field.name == "textarea" else "")
    for field in form.select("select"):
        chosen = field.select_one("option[selected]")
        data[field["name"]] = chosen["value"] if chosen else ""
    return {**data, **typed}


class TestSections:
    def open(self, client, trade_in, key):
        return client.get(f"/opportunites/reprises/{trade_in.pk}/?modifier={key}")

    def save(self, client, trade_in, key, data):
        return client.post(f"/opportunites/reprises/{trade_in.pk}/{key}/enregistrer/", data)

    def test_both_inspection_dates_of_a_motorcycle_are_typed_with_the_rules_of_the_sheet(self, cast, add, client_for):
        add(kind="motorcycle")
        (trade_in,) = all_of(TradeIn)
        client = client_for(cast.sam)
        form = self.open(client, trade_in, "etat")
        url = f"/opportunites/reprises/{trade_in.pk}/controle/"
        proposed = client.get(url, {"inspection_on": "10/04/2025"}).content.decode()
        assert "04/2028" in proposed
        assert "catégorie L, tous les 3\u00a0ans" in proposed

        wrong = hidden(form, inspection_on="10/04/2025", next_inspection_month="03/2024")
        refused = self.save(client, trade_in, "etat", wrong)
        assert refused.status_code == 422
        assert "précède le dernier" in refused.content.decode()
        self.save(client, trade_in, "etat", {**wrong, "next_inspection_month": "04/2028", "repairs_detail": "Chaîne"})
        (saved,) = all_of(TradeIn)
        assert (saved.inspection_on, saved.next_inspection_month) == (date(2025, 4, 10), date(2028, 4, 1))
        page = client.get(f"/opportunites/reprises/{trade_in.pk}/").content.decode()
        assert "Chaîne" in page
        assert "10/04/2025" in page

    @pytest.mark.parametrize("key", ["vehicule", "etat", "attente"])
    def test_saved_unchanged_a_section_changes_nothing(self, cast, client_for, trade_in, key):
        client = client_for(cast.sam)
        before = len(all_of(TimelineEntry))
        response = self.save(client, trade_in, key, hidden(self.open(client, trade_in, key)))
        assert response.status_code == 303, response.content.decode()[:4000]
        assert len(all_of(TimelineEntry)) == before

    def test_two_editors_lose_nothing(self, cast, client_for, trade_in):
        sam, marc = client_for(cast.sam), client_for(cast.marc)
        mine, theirs = (self.open(client, trade_in, "vehicule") for client in (sam, marc))
        self.save(marc, trade_in, "vehicule", hidden(theirs, mileage_km="46 000"))
        conflict = self.save(sam, trade_in, "vehicule", hidden(mine, mileage_km="47 000", exterior_colour="Rouge"))
        text = conflict.content.decode()
        assert conflict.status_code == 422
        for told in (cast.marc.full_name, "46\u202f000\u00a0km", "47\u202f000", "Rouge"):
            assert told in text
        self.save(sam, trade_in, "vehicule", hidden(conflict))
        (saved,) = all_of(TradeIn)
        assert (saved.mileage_km, saved.exterior_colour) == (47000, "Rouge")

    def test_a_plate_that_both_changed_is_written_as_a_plate(self, cast, client_for, trade_in):
        sam, marc = client_for(cast.sam), client_for(cast.marc)
        mine, theirs = (self.open(client, trade_in, "vehicule") for client in (sam, marc))
        self.save(marc, trade_in, "vehicule", hidden(theirs, plate="fb201tp", has_no_plate=""))
        conflict = self.save(sam, trade_in, "vehicule", hidden(mine, plate="gd642jm", has_no_plate=""))
        told = conflict.content.decode()
        assert "FB-201-TP" in told
        assert "GD-642-JM" in told

    @pytest.mark.parametrize(("kind", "is_asked"), [("car", False), ("motorcycle", True)])
    def test_only_a_motorcycle_is_for_a_licensed_rider(self, cast, client_for, trade_in, kind, is_asked):
        with unscoped("test data"):
            TradeIn.objects.update(kind=kind)
        page = client_for(cast.sam).get(f"/opportunites/reprises/{trade_in.pk}/").content.decode()
        assert ("titulaire licencié" in page) is is_asked

    def test_other_fields_of_two_editors_both_stay(self, cast, client_for, trade_in):
        sam, marc = client_for(cast.sam), client_for(cast.marc)
        mine, theirs = (self.open(client, trade_in, "vehicule") for client in (sam, marc))
        self.save(marc, trade_in, "vehicule", hidden(theirs, mileage_km="46 000"))
        self.save(sam, trade_in, "vehicule", hidden(mine, exterior_colour="Rouge"))
        (saved,) = all_of(TradeIn)
        assert (saved.mileage_km, saved.exterior_colour) == (46000, "Rouge")

    def test_a_colleague_without_the_right_reads_and_cannot_save(self, cast, client_for, trade_in):
        client = client_for(cast.vera)
        page = self.open(client, trade_in, "vehicule")
        assert page.status_code == 200
        assert b"editing" not in page.content
        assert self.save(client, trade_in, "attente", {"expected_price": "1"}).status_code == 403

    def test_once_a_price_stands_nothing_is_typed_any_more(self, cast, client_for, trade_in):
        client = client_for(cast.sam)
        form = hidden(self.open(client, trade_in, "vehicule"), mileage_km="1")
        with unscoped("test"):
            TradeIn.objects.update(state="approved", price=8000, decided_by=cast.marc, valid_until=date(2099, 1, 1))
        response = self.save(client, trade_in, "vehicule", form)
        assert response.status_code == 422
        assert "ne se modifie plus" in response.content.decode()


def test_what_is_swapped_equals_what_is_reloaded(cast, client_for, trade_in):
    client = client_for(cast.sam)
    url = f"/opportunites/reprises/{trade_in.pk}/"
    opened = swap(
        parse(client.get(url)), client.get(f"{url}?modifier=etat", headers={"HX-Request": "true"}), target="#trade-in"
    )
    assert content(opened) == content(parse(client.get(f"{url}?modifier=etat")))


def test_nobody_was_told_of_a_draft(trade_in):
    assert all_of(Notification) == []
