"""The list of opportunities: what finds one, what narrows and sorts the list, and what it costs."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from openflex.core.dates import today_paris
from openflex.core.french import format_day
from opportunities.models import Offer, Opportunity, TradeIn
from settings_admin.scoping import unscoped
from tests.make import make_customer, make_opportunity, make_vehicle
from tests.support.htmx import content, parse, swap
from tests.support.xlsx import rows_of

pytestmark = pytest.mark.django_db
LIST = "/opportunites/"


@pytest.fixture
def listed(cast, client_for):
    """`listed(address, user)`: the customers of the rows, from top to bottom."""

    def read(address="?tab=all", user=None):
        response = client_for(user or cast.sam).get(LIST + address)
        assert response.status_code == 200
        return [link.text.strip() for link in parse(response).select("tbody a[data-row-link]")]

    return read


def here(cast, name, **fields):
    customer = make_customer(entity=cast.north, birth_name=name, mobile="+33612345678" if name == "RINO" else "")
    values = {"point_of_sale": cast.north_1, "salesperson": cast.sam, **fields}
    return make_opportunity(customer=customer, **values)


@pytest.fixture
def rino(cast):
    """An opportunity that everything is known of, beside another one."""
    wanted = make_vehicle(entity=cast.north, point_of_sale=cast.north_1, plate="EZ731PM", vin="VF3M45GYVKS123456")
    offered = make_vehicle(entity=cast.north, point_of_sale=cast.north_1, plate="AV005AV", vin="W0LGT67E911234567")
    row = here(cast, "RINO", number=14873, vehicle=wanted)
    with unscoped("test data"):
        place = {"entity": cast.north, "point_of_sale": cast.north_1, "opportunity": row}
        now = timezone.now()
        Offer.objects.create(
            **place, number=26176, vehicle=offered, price="17500", valid_until=now.date(), created_by=cast.sam,
            created_at=now,
        )  # fmt: skip
        TradeIn.objects.create(
            **place, number=465851, make="VOLKSWAGEN", model="Golf Plus", plate="GD642JM", vin="WWWZZZ1KZAW599957",
            created_by=cast.sam, created_at=now,
        )  # fmt: skip
    here(cast, "DUVAL", number=14880)
    return row


@pytest.mark.parametrize(
    "words",
    ["rino", "0612345678", "14873", "26176", "465851", "ez-731-pm", "KS123456", "AV 005 AV", "911234567", "gd642jm",
     "599957", "golf plus"],
)  # fmt: skip
def test_one_is_found_by_customer_number_offer_plate_and_vin(listed, rino, words):
    assert listed(f"?tab=all&q={words}") == ["RINO"]


@pytest.mark.parametrize("words", ["rino", "0612345678", "14873", "26176", "465851", "EZ731PM", "AV 005 AV", "gd642jm"])
def test_it_is_found_too_by_words_that_many_vehicles_have(listed, rino, words, monkeypatch):
    monkeypatch.setattr("openflex.core.search.MANY", -1)
    assert listed(f"?tab=all&q={words}") == ["RINO"]


@pytest.mark.parametrize("words", ["%25%25%25", "'%3b--", "99999999999999999999", "x%00yz"])
def test_hostile_words_are_only_words(listed, rino, words):
    assert listed(f"?tab=all&q={words}") in ([], ["RINO", "DUVAL"], ["DUVAL", "RINO"])


def test_strangers_find_nothing(cast, listed, rino):
    assert listed("?tab=all&q=rino", cast.marc) == ["RINO"]
    for user in (cast.eve, cast.momo, cast.otto):
        assert listed("?tab=all&q=rino", user) == []


def test_who_finds_nothing_in_a_view_is_led_to_all_of_them(cast, client_for, listed, rino):
    """A colleague's, or a closed one, sought on the page one lands on."""
    page = parse(client_for(cast.marc).get(LIST + "?q=26176&affichage=cartes"))
    wider = page.select_one("#list .empty a:-soup-contains('Chercher dans toutes les vues')")
    assert wider["href"].startswith("?")
    assert "affichage=cartes" in wider["href"]
    assert "RINO" in client_for(cast.marc).get(LIST + wider["href"]).text
    assert listed(wider["href"].replace("&affichage=cartes", "").replace("affichage=cartes&", ""), cast.marc) == [
        "RINO"
    ]
    nowhere = parse(client_for(cast.marc).get(LIST + "?tab=all&q=zzzqqq"))
    assert "Chercher dans toutes" not in nowhere.select_one("#list .empty").text


