"""The switch of entity and point of sale: what it shows, what it narrows, and what a stale or forged choice does."""

import pytest

from customers.models import Customer
from settings_admin.access.services.holdings import built_in_group
from settings_admin.access.services.memberships import add_member
from settings_admin.models import Membership
from settings_admin.registries import BuiltInGroup
from settings_admin.scoping import unscoped
from tests.make import make_vehicle
from tests.support.forms import form_to, values_of
from tests.support.htmx import parse


@pytest.fixture
def stock(cast):
    return [
        make_vehicle(entity=cast.north, point_of_sale=cast.north_1, model="NORTH 1"),
        make_vehicle(entity=cast.north, point_of_sale=cast.north_2, model="NORTH 2"),
        make_vehicle(entity=cast.north, model="NORTH"),
        make_vehicle(entity=cast.south, point_of_sale=cast.south_1, model="SOUTH 1"),
        make_vehicle(entity=cast.elsewhere, model="ELSEWHERE"),
    ]


def switch(client, choice):
    response = client.post("/perimetre/", {"scope": choice, "next": "/vehicules/?q=nor"})
    assert (response.status_code, response["Location"]) == (303, "/vehicules/?q=nor")


def models(client):
    page = parse(client.get("/vehicules/?sort=model"))
    links = page.select("tbody a[data-row-link]")
    return [link.find_all(string=True, recursive=False)[0].strip() for link in links]


def choices(client):
    return [button.text.strip() for button in parse(client.get("/vehicules/")).select("#scope-menu button")]


def test_the_first_entity_is_where_one_starts(cast, client_for, stock):
    assert models(client_for(cast.alice)) == ["NORTH", "NORTH 1", "NORTH 2"]


def test_one_chooses_an_entity_a_site_or_all(cast, client_for, stock):
    client = client_for(cast.alice)
    switch(client, f"e{cast.south.pk}")
    assert models(client) == ["SOUTH 1"]
    switch(client, f"p{cast.north_2.pk}")
    # What stands at no site belongs to the whole entity.
    assert models(client) == ["NORTH", "NORTH 2"]
    switch(client, "all")
    assert models(client) == ["NORTH", "NORTH 1", "NORTH 2", "SOUTH 1"]


def test_the_switch_offers_what_is_mine(cast, client_for):
    assert choices(client_for(cast.alice)) == ["Toutes mes entités", "Nord", "Nord 1", "Nord 2", "Sud", "Sud 1"]
    assert choices(client_for(cast.marc)) == ["Nord", "Nord 1", "Nord 2"]
    assert choices(client_for(cast.eve)) == []


@pytest.mark.parametrize("forged", ["", "x", "e0", "p0", "e-1", "e999999999999999999999", "all", "p", "é", "e1 or 1=1"])
def test_a_forged_choice_is_the_first_entity(cast, client_for, stock, forged):
    client = client_for(cast.marc)
    switch(client, forged)
    assert models(client) == ["NORTH", "NORTH 1", "NORTH 2"]


def test_a_strangers_entity_or_site_is_no_choice(cast, client_for, stock):
    client = client_for(cast.momo)
    for choice in (f"e{cast.south.pk}", f"e{cast.elsewhere.pk}", f"p{cast.north_1.pk}", f"p{cast.south_1.pk}"):
        switch(client, choice)
        assert models(client) == ["NORTH", "NORTH 2"]


def test_a_choice_that_is_no_longer_mine_falls_back(cast, client_for, stock):
    with unscoped("test data"):
        add_member(
            actor=None, user=cast.marc, group=built_in_group(cast.holding, BuiltInGroup.SALESPERSON), entity=cast.south
        )
    client = client_for(cast.marc, scope=f"e{cast.south.pk}")
    assert models(client) == ["SOUTH 1"]
    with unscoped("test data"):
        Membership.objects.filter(user=cast.marc, entity=cast.south).delete()
    assert models(client) == ["NORTH", "NORTH 1", "NORTH 2"]


def test_a_right_withdrawn_while_a_page_is_open_refuses_what_it_sends(cast, client_for, stock):
    client = client_for(cast.vera)
    assert client.get(f"/vehicules/{stock[0].pk}/reserver/").status_code == 200
    with unscoped("test data"):
        group = built_in_group(cast.holding, BuiltInGroup.USED_CAR_MANAGER)
        group.rights = ["vehicles.view"]
        group.save()
    response = client.post(f"/vehicules/{stock[0].pk}/reserver/", {"label": "Mme Martin"})
    assert response.status_code == 403
    assert client.get(f"/vehicules/{stock[0].pk}/").status_code == 200
    with unscoped("test data"):
        Membership.objects.filter(user=cast.vera).delete()
    assert client.get(f"/vehicules/{stock[0].pk}/").status_code in {403, 404}


