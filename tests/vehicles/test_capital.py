"""Capital tied up by days in stock: of what the filters keep, for who sees purchase prices, off the list's time."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from settings_admin.registries import BuiltInGroup
from tests.make import make_user, make_vehicle
from tests.quotation.way import soup, text
from vehicles.enums import StockStatus

TODAY = date(2026, 11, 24)
URL = "/vehicules/capital/"


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(datetime(2026, 11, 24, 9, tzinfo=UTC), tick=False)


def add(entity, days, price, **more):
    entered = None if days is None else TODAY - timedelta(days=days)
    return make_vehicle(entity=entity, entered_on=entered, purchase_price=price and Decimal(price), **more)


def lines(client, **query):
    """Each line as its words: label, number of vehicles, amount."""
    page = soup(client.get(URL, query))
    return [" ".join(row.get_text(" ").split()) for row in page.select("dl.capital > div")]


@pytest.fixture
def stock(cast):
    for days, price in ((0, 1000), (30, 2000), (31, 4000), (60, 8000), (61, 16000), (90, 32000), (91, 64000), (900, 1)):
        add(cast.north, days, price)
    # None of these is tied up, or none of Nord's business.
    add(cast.north, 10, 777, status=StockStatus.OUT)
    add(cast.north, 10, 777, is_archived=True)
    add(cast.north, None, 777, status=StockStatus.PRE_ENTRY)
    add(cast.south, 10, 777)


def test_each_band_has_its_own_edges(cast, client_for, stock):
    assert lines(client_for(cast.vera)) == [
        "0 à 30 jours 2 véhicules 3 000,00 €",
        "31 à 60 jours 2 véhicules 12 000,00 €",
        "61 à 90 jours 2 véhicules 48 000,00 €",
        "plus de 90 jours 2 véhicules 64 001,00 €",
        "Total 127 001,00 €",
    ]


def test_a_band_leads_to_exactly_its_vehicles_beside_the_other_filters(cast, client_for, stock):
    add(cast.north, 5, 500, kind="scooter")
    client = client_for(cast.vera)
    assert lines(client, kind="scooter", age="90+")[0] == "0 à 30 jours 1 véhicule 500,00 €"
    link = soup(client.get(URL, {"kind": "scooter", "age": "90+"})).select_one("dl.capital a")
    assert link["href"] == "/vehicules/?kind=scooter&age=0-30"
    assert len(soup(client.get(link["href"])).select("table a[data-row-link]")) == 1


def test_a_vehicle_without_a_price_is_told_and_not_counted_as_nothing(cast, client_for):
    add(cast.north, 5, None)
    assert lines(client_for(cast.vera))[0] == "0 à 30 jours 1 véhicule 0,00 €"
    assert "non comptés : 1 véhicule." in text(client_for(cast.vera).get(URL)).replace("\u00a0", " ")


def test_purchases_are_added_up_on_one_basis_that_is_named(cast, client_for):
    """What is tied up: what was paid, less the VAT that comes back; HT and TTC never in one sum."""
    add(cast.north, 5, 12000, vat_regime="recoverable")
    add(cast.north, 5, "100.03", vat_regime="recoverable")  # 83.3583…
    add(cast.north, 5, 5000, vat_regime="recoverable", purchase_is_excl=True)
    add(cast.north, 5, 3000, vat_regime="margin")
    client = client_for(cast.vera)
    assert lines(client)[0] == "0 à 30 jours 4 véhicules 18 083,36 €"
    assert "Capital immobilisé hors TVA récupérable, par jours en stock" in text(client.get(URL))
    # The foot of the list says the same of its page, under cells that stand as they were invoiced.
    page = soup(client.get("/vehicules/"))
    place = [head.get_text(strip=True) for head in page.select("table.list thead th")].index("Valeur de reprise")
    foot = page.select("table.list tfoot td")[place]
    assert " ".join(foot.get_text(" ").split()) == "18 083,36 € hors TVA récupérable"
    cells = {row.select("td, th")[place].get_text(strip=True) for row in page.select("table.list tbody tr")}
    assert {"12\u202f000,00\u00a0€TTC", "5\u202f000,00\u00a0€HT"} <= cells
    assert "hors TVA" not in client_for(cast.sam).get("/vehicules/").text


def test_who_does_not_see_purchase_prices_does_not_see_their_sum(cast, client_for, stock):
    seller = client_for(cast.sam)
    assert seller.get(URL).status_code == 403
    assert "filters-note" not in seller.get("/vehicules/").text
    assert "filters-note" in client_for(cast.vera).get("/vehicules/").text


def test_only_where_they_are_seen(cast, client_for, stock):
    """A used-car manager of one site who sells elsewhere."""
    add(cast.north, 5, 250, point_of_sale=cast.north_2)
    add(cast.north, 5, 50, point_of_sale=cast.north_1)
    user = make_user(
        "ula@example.test", holding=cast.holding, group=BuiltInGroup.USED_CAR_MANAGER, entity=cast.north,
        sites=(cast.north_2,),
    )  # fmt: skip
    # With what belongs to the whole entity, as everywhere.
    assert lines(client_for(user))[0] == "0 à 30 jours 3 véhicules 3 250,00 €"


def test_its_statements_do_not_grow_and_the_list_has_none_of_them(cast, client_for, stock):
    client = client_for(cast.vera)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            client.get(URL)
        counts.append(len(asked))
        add(cast.north, 40, 1)
    assert counts[0] == counts[1] <= 12
    with CaptureQueriesContext(connection) as listed:
        client.get("/vehicules/")
    assert not [one for one in listed if 'SUM("VEHICLES_VEHICLE"' in one["sql"].upper()]
