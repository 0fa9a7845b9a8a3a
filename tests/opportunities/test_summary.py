"""*Synthèse*: the wanted vehicle is chosen, changed and taken off, told, and never of somebody else's stock."""

import pytest

from opportunities.models import Opportunity
from settings_admin.scoping import unscoped
from tests.make import make_vehicle
from tests.support.forms import form_to, values_of
from tests.support.htmx import parse

pytestmark = pytest.mark.django_db


@pytest.fixture
def summary(client_for, opportunity):
    """`summary(user)` opens the tab and returns its values and how to save them."""

    def open_it(user):
        client, url = client_for(user), f"/opportunites/{opportunity.pk}/synthese/"
        form = form_to(parse(client.get(url)), f"{url}enregistrer/")
        return values_of(form), lambda data: client.post(f"{url}enregistrer/", data)

    return open_it


def wanted(opportunity):
    with unscoped("test"):
        return Opportunity.objects.get(pk=opportunity.pk).vehicle


def put(opportunity, **fields):
    with unscoped("test data"):
        Opportunity.objects.filter(pk=opportunity.pk).update(**fields)


def test_the_wanted_vehicle_is_chosen_and_taken_off_and_told(cast, summary, opportunity, read):
    clio = make_vehicle(entity=cast.north, point_of_sale=cast.north_1, model="CLIO V")
    values, save = summary(cast.sam)
    assert save({**values, "vehicle": clio.pk}).status_code == 303
    assert wanted(opportunity) == clio
    assert "RENAULT CLIO V</b>" in read(cast.sam)

    values, save = summary(cast.sam)
    assert values["vehicle"] == str(clio.pk)
    assert save({**values, "vehicle": ""}).status_code == 303
    assert wanted(opportunity) is None
    assert "RENAULT CLIO V → <b>" in read(cast.sam)


def test_one_of_a_sister_entity_or_of_a_site_that_is_not_seen_is_refused(cast, summary, opportunity):
    put(opportunity, point_of_sale=cast.north_2, salesperson=cast.momo)
    values, save = summary(cast.momo)
    for entity, site in ((cast.south, None), (cast.north, cast.north_1)):
        elsewhere = make_vehicle(entity=entity, point_of_sale=site)
        page = save({**values, "vehicle": elsewhere.pk, "wish": "Un break"})
        assert page.status_code == 422
        assert "Ce véhicule n’est plus en stock" in page.content.decode()
        assert "Un break" in page.content.decode()
    assert wanted(opportunity) is None


def test_what_left_the_stock_or_is_not_seen_stays_while_the_rest_is_saved(cast, summary, opportunity):
    sold = make_vehicle(entity=cast.north, point_of_sale=cast.north_2, status="out")
    unseen = make_vehicle(entity=cast.north, point_of_sale=cast.north_1)
    for vehicle, is_shown in ((sold, True), (unseen, False)):
        put(opportunity, vehicle=vehicle, point_of_sale=cast.north_2, salesperson=cast.momo)
        values, save = summary(cast.momo)
        assert ("vehicle" in values) is is_shown
        assert save({**values, "wish": f"Comme le n° {vehicle.pk}"}).status_code == 303
        assert wanted(opportunity) == vehicle


def test_what_a_colleague_chose_meanwhile_is_named(cast, summary, opportunity):
    clio, megane = (
        make_vehicle(entity=cast.north, point_of_sale=cast.north_1, model=one) for one in ("CLIO", "MEGANE")
    )
    values, save = summary(cast.sam)
    put(opportunity, vehicle=clio)
    page = save({**values, "vehicle": megane.pk})
    assert page.status_code == 422
    assert f"Quelqu’un l’a changé entre-temps en «\u00a0{clio}\u00a0»" in page.content.decode()
    assert wanted(opportunity) == clio


def test_another_day_of_the_next_action_lies_ahead_and_one_that_has_passed_may_stay(cast, summary, opportunity):
    put(opportunity, next_action="call", next_action_on="2020-12-01")
    values, save = summary(cast.sam)
    assert save({**values, "wish": "Un break"}).status_code == 303
    values, save = summary(cast.sam)
    page = save({**values, "wish": "Un coupé", "next_action_on": "02/12/2020"})
    assert page.status_code == 422
    assert "Cette date est passée" in page.content.decode()
    assert "Un coupé" in page.content.decode()
    with unscoped("test"):
        row = Opportunity.objects.get(pk=opportunity.pk)
    assert (row.wish, row.next_action_on.isoformat()) == ("Un break", "2020-12-01")