def test_one_row_opens_from_any_entity_of_mine_and_says_whose_it_is(cast, client_for, stock):
    page = client_for(cast.alice, scope=f"e{cast.north.pk}").get(f"/vehicules/{stock[3].pk}/")
    assert page.status_code == 200
    assert "Sud" in parse(page).select_one(".sheet-head").text


def test_the_choice_comes_back_only_to_our_own_pages(cast, client_for):
    response = client_for(cast.alice).post("/perimetre/", {"scope": "all", "next": "https://evil.test/"})
    assert response["Location"] == "/"


@pytest.mark.parametrize(
    ("name", "value"), [("theme", "dark"), ("density", "compact"), ("rail", "collapsed"), ("shortcuts", "off")]
)
def test_how_one_likes_it_is_remembered_by_the_screen(cast, client_for, name, value):
    client = client_for(cast.marc)
    client.post("/preferences/", {name: value})
    html = parse(client.get("/vehicules/")).html
    assert html.get(f"data-{name}") == value
    client.post("/preferences/", {name: "<script>"})
    assert client.cookies[f"openflex_{name}"].value == value


def test_the_rail_shows_what_one_may_enter(cast, client_for):
    def rail(user):
        return [link.text.strip() for link in parse(client_for(user).get("/", follow=True)).select(".rail li a")]

    assert "Véhicules" in rail(cast.sam)
    assert rail(cast.nobody) == []


def test_the_settings_page_shows_what_one_may_enter(cast, client_for):
    def pages(user):
        page = parse(client_for(user).get("/parametres/"))
        return {link.b.text: link["href"] for link in page.select(".settings-page")}

    assert pages(cast.adele) == {"Consommation": "/cotations/consommation/"}
    assert "Consommation" in pages(cast.alice)
    assert client_for(cast.sam).get("/parametres/").status_code == 403
    # No link of the page leads where she may not go.
    page = parse(client_for(cast.adele).get("/cotations/consommation/"))
    assert "/cotations/" not in {link.get("href") for link in page.select("a")}


def test_messages_are_said_at_once_when_something_failed(cast, client_for):
    page = parse(client_for(cast.marc).get("/vehicules/"))
    assert [region["role"] for region in page.select("#toasts > .toasts-of")] == ["alert", "status"]


@pytest.mark.parametrize(
    ("path", "entry"),
    [
        ("/cotations/", "Cotations"),
        ("/cotations/consommation/", "Paramètres"),
        ("/cotations/fournisseur/", "Paramètres"),
    ],
)
def test_a_page_of_parametres_that_another_app_owns_stands_under_parametres(cast, client_for, path, entry):
    page = parse(client_for(cast.alice).get(path))
    assert [link.text.strip() for link in page.select(".rail a[aria-current=page]")] == [entry]


def drawn(client, shown):
    """What the form of a new customer would send from a page that shows this place."""
    page = parse(client.get("/clients/creer/", headers={"X-Shown-Scope": shown}))
    return dict(values_of(form_to(page, "/clients/creer/"))) | {"shown_scope": shown}


class TestTwoTabs:
    """Another tab has switched since this one was drawn: it goes on in the entity that it shows."""

    @pytest.fixture
    def client(self, cast, client_for):
        return client_for(cast.alice, scope=f"e{cast.south.pk}")

    def test_each_page_says_what_it_shows(self, client, cast):
        assert parse(client.get("/vehicules/")).select_one("meta[name=scope]")["content"] == f"e{cast.south.pk}"

    def test_a_list_goes_on_in_its_own(self, client, cast, stock):
        page = parse(client.get("/vehicules/", headers={"X-Shown-Scope": f"e{cast.north.pk}"}))
        assert "NORTH 1" in page.text
        assert "SOUTH 1" not in page.text
        assert "SOUTH 1" in parse(client.get("/vehicules/")).text  # nothing was switched

    def test_what_is_created_is_created_there(self, client, cast):
        sent = drawn(client, f"e{cast.north.pk}") | {"birth_name": "NORD", "first_names": "Anne"}
        client.post("/clients/creer/", sent)
        with unscoped("test"):
            assert Customer.objects.get().entity == cast.north

    @pytest.mark.parametrize("shown", ["e0", "e999999", "p0", "tout", "\u00b2"])
    def test_where_one_does_not_belong_nothing_is_created_anywhere_else(self, client, cast, shown):
        sent = drawn(client, f"e{cast.south.pk}") | {"birth_name": "NULLE", "first_names": "Anne", "shown_scope": shown}
        assert client.post("/clients/creer/", sent).status_code == 403
        assert client.get("/vehicules/").status_code == 200
        with unscoped("test"):
            assert not Customer.objects.exists()