def test_tabs_are_mine_my_team_and_late(cast, listed):
    today = timezone.now().date()
    here(cast, "MIENNE")
    here(cast, "TARDIVE", salesperson=cast.marc, overdue_on=today - timedelta(days=1))
    assert listed("") == ["MIENNE"]
    assert listed("?tab=overdue") == ["TARDIVE"]
    here(cast, "HOLDING", salesperson=cast.alice)
    assert set(listed("?tab=team")) == {"MIENNE", "TARDIVE", "HOLDING"}


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("stars=3", {"TROIS"}),
        ("source=phone", {"TROIS"}),
        ("is_overdue=yes", {"TARDIVE"}),
        ("is_overdue=no", {"TROIS"}),
        ("since=01/01/2100", set()),
    ],
)
def test_filters_narrow_the_list(cast, listed, address, found):
    here(cast, "TROIS", stars=3, source="phone")
    here(cast, "TARDIVE", overdue_on=timezone.now().date() - timedelta(days=1))
    assert set(listed(f"?tab=all&{address}")) == found


def test_it_is_sorted_both_ways(cast, listed):
    for number, name in ((1, "UN"), (2, "DEUX"), (3, "TROIS")):
        here(cast, name, number=number, stars=number)
    assert listed("?tab=all&sort=stars") == ["UN", "DEUX", "TROIS"]
    assert listed("?tab=all&sort=-number") == ["TROIS", "DEUX", "UN"]


@pytest.mark.parametrize("address", ["?tab=all", "?q=rino", "?affichage=cartes", "?tab=all&stars=3"])
def test_a_swapped_list_equals_a_reloaded_one(cast, client_for, rino, address):
    client, htmx = client_for(cast.sam), client_for(cast.sam, htmx=True)
    swapped = swap(parse(client.get(LIST)), htmx.get(LIST + address, headers={"HX-Target": "list"}), target="#list")
    assert content(swapped) == content(parse(client.get(LIST + address)))


def test_rows_and_cards_say_when_they_changed_as_a_machine_reads_it(cast, client_for, rino):
    with unscoped("the test compares with what is kept"):
        kept = set(Opportunity.objects.values_list("changed_at", flat=True))
    for way in ("", "&affichage=cartes"):
        page = parse(client_for(cast.sam).get(f"{LIST}?tab=all{way}"))
        times = [datetime.fromisoformat(time["datetime"]) for time in page.select("time")]
        assert set(times) == kept
        assert all(time.utcoffset() for time in times)  # on a French clock


@pytest.mark.parametrize("way", ["", "&affichage=cartes"])
def test_of_those_en_souffrance_only_a_day_that_is_past_is_marked(cast, client_for, way):
    """A customer who heard nothing for too long makes one late, not the day of what is planned."""
    today = today_paris(timezone.now())
    yesterday = today - timedelta(days=1)
    for planned in (yesterday, today + timedelta(days=3)):
        here(cast, str(planned), overdue_on=yesterday, next_action="call", next_action_on=planned)
    marked = parse(client_for(cast.sam).get(f"{LIST}?tab=all{way}")).select("span.is-bad")
    assert [mark.text for mark in marked] == [format_day(yesterday)]


def test_cards_say_what_the_rows_say(cast, client_for, rino):
    cards = parse(client_for(cast.sam).get(f"{LIST}?tab=all&affichage=cartes")).select(".opportunity-card")
    assert [card.select_one("h2 a").text for card in cards] == ["Opportunité 14880", "Opportunité 14873"]
    assert "RINO" in cards[1].text


def test_the_export_writes_what_is_filtered_for_who_may(cast, client_for, rino):
    assert client_for(cast.sam).post(f"{LIST}export/?tab=all").status_code == 403
    response = client_for(cast.marc).post(f"{LIST}export/?tab=all&q=rino")
    assert [(row["N°"], row["Client"]) for row in rows_of(response)] == [(14873, "RINO")]


def test_the_statements_are_few_and_do_not_grow(cast, client_for):
    client = client_for(cast.marc)

    def count(more):
        for number in range(more):
            here(cast, f"CLIENT{number}")
        client.get(f"{LIST}?tab=all")
        with CaptureQueriesContext(connection) as seen:
            assert client.get(f"{LIST}?tab=all").status_code == 200
        return len(seen)

    few, many = count(1), count(5)
    assert few == many
    assert many <= 12


def test_a_card_names_who_follows_it(cast, client_for):
    make_opportunity(customer=make_customer(entity=cast.north), point_of_sale=cast.north_1, salesperson=cast.sam)
    (card,) = parse(client_for(cast.marc).get("/opportunites/?tab=all&affichage=cartes")).select(".opportunity-card")
    assert cast.sam.full_name in card.text
