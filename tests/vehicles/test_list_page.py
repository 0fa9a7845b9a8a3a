"""The list of vehicles, as its readers meet it: search, filters with their chips, sorts, tabs, columns."""

from datetime import date

import pytest

from settings_admin.models import PointOfSale
from settings_admin.scoping import unscoped
from tests.make import make_vehicle
from tests.support.htmx import content, parse, swap
from vehicles.enums import Destination, Energy, Stage, StockStatus, VehicleKind

LIST = "/vehicules/"


@pytest.fixture(autouse=True)
def _one_day(time_machine):
    time_machine.move_to("2026-11-24T10:00:00+01:00", tick=False)


@pytest.fixture
def read(cast, client_for):
    client = client_for(cast.marc)

    def read(address=""):
        response = client.get(LIST + address)
        assert response.status_code == 200
        return parse(response)

    return read


def models(page):
    """The models of the rows, from top to bottom."""
    return [link.find_all(string=True, recursive=False)[0].strip() for link in page.select("tbody a[data-row-link]")]


def chips(page):
    """(name, value) of each, with the address that takes it off."""
    return {
        (chip.select_one(".chip-key").text, chip.select_one(".chip-value").text): chip.select_one("a")["href"]
        for chip in page.select(".chip:not(.add)")
    }


def here(cast, model, **fields):
    return make_vehicle(entity=cast.north, point_of_sale=cast.north_1, model=model, **fields)


# --- Search ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    ["GD-642-JM", "gd642jm", "gd 642 jm", "642", "53981", "WVWZZZ1KZAW553981", "golf plus", "PLUS golf", "carat",
     "26-0871", "K-17", "vw golf 642", "Bluemotion"],
)  # fmt: skip
def test_a_vehicle_is_found_by_what_one_knows_of_it(cast, read, words):
    here(
        cast,
        "GOLF PLUS",
        make="VW",
        version="1.6 TDI BlueMotion Carat",
        plate="GD642JM",
        vin="WVWZZZ1KZAW553981",
        stock_number="26-0871",
        key_number="K-17",
    )
    here(cast, "CLIO")
    assert models(read(f"?q={words}")) == ["GOLF PLUS"]


@pytest.mark.parametrize("words", ["citroen", "CITROËN", "ë-c3", "e-c3"])
def test_accents_and_capitals_do_not_matter(cast, read, words):
    here(cast, "Ë-C3", make="CITROËN", version="")
    here(cast, "CLIO")
    assert models(read(f"?q={words}")) == ["Ë-C3"]


@pytest.mark.parametrize("words", ["", "  ", "gd", "-%-", "___"])
def test_less_than_three_characters_are_no_search(cast, read, words):
    here(cast, "CLIO")
    assert models(read(f"?q={words}")) == ["CLIO"]


@pytest.mark.parametrize("words", ["%25%25%25a", "c__o", "x%00yz", "'%3b drop", "a" * 3000])
def test_wildcards_and_hostile_words_are_only_words(cast, read, words):
    here(cast, "CLIO")
    assert models(read(f"?q={words}")) in ([], ["CLIO"])


def test_all_words_must_be_there(cast, read):
    here(cast, "GOLF")
    assert models(read("?q=golf+polo")) == []


# --- Filters -----------------------------------------------------------------------------------------------

OTHER = {
    "status": StockStatus.FOR_SALE,
    "stage": Stage.USED,
    "kind": VehicleKind.CAR,
    "sale_price": 20000,
    "mileage_km": 90000,
    "entered_on": date(2026, 11, 20),
    "next_inspection_month": date(2028, 1, 1),
}


@pytest.mark.parametrize(
    ("address", "fields", "chip"),
    [
        ("status=arrived", {"status": StockStatus.ARRIVED}, ("Statut", "Entrée physique")),
        ("status=arrived&status=delivery", {"status": StockStatus.DELIVERY}, ("Statut", "Entrée physique, Livraison")),
        ("stage=new", {"stage": Stage.NEW}, ("VN, VO ou VD", "VN")),
        ("destination=trade", {"destination": Destination.TRADE}, ("Destination", "Professionnel")),
        ("kind=quad", {"kind": VehicleKind.QUAD}, ("Genre", "Quad")),
        ("energy=electric", {"energy": Energy.ELECTRIC}, ("Énergie", "Électrique")),
        ("sale_price_max=8 000", {"sale_price": 8000}, ("Prix TTC", "jusqu’à 8\u202f000\u00a0€")),
        ("sale_price_min=30000", {"sale_price": 30000}, ("Prix TTC", "dès 30\u202f000\u00a0€")),
        (
            "mileage_km_min=10000&mileage_km_max=20 000",
            {"mileage_km": 15000},
            ("Kilométrage", "de 10\u202f000 à 20\u202f000\u00a0km"),
        ),
        ("age=31-60", {"entered_on": date(2026, 10, 1)}, ("Jours en stock", "31 à 60")),
        ("age=61-90", {"entered_on": date(2026, 8, 26)}, ("Jours en stock", "61 à 90")),
        ("age=90%2B", {"entered_on": date(2026, 8, 25)}, ("Jours en stock", "plus de 90")),
        (
            "inspection=due",
            {"next_inspection_month": date(2026, 12, 1)},
            ("Contrôle technique", "à prévoir ou dépassé"),
        ),
        ("inspection=unknown", {"next_inspection_month": None}, ("Contrôle technique", "date non renseignée")),
        ("is_trade_in=True", {"is_trade_in": True}, ("Reprise", "Oui")),
    ],
)
def test_each_filter_finds_its_rows_and_says_so_in_a_chip(cast, read, address, fields, chip):
    here(cast, "OTHER", **OTHER)
    here(cast, "FOUND", **{**OTHER, **fields})
    page = read(f"?{address}")
    assert models(page) == ["FOUND"]
    assert list(chips(page)) == [chip]


