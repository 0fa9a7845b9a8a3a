"""*Faire une nouvelle offre*: its price follows the vehicle, what cannot be is said, its answer is noted once."""

import pytest
from django.utils import timezone

from openflex.core.french import long_instant
from opportunities import enums
from opportunities.models import Offer, Opportunity, TradeIn
from settings_admin.models import TimelineEntry
from settings_admin.scoping import unscoped
from tests.make import make_customer, make_vehicle
from tests.support.html import parsed
from tests.support.htmx import parse
from tests.vehicles.way import form_data
from vehicles.services.holds import release_hold, reserve

pytestmark = pytest.mark.django_db


class TestOffers:
    @pytest.fixture
    def vehicle(self, cast):
        return make_vehicle(entity=cast.north, point_of_sale=cast.north_1, sale_price="17990.00")

    def test_has_a_number_a_price_and_a_validity(self, cast, act, client_for, vehicle, read):
        response = act(
            cast.sam, "offres/nouvelle", vehicle=vehicle.pk, price="17 500", valid_until="31/12/2030", note=""
        )
        assert response.status_code == 303
        with unscoped("test"):
            offer = Offer.objects.get()
        assert (offer.number, str(offer.price), str(offer.list_price), offer.state) == (
            1,
            "17500.00",
            "17990.00",
            "draft",
        )
        shown = client_for(cast.sam).get(response["Location"]).content.decode()
        assert "17\u202f500,00\u00a0€" in shown or "17 500,00" in shown.replace("\u202f", " ").replace("\u00a0", " ")
        assert f"l’offre n°\u00a0{offer.number}" in read(cast.sam)

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"price": "0"}, "supérieur à zéro"),
            ({"price": "environ 17000"}, "Montant illisible"),
            ({"valid_until": "01/01/2020"}, "passée"),
            ({"vehicle": ""}, "obligatoire"),
        ],
    )
    def test_what_cannot_be_is_refused_beside_its_field(self, cast, act, vehicle, changes, said):
        data = {"vehicle": vehicle.pk, "price": "17500", "valid_until": "31/12/2030", "note": "Pneus neufs"}
        response = act(cast.sam, "offres/nouvelle", **{**data, **changes})
        assert response.status_code == 422
        assert said in response.content.decode()
        assert "Pneus neufs" in response.content.decode()

    def test_the_price_follows_the_vehicle_that_is_chosen_unless_one_was_typed(
        self, cast, client_for, opportunity, vehicle
    ):
        other = make_vehicle(entity=cast.north, point_of_sale=cast.north_1, sale_price="8990.00")
        with unscoped("test data"):
            Opportunity.objects.filter(pk=opportunity.pk).update(vehicle=vehicle)
        sam, address = client_for(cast.sam, htmx=True), f"/opportunites/{opportunity.pk}/offres/nouvelle/"
        opened = form_data(client_for(cast.sam).get(address))
        assert (opened["price"], opened["proposed"]) == ("17\u202f990,00", "17\u202f990,00")

        def followed(**typed):
            answer = parse(sam.get(f"{address}prix/", {**opened, **typed}))
            assert answer.select(".field-error, [aria-invalid]") == []
            return answer.select_one("[name=price]").get("value", ""), answer.select_one("[name=proposed]")["value"]

        assert followed(vehicle=other.pk) == ("8\u202f990,00", "8\u202f990,00")
        assert followed(vehicle=other.pk, price="16 000") == ("16 000", "17\u202f990,00")
        assert followed(vehicle=other.pk, price="") == ("8\u202f990,00", "8\u202f990,00")
        assert followed(vehicle=other.pk, price="environ 16000") == ("environ 16000", "17\u202f990,00")

    def test_a_price_that_cannot_be_read_is_said_once_beside_its_field(self, cast, act, vehicle):
        data = {"vehicle": vehicle.pk, "price": "16 000,123", "proposed": "17 990,00", "valid_until": "31/12/2030"}
        page = parse(act(cast.sam, "offres/nouvelle", **data))
        assert page.find(id="id_price_error").text.count("deux décimales") == 1
        assert page.find(id="make-offer").text.count("deux décimales") == 1

    def test_the_price_of_the_first_vehicle_does_not_go_with_another_one(self, cast, act, vehicle, client_for):
        """Where the browser has not followed: without a script, or sent at once."""
        other = make_vehicle(entity=cast.north, point_of_sale=cast.north_1, sale_price="8990.00")
        unpriced = make_vehicle(entity=cast.north, point_of_sale=cast.north_1, sale_price=None)
        data = {"price": "17 990,00", "proposed": "17 990,00", "valid_until": "31/12/2030", "note": "Pneus neufs"}
        for chosen, said, price in (
            (other, "est affiché à 8\u202f990,00\u00a0€", "8\u202f990,00"),
            (unpriced, "n’a pas de prix affiché", ""),
        ):
            late = act(cast.sam, "offres/nouvelle", **data, vehicle=chosen.pk)
            assert late.status_code == 422
            assert said in late.content.decode()
            typed = form_data(late)
            assert (typed["price"], typed["note"]) == (price, "Pneus neufs")
        typed["price"] = "7 500"
        assert act(cast.sam, "offres/nouvelle", **typed).status_code == 303
        with unscoped("test"):
            assert [int(offer.price) for offer in Offer.objects.all()] == [7500]

    def test_a_vehicle_of_a_sister_entity_is_not_offered(self, cast, act):
        foreign = make_vehicle(entity=cast.south)
        response = act(cast.sam, "offres/nouvelle", vehicle=foreign.pk, price="17500", valid_until="31/12/2030")
        assert response.status_code == 422

    def test_an_estimate_is_told_on_the_offer_that_it_is_made_on(self, cast, act, vehicle, opportunity, read):
        def told():
            lines = parsed(read(cast.sam)).select("#opportunity-timeline .line-head p")
            return [" ".join(line.text.split()) for line in lines if "reprise" in line.text]

        def estimate(number):
            return act(
                cast.sam, "reprises/nouvelle", kind="car", make="RENAULT", model="Clio", plate=f"EZ-73{number}-PM",
                first_registration="02/03/2018", mileage_km="45 000", expected_price="9 500,00",
            )  # fmt: skip

        assert estimate(1).status_code == 303
        assert told() == ["Sam Nom a créé la reprise n° 1"]
        data = {"vehicle": vehicle.pk, "price": "17500", "valid_until": "31/12/2030"}
        assert act(cast.sam, "offres/nouvelle", **data).status_code == 303
        assert estimate(2).status_code == 303
        assert told()[0] == "Sam Nom a créé une reprise sur l’offre n° 1"
        page = parsed(read(cast.sam))
        with unscoped("test"):
            made = TradeIn.objects.get(number=2)
        link = page.find("a", string="une reprise")
        assert link["href"] == f"/opportunites/reprises/{made.pk}/"
        with unscoped("test data"):
            TradeIn.objects.filter(number=1).update(
                state="approved", price=9_000, valid_until="2030-12-31", decided_by=cast.marc, decided_at=timezone.now()
            )
            first = TradeIn.objects.get(number=1)
        assert act(cast.sam, "offres/nouvelle", **data, trade_in=first.pk).status_code == 303
        # It was there before: counting it in another offer makes it nobody's anew.
        assert len(told()) == 2

    def test_what_is_held_for_somebody_else_is_not_offered_and_for_this_customer_it_is(
        self, cast, act, vehicle, opportunity
    ):
        data = {"vehicle": vehicle.pk, "price": "17500", "valid_until": "31/12/2030", "note": "Pneus neufs"}
        with unscoped("test"):
            other = make_customer(entity=cast.north, birth_name="MARTIN")
            hold = reserve(vehicle=vehicle, customer=other, actor=cast.vera)
        refused = act(cast.sam, "offres/nouvelle", **data)
        assert refused.status_code == 422
        shown = refused.content.decode()
        assert f"Ce véhicule est réservé pour MARTIN jusqu’au {long_instant(hold.until_at)}." in shown
        assert "Pneus neufs" in shown
        with unscoped("test"):
            assert not Offer.objects.exists()
            release_hold(hold=hold, actor=cast.vera)
            reserve(vehicle=vehicle, customer=opportunity.customer, actor=cast.vera)
        assert act(cast.sam, "offres/nouvelle", **data).status_code == 303

    def test_its_answer_is_noted_once(self, cast, act, client_for, vehicle):
        act(cast.sam, "offres/nouvelle", vehicle=vehicle.pk, price="17500", valid_until="31/12/2030")
        with unscoped("test"):
            offer = Offer.objects.get()
        url = f"/opportunites/offres/{offer.pk}/etat/"
        assert client_for(cast.sam).post(url, {"state": "accepted"}).status_code == 303
        with unscoped("test"):
            assert Offer.objects.get().state == enums.OfferState.ACCEPTED
        assert client_for(cast.sam).post(url, {"state": "accepted"}).status_code == 303
        assert client_for(cast.sam).post(url, {"state": "sent"}).status_code == 409
        with unscoped("test"):
            assert TimelineEntry.objects.filter(kind="offer_state").count() == 1
        assert client_for(cast.eve).post(url, {"state": "refused"}).status_code == 404

    def test_a_refused_one_no_longer_says_that_it_is_valid(self, cast, act, client_for, vehicle):
        act(cast.sam, "offres/nouvelle", vehicle=vehicle.pk, price="17500", valid_until="31/12/2030")
        with unscoped("test"):
            offer = Offer.objects.get()
        sam, url = client_for(cast.sam), f"/opportunites/offres/{offer.pk}/"

        def told():
            return parse(sam.get(url)).select_one(".offer-validity").text

        assert told() == "Valable jusqu’au 31/12/2030."
        sam.post(f"{url}etat/", {"state": "refused"})
        assert told() == "Était valable jusqu’au 31/12/2030."
