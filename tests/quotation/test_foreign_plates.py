"""A vehicle registered abroad, and one of before 1981: neither its plate nor its short VIN stops a quotation."""

import re
from datetime import date
from decimal import Decimal

import pytest

from quotation.enums import QuotationState
from quotation.models import ProviderCall
from quotation.providers.fields import Fields
from quotation.providers.vehicle_answers import read_vehicle
from quotation.selectors import values_in_time
from settings_admin.scoping import unscoped
from tests.make import make_quotation, make_vehicle
from tests.quotation.test_from_stock import GOLF, press
from tests.quotation.way import GOLF_DETAILS, Way, soup, text
from tests.support.xlsx import rows_of
from vehicles.enums import PlateCountry, PlateFormat

BY_HAND = {
    "kind": "car", "make": "VOLKSWAGEN", "model": "VOLKSWAGEN-GOLF-PLUS", "year": "2010", "energy": "diesel",
    "gearbox": "manual", "version_code": "VOL0711C4E",
}  # fmt: skip
# Of the form of a French one: only its country tells.
ITALIAN = GOLF_DETAILS | {"plate": "aa 123 aa", "plate_country": "I"}
NBSP = "\u00a0"
SHOWN = f"I Plaque étrangère, Italie{NBSP}: AA123AA"


def words(tag):
    return re.sub(r"[ \n]+", " ", tag.text).strip()


@pytest.fixture
def chosen(way: Way):
    """A draft whose version was chosen by hand."""
    way.post("choose_from_catalogue", **BY_HAND)
    return way.latest()


class TestTyped:
    def test_it_leads_to_a_value_without_a_call_for_its_plate(self, way, chosen):
        assert way.post("value", chosen.pk, **ITALIAN)["Location"].endswith("/annonces/")
        quotation = way.latest()
        assert (quotation.state, quotation.plate, quotation.plate_country) == ("valued", "AA123AA", "I")
        assert quotation.adjusted_value == Decimal("9210.00")
        with unscoped("the test looks at what was written"):
            assert not ProviderCall.objects.filter(name="plate").exists()

    @pytest.mark.parametrize("step", ["radar", "study"])
    def test_it_is_shown_as_what_it_is(self, way, chosen, step):
        way.post("value", chosen.pk, **ITALIAN)
        shown = soup(way.get(step, chosen.pk)).select_one("[title*=étranger]")
        assert words(shown) == SHOWN
        assert shown["title"] == f"Immatriculé à l’étranger{NBSP}: Italie"
        assert "AA-123-AA" not in way.get(step, chosen.pk).text

    def test_in_the_list_and_its_export_too(self, way, chosen):
        way.post("value", chosen.pk, **ITALIAN)
        cell = soup(way.get("list")).select_one("td.cell-plate")
        assert words(cell) == SHOWN
        assert [row["Immatriculation"] for row in rows_of(way.post("export"))] == ["AA123AA"]
        assert "AA123AA" in text(way.get("list", q="aa 123"))

    def test_it_comes_back_as_it_was_typed(self, way, chosen):
        way.post("save_draft", chosen.pk, **ITALIAN)
        page = soup(way.get("details", chosen.pk))
        assert page.select_one("#id_plate")["value"] == "AA123AA"
        assert page.select_one("#id_plate_country option[selected]")["value"] == "I"

    def test_step_1_offers_no_search_by_plate(self, way, chosen):
        way.post("save_draft", chosen.pk, **ITALIAN)
        for query in ({}, {"mode": "plaque"}):
            page = soup(way.get("configure", chosen.pk, **query))
            assert page.select_one("#catalogue")
            assert not page.select_one("#plate-search")
            assert "Par immatriculation" not in page.text

    def test_without_a_country_it_is_refused_with_what_to_do(self, way, chosen):
        response = way.post("value", chosen.pk, **GOLF_DETAILS | {"plate": "M-AB 1234"})
        assert response.status_code == 422
        error = soup(response).select_one("#id_plate_error").text
        assert "S’il est immatriculé à l’étranger, choisissez son pays." in error
        assert soup(response).select_one("#id_plate")["value"] == "M-AB 1234"

    def test_a_country_that_is_none_is_refused_and_the_draft_kept(self, way, chosen):
        response = way.post("value", chosen.pk, **ITALIAN | {"plate_country": "XX"})
        assert response.status_code == 422
        assert soup(response).select_one("#id_plate_country_error")
        assert way.latest().state == QuotationState.DRAFT

    def test_a_search_by_plate_says_where_a_foreign_one_goes_on(self, way):
        response = way.post("identify", plate="M-AB 1234")
        assert response.status_code == 422
        assert "se choisit manuellement" in soup(response).select_one("#id_plate_error").text
        page = soup(way.get("start"))
        assert page.find("a", string="Choisissez le véhicule manuellement")["href"].endswith("?mode=manuel&vierge=1")

    def test_a_french_plate_searched_afterwards_makes_it_french(self, way, chosen):
        way.post("save_draft", chosen.pk, **ITALIAN)
        way.post("identify_again", chosen.pk, plate="GD-642-JM")
        assert (way.latest().plate, way.latest().plate_country) == ("GD642JM", "")

    def test_a_copy_and_a_renewed_one_stay_abroad(self, way, chosen):
        way.post("value", chosen.pk, **ITALIAN)
        for name in ("copy", "redo"):
            way.post(name, chosen.pk)
            assert way.latest().pk != chosen.pk
            assert way.latest().plate_country == "I"


