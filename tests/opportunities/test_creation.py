"""*Créer une opportunité* from the page of a customer: in their entity, with them chosen, whatever is shown."""

import pytest
from django.utils import timezone

from opportunities.models import Opportunity
from settings_admin.scoping import unscoped
from tests.make import make_customer, make_opportunity
from tests.support.htmx import parse
from tests.vehicles.way import form_data

pytestmark = pytest.mark.django_db


@pytest.fixture
def southern(cast):
    return make_customer(entity=cast.south, birth_name="SUDISTE")


def begun(client, customer):
    """The address of the button on the customer's page, and the form it leads to, untouched."""
    panel = parse(client.get(f"/opportunites/client/{customer.pk}/"))
    (address,) = {link["href"] for link in panel.find_all("a") if "Créer une opportunité" in link.text}
    page = client.get(address)
    assert page.status_code == 200
    return address, form_data(page)


@pytest.mark.parametrize("shown", ["all", "north"])
def test_the_customer_is_chosen_in_their_entity(cast, client_for, southern, shown):
    alice = client_for(cast.alice)
    if shown == "north":
        assert alice.post("/perimetre/", {"scope": f"e{cast.north.pk}", "next": "/"}).status_code == 303
    address, form = begun(alice, southern)
    assert form["customer"] == str(southern.pk)
    sent = {**form, "salesperson": cast.eve.pk, "next_action": "", "next_action_on": ""}
    assert alice.post(address, sent).status_code == 303
    with unscoped("test"):
        made = Opportunity.objects.select_related("customer", "entity").get()
    assert (made.customer, made.entity) == (southern, cast.south)


def test_a_stranger_reaches_nobody_through_it(cast, client_for, southern):
    assert client_for(cast.sam).get(f"/opportunites/client/{southern.pk}/nouvelle/").status_code == 404


def test_who_sells_at_one_site_creates_there(cast, client_for):
    customer = make_customer(entity=cast.north, birth_name="RINO")
    momo = client_for(cast.momo)
    address, form = begun(momo, customer)
    assert form["point_of_sale"] == str(cast.north_2.pk)
    assert momo.post(address, {**form, "next_action": "", "next_action_on": ""}).status_code == 303


def test_what_comes_next_lies_ahead(cast, client_for):
    customer = make_customer(entity=cast.north, birth_name="RINO")
    sam = client_for(cast.sam)
    address, form = begun(sam, customer)
    refused = sam.post(address, {**form, "next_action": "call", "next_action_on": "01/12/2020"})
    assert refused.status_code == 422
    assert "Cette date est passée" in refused.content.decode()
    with unscoped("test"):
        assert not Opportunity.objects.exists()


def test_what_the_customer_has_open_already_is_told(cast, client_for, southern):
    """On the page, and once somebody is chosen there; nothing of what is closed or of another entity."""
    customer = make_customer(entity=cast.north, birth_name="RINO")
    place = {"customer": customer, "point_of_sale": cast.north_1, "salesperson": cast.sam}
    make_opportunity(number=14873, wish="Un scooter", **place)
    make_opportunity(number=14874, status="lost", closed_at=timezone.now(), overdue_on=None, **place)
    make_opportunity(number=14875, customer=southern, salesperson=cast.eve)
    told = f"déjà une opportunité en cours : n° 14873, Un scooter, suivie par {cast.sam.full_name}."
    address, _ = begun(client_for(cast.sam), customer)
    for path in (address, f"{address}?part=standing&customer={customer.pk}"):
        words = " ".join(parse(client_for(cast.sam, htmx=True).get(path)).get_text().split())
        assert told in words
        assert "14874" not in words
    chosen = client_for(cast.sam, htmx=True).get(f"{address}?part=standing&customer={southern.pk}")
    assert chosen.text.strip() == ""
