"""*Coter ce véhicule*: from a sheet of the stock to its quotation and back."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse

from quotation.enums import QuotationState
from quotation.models import ProviderCall, Quotation
from quotation.services.drafts import new_draft
from settings_admin.access.services.memberships import add_member
from settings_admin.models import UserGroup
from settings_admin.records.models import TimelineEntry
from settings_admin.scoping import unscoped
from tests.cast import Cast
from tests.make import make_quotation, make_vehicle
from tests.quotation.providers.test_faults import FAILURES, SLOW, WITHOUT_EFFECT, expected
from tests.quotation.way import GOLF_DETAILS, Way, soup, text
from vehicles.enums import Origin, PlateFormat, StockStatus, VatRegime
from vehicles.models import Vehicle

GOLF = {
    "make": "VOLKSWAGEN",
    "model": "Golf Plus",
    "version": "1.6 TDI 105 FAP - BlueMotion Carat",
    "plate": "GD642JM",
    "vin": "WVWZZZ1KZAW000001",  # not the one of the register of plates
    "first_registration": date(2010, 4, 23),
    "mileage_km": 91_200,
    "first_hand": True,
    "origin": Origin.COMPANY,
    "exterior_colour": "Gris",
    "interior_colour": "noir",
    "purchase_price": Decimal(6500),
    "vat_regime": VatRegime.MARGIN,
}


@pytest.fixture
def golf(cast: Cast) -> Vehicle:
    return make_vehicle(entity=cast.north, point_of_sale=cast.north_1, **GOLF)


def press(way: Way, vehicle: Vehicle) -> Any:
    return way.post("value_vehicle", vehicle.pk)


def sheet(way: Way, vehicle: Vehicle) -> Any:
    return soup(way.client.get(reverse("vehicles:sheet", args=[vehicle.pk])))


def buttons(page: Any) -> list[str]:
    return [form["action"] for form in page.select("form") if "Coter ce véhicule" in form.get_text()]


class TestButton:
    def test_it_stands_on_the_sheet_for_who_may_value(self, way: Way, way_of, cast, golf):
        assert buttons(sheet(way, golf)) == [reverse("quotation:value_vehicle", args=[golf.pk])]
        assert buttons(sheet(way_of(cast.adele), golf)) == []

    def test_what_went_out_is_not_valued(self, way: Way, golf):
        with unscoped("test"):
            Vehicle.objects.update(status=StockStatus.OUT)
        assert buttons(sheet(way, golf)) == []
        assert press(way, golf).status_code == 409
        with unscoped("test"):
            assert not Quotation.objects.exists()

    def test_strangers_and_colleagues_without_the_right_are_refused(self, way_of, cast, golf):
        assert press(way_of(cast.eve), golf).status_code == 404
        assert press(way_of(cast.momo), golf).status_code == 404  # another site
        assert press(way_of(cast.adele), golf).status_code == 403
        with unscoped("test"):
            assert not Quotation.objects.exists()


class TestDraft:
    def test_it_knows_all_the_sheet_knows_and_leads_to_the_details(self, way: Way, cast, golf):
        answer = press(way, golf)
        draft = way.latest()
        assert answer["Location"] == f"/cotations/{draft.pk}/details/"
        assert (draft.vehicle_id, draft.entity_id, draft.point_of_sale_id) == (golf.pk, cast.north.pk, cast.north_1.pk)
        assert (draft.version_code, draft.plate) == ("VOL0711C4E", "GD642JM")
        assert (draft.vin, draft.mileage_km, draft.first_hand, draft.origin) == (
            GOLF["vin"], 91_200, True, Origin.COMPANY,
        )  # fmt: skip
        assert str(draft.first_registration) == "2010-04-23"
        assert (draft.exterior_colour, draft.interior_colour) == ("GRIS", "NOIR")

    def test_a_second_press_makes_no_second_draft_and_pays_nothing(self, way: Way, golf):
        press(way, golf)
        first = way.latest()
        assert press(way, golf)["Location"] == f"/cotations/{first.pk}/details/"
        with unscoped("test"):
            assert Quotation.objects.count() == 1
            assert ProviderCall.objects.filter(name="plate").count() == 1

    def test_once_the_sheet_has_changed_a_new_one_is_made_of_it(self, way: Way, golf):
        press(way, golf)
        golf.mileage_km = 95_000
        with unscoped("test"):
            golf.save(update_fields=["mileage_km", "changed_at"])
        press(way, golf)
        assert way.latest().mileage_km == 95_000

    def test_a_version_that_the_sheet_leaves_open_is_chosen_in_step_1_and_nothing_is_lost(self, way: Way, cast):
        vehicle = make_vehicle(entity=cast.north, **(GOLF | {"version": "1.6 TDI"}))
        answer = press(way, vehicle)
        draft = way.latest()
        assert answer["Location"] == f"/cotations/{draft.pk}/configuration/"
        way.post("choose_candidate", draft.pk, version_code="VOL0711C4E")
        draft = way.latest()
        assert (draft.vin, draft.mileage_km, draft.exterior_colour) == (GOLF["vin"], 91_200, "GRIS")
        assert draft.vehicle_id == vehicle.pk

    @pytest.mark.parametrize(
        "plate",
        [
            {"plate": ""},
            {"plate": "ZY404ZY"},
            {"plate": "1ABC234", "plate_format": PlateFormat.FOREIGN, "plate_country": "B"},
        ],
    )
    def test_without_a_plate_that_is_known_the_catalogue_is_searched(self, way: Way, cast, plate):
        vehicle = make_vehicle(entity=cast.north, **(GOLF | {"energy": "diesel", "gearbox": "manual"} | plate))
        answer = press(way, vehicle)
        draft = way.latest()
        assert answer["Location"] == f"/cotations/{draft.pk}/details/"
        assert (draft.version_code, draft.mileage_km, draft.plate) == ("VOL0711C4E", 91_200, plate["plate"])
        assert draft.has_no_plate == (not plate["plate"])

    def test_an_energy_that_the_provider_does_not_list_leaves_the_rest(self, way: Way, cast):
        vehicle = make_vehicle(entity=cast.north, **(GOLF | {"plate": "", "energy": "hydrogen"}))
        answer = press(way, vehicle)
        draft = way.latest()
        assert answer["Location"] == f"/cotations/{draft.pk}/configuration/"
        page = soup(way.get("configure", draft.pk))
        assert page.select_one("select[name=model] option[selected]")["value"] == "VOLKSWAGEN-GOLF-PLUS"
        assert page.select("input[name=version_code]")

    def test_without_plate_and_version_the_catalogue_opens_where_the_sheet_ends(self, way: Way, cast):
        vehicle = make_vehicle(entity=cast.north, **(GOLF | {"plate": "", "version": "inconnue"}))
        answer = press(way, vehicle)
        draft = way.latest()
        assert answer["Location"] == f"/cotations/{draft.pk}/configuration/"
        page = soup(way.get("configure", draft.pk))
        chosen = {name: page.select_one(f"select[name={name}] option[selected]")["value"] for name in ("make", "model")}
        assert chosen == {"make": "VOLKSWAGEN", "model": "VOLKSWAGEN-GOLF-PLUS"}
        assert page.select("input[name=version_code]")

    @pytest.mark.parametrize("kind", [k for k in FAILURES if k not in SLOW and (k, "plate") not in WITHOUT_EFFECT])
    def test_each_fault_has_its_sentence_keeps_the_sheet_and_can_be_asked_again(self, way: Way, provider, golf, kind):
        provider.misbehave(kind, "plate")
        answer = press(way, golf)
        draft = way.latest()
        page = way.client.get(answer["Location"])
        if kind != "unprocessable":  # no plate for the provider: the catalogue is asked then, and knows the version
            message = " ".join(expected(kind, "plate").message.split())
            said = " ".join(soup(page).get_text(" ").split())
            assert message.partition(" demain")[0] in said
            assert "Votre saisie est conservée." in said
        assert (draft.mileage_km, draft.vin, draft.origin) == (91_200, GOLF["vin"], Origin.COMPANY)
        if draft.version_code:
            return
        assert soup(page).select_one("input[name=plate]")["value"] == "GD-642-JM"
        provider.behave()
        way.post("identify_again", draft.pk, plate="GD-642-JM")
        draft = way.latest()
        assert (draft.vehicle_id, draft.mileage_km) == (golf.pk, 91_200)

    def test_a_quotation_of_one_entity_is_never_about_the_vehicle_of_another(self, cast, as_user, golf):
        as_user(cast.alice, choice="all")
        with pytest.raises(ValueError, match="another"):
            new_draft(entity=cast.south, point_of_sale=None, actor=cast.alice, key=UUID(int=1), vehicle=golf)


class TestSameVehicle:
    def test_another_plate_is_another_vehicle(self, way: Way, golf):
        press(way, golf)
        way.post("identify_again", way.latest().pk, plate="FB-101-VP")
        assert way.latest().vehicle_id is None

    def test_in_the_details_too(self, way: Way, golf):
        press(way, golf)
        way.post("save_draft", way.latest().pk, **(GOLF_DETAILS | {"plate": "GD-64"}))
        assert way.latest().vehicle_id == golf.pk  # still being typed
        way.post("save_draft", way.latest().pk, **(GOLF_DETAILS | {"plate": "FB-101-VP"}))
        assert way.latest().vehicle_id is None


class TestBack:
    def test_every_step_and_the_result_lead_back_to_the_sheet(self, way: Way, golf):
        press(way, golf)
        quotation = way.latest()
        pages = [way.get("details", quotation.pk), way.get("configure", quotation.pk)]
        way.post("value", quotation.pk, **GOLF_DETAILS)
        pages += [way.get("radar", quotation.pk), way.get("study", quotation.pk)]
        for page in pages:
            assert soup(page).select_one(f'main a[href="/vehicules/{golf.pk}/"]')

    def test_the_value_is_on_the_sheet_and_in_its_history(self, way: Way, golf):
        press(way, golf)
        way.post("value", way.latest().pk, **GOLF_DETAILS)
        assert "9 210,00 €" in text(way.client.get(reverse("vehicles:sheet", args=[golf.pk])))
        with unscoped("test"):
            assert TimelineEntry.objects.filter(kind="market_value", target_id=golf.pk).count() == 1

    def test_the_margin_is_that_of_its_purchase_for_who_may_see_it(self, way: Way, way_of, cast, golf):
        press(way, golf)
        quotation = way.latest()
        way.post("value", quotation.pk, **GOLF_DETAILS)
        way.post("save_sale_price", quotation.pk, sale_price="7 966,08")
        margin = "1 221,73 €"  # (7 966,08 − 6 500,00) ÷ 1,20, in the margin scheme
        assert margin not in text(way.get("study", quotation.pk))
        assert margin in text(way_of(cast.vera).get("study", quotation.pk))

    def test_a_margin_without_a_vat_regime_says_so(self, way_of, cast):
        vehicle = make_vehicle(entity=cast.north, **(GOLF | {"vat_regime": VatRegime.NOT_SET}))
        way = way_of(cast.vera)
        press(way, vehicle)
        way.post("value", way.latest().pk, **GOLF_DETAILS)
        assert "Régime de TVA" not in text(way.get("study", way.latest().pk))
        way.post("save_sale_price", way.latest().pk, sale_price="7 966,08")
        page = text(way.get("study", way.latest().pk))
        assert "1 466,08 €" in page
        assert "Régime de TVA non renseigné. La marge est comptée sans TVA." in page


class TestOutOfSight:
    """The vehicle moved to a site that the person does not see."""

    @pytest.fixture
    def moved(self, way_of, cast) -> tuple[Way, Vehicle, Quotation]:
        way = way_of(cast.momo)
        vehicle = make_vehicle(entity=cast.north, point_of_sale=cast.north_2, **GOLF)
        press(way, vehicle)
        with unscoped("test"):
            Vehicle.objects.update(point_of_sale=cast.north_1)
        return way, vehicle, way.latest()

    def test_the_paid_value_is_kept_and_the_vehicle_left_alone(self, moved):
        way, vehicle, quotation = moved
        assert way.post("value", quotation.pk, **GOLF_DETAILS)["Location"] == f"/cotations/{quotation.pk}/annonces/"
        assert way.latest().state == QuotationState.VALUED
        with unscoped("test"):
            vehicle.refresh_from_db()
        assert vehicle.adjusted_market_value is None

    def test_every_page_and_verb_goes_on_without_it(self, moved):
        way, vehicle, quotation = moved
        for name in ("details", "configure"):
            page = way.get(name, quotation.pk)
            assert page.status_code == 200
            assert f"/vehicules/{vehicle.pk}/" not in page.content.decode()
        way.post("value", quotation.pk, **GOLF_DETAILS)
        for name in ("radar", "study"):
            assert way.get(name, quotation.pk).status_code == 200
        assert way.post("redo", quotation.pk).status_code == 303
        assert way.post("copy", quotation.pk).status_code == 303
        assert way.post("save_sale_price", quotation.pk, sale_price="8000").status_code == 303

    def test_without_the_right_to_the_stock_there_is_neither_button_nor_link(self, way_of, cast, golf):
        quotation = make_quotation(entity=cast.north, created_by=cast.sam, vehicle=golf)
        with unscoped("test"):
            values = UserGroup.objects.create(holding=cast.holding, name="Cote", rights=["quotation.use"])
            add_member(user=cast.nobody, group=values, entity=cast.north, actor=cast.alice)
        way = way_of(cast.nobody)
        page = way.get("study", quotation.pk)
        assert page.status_code == 200
        assert f"/vehicules/{golf.pk}/" not in page.content.decode()
        assert press(way, golf).status_code == 403