def test_the_filter_on_the_site_names_the_site(cast, read):
    make_vehicle(entity=cast.north, point_of_sale=cast.north_2, model="FOUND")
    here(cast, "OTHER")
    page = read(f"?point_of_sale={cast.north_2.pk}")
    assert models(page) == ["FOUND"]
    assert list(chips(page)) == [("Point de vente", "Nord 2")]


def test_a_chip_takes_off_its_filter_and_nothing_else(cast, read):
    here(cast, "CLIO")
    page = read("?q=clio&status=for_sale&mileage_km_min=1&mileage_km_max=99999&sort=model&tab=for_sale&after=x")
    closers = {name: url for (name, _), url in chips(page).items()}
    assert closers["Kilométrage"] == "?q=clio&status=for_sale&sort=model&tab=for_sale"
    assert closers["Statut"] == "?q=clio&mileage_km_min=1&mileage_km_max=99999&sort=model&tab=for_sale"


@pytest.mark.parametrize(
    "address",
    ["status=nothing", "kind=", "point_of_sale=0", "point_of_sale=x", "sale_price_min=abc", "age=1", "page=2"],
)
def test_what_a_filter_cannot_read_filters_nothing(cast, read, address):
    here(cast, "CLIO")
    page = read(f"?{address}")
    assert models(page) == ["CLIO"]
    assert chips(page) == {}


def test_a_bound_that_cannot_be_read_is_kept_with_a_message_beside_it(cast, read):
    page = read("?sale_price_min=abc")
    assert "Montant illisible" in page.select_one("#list-filters").text
    assert page.select_one("[name=sale_price_min]")["value"] == "abc"


def test_a_site_of_a_stranger_is_no_filter(cast, read):
    here(cast, "CLIO")
    page = read(f"?point_of_sale={cast.south_1.pk}")
    assert chips(page) == {}
    assert "Sud 1" not in page.text


@pytest.mark.parametrize("typed", ["c", "cl", "c-l", " . "])
def test_a_search_of_under_three_characters_says_so_beside_the_field_and_shows_everything(cast, read, typed):
    here(cast, "CLIO")
    here(cast, "GOLF")
    page = read(f"?q={typed}")
    field = page.select_one("#list-search")
    assert field["value"] == typed
    assert page.find(id=field["aria-describedby"]).text == "3\u00a0caractères au moins"
    assert set(models(page)) == {"CLIO", "GOLF"}


def test_a_search_that_searches_says_nothing(cast, read):
    here(cast, "CLIO")
    here(cast, "GOLF")
    page = read("?q=cli")
    assert models(page) == ["CLIO"]
    assert not page.select("#list-search-note, #list-search[aria-describedby]")


# --- Sorts and tabs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "field", "values"),
    [
        ("model", "model", ["A", "B", "C"]),
        ("mileage_km", "mileage_km", [1, 2, 3]),
        ("first_registration", "first_registration", [date(2020, 1, day) for day in (1, 2, 3)]),
        ("entered_on", "entered_on", [date(2026, 1, day) for day in (1, 2, 3)]),
        ("sale_price", "sale_price", [1, 2, 3]),
        ("purchase_price", "purchase_price", [1, 2, 3]),
        ("next_inspection_month", "next_inspection_month", [date(2027, month, 1) for month in (1, 2, 3)]),
        ("stock_number", "stock_number", ["26-0001", "26-0002", "26-0003"]),
        ("plate", "plate", ["AA100AA", "AB100AA", "BA100AA"]),
        ("version", "version", ["1.2", "1.6", "A"]),
        # In the order of their words, and of the life of a vehicle: not of their codes.
        ("energy", "energy", ["diesel", "electric", "petrol"]),
        ("energy", "energy", ["lpg", "hybrid", "hydrogen"]),
        ("status", "status", ["pre_entry", "arrived", "for_sale"]),
        ("type", "stage", ["demonstrator", "new", "used"]),
        ("type", "destination", ["scrap", "private", "trade"]),
        ("days", "entered_on", [date(2026, 1, day) for day in (3, 2, 1)]),
    ],
)
def test_each_sort_goes_both_ways(cast, read, column, field, values):
    for position in (1, 0, 2):
        here(cast, **{"model": f"M{position}", field: values[position]})
    up, down = models(read(f"?sort={column}")), models(read(f"?sort=-{column}"))
    assert down == up[::-1]
    assert up in (["M0", "M1", "M2"], ["A", "B", "C"])