def test_another_countrys_plate_of_the_same_letters_is_another_vehicle(way, cast):
    french = make_quotation(entity=cast.north, created_by=cast.sam, plate="AA123AA")
    make_quotation(entity=cast.north, created_by=cast.sam, plate="AA123AA", plate_country="I")
    assert french.plate_display == "AA-123-AA"
    with unscoped("the test looks at what was written"):
        assert values_in_time(french) == []


class TestFromStock:
    def test_a_sheet_with_a_foreign_plate_leads_to_its_value(self, way, cast):
        sheet = GOLF | {
            "energy": "diesel",
            "gearbox": "manual",
            "plate": "1ABC234",
            "plate_format": PlateFormat.FOREIGN,
            "plate_country": PlateCountry.OTHER,
        }
        press(way, make_vehicle(entity=cast.north, **sheet))
        draft = way.latest()
        assert draft.plate_country == PlateCountry.OTHER
        page = soup(way.get("details", draft.pk))
        data = {one["name"]: one.get("value", "") for one in page.select("#details-form input[type=text]")}
        data["plate_country"] = page.select_one("#id_plate_country option[selected]")["value"]
        assert way.post("value", draft.pk, **GOLF_DETAILS | data)["Location"].endswith("/annonces/")
        shown = soup(way.get("radar", draft.pk)).select_one("[title*=étranger]")
        assert words(shown) == f"Plaque étrangère, Autre pays{NBSP}: 1ABC234"

    def test_a_short_vin_of_a_sheet_does_not_stop_it(self, way, cast):
        press(way, make_vehicle(entity=cast.north, **(GOLF | {"vin": "1190654321"})))
        draft = way.latest()
        assert draft.vin == "1190654321"
        response = way.post("value", draft.pk, **GOLF_DETAILS | {"vin": "1190654321"})
        assert response["Location"].endswith("/annonces/")
        assert (way.latest().vin, way.latest().state) == ("1190654321", "valued")


class TestShortVin:
    def test_one_of_before_1981_is_taken(self, way, chosen):
        old = {"vin": "119-0654321", "first_registration": "12/06/1980"}
        assert way.post("value", chosen.pk, **GOLF_DETAILS | old).status_code == 303
        assert way.latest().vin == "1190654321"

    def test_of_a_later_vehicle_it_is_refused_with_its_length(self, way, chosen):
        response = way.post("value", chosen.pk, **GOLF_DETAILS | {"vin": "WWWZZZ1KZ"})
        assert response.status_code == 422
        error = soup(response).select_one("#id_vin_error").text
        assert f"9{NBSP}caractères au lieu de 17. Seul un véhicule d’avant 1981 en a moins." in error
        assert soup(response).select_one("#id_vin")["value"] == "WWWZZZ1KZ"

    @pytest.mark.parametrize("vin", ["1190654321", "WVWZZZ1KZAW000001"])
    def test_one_of_the_register_of_plates_is_read(self, vin):
        answer = {
            "plate": "1234AB71", "vin": vin, "first_registration": "1975-03-02", "kind": "car", "make": "CITROËN",
            "model": "DS", "candidates": [],
        }  # fmt: skip
        assert read_vehicle(Fields(answer), plate="1234 AB 71", today=date(2026, 1, 1)).vin == vin
