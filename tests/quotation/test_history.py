"""*Mes cotations* and what they cost: whose are shown, found, counted, exported."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from quotation.enums import QuotationState
from quotation.models import ProviderCall, QuotationSettings
from settings_admin.exports import views as answering
from settings_admin.exports.services import write
from settings_admin.models import Entity, Export, User
from settings_admin.scoping import unscoped
from tests.make import make_quotation
from tests.quotation.way import soup, text

LINES = ("market_value", "mileage_adjustment", "age_adjustment", "options_adjustment", "location_adjustment")
NOTHING = dict.fromkeys((*LINES, "adjusted_value", "value_date", "valued_at"))


@pytest.fixture
def rows(cast) -> dict[str, Any]:
    return {
        "golf": make_quotation(entity=cast.north, created_by=cast.sam),
        "clio": make_quotation(
            entity=cast.north, created_by=cast.sam, make="RENAULT", model="Clio V", version="TCe 90 Intens",
            plate="FC218XS", vin="VF1RJA00000000001", state=QuotationState.DRAFT, **NOTHING,
        ),
        "tmax": make_quotation(
            entity=cast.north, created_by=cast.marc, make="YAMAHA", model="TMAX 530", version="ABS Iron Max",
            plate="EC318PT", kind="scooter",
        ),
        "south": make_quotation(entity=cast.south, created_by=cast.eve, make="DACIA", model="Duster", plate="FT026ZD"),
    }  # fmt: skip


def listed(client: Client, **query: str) -> set[str]:
    page = soup(client.get("/cotations/", query))
    return {link.get_text(" ", strip=True) for link in page.select("table a[data-row-link]")}


class TestList:
    def test_mine_are_shown_and_nobody_elses(self, rows, cast, client_for):
        assert listed(client_for(cast.sam)) == {"VOLKSWAGEN Golf Plus", "RENAULT Clio V"}
        assert listed(client_for(cast.marc)) == {"YAMAHA TMAX 530"}

    def test_drafts_have_their_tab(self, rows, cast, client_for):
        assert listed(client_for(cast.sam), tab="drafts") == {"RENAULT Clio V"}
        assert "Brouillons 1" in text(client_for(cast.sam).get("/cotations/"))

    def test_everybodys_are_for_who_may_see_them(self, rows, cast, client_for):
        everybody = {"VOLKSWAGEN Golf Plus", "RENAULT Clio V", "YAMAHA TMAX 530"}
        assert listed(client_for(cast.alice, scope=f"e{cast.north.pk}"), tab="all") == everybody
        # A seller who types the address gets the first tab.
        assert listed(client_for(cast.sam), tab="all") == {"VOLKSWAGEN Golf Plus", "RENAULT Clio V"}

    @pytest.mark.parametrize(
        ("typed", "found"),
        [
            ("gd 642 jm", {"VOLKSWAGEN Golf Plus"}),
            ("GD-642", {"VOLKSWAGEN Golf Plus"}),
            ("clio intens", {"RENAULT Clio V"}),
            ("VF1RJA", {"RENAULT Clio V"}),
            ("tmax", set()),
            ("%", {"VOLKSWAGEN Golf Plus", "RENAULT Clio V"}),
            ("%%%", {"VOLKSWAGEN Golf Plus", "RENAULT Clio V"}),  # nothing that could be looked for
            ("%olf", {"VOLKSWAGEN Golf Plus"}),  # signs do not count, as in the stock
        ],
    )
    def test_search(self, rows, cast, client_for, typed, found):
        assert listed(client_for(cast.sam), q=typed) == found

    def test_search_folds_accents_and_keeps_every_character(self, rows, cast, client_for):
        make_quotation(
            entity=cast.north, created_by=cast.sam, make="CITROËN", model="Ë-C3", version="Électrique 113 ch You",
            plate="GH123EC",
        )  # fmt: skip
        client = client_for(cast.sam)
        for typed in ("Ë-C3", "ë-c3", "e-c3", "CITROEN", "citroën electrique", "gh 123 ec"):
            assert listed(client, q=typed) == {"CITROËN Ë-C3"}, typed
        assert listed(client, q="ë-c4") == set()

    def test_filters_and_sorts(self, rows, cast, client_for):
        client = client_for(cast.sam)
        assert listed(client, state="valued") == {"VOLKSWAGEN Golf Plus"}
        assert listed(client, kind="scooter") == set()
        for sort in ("adjusted_value", "-adjusted_value", "mileage_km", "-changed_at", "forged"):
            assert client.get("/cotations/", {"sort": sort}).status_code == 200

    def test_empty_it_says_what_to_do_first(self, cast, client_for):
        page = text(client_for(cast.sam).get("/cotations/"))
        assert "Une immatriculation suffit" in page
        assert "Cotation rapide" in page
        button = soup(client_for(cast.sam).get("/cotations/")).select_one(".empty a.button.primary")
        assert (button.text.strip(), button["href"]) == ("Nouvelle cotation", "/cotations/nouvelle/")

    def test_a_draft_whose_plate_nobody_knows_has_a_name_and_dashes(self, cast, client_for):
        unknown = dict.fromkeys(("make", "model", "version", "version_code"), "")
        make_quotation(
            entity=cast.north, created_by=cast.sam, state=QuotationState.DRAFT, first_registration=None,
            mileage_km=None, **unknown, **NOTHING,
        )  # fmt: skip
        (row,) = soup(client_for(cast.sam).get("/cotations/")).select("table tbody tr")
        cells = [" ".join(cell.text.split()) for cell in row.select("td")]
        assert cells[:5] == ["FGD-642-JM", "Véhicule à identifier", "–", "–", "–"]
        assert cells[6:8] == ["– €", "–"]

    def test_the_statements_do_not_grow_with_the_rows(self, cast, client_for):
        client = client_for(cast.sam)
        counts = []
        for more in (1, 2, 57):
            for number in range(more):
                make_quotation(entity=cast.north, created_by=cast.sam, plate=f"AA{number:03}BB")
            with CaptureQueriesContext(connection) as seen:
                client.get("/cotations/")
            counts.append(len(seen))
        assert counts[0] == counts[1] == counts[2] <= 12


class TestReading:
    def test_a_colleagues_quotation_and_draft_can_be_read(self, rows, cast, client_for):
        client = client_for(cast.marc)
        assert client.get(f"/cotations/{rows['golf'].pk}/annonces/").status_code == 200
        assert client.get(f"/cotations/{rows['clio'].pk}/details/").status_code == 200

    def test_another_entitys_is_not_there(self, rows, cast, client_for):
        client = client_for(cast.sam)
        for name in ("", "annonces/", "etude/", "details/", "configuration/", "detail-des-prix/"):
            assert client.get(f"/cotations/{rows['south'].pk}/{name}").status_code == 404


def call(entity: Entity, user: User, **values: Any) -> ProviderCall:
    plain = {"name": "valuation", "charges": 1, "outcome": "ok", "duration_ms": 210, "status": 200}
    with unscoped("test data"):
        return ProviderCall.objects.create(
            entity=entity, user=user, **(plain | {"at": datetime(2026, 11, 24, 9, 0, tzinfo=UTC)} | values)
        )


@pytest.mark.usefixtures("_at_ten")
class TestConsumption:
    @pytest.fixture
    def _at_ten(self, time_machine):
        time_machine.move_to(datetime(2026, 11, 24, 9, 30, tzinfo=UTC), tick=False)

    def test_paid_calls_are_counted_by_entity_and_person_beside_the_quota(self, cast, client_for):
        with unscoped("test data"):
            QuotationSettings.objects.create(entity=cast.north, daily_quota=40)
        for _ in range(2):
            call(cast.north, cast.sam)
        call(cast.north, cast.marc, name="plate", charges=3)
        call(cast.north, cast.marc, name="listings", charges=0)
        call(cast.north, cast.marc, at=datetime(2026, 11, 23, 22, 59, tzinfo=UTC))  # yesterday in Paris
        call(cast.south, cast.eve)
        page = text(client_for(cast.alice, scope="all").get("/cotations/consommation/"))
        assert "Nord · aujourd’hui 5 sur 40 appels payants" in page
        assert "Sam Nom 2" in page
        assert "Marc Nom 3" in page
        assert "Sud · aujourd’hui 1 sur 500 appels payants" in page

    def test_thousands_are_told_apart_and_a_quota_of_none_is_a_full_bar(self, cast, client_for):
        with unscoped("test data"):
            QuotationSettings.objects.create(entity=cast.north, daily_quota=0)
            QuotationSettings.objects.create(entity=cast.south, daily_quota=12_000)
        call(cast.south, cast.eve, charges=1_234)
        answer = client_for(cast.alice, scope="all").get("/cotations/consommation/")
        assert "Sud · aujourd’hui 1 234 sur 12 000 appels payants" in text(answer)
        bars = {bar["max"]: bar["value"] for bar in soup(answer).select("progress")}
        assert bars == {"1": "1", "12000": "1234"}

    def test_it_shows_my_entities_only(self, cast, client_for):
        call(cast.north, cast.sam)
        page = text(client_for(cast.eve).get("/cotations/consommation/"))
        assert "Nord" not in page
        assert "Sam Nom" not in page

    def test_an_outcome_is_said_in_french(self, cast, client_for):
        call(cast.north, cast.sam, outcome="timeout", status=None)
        page = text(client_for(cast.alice, scope=f"e{cast.north.pk}").get("/cotations/consommation/"))
        assert "timeout" not in page
        assert "ne répond pas" in page

    def test_the_export_holds_exactly_what_is_filtered(self, cast, client_for):
        call(cast.north, cast.sam)
        call(cast.north, cast.marc, name="plate", outcome="server_error", status=500)
        call(cast.north, cast.marc, name="listings", charges=0)
        call(cast.south, cast.eve)
        client = client_for(cast.alice, scope=f"e{cast.north.pk}")
        sheet = rows_of(client.post("/cotations/consommation/export/?is_paid=True"))
        assert sheet[0][:5] == ("Le", "Appel", "Par", "Entité", "Payant")
        assert sorted(row[1:5] for row in sheet[1:]) == [
            ("Immatriculation", "Marc Nom", "Nord", "Oui"),
            ("Valeur de marché", "Sam Nom", "Nord", "Oui"),
        ]
        assert len(rows_of(client.post("/cotations/consommation/export/"))) == 4

    def test_the_days_are_french_and_both_count(self, cast, client_for):
        for name, at in (
            ("plate", datetime(2026, 11, 24, 22, 59, tzinfo=UTC)),  # the last minute of the 24th in Paris
            ("valuation", datetime(2026, 11, 24, 23, 0, tzinfo=UTC)),
            ("listings", datetime(2026, 11, 26, 22, 59, tzinfo=UTC)),
            ("market", datetime(2026, 11, 26, 23, 0, tzinfo=UTC)),
        ):
            call(cast.north, cast.sam, name=name, at=at)
        client = client_for(cast.alice, scope=f"e{cast.north.pk}")

        def shown(**query: str) -> tuple[set[str], str]:
            page = soup(client.get("/cotations/consommation/", query))
            chips = " ".join(chip.get_text(" ", strip=True) for chip in page.select(".chip:not(.add)"))
            return {cell.get_text(strip=True) for cell in page.select("table tbody td.cell-title")}, chips

        for typed in ("25/11/2026", "25112026", "25.11.2026", "2026-11-25"):
            found, chips = shown(since=typed)
            assert found == {"Valeur de marché", "Annonces", "Étude du marché"}, typed
            assert "Depuis le" in chips
            assert "25/11/2026" in chips
        found, chips = shown(since="25/11/2026", until="26/11/2026")
        assert found == {"Valeur de marché", "Annonces"}
        assert "Jusqu’au" in chips
        assert "26/11/2026" in chips
        assert shown(until="24/11/2026")[0] == {"Immatriculation"}

    def test_a_seller_may_not_see_it(self, cast, client_for):
        client = client_for(cast.sam)
        assert client.get("/cotations/consommation/").status_code == 403
        assert client.post("/cotations/consommation/export/").status_code == 403


class TestExport:
    def test_everybodys_are_written_for_who_manages_them_only(self, rows, cast, client_for):
        for user, expected in ((cast.alice, 3), (cast.sam, 2)):
            client = client_for(user, scope=f"e{cast.north.pk}")
            assert len(rows_of(client.post("/cotations/export/?tab=all"))) == 1 + expected

    @pytest.mark.parametrize("page", ["/cotations/", "/cotations/consommation/"])
    def test_the_button_sends_what_is_filtered(self, rows, cast, client_for, page):
        client = client_for(cast.alice, scope=f"e{cast.north.pk}")
        form = soup(client.get(f"{page}?tab=all&name=plate")).select_one("#list-export")
        assert form["method"] == "post"
        assert form["action"].startswith(f"{page}export/?")
        assert "name=plate" in form["action"]

    def test_many_are_written_in_the_background(self, rows, cast, client_for, monkeypatch, as_user):
        monkeypatch.setattr(answering, "MOST_ROWS_AT_ONCE", 1)
        client = client_for(cast.sam)
        response = client.post("/cotations/export/")
        assert (response.status_code, response["Location"]) == (303, "/mes-exports/")
        with unscoped("the test looks at what was written"):
            export = Export.objects.get()
        write(export.pk, now=timezone.now())
        sheet = rows_of(client.get(f"/mes-exports/{export.pk}/fichier/"))
        assert {row[1] for row in sheet[1:]} == {"VOLKSWAGEN Golf Plus", "RENAULT Clio V"}

    def test_my_quotations_as_they_are_filtered(self, rows, cast, client_for):
        sheet = rows_of(client_for(cast.sam).post("/cotations/export/?state=valued"))
        assert "Valeur ajustée" in sheet[0]
        assert len(sheet) == 2
        row = dict(zip(sheet[0], sheet[1], strict=True))
        assert row["Immatriculation"] == "GD-642-JM"
        assert Decimal(str(row["Valeur ajustée"])) == Decimal(9210)
        assert row["Au"].date() == date(2024, 12, 2)

    def test_a_formula_is_text(self, cast, client_for):
        make_quotation(entity=cast.north, created_by=cast.sam, version='=HYPERLINK("http://x")')
        response = client_for(cast.sam).post("/cotations/export/")
        book = load_workbook(BytesIO(b"".join(response.streaming_content) if response.streaming else response.content))
        cell = next(one for row in book.active.iter_rows() for one in row if "HYPERLINK" in str(one.value))
        assert cell.data_type == "s"


def rows_of(response: Any) -> list[tuple[Any, ...]]:
    assert response.status_code == 200
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return list(load_workbook(BytesIO(content)).active.iter_rows(values_only=True))


class TestPlace:
    @pytest.mark.parametrize("name", ["annonces", "etude"])
    def test_the_site_from_which_distances_count_is_named(self, cast, client_for, name):
        there = make_quotation(entity=cast.north, point_of_sale=cast.north_2, created_by=cast.sam)
        anywhere = make_quotation(entity=cast.north, created_by=cast.sam)
        client = client_for(cast.sam)
        assert "Distances comptées depuis Nord 2 (71000)" in text(client.get(f"/cotations/{there.pk}/{name}/"))
        page = text(client.get(f"/cotations/{anywhere.pk}/{name}/"))
        assert "Distances comptées depuis Nord 1 (71100)" in page  # whose postcode the provider is told
        assert "Nord ·" not in page

    @pytest.mark.parametrize("name", ["annonces", "etude", "details"])
    def test_who_has_several_entities_reads_whose_it_is(self, cast, client_for, name):
        draft = {"state": QuotationState.DRAFT, **NOTHING} if name == "details" else {}
        quotation = make_quotation(entity=cast.south, created_by=cast.alice, **draft)
        assert "Sud · Distances" in text(client_for(cast.alice).get(f"/cotations/{quotation.pk}/{name}/"))

    def test_the_list_names_the_entity_where_there_are_several(self, rows, cast, client_for):
        make_quotation(entity=cast.south, created_by=cast.alice)
        heads = soup(client_for(cast.alice, scope="all").get("/cotations/")).select("table thead th")
        assert "Entité" in [head.get_text(strip=True) for head in heads]
        heads = soup(client_for(cast.sam).get("/cotations/")).select("table thead th")
        assert "Entité" not in [head.get_text(strip=True) for head in heads]