def test_trade_ins_stand_together_and_a_page_of_them_goes_on(cast, read):
    """Two values only: the pages go on among equals."""
    for position in range(90):
        here(cast, f"M{position:02d}", is_trade_in=position % 3 == 0)
    seen, page = [], read("?sort=-is_trade_in")
    while True:
        seen += models(page)
        following = page.select_one("a[rel=next]")
        if following is None:
            break
        page = read(following["href"])
    assert len(seen) == len(set(seen)) == 90
    assert {int(model[1:]) % 3 for model in seen[:30]} == {0}


@pytest.mark.parametrize(
    ("sort", "fields"),
    [("plate", {"plate": ""}), ("version", {"version": ""}), ("energy", {"energy": ""}),
     ("days", {"status": StockStatus.PRE_ENTRY, "entered_on": date(2026, 12, 1)})],
)  # fmt: skip
def test_what_has_no_value_comes_last_both_ways(cast, read, sort, fields):
    here(cast, "WITHOUT", **fields)
    here(cast, "WITH", plate="AA100AA", version="1.2", energy="diesel", entered_on=date(2026, 1, 1))
    assert models(read(f"?sort={sort}")) == models(read(f"?sort=-{sort}")) == ["WITH", "WITHOUT"]


def test_what_went_out_is_not_sorted_by_days_that_no_column_holds(cast, read):
    for model, left_on in (("LONG", date(2026, 11, 1)), ("SHORT", date(2026, 1, 3))):
        entered_on = date(2026, 1, 1) if model == "LONG" else date(2026, 1, 2)
        here(cast, model, status=StockStatus.OUT, entered_on=entered_on, left_on=left_on)
    here(cast, "HERE")
    page = read("?tab=all&sort=days")
    assert models(page) == ["SHORT", "LONG"]  # the usual order: the latest entry first
    sorted_by = [link.text.strip() for link in page.select("th a.sort")]
    assert "Jours" not in sorted_by
    assert "Jours" in [link.text.strip() for link in read().select("th a.sort")]


@pytest.mark.parametrize("sort", ["--model", "nothing", "-", "pk", "entity__name", "vin'"])
def test_a_sort_that_nobody_offers_is_the_usual_one(cast, read, sort):
    here(cast, "OLD", entered_on=date(2026, 1, 1))
    here(cast, "NEW", entered_on=date(2026, 2, 1))
    assert models(read(f"?sort={sort}")) == ["NEW", "OLD"]


def test_tabs_count_what_they_hold(cast, read):
    here(cast, "FOR SALE", next_inspection_month=date(2028, 1, 1), entered_on=date(2026, 11, 1))
    here(cast, "PREPARED", is_being_prepared=True, status=StockStatus.ARRIVED, stage=Stage.NEW)
    here(cast, "OLD", entered_on=date(2026, 1, 1), stage=Stage.NEW)
    here(cast, "SCOOTER", kind=VehicleKind.SCOOTER, stage=Stage.NEW)
    here(cast, "LATE", next_inspection_month=date(2026, 1, 1))
    here(cast, "OUT", status=StockStatus.OUT)
    here(cast, "ARCHIVED", is_archived=True)
    page = read()
    texts = [" ".join(link.text.split()) for link in page.select(".list-tabs a")]
    assert texts == [
        "Tout le stock", "En vente 4", "À préparer 1", "CT à prévoir 1", "Plus de 90 jours 1",
        "Motos, scooters et quads 1", "Sortis et archivés",
    ]  # fmt: skip
    assert len(models(page)) == 5
    assert models(read("?tab=prepare")) == ["PREPARED"]
    assert models(read("?tab=inspection")) == ["LATE"]
    assert models(read("?tab=old")) == ["OLD"]
    assert models(read("?tab=category_l")) == ["SCOOTER"]
    assert sorted(models(read("?tab=all"))) == ["ARCHIVED", "OUT"]
    assert len(models(read("?tab=nothing"))) == 5


# --- Columns -----------------------------------------------------------------------------------------------


