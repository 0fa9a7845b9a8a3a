"""« Rechercher partout »: what is found, by whom, and what it costs."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from openflex.core.dates import today_paris
from settings_admin.access.services.memberships import add_member
from settings_admin.models import UserGroup
from settings_admin.scoping import unscoped
from tests.make import make_customer, make_opportunity, make_quotation, make_vehicle
from tests.support.htmx import parse
from vehicles.enums import StockStatus
from vehicles.models import Photo

pytestmark = pytest.mark.django_db
ADDRESS = "/recherche/"


@pytest.fixture
def things(cast):
    """One of each in Nord at its first site, whose words are LENOIR or AB-123-CD, and a vehicle in Sud."""
    vehicle = make_vehicle(entity=cast.north, point_of_sale=cast.north_1, model="LENOIR", plate="AB123CD")
    make_vehicle(entity=cast.south, point_of_sale=cast.south_1, model="LENOIR SUD")
    make_vehicle(entity=cast.elsewhere, model="LENOIR AILLEURS")
    customer = make_customer(entity=cast.north, birth_name="LENOIR", city="Chalon")
    opportunity = make_opportunity(
        customer=customer, salesperson=cast.sam, point_of_sale=cast.north_1, number=14_873, vehicle=vehicle
    )
    quotation = make_quotation(entity=cast.north, point_of_sale=cast.north_1, created_by=cast.sam, model="Lenoir")
    return {"vehicle": vehicle, "customer": customer, "opportunity": opportunity, "quotation": quotation}


@pytest.fixture
def found(client_for):
    """`found(user, text)`: the titles under each heading."""

    def ask(user, text, **options):
        page = client_for(user, **options).get(ADDRESS, {"q": text})
        assert page.status_code == 200
        return {
            section["aria-label"]: [title.get_text() for title in section.select(".finding-title")]
            for section in parse(page).select(".findings section")
        }

    return ask


def test_each_finds_what_they_may_open(cast, found, things):
    north = {
        "Véhicules": ["RENAULT LENOIR"],
        "Clients": ["LENOIR"],
        "Opportunités": ["n°\u00a014873 · LENOIR"],
        "Cotations": ["VOLKSWAGEN Lenoir"],
    }
    assert found(cast.sam, "lenoir") == north
    assert found(cast.alice, "lenoir") == north | {"Véhicules": ["RENAULT LENOIR SUD", "RENAULT LENOIR"]}
    # At another site of Nord: the customer is the entity's, what happens at the first site is not theirs.
    assert found(cast.momo, "lenoir") == {"Clients": ["LENOIR"]}
    assert found(cast.eve, "lenoir") == {"Véhicules": ["RENAULT LENOIR SUD"]}
    assert found(cast.otto, "lenoir") == {"Véhicules": ["RENAULT LENOIR AILLEURS"]}
    # Who counts the money sees the stock, and nothing of who buys it.
    assert found(cast.adele, "lenoir") == {"Véhicules": ["RENAULT LENOIR"]}
    assert found(cast.nobody, "lenoir") == {}


def test_for_merchants_there_is_no_such_page(cast, client_for):
    assert client_for(cast.max).get(ADDRESS, {"q": "lenoir"}).status_code == 404


def test_it_reads_all_my_entities_whatever_the_top_bar_shows(cast, client_for, things):
    page = parse(client_for(cast.alice, scope=f"e{cast.south.pk}").get(ADDRESS, {"q": "lenoir"}))
    assert sorted(one.get_text() for one in page.select(".finding-place")) == ["Nord", "Nord", "Nord", "Nord", "Sud"]
    # And says where nothing else could tell: who works in one entity knows.
    assert parse(client_for(cast.sam).get(ADDRESS, {"q": "lenoir"})).select(".finding-place") == []


def test_what_is_found_leads_there(cast, client_for, things):
    client = client_for(cast.sam)
    page = parse(client.get(ADDRESS, {"q": "lenoir"}))
    addresses = [link["href"] for link in page.select(".findings a")]
    assert len(addresses) == 4
    for address in addresses:
        assert client.get(address).status_code in (200, 303), address


@pytest.mark.parametrize("text", ["14873", "n’existe pas", "ab123cd", "AB-123-CD"])
def test_numbers_and_plates_are_found_in_any_writing(cast, found, things, text):
    titles = [title for group in found(cast.sam, text).values() for title in group]
    assert ("n°\u00a014873 · LENOIR" in titles) is (text != "n’existe pas")


def test_a_plate_can_be_valued_at_once(cast, client_for, things, found):
    client = client_for(cast.sam)
    page = parse(client.get(ADDRESS, {"q": "gd 642 jm"}))
    link = next(one for one in page.select(".finding") if "Coter ce véhicule" in one.get_text())
    assert link.select_one(".plate-text").get_text() == "GD-642-JM"
    assert parse(client.get(link["href"])).select_one("[name=plate]")["value"] == "GD-642-JM"
    assert "Cotations" not in found(cast.adele, "gd642jm")
    # Two letters and figures that no plate has.
    assert "Coter ce véhicule" not in found(cast.sam, "GD-000-JM").get("Cotations", [])


def test_pages_and_what_one_begins_are_found_by_the_beginnings_of_their_words(cast, found):
    assert found(cast.marc, "ajou veh") == {"Commencer": ["Ajouter un véhicule"]}
    assert found(cast.marc, "opportunites")["Aller à"] == ["Opportunités"]
    assert "Groupes, utilisateurs et droits" in found(cast.alice, "groupes")["Aller à"]
    assert found(cast.alice, "roupes") == {}


def test_pages_that_stand_in_no_menu_are_found_too(cast, found):
    assert found(cast.sam, "agenda") == {"Aller à": ["Agenda"]}
    assert found(cast.sam, "rdv") == {"Aller à": ["Agenda"]}
    assert found(cast.sam, "préf") == {"Aller à": ["Notifications"]}
    # Who decides prices, and nobody else.
    assert found(cast.marc, "à valider") == {"Aller à": ["Estimations à valider"]}
    assert found(cast.sam, "à valider") == {}
    assert found(cast.adele, "agenda") == {}


@pytest.mark.parametrize(
    "typed", ["06 12 34 56 78", "06\u00a012\u00a034\u00a056\u00a078", "06.12.34.56.78", "+33 6 12 34 56 78"]
)
def test_a_telephone_is_found_as_it_is_shown_and_nobody_who_has_its_groups(cast, found, typed):
    make_customer(entity=cast.north, birth_name="AUTRE", mobile="+33634127856", email="06.12@example.test")
    make_customer(entity=cast.north, birth_name="LENOIR", mobile="+33612345678")
    assert found(cast.sam, typed) == {"Clients": ["LENOIR"]}


def test_nothing_typed_offers_what_one_may_begin_and_where_one_may_go(cast, found):
    sales, accounting = found(cast.marc, ""), found(cast.adele, "")
    assert sales["Commencer"] == [
        "Nouvelle cotation",
        "Créer une opportunité",
        "Ajouter un véhicule",
        "Créer un client",
    ]
    assert "Commencer" not in accounting
    own = ["Mon compte", "Notifications", "Mes exports", "Nouveautés"]
    assert sales["Aller à"] == ["Accueil", "Véhicules", "Cotations", "Opportunités", "Clients", *own]
    assert accounting["Aller à"] == ["Véhicules", "Paramètres", *own]


def test_too_short_for_rows_says_so(cast, client_for, things):
    page = parse(client_for(cast.sam).get(ADDRESS, {"q": "le"}))
    assert page.select(".findings a") == []
    assert "Tapez trois caractères au moins" in page.get_text()
    assert (
        "Rien ne correspond à «\u00a0xyz\u00a0»." in parse(client_for(cast.sam).get(ADDRESS, {"q": "xyz"})).get_text()
    )


@pytest.mark.parametrize("text", ["<script>x</script>", "avant\x00après", "%__%", "é" * 5000, "\\", "' OR 1=1", "²²²"])
def test_hostile_text_is_text(cast, client_for, things, text):
    page = client_for(cast.sam).get(ADDRESS, {"q": text})
    assert page.status_code == 200
    assert "<script>x" not in page.text


def test_of_many_the_first_are_shown_and_the_list_has_the_rest(cast, client_for):
    for number in range(7):
        make_vehicle(entity=cast.north, model=f"ZOE {number}")
    client = client_for(cast.sam)
    page = parse(client.get(ADDRESS, {"q": "zoe"}))
    assert len(page.select(".finding-title")) == 5
    more = page.select_one("a.finding.more")["href"]
    assert len(parse(client.get(more)).select("tr[data-row]")) == 7


def test_what_stands_in_stock_comes_first_then_what_came_last(cast, found):
    today = today_paris(timezone.now())
    for model, days, is_out in (("ZOE 1", 90, False), ("ZOE 2", 5, True), ("ZOE 3", 30, False), ("ZOE 4", 1, True)):
        left = {"status": StockStatus.OUT, "left_on": today, "exit_reason": "scrap"} if is_out else {}
        make_vehicle(entity=cast.north, model=model, entered_on=today - timedelta(days=days), **left)
    assert found(cast.sam, "zoe")["Véhicules"] == [f"RENAULT ZOE {number}" for number in (3, 1, 4, 2)]


def test_what_leads_elsewhere_opens_in_what_the_top_bar_shows(cast, client_for):
    for number in range(7):
        make_vehicle(entity=cast.north, model=f"ZOE {number}")
    everywhere = parse(client_for(cast.alice, scope="all").get(ADDRESS, {"q": "zoe"}))
    assert everywhere.select_one("a.finding.more").get_text() == "Tous les résultats"
    south = parse(client_for(cast.alice, scope=f"e{cast.south.pk}").get(ADDRESS, {"q": "zoe"}))
    assert south.select_one("a.finding.more").get_text() == "Dans la liste de Sud"
    # Who sells in Nord and sees nothing of the stock in Sud is led to no page that would refuse it.
    with unscoped("test data"):
        nothing = UserGroup.objects.create(holding=cast.holding, entity=cast.south, name="Rien", rights=[])
        add_member(actor=None, user=cast.sam, group=nothing, entity=cast.south)
    client = client_for(cast.sam, scope=f"e{cast.south.pk}")
    page = parse(client.get(ADDRESS, {"q": "zoe"}))
    assert len(page.select(".finding-title")) == 5
    assert page.select("a.finding.more") == []
    assert "Coter ce véhicule" not in client.get(ADDRESS, {"q": "gd642jm"}).text


def test_the_part_is_that_of_the_page(cast, client_for, things):
    whole = parse(client_for(cast.sam).get(ADDRESS, {"q": "lenoir"})).select_one(".findings")
    part = parse(client_for(cast.sam, htmx=True).get(ADDRESS, {"q": "lenoir"}))
    assert str(part).strip() == str(whole)


def test_it_takes_few_statements_however_much_there_is(cast, client_for, things):
    def statements():
        client = client_for(cast.alice, scope="all")
        client.get(ADDRESS, {"q": "lenoir"})
        with CaptureQueriesContext(connection) as caught:
            client.get(ADDRESS, {"q": "lenoir"})
        return len(caught)

    few = statements()
    for number in range(4):
        customer = make_customer(entity=cast.north, birth_name=f"LENOIR {number}")
        vehicle = make_vehicle(entity=cast.north, model=f"LENOIR {number}", supplier=customer)
        make_opportunity(customer=customer, salesperson=cast.sam, point_of_sale=cast.north_1, vehicle=vehicle)
        make_quotation(entity=cast.north, created_by=cast.sam, model=f"Lenoir {number}")
    assert statements() == few <= 12


def shown(client, *opened, **query):
    page = parse(client.get(ADDRESS, {"ouvert": opened, **query}))
    group = page.select_one("section[aria-label='Ouverts récemment']")
    return [title.get_text() for title in group.select(".finding-title")] if group else []


def test_what_was_opened_last_stands_before_anything_is_typed(cast, client_for, things):
    vehicle, customer = things["vehicle"], things["customer"]
    opportunity, quotation = things["opportunity"], things["quotation"]
    opened = [
        f"/opportunites/{opportunity.pk}/synthese/",
        f"/vehicules/{vehicle.pk}/",
        f"/opportunites/{opportunity.pk}/",
        f"/clients/{customer.pk}/",
        f"/cotations/{quotation.pk}/etude/",
    ]
    sam = client_for(cast.sam)
    names = ["n°\u00a014873 · LENOIR", "RENAULT LENOIR", "LENOIR", "VOLKSWAGEN Lenoir"]
    assert shown(sam, *opened) == names
    assert shown(sam, *opened, q="golf") == []
    assert shown(sam) == []


def test_of_what_was_opened_nothing_is_told_that_one_may_no_longer_see(cast, client_for, things):
    opened = [f"/vehicules/{things['vehicle'].pk}/", f"/clients/{things['customer'].pk}/"]
    assert shown(client_for(cast.alice, scope=f"e{cast.south.pk}"), *opened) == ["RENAULT LENOIR", "LENOIR"]
    assert shown(client_for(cast.adele), *opened) == ["RENAULT LENOIR"]  # sees no customers
    assert shown(client_for(cast.momo), *opened) == ["LENOIR"]  # at another site
    assert shown(client_for(cast.eve), *opened) == shown(client_for(cast.otto), *opened) == []
    # Who belongs to both entities, and sees the stock in one of them.
    with unscoped("test data"):
        nothing = UserGroup.objects.create(holding=cast.holding, entity=cast.north, name="Rien", rights=[])
        add_member(actor=None, user=cast.eve, group=nothing, entity=cast.north)
    assert shown(client_for(cast.eve, scope="all"), *opened) == []


@pytest.mark.parametrize(
    "address",
    ["", "/", "\\", "é", "/vehicules/", f"/vehicules/{10**30}/", "/vehicules/0/", "//autre.test/vehicules/1/", "\x00"],
)
def test_an_address_that_leads_to_no_row_is_passed_over(cast, client_for, things, address):
    assert shown(client_for(cast.sam), address, f"/vehicules/{things['vehicle'].pk}/") == ["RENAULT LENOIR"]


def test_a_vehicle_is_found_with_its_picture_or_the_silhouette_of_its_kind(cast, client_for, things):
    van = make_vehicle(entity=cast.north, model="LENOIR VAN", kind="light_commercial")
    with unscoped("test data"):
        photo = Photo.objects.create(
            entity=cast.north, vehicle=van, position=0, name="a", small_name="b", width=4, height=3
        )
    frames = parse(client_for(cast.sam).get(ADDRESS, {"q": "lenoir"})).select(".finding .photo-frame")
    assert [getattr(frame.select_one("img"), "attrs", {}).get("src") for frame in frames] == [
        f"/vehicules/photos/{photo.pk}/petite/",
        None,
    ]
    assert frames[1].select_one("use")["href"].endswith("#kind-car")


def test_what_was_opened_costs_a_statement_for_each_kind(cast, client_for, things):
    def statements(*vehicles):
        client = client_for(cast.sam)
        opened = [f"/vehicules/{one.pk}/" for one in vehicles] + [f"/clients/{things['customer'].pk}/"]
        shown(client, *opened)
        with CaptureQueriesContext(connection) as caught:
            assert len(shown(client, *opened)) == len(opened)
        return len(caught)

    assert statements(things["vehicle"]) == statements(*(make_vehicle(entity=cast.north) for _ in range(4))) <= 9
