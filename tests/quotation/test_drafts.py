"""A draft: kept at each field as it is typed, continued where it was left, and never mixed with another vehicle."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from quotation.enums import QuotationState
from quotation.models import Quotation
from settings_admin.scoping import unscoped
from tests.quotation.way import GOLF_DETAILS, Way, soup, text

CODE = "VOL0711C4E"
CHOICES = {"kind": "car", "make": "VOLKSWAGEN", "model": "VOLKSWAGEN-GOLF-PLUS"}


def shown(page: Any) -> dict[str, str]:
    """What the fields of step 2 hold."""
    form = soup(page).select_one("#details-form")
    assert form is not None
    fields = {one["name"]: one.get("value", "") for one in form.select("input[type=text]")}
    chosen = form.select("input[type=radio][checked], input[type=checkbox][checked]")
    selects = {one["name"]: one.select_one("option[selected]") for one in form.select("select")}
    return {
        **fields,
        **{one["name"]: one.get("value", "on") for one in chosen},
        **{name: option["value"] if option else "" for name, option in selects.items()},
    }


def chosen(page: Any) -> tuple[str, ...]:
    """Kind, make, model and year of the manual way."""
    form = soup(page).select_one("#catalogue")
    assert form is not None
    kind = form.select_one("input[name=kind][checked]")
    options = [form.select_one(f"select[name={name}] option[selected]") for name in ("make", "model", "year")]
    return (kind["value"] if kind else "", *(option["value"] if option else "" for option in options))


def options(page: Any, name: str) -> list[str]:
    return [option.text for option in page.select(f"select[name={name}] option")]


def codes(page: Any) -> list[str]:
    return [radio["value"] for radio in soup(page).select("input[name=version_code]")]


class TestKept:
    def test_each_field_is_kept_and_comes_back_as_typed(self, way: Way):
        draft = way.draft()
        answer = way.post("save_draft", draft.pk, **GOLF_DETAILS)
        assert answer.status_code == 200
        assert "Brouillon enregistré à" in answer.content.decode()
        page = way.get("details", draft.pk)
        fields = shown(page)
        assert fields["mileage_km"].split() == ["89", "632"]
        assert {name: fields[name] for name in GOLF_DETAILS if name not in ("plate", "mileage_km")} == {
            name: value for name, value in GOLF_DETAILS.items() if name not in ("plate", "mileage_km")
        }

    @pytest.mark.parametrize(
        ("field", "typed"),
        [
            ("mileage_km", "quatre-vingt mille"),
            ("mileage_km", "-5"),
            ("mileage_km", "99999999999999999999"),
            ("first_registration", "31/02/2010"),
            ("first_registration", "23/04/2"),
            ("first_registration", "01/01/2090"),
            ("vin", "WWWZZZ1KZ"),
            ("vin", "<script>alert(1)</script>"),
            ("vin", "W" * 20_000),
            ("plate", "GD-64"),
            ("origin", "de Mars"),
        ],
    )
    def test_what_cannot_be_read_comes_back_word_for_word(self, way: Way, field, typed):
        draft = way.draft()
        assert way.post("save_draft", draft.pk, **(GOLF_DETAILS | {field: typed})).status_code == 200
        kept = way.latest()
        assert kept.unread == {field: typed}
        fields = shown(way.get("details", draft.pk))
        if field != "origin":  # a list cannot show what it does not offer
            assert fields[field] == typed
        assert fields["exterior_colour"] == "GRIS"

    def test_a_nul_character_is_no_error_of_ours(self, way: Way):
        draft = way.draft()
        answer = way.post("save_draft", draft.pk, **(GOLF_DETAILS | {"vin": "WWW\0ZZZ", "mileage_km": "8\0"}))
        assert answer.status_code == 200
        assert way.latest().unread["vin"] == "WWWZZZ"

    def test_a_field_that_is_emptied_stays_empty(self, way: Way):
        draft = way.draft()
        way.post("save_draft", draft.pk, **GOLF_DETAILS)
        way.post("save_draft", draft.pk, **(GOLF_DETAILS | {"mileage_km": "", "vin": "", "first_registration": " "}))
        kept = way.latest()
        assert (kept.mileage_km, kept.vin, kept.first_registration) == (None, "", None)

    def test_what_is_refused_is_said_beside_its_field_and_nothing_is_asked(self, way: Way):
        draft = way.draft()
        wrong = {"plate": "", "mileage_km": "beaucoup", "first_registration": "01/01/2090"}
        page = way.post("value", draft.pk, **(GOLF_DETAILS | wrong))
        assert page.status_code == 422
        for field in wrong:
            assert soup(page).select_one(f"[name={field}][aria-invalid=true]"), field
        assert "VN ou véhicule sans plaque" in text(page)
        assert way.latest().state == QuotationState.DRAFT

    def test_a_vehicle_without_a_plate_needs_none(self, way: Way):
        way.draft()
        way.post("value", way.latest().pk, **(GOLF_DETAILS | {"plate": "", "has_no_plate": "on"}))
        quotation = way.latest()
        assert (quotation.state, quotation.plate, quotation.has_no_plate) == ("valued", "", True)

    def test_a_plate_and_none_at_once_are_asked_about(self, way: Way):
        draft = way.draft()
        page = way.post("value", draft.pk, **(GOLF_DETAILS | {"has_no_plate": "on"}))
        assert page.status_code == 422
        assert "dit le contraire" in text(page)
        assert soup(page).select_one("[name=plate][aria-invalid=true]")
        assert way.latest().state == QuotationState.DRAFT


class TestContinued:
    def test_the_quick_quotation_goes_on_with_it(self, way: Way):
        draft = way.draft()
        assert way.get("start")["Location"] == f"/cotations/{draft.pk}/details/"
        assert way.get("open", draft.pk)["Location"] == f"/cotations/{draft.pk}/details/"

    def test_before_the_version_it_goes_on_with_the_choice(self, way: Way):
        way.post("identify", plate="GD642JM")
        draft = way.latest()
        assert way.get("start")["Location"] == f"/cotations/{draft.pk}/configuration/"
        page = soup(way.get("configure", draft.pk))
        assert len(page.select("input[name=version_code]")) == 3
        assert page.select_one("input[name=version_code][checked]")["value"] == CODE

    def test_a_new_one_is_asked_for_by_name(self, way: Way):
        way.draft()
        assert way.get("start", vierge=1).status_code == 200

    def test_after_a_value_one_starts_anew_even_when_a_price_was_tried_on_an_older_one(self, way: Way):
        older = way.valued()
        assert way.get("start").status_code == 200
        draft = way.draft("FB-101-VP")
        way.post("save_sale_price", older.pk, sale_price="8000")
        assert way.get("start")["Location"] == f"/cotations/{draft.pk}/details/"

    def test_a_draft_of_another_day_says_its_day(self, way: Way):
        with time_machine.travel(datetime.fromisoformat("2026-11-23T14:42:00+01:00")):
            draft = way.draft()
        with time_machine.travel(datetime.fromisoformat("2026-11-24T09:00:00+01:00")):
            assert "Brouillon enregistré le 23 novembre 2026 à 14:42" in text(way.get("details", draft.pk))
            way.post("save_draft", draft.pk, **GOLF_DETAILS)
            assert "Brouillon enregistré à 09:00" in text(way.get("details", draft.pk))

    def test_going_back_loses_nothing(self, way: Way):
        draft = way.draft()
        way.post("save_draft", draft.pk, **GOLF_DETAILS)
        assert len(soup(way.get("configure", draft.pk)).select("input[name=version_code]")) == 3
        way.post("choose_candidate", draft.pk, version_code="VOL8D55C34")
        fields = shown(way.get("details", draft.pk))
        assert fields["mileage_km"].split() == ["89", "632"]
        assert way.latest().version.endswith("DSG7")


class TestManual:
    def test_a_forged_version_is_not_believed(self, way: Way):
        page = way.post("choose_from_catalogue", version_code="FORGED", **CHOICES)
        assert page.status_code == 422
        assert "Choisissez une version de la liste." in text(page)
        with unscoped("test"):
            assert not Quotation.objects.exists()

    def test_the_choices_come_back_with_the_draft(self, way: Way):
        way.post("choose_from_catalogue", version_code=CODE, year="2010", energy="diesel", **CHOICES)
        way.post("choose_from_catalogue", version_code="", kind="motorcycle", make="YAMAHA")  # meanwhile, another one
        draft = way.latest()
        page = soup(way.get("configure", draft.pk))
        for name, value in {"make": "VOLKSWAGEN", "model": "VOLKSWAGEN-GOLF-PLUS", "year": "2010"}.items():
            assert page.select_one(f"select[name={name}] option[selected]")["value"] == value
        assert [radio["value"] for radio in page.select("input[name=version_code][checked]")][-1] == CODE

    def test_the_lists_offer_what_the_versions_have(self, way: Way):
        page = soup(way.get("catalogue", **CHOICES))
        assert options(page, "energy") == ["Toutes", "Essence", "Diesel"]
        assert options(page, "gearbox") == ["Toutes", "Manuelle", "Automatique"]
        ways = {energy: codes(way.get("catalogue", **CHOICES, energy=energy)) for energy in ("petrol", "diesel")}
        assert all(ways.values())
        assert sorted(ways["petrol"] + ways["diesel"]) == sorted(codes(way.get("catalogue", **CHOICES)))

    @pytest.mark.parametrize("energy", ["hydrogen", "cng", "other", "electric"])
    def test_an_energy_that_no_version_has_is_said_and_taken_back(self, way: Way, energy):
        """Remembered of another vehicle: of some of these words the provider has never heard."""
        page = way.get("catalogue", **CHOICES, energy=energy)
        assert "Aucune version avec ces choix" in text(page)
        assert soup(page).select_one("select[name=energy] option[selected]")["value"] == energy
        assert way.post("choose_from_catalogue", version_code=CODE, energy=energy, **CHOICES).status_code == 422

    def test_the_last_choices_are_remembered(self, way: Way):
        choices = {"kind": "motorcycle", "make": "YAMAHA", "model": "YAMAHA-MT-07"}
        codes = soup(way.get("catalogue", **choices)).select("input[name=version_code]")
        way.post("choose_from_catalogue", version_code=codes[0]["value"], **choices)
        page = soup(way.get("start", vierge=1, mode="manuel"))
        assert page.select_one("input[name=kind][checked]")["value"] == "motorcycle"
        assert page.select_one("select[name=model] option[selected]")["value"] == "YAMAHA-MT-07"

    def test_reading_the_catalogue_writes_nothing(self, way: Way):
        before = dict(way.client.session)
        way.get("catalogue", kind="motorcycle", make="YAMAHA", model="YAMAHA-MT-07")
        way.get("start", vierge=1, mode="manuel", kind="car", make="RENAULT")
        assert dict(way.client.session) == before

    def test_each_choice_is_kept_before_there_is_a_version(self, way: Way):
        way.draft()  # of another vehicle, and left before
        address = way.post("catalogue", **CHOICES, year="2010", expand="on")["Location"]
        way.post("catalogue", kind="car", make="RENAULT")  # a second tab: the one that is left last
        assert chosen(way.get("start")) == ("car", "RENAULT", "", "")
        assert chosen(way.client.get(address)) == ("car", "VOLKSWAGEN", "VOLKSWAGEN-GOLF-PLUS", "2010")
        assert soup(way.client.get(address)).select_one("input[name=expand][checked]")
        assert soup(way.get("start", vierge=1)).select_one("input[name=plate]")
        way.post("catalogue", kind="tractor", make="RENAULT")
        assert chosen(way.get("start"))[:2] == ("car", "RENAULT")

    def test_what_was_begun_since_comes_before_the_choices(self, way: Way):
        way.post("catalogue", **CHOICES)
        draft = way.draft("FB-101-VP")
        assert way.get("start")["Location"] == f"/cotations/{draft.pk}/details/"
        way.post("value", draft.pk, **(GOLF_DETAILS | {"plate": "FB-101-VP"}))
        assert not soup(way.get("start")).select("select[name=make]")

    def test_a_version_that_is_picked_has_done_with_the_choices(self, way: Way, cast):
        way.post("catalogue", **CHOICES)
        way.post("choose_from_catalogue", version_code=CODE, **CHOICES)
        with unscoped("another place, where nothing was begun"):
            Quotation.objects.update(created_by=cast.marc)
        assert soup(way.get("start")).select_one("input[name=plate]")

    def test_the_choices_of_a_draft_are_its_own(self, way: Way):
        way.post("identify", plate="ZY-404-ZY")  # unknown: goes on by hand
        first = way.latest()
        way.post("configure", first.pk, **CHOICES)
        way.post("catalogue", kind="motorcycle", make="YAMAHA")
        assert chosen(way.get("configure", first.pk)) == ("car", "VOLKSWAGEN", "VOLKSWAGEN-GOLF-PLUS", "")
        quotation = way.valued()
        assert way.post("configure", quotation.pk, **CHOICES)["Location"] == f"/cotations/{quotation.pk}/annonces/"

    def test_a_model_that_is_still_sold_offers_its_years_until_this_one(self, way: Way):
        with time_machine.travel(datetime.fromisoformat("2026-11-24T10:00:00+01:00")):
            page = soup(way.get("catalogue", kind="motorcycle", make="YAMAHA", model="YAMAHA-MT-07"))
        years = [option["value"] for option in page.select("select[name=year]:not([disabled]) option")]
        assert years == ["", *(str(year) for year in range(2026, 2013, -1))]

    def test_wider_shows_older_versions(self, way: Way):
        def versions(**more: str) -> int:
            page = way.get("catalogue", kind="car", make="RENAULT", model="RENAULT-MEGANE-IV", year="2022", **more)
            return len(soup(page).select("input[name=version_code]"))

        assert versions(expand="on") > versions() > 0


class TestTwice:
    def test_the_same_form_sent_twice_makes_one_draft_and_one_paid_call(self, way: Way):
        key = str(uuid4())
        for _ in range(2):
            assert way.post("identify", plate="GD642JM", key=key).status_code == 303
        with unscoped("test"):
            assert Quotation.objects.count() == 1

    def test_a_key_is_in_the_form(self, way: Way):
        keys = [soup(way.get("start")).select_one("form input[name=key]")["value"] for _ in range(2)]
        assert keys[0] != keys[1]

    def test_the_key_of_another_person_opens_nothing(self, way: Way, way_of, cast):
        key = str(uuid4())
        way.post("identify", plate="GD642JM", key=key)
        other = way_of(cast.marc).post("identify", plate="GD642JM", key=key)
        assert other.status_code == 409

    def test_after_the_value_another_tab_can_change_nothing(self, way: Way):
        quotation = way.valued()
        for name, data in (
            ("save_draft", GOLF_DETAILS | {"mileage_km": "1"}),
            ("identify_again", {"plate": "FB-101-VP"}),
            ("choose_candidate", {"version_code": "VOL8D55C34"}),
            ("choose_again", {"version_code": CODE, **CHOICES}),
        ):
            answer = way.post(name, quotation.pk, **data)
            assert answer.status_code in (409, 422), name
            assert "a déjà sa valeur" in answer.content.decode(), name
        kept = way.latest()
        assert (kept.mileage_km, kept.plate, kept.version_code) == (89632, "GD642JM", CODE)

    def test_the_last_field_may_be_kept_after_the_value_it_led_to(self, way: Way):
        """Enter in a field keeps it and asks for the value at once: whichever of both comes second says no error."""
        quotation = way.valued()
        assert way.post("save_draft", quotation.pk, **GOLF_DETAILS).status_code == 200

    def test_a_copy_starts_from_it_and_leaves_it_alone(self, way: Way):
        quotation = way.valued()
        key = str(uuid4())
        for _ in range(2):
            way.post("copy", quotation.pk, key=key)
        copy = way.latest()
        assert (copy.state, copy.mileage_km, copy.adjusted_value) == (QuotationState.DRAFT, 89632, None)
        assert copy.redone_from is None  # it may become another question: it is no later value of this one
        with unscoped("test"):
            assert Quotation.objects.count() == 2


class TestEntities:
    def test_in_several_entities_the_form_asks_which(self, way_of, cast):
        way = way_of(cast.alice)
        session = way.client.session
        session["scope"] = "all"
        session.save()
        options = soup(way.get("start")).select("select[name=entity] option")
        assert [option.get_text() for option in options] == ["Choisir l’entité", "Nord", "Sud"]
        page = way.post("identify", plate="", entity=str(cast.south.pk))
        assert soup(page).select_one("select[name=entity] option[selected]").get_text() == "Sud"
        way.post("identify", plate="GD642JM", entity=str(cast.south.pk))
        assert way.latest().entity_id == cast.south.pk
        page = way.get("catalogue", **CHOICES)
        options = soup(page).select("select[name=entity] option")
        assert [option.get_text() for option in options] == ["Choisir l’entité", "Nord", "Sud"]
        way.post("choose_from_catalogue", version_code=CODE, entity=str(cast.south.pk), **CHOICES)
        assert way.latest().entity_id == cast.south.pk

    @pytest.mark.parametrize("asked", ["strangers", "²", ""])
    def test_an_entity_that_is_not_mine_is_never_replaced_by_another(self, way: Way, cast, asked):
        entity = str(cast.elsewhere.pk) if asked == "strangers" else asked
        page = way.post("identify", plate="GD642JM", entity=entity)
        assert page.status_code == 409
        assert "Choisissez l’entité dans laquelle coter." in text(page)
        with unscoped("test"):
            assert not Quotation.objects.exists()

    def test_a_seller_of_one_site_quotes_there(self, way_of, cast):
        way = way_of(cast.momo)
        way.draft()
        assert way.latest().point_of_sale_id == cast.north_2.pk

    def test_without_any_postcode_it_is_said_who_can_help(self, way: Way, cast):
        with unscoped("test"):
            for site in (cast.north_1, cast.north_2):
                site.postcode = ""
                site.save()
        way.draft()
        page = way.post("value", way.latest().pk, **GOLF_DETAILS)
        assert page.status_code == 422
        assert "Aucun point de vente de l’entité n’a de code postal : un administrateur doit le saisir." in text(page)
        assert shown(page)["mileage_km"].split() == ["89", "632"]