def heads(page):
    return [head.text.strip() for head in page.select("thead th")]


def test_the_usual_columns_hold_those_of_the_release_notes(cast, read):
    here(cast, "CLIO")
    usual = heads(read())
    release_notes = [
        "Modèle",
        "Énergie",
        "Version",
        "Valeur de reprise",
        "Type de véhicule",
        "Statut",
        "Reprise",
        "Entrée",
    ]
    assert [head for head in usual if head in release_notes] == release_notes


def test_columns_come_in_the_order_a_person_chose_and_are_only_theirs(cast, client_for, read):
    here(cast, "CLIO")
    client = client_for(cast.marc)
    answer = client.post(f"{LIST}colonnes/", {"column": ["vin", "model", "vin", "nothing"], "next": f"{LIST}?q=clio"})
    assert (answer.status_code, answer["Location"]) == (303, f"{LIST}?q=clio")
    assert heads(read()) == ["VIN", "Modèle", "Actions"]
    assert len(heads(parse(client_for(cast.vera).get(LIST)))) > 10
    client.post(f"{LIST}colonnes/", {"column": ["vin"], "reset": "1"})
    assert len(heads(read())) > 10


def test_where_several_entities_stand_together_each_row_names_its_own(cast, client_for):
    here(cast, "CLIO")
    assert "Entité" not in heads(parse(client_for(cast.alice).get(LIST)))
    make_vehicle(entity=cast.south, point_of_sale=cast.south_1, model="GOLF")
    make_vehicle(entity=cast.south, model="POLO")
    everywhere = client_for(cast.alice, scope="all")
    assert "Entité" in heads(parse(everywhere.get(LIST)))
    everywhere.post(f"{LIST}colonnes/", {"column": ["model", "entity", "point_of_sale"]})
    rows = parse(everywhere.get(LIST)).select("tbody tr")
    places = sorted([cell.text for cell in row.select("td")[1:3]] for row in rows)
    assert places == [["Nord", "Nord 1"], ["Sud", "Sud 1"], ["Sud", "–"]]


def test_who_reserved_for_whom_can_be_shown(cast, client_for, as_user):
    from vehicles.services import holds

    vehicle = here(cast, "CLIO")
    as_user(cast.vera)
    holds.reserve(vehicle=vehicle, label="Mme Martin", actor=cast.vera)
    client = client_for(cast.marc)
    client.post(f"{LIST}colonnes/", {"column": ["model", "held_for", "held_by"]})
    page = parse(client.get(LIST))
    cells = [cell.text.strip() for cell in page.select("tbody td")]
    assert cells[1:3] == ["Mme Martin", "Vera Nom"]


# --- Swap == reload ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["?q=clio", "?energy=diesel&sort=model", "?tab=old", "?q=nothing+like+it", ""])
def test_a_swapped_list_equals_a_reloaded_one(cast, client_for, address):
    here(cast, "CLIO", energy=Energy.DIESEL)
    here(cast, "GOLF")
    plain, htmx = client_for(cast.vera), client_for(cast.vera, htmx=True)
    before = parse(plain.get(f"{LIST}?status=for_sale"))
    answer = htmx.get(LIST + address)
    assert answer["HX-Push-Url"] == LIST + address
    assert "HX-Request" in answer["Vary"]
    assert content(swap(before, answer, target="#list")) == content(parse(plain.get(LIST + address)))


def test_the_address_keeps_only_what_was_chosen(cast, client_for):
    answer = client_for(cast.vera, htmx=True).get(f"{LIST}?q=&kind=quad&sale_price_min=&age=")
    assert answer["HX-Push-Url"] == f"{LIST}?kind=quad"


def test_sites_of_one_name_are_told_apart_by_their_entity(cast, client_for):
    with unscoped("test data"):
        for entity in (cast.north, cast.south):
            PointOfSale.objects.create(entity=entity, name="Centre")
    client = client_for(cast.alice, scope="all")
    page = parse(client.get("/vehicules/"))
    labels = [box.find_parent("label").text.strip() for box in page.select("#list-filters [name=point_of_sale]")]
    assert sorted(labels) == ["Nord 1", "Nord 2", "Nord · Centre", "Sud 1", "Sud · Centre"]
    page = parse(client.get("/vehicules/ajouter/"))
    options = [option.text for option in page.select("#id_point_of_sale option[value]")][1:]
    assert sorted(options) == ["Nord 1", "Nord 2", "Nord · Centre", "Sud 1", "Sud · Centre"]
    one_entity = parse(client_for(cast.marc).get("/vehicules/"))
    labels = [box.find_parent("label").text.strip() for box in one_entity.select("#list-filters [name=point_of_sale]")]
    assert sorted(labels) == ["Centre", "Nord 1", "Nord 2"]
