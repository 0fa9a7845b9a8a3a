"""A decided estimate is put right: by a manager, with a reason, told to who sells; offers keep their figure."""

import uuid
from datetime import date

import pytest
from django.utils import timezone

from openflex.notifications.models import Notification
from opportunities.enums import REOPENABLE, TradeInState
from opportunities.models import Offer
from opportunities.services.offers import make_offer
from settings_admin.scoping import unscoped
from tests.make import make_vehicle
from tests.opportunities.test_trade_in_prices import again, make_trade_in, put
from tests.support.htmx import parse

pytestmark = pytest.mark.django_db


@pytest.fixture
def trade_in(cast, opportunity):
    return make_trade_in(opportunity, asked_by=cast.sam)


@pytest.fixture
def reopen(client_for, trade_in):
    def send(user, reason="Le kilométrage est faux"):
        return client_for(user).post(f"/opportunites/reprises/{trade_in.pk}/rouvrir/", {"reason": reason})

    return send


@pytest.mark.parametrize("state", [one for one in TradeInState if one != TradeInState.ENTERED])
def test_only_what_is_decided_is_reopened(cast, trade_in, reopen, client_for, state):
    put(trade_in, state)
    offered = "/rouvrir/" in client_for(cast.marc).get(f"/opportunites/reprises/{trade_in.pk}/").content.decode()
    assert offered == (state in REOPENABLE)
    reopen(cast.marc)
    assert again(trade_in).state == ("draft" if state in REOPENABLE else state)


def test_it_is_a_draft_again_that_is_corrected_and_the_salesperson_is_told(cast, trade_in, reopen, client_for):
    put(trade_in, "approved", price_reason="Bel état")
    for _ in range(2):
        assert reopen(cast.marc).status_code == 303
    row = again(trade_in)
    assert (row.state, row.price, row.price_reason, row.decided_by, row.valid_until) == ("draft", None, "", None, None)
    with unscoped("test"):
        told = Notification.objects.get(recipient=cast.sam)
    assert told.title == "Estimation de reprise rouverte"
    assert "Le kilométrage est faux" in told.text
    assert "validée, 8\u202f000,00\u00a0€" in told.text
    sam = client_for(cast.sam)
    page = parse(sam.get(f"/opportunites/reprises/{trade_in.pk}/"))
    history = page.select_one("#historique").text
    for words in ("a rouvert l’estimation", "Le kilométrage est faux", "8\u202f000,00"):
        assert words in history
    assert "a rouvert" in sam.get(f"/opportunites/{trade_in.opportunity_id}/").content.decode()
    address = f"/opportunites/reprises/{trade_in.pk}/attente/enregistrer/"
    assert sam.post(address, {"expected_price": "9 000", "initial-expected_price": ""}).status_code == 303


def test_what_the_customer_was_given_stays_and_is_named(cast, trade_in, reopen, client_for, opportunity):
    put(trade_in, "approved")
    vehicle = make_vehicle(entity=cast.north, point_of_sale=cast.north_1, sale_price="17990.00")
    sam = client_for(cast.sam)
    sent = {
        "key": str(uuid.uuid4()), "vehicle": vehicle.pk, "price": "17 500", "valid_until": "31/12/2030",
        "trade_in": trade_in.pk,
    }  # fmt: skip
    assert sam.post(f"/opportunites/{opportunity.pk}/offres/nouvelle/", sent).status_code == 303
    with unscoped("test"):
        offer = Offer.objects.get()
    sam.post(f"/opportunites/offres/{offer.pk}/etat/", {"state": "sent"})
    asked = client_for(cast.marc).get(f"/opportunites/reprises/{trade_in.pk}/rouvrir/").content.decode()
    assert f"Le client garde ce montant dans ses offres (n°\u00a0{offer.number})" in asked
    assert reopen(cast.marc).status_code == 303
    with unscoped("test"):
        assert Offer.objects.get().trade_in_price == 8000
        assert f"n°\u00a0{offer.number}" in Notification.objects.get(recipient=cast.sam).text


def test_an_offer_counts_the_price_that_stands_when_it_is_made(cast, trade_in, opportunity, as_user):
    """Read by the form, decided anew by a manager, then sent."""
    put(trade_in, "approved")
    read_before = again(trade_in)
    put(trade_in, "approved", price=7000)
    vehicle = make_vehicle(entity=cast.north, point_of_sale=cast.north_1, sale_price="17990.00")
    values = {"vehicle": vehicle, "price": 17500, "trade_in": read_before, "valid_until": date(2099, 1, 1), "note": ""}
    as_user(cast.sam)
    offer = make_offer(opportunity=opportunity, values=values, actor=cast.sam, key=uuid.uuid4(), now=timezone.now())
    assert offer.trade_in_price == 7000


def test_a_reason_is_asked_for(cast, trade_in, reopen):
    put(trade_in, "declined")
    answer = reopen(cast.marc, reason=" ")
    assert answer.status_code == 422
    assert "Dites pourquoi" in answer.content.decode()
    assert again(trade_in).state == "declined"


@pytest.mark.parametrize(("who", "status"), [("sam", 403), ("adele", 403), ("eve", 404), ("max", 404)])
def test_nobody_else_reopens(cast, trade_in, reopen, who, status):
    put(trade_in, "approved")
    assert reopen(getattr(cast, who)).status_code == status
    assert again(trade_in).state == "approved"
