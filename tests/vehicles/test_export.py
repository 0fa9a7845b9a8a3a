"""The export writes exactly what is filtered, in the person's columns, without what is not theirs to see."""

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest

from settings_admin.access.services.holdings import built_in_group
from settings_admin.access.services.memberships import add_member
from settings_admin.models import AccessLog
from settings_admin.registries import BuiltInGroup
from settings_admin.scoping import unscoped
from tests.make import make_user, make_vehicle
from tests.support.htmx import parse
from tests.support.xlsx import rows_of
from vehicles.enums import Energy


@pytest.fixture(autouse=True)
def _one_day(time_machine):
    time_machine.move_to("2026-11-24T10:00:00+01:00", tick=False)


def sheet_of(client, address=""):
    response = client.post(f"/vehicules/export/{address}")
    assert response.status_code == 200
    return rows_of(response)


@pytest.fixture
def divided(cast):
    """Manages sales in Nord, sells in Sud: sees the margin of one, not of the other; exports both."""
    user = make_user(
        "divided@example.test", holding=cast.holding, group=BuiltInGroup.USED_CAR_MANAGER, entity=cast.north
    )
    with unscoped("test data"):
        group = built_in_group(cast.holding, BuiltInGroup.SALESPERSON)
        group.rights = [*group.rights, "vehicles.export"]
        group.save()
        add_member(actor=None, user=user, group=group, entity=cast.south)
    return user


def test_values_keep_their_types(cast, client_for):
    make_vehicle(
        entity=cast.north,
        point_of_sale=cast.north_1,
        model="CLIO",
        plate="GD642JM",
        energy=Energy.DIESEL,
        mileage_km=89632,
        sale_price=Decimal("9394.20"),
        purchase_price=Decimal("7600.00"),
        is_trade_in=True,
        entered_on=date(2026, 11, 12),
    )
    (row,) = sheet_of(client_for(cast.vera))
    assert row["Immatriculation"] == "GD-642-JM"
    assert row["Énergie"] == "Diesel"
    assert row["Km"] == 89632
    assert row["Prix TTC"] == 9394.2
    assert row["Valeur de reprise"] == 7600
    assert row["Reprise"] == "Oui"
    assert row["Entrée"] == datetime(2026, 11, 12)  # noqa: DTZ001  (a spreadsheet has no time zone)
    assert row["Jours"] == 12
    assert row["Statut"] == "Stock de vente"
    assert row["Type de véhicule"] == "VO - Particulier"


def test_the_next_inspection_is_written_as_its_month(cast, client_for):
    """As on the screen: of a month no day is known."""
    make_vehicle(entity=cast.north, next_inspection_month=date(2027, 8, 1))
    client = client_for(cast.vera)
    client.post("/vehicules/colonnes/", {"column": ["next_inspection_month"]})
    sent = client.post("/vehicules/export/")
    book = openpyxl.load_workbook(BytesIO(b"".join(sent.streaming_content)))
    cell = book.active.cell(row=2, column=1)
    assert (book.active.cell(row=1, column=1).value, cell.number_format) == ("Prochain CT", "mm/yyyy")
    assert cell.value == datetime(2027, 8, 1)  # noqa: DTZ001  (a spreadsheet has no time zone)


def test_a_purchase_says_whether_it_is_ht_or_ttc_to_those_who_see_it(cast, client_for, divided):
    make_vehicle(entity=cast.north, model="A", purchase_price=Decimal(7600), purchase_is_excl=True)
    make_vehicle(entity=cast.north, model="B", purchase_price=Decimal(7600))
    make_vehicle(entity=cast.north, model="C", purchase_price=None)
    make_vehicle(entity=cast.south, model="D", purchase_price=Decimal(7600))
    client = client_for(divided, scope="all")
    rows = {row["Modèle"]: row["Reprise HT ou TTC"] for row in sheet_of(client)}
    assert rows == {"A": "HT", "B": "TTC", "C": None, "D": None}
    cells = [line.text for line in parse(client.get("/vehicules/?sort=model")).select("table.list tbody tr")]
    shown = [("7\u202f600,00\u00a0€ HT" in line, "7\u202f600,00\u00a0€ TTC" in line) for line in cells]
    assert shown == [(True, False), (False, True), (False, False), (False, False)]


def test_what_is_not_known_is_an_empty_cell(cast, client_for):
    make_vehicle(entity=cast.north, mileage_km=None, sale_price=None, energy="", version="")
    (row,) = sheet_of(client_for(cast.vera))
    assert (row["Km"], row["Prix TTC"], row["Énergie"], row["Version"]) == (None, None, None, None)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "?energy=diesel",
        "?q=clio",
        "?sort=model",
        "?sort=-mileage_km&energy=petrol",
        "?tab=for_sale",
        "?sort=-days",
        "?sort=energy",
        "?sort=-version",
        "?sort=plate",
        "?sort=status",
    ],
)
def test_the_export_holds_the_rows_of_the_list_in_their_order(cast, client_for, address):
    for number in range(45):
        make_vehicle(
            entity=cast.north,
            model=("CLIO", "GOLF")[number % 2],
            mileage_km=number * 7 % 40 or None,
            energy=(Energy.DIESEL, Energy.PETROL)[number % 3 == 0],
            version=("", "A", "B")[number % 3],
            entered_on=date(2026, 10, 1 + number * 7 % 20),
            plate=f"AA{number + 1:03}AA",
            status=("for_sale", "arrived", "out")[number % 3],
        )
    client = client_for(cast.vera)
    shown, url = [], f"/vehicules/{address}"
    while url:
        page = parse(client.get(url))
        shown += [plate.text for plate in page.select("tbody .plate-text")]
        following = page.select_one("a[rel=next]")
        url = f"/vehicules/{following['href']}" if following else ""
    assert [row["Immatriculation"] for row in sheet_of(client, address)] == shown
    assert len(shown) > 5


def test_the_export_has_the_persons_columns(cast, client_for):
    make_vehicle(entity=cast.north, vin="VF1", model="CLIO")
    client = client_for(cast.vera)
    client.post("/vehicules/colonnes/", {"column": ["vin", "model"]})
    assert sheet_of(client) == [{"VIN": "VF1", "Modèle": "CLIO"}]


def test_a_purchase_price_is_hidden_row_by_row(cast, client_for, divided):
    make_vehicle(entity=cast.north, model="NORTH", purchase_price=1111, sale_price=3000)
    make_vehicle(entity=cast.south, model="SOUTH", purchase_price=2222, sale_price=3000)
    client = client_for(divided, scope="all")
    make_vehicle(entity=cast.north, model="UNKNOWN", sale_price=3000)
    client.post("/vehicules/colonnes/", {"column": ["model", "purchase_price", "margin"]})
    rows = {row["Modèle"]: row for row in sheet_of(client)}
    assert rows["NORTH"]["Valeur de reprise"] == 1111
    assert rows["NORTH"]["Marge HT"] is not None
    assert (rows["SOUTH"]["Valeur de reprise"], rows["SOUTH"]["Marge HT"]) == (None, None)
    page = parse(client.get("/vehicules/"))
    cells = {
        row.select_one("[data-row-link]").text.split()[-1]: [cell.text.strip() for cell in row.select("td")]
        for row in page.select("tbody tr")
    }
    assert cells["NORTH"][1] == "1\u202f111,00\u00a0€ TTC"
    assert cells["SOUTH"][1:3] == ["–", "–"]
    assert cells["UNKNOWN"][1:3] == ["–\u00a0€", "–\u00a0€"]
    assert "2\u202f222" not in page.text
    assert [cell.text.strip() for cell in page.select("tfoot td")][1] == "1\u202f111,00\u00a0€hors TVA récupérable"


def test_one_does_not_sort_by_what_one_may_not_see(cast, client_for, divided):
    for entity, price in ((cast.north, 1), (cast.south, 2), (cast.north, 3)):
        make_vehicle(entity=entity, model=f"M{price}", purchase_price=price, entered_on=date(2026, 1, price))
    for user, scope in ((divided, "all"), (cast.sam, "")):
        page = parse(client_for(user, scope=scope).get("/vehicules/?sort=purchase_price"))
        heads = [head for head in page.select("thead th") if head.select_one("a.sort")]
        assert "Valeur de reprise" not in [head.text.strip() for head in heads]
        dates = [cell.text for cell in page.select("tbody td") if cell.text.startswith("0") and "/01/2026" in cell.text]
        assert dates == sorted(dates, reverse=True)
    page = parse(client_for(divided, scope=f"e{cast.north.pk}").get("/vehicules/?sort=purchase_price"))
    assert page.select_one("th[aria-sort=ascending]").text.strip() == "Valeur de reprise"


def test_an_export_is_written_down(cast, client_for):
    client_for(cast.vera).post("/vehicules/export/?energy=diesel")
    with unscoped("the test looks at what was written"):
        seen = AccessLog.objects.get(kind="exported")
    assert (seen.user, seen.details) == (
        cast.vera,
        {"list": "vehicles", "label": "Véhicules", "query": "energy=diesel", "rows": 0},
    )


def test_without_the_right_there_is_neither_button_nor_file(cast, client_for):
    client = client_for(cast.sam)
    assert "Exporter" not in client.get("/vehicules/").text
    assert client.post("/vehicules/export/").status_code == 403
