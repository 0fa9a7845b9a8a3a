"""From a draft to its value: exactly once, exactly summed, and asked again on another day."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client

from quotation.models import ProviderAnswer, ProviderCall, Quotation
from quotation.providers.autovista import Autovista
from quotation.providers.failures import CutOff
from settings_admin.models import User
from settings_admin.records.models import TimelineEntry
from settings_admin.scoping import unscoped
from tests.cast import cast_on_stage
from tests.make import make_quotation, make_vehicle
from tests.quotation.way import GOLF, GOLF_DETAILS, Way, text
from tests.support.htmx import parse
from vehicles.enums import VatRegime
from vehicles.models import Vehicle

MONDAY = datetime.fromisoformat("2026-11-23T09:00:00+01:00")
TUESDAY = datetime.fromisoformat("2026-11-24T10:00:00+01:00")


def paid(name: str = "valuation") -> int:
    with unscoped("test"):
        return ProviderCall.objects.filter(name=name, is_paid=True).count()


class TestSum:
    @pytest.mark.parametrize(
        "changed", [{"adjusted_value": Decimal("9210.01")}, {"age_adjustment": None}, {"market_value": Decimal(0)}]
    )
    def test_the_database_keeps_no_value_that_is_not_the_sum_of_its_lines(self, cast, changed):
        with pytest.raises(IntegrityError), transaction.atomic():
            make_quotation(entity=cast.north, created_by=cast.sam, **changed)

    def test_nothing_is_valued_without_a_value(self, cast):
        lines = ("market_value", "mileage_adjustment", "age_adjustment", "options_adjustment", "location_adjustment")
        nothing = dict.fromkeys((*lines, "adjusted_value"))
        with pytest.raises(IntegrityError), transaction.atomic():
            make_quotation(entity=cast.north, created_by=cast.sam, **nothing)


class TestOnce:
    def test_a_second_press_changes_and_pays_nothing(self, way: Way):
        first = way.valued()
        answer = way.post("value", first.pk, **(GOLF_DETAILS | {"mileage_km": "1"}))
        assert answer["Location"] == f"/cotations/{first.pk}/annonces/"
        second = way.latest()
        assert (second.pk, second.adjusted_value, second.mileage_km) == (first.pk, Decimal(9210), 89632)
        assert paid() == 1

    def test_the_same_vehicle_within_a_day_is_answered_from_the_store_and_says_so(self, way: Way):
        with time_machine.travel(MONDAY, tick=False):
            way.valued()
        with time_machine.travel(MONDAY.replace(hour=12), tick=False):
            again = way.valued()
            assert (paid("plate"), paid()) == (1, 1)
            page = text(way.get("radar", again.pk))
            assert "Réponse du 23 novembre 2026 à 09:00, il y a 3 heures" in page
            assert "aucun appel n’a été payé" in page
            assert "Actualiser" in page
            way.post("redo", again.pk)
            assert paid() == 2
            assert "aucun appel n’a été payé" not in text(way.get("radar", way.latest().pk))

    def test_an_old_quotation_says_its_age(self, way: Way):
        with time_machine.travel(MONDAY, tick=False):
            quotation = way.valued()
            assert "redemande la cote" not in text(way.get("radar", quotation.pk))
        with time_machine.travel(MONDAY.replace(month=12, day=7), tick=False):
            page = text(way.get("study", quotation.pk))
        assert "Cotation du 23 novembre 2026 à 09:00, il y a 14 jours" in page


@pytest.mark.django_db(transaction=True)
class TestAtTheSameTime:
    """Really at the same time: two connections, and a provider that takes its time."""

    @pytest.fixture
    def press(self, provider: Any, client_for: Callable[..., Client]) -> Callable[..., list[Any]]:
        def both(user: User, *presses: Callable[[Way], Any]) -> list[Any]:
            provider.misbehave("latency", "*", seconds=0.4)

            def one(press: Callable[[Way], Any]) -> Any:
                try:
                    return press(Way(client_for(user), user))
                finally:
                    connection.close()

            with ThreadPoolExecutor(len(presses)) as pool:
                return list(pool.map(one, presses))

        return both

    def test_two_presses_of_the_value_pay_once(self, press, client_for):
        cast = cast_on_stage()
        draft = Way(client_for(cast.sam), cast.sam).draft()
        answers = press(cast.sam, *[lambda way: way.post("value", draft.pk, **GOLF_DETAILS)] * 3)
        statuses = sorted(answer.status_code for answer in answers)
        assert statuses[0] == 303
        assert set(statuses) <= {303, 422}
        for answer in answers:
            if answer.status_code == 422:
                assert "Cette demande est déjà partie" in text(answer)
        assert paid() == 1
        with unscoped("test"):
            assert Quotation.objects.get().adjusted_value == Decimal(9210)
            assert ProviderAnswer.objects.filter(kind="valuation").count() == 1
            assert Quotation.objects.get().asked_at is None

    def test_two_presses_of_the_plate_make_one_draft_and_pay_once(self, press):
        cast = cast_on_stage()
        key = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"
        press(cast.sam, *[lambda way: way.post("identify", plate=GOLF, key=key)] * 3)
        assert paid("plate") == 1
        with unscoped("test"):
            assert Quotation.objects.count() == 1

    def test_two_presses_of_actualiser_make_one_quotation(self, press, client_for):
        cast = cast_on_stage()
        first = Way(client_for(cast.sam), cast.sam).valued()
        press(cast.sam, *[lambda way: way.post("redo", first.pk, newest=str(first.pk))] * 3)
        assert paid() == 2
        with unscoped("test"):
            assert Quotation.objects.count() == 2


class TestAgain:
    def test_it_is_a_new_quotation_and_the_first_keeps_its_figures(self, way: Way):
        with time_machine.travel(MONDAY, tick=False):
            first = way.valued()
        with time_machine.travel(TUESDAY):
            way.post("redo", first.pk, newest=str(first.pk))
            second = way.latest()
            assert second.pk != first.pk
            assert second.redone_from_id == first.pk
            assert second.valued_at > first.valued_at
            assert (second.mileage_km, second.plate, second.vin) == (first.mileage_km, first.plate, first.vin)
            study = text(way.get("study", first.pk))
        assert "Autres cotations du véhicule" in study
        assert "24/11/2026" in study

    def test_a_second_press_finds_the_first_ones_answer(self, way: Way):
        first = way.valued()
        for _ in range(2):
            answer = way.post("redo", first.pk, newest=str(first.pk))
        second = way.latest()
        assert answer["Location"] == f"/cotations/{second.pk}/annonces/"
        with unscoped("test"):
            assert Quotation.objects.count() == 2

    def test_asked_again_of_the_second_the_chain_stays_one(self, way: Way):
        first = way.valued()
        way.post("redo", first.pk)
        way.post("redo", way.latest().pk)
        assert way.latest().redone_from_id == first.pk

    def test_a_copy_with_other_kilometres_is_no_newer_value_of_the_first(self, way: Way):
        first = way.valued()
        way.post("copy", first.pk)
        way.post("value", way.latest().pk, **(GOLF_DETAILS | {"mileage_km": "180000"}))
        other = way.latest()
        assert other.adjusted_value != first.adjusted_value
        study = text(way.get("study", first.pk))
        assert study.count("9 210,00 €") >= 3  # both columns of the receipt, and what is said of it

    def test_an_answer_that_was_lost_is_asked_for_under_its_own_name(self, way: Way, monkeypatch):
        """The provider charges a name once: a press after a line that broke pays nothing more."""
        first = way.valued()
        names: list[str] = []
        ask = Autovista.value

        def breaks_once(self, question, *, idempotency_key, act):
            names.append(idempotency_key)
            answer = ask(self, question, idempotency_key=idempotency_key, act=act)
            if len(names) == 1:
                raise CutOff("Autovista", call="valuation")
            return answer

        monkeypatch.setattr(Autovista, "value", breaks_once)
        assert way.post("redo", first.pk).status_code == 422
        assert way.post("redo", first.pk).status_code == 303
        assert way.post("redo", first.pk).status_code == 303
        assert names[0] == names[1] != names[2]

    def test_when_it_fails_nothing_is_left_behind(self, way: Way, provider):
        first = way.valued()
        provider.misbehave("server_error", "valuation")
        page = way.post("redo", first.pk)
        assert page.status_code == 422
        assert "Autovista est en panne" in text(page)
        assert "Cette cotation reste telle qu’elle est." in text(page)
        assert "brouillon" not in text(page)
        assert "9 210,00 €" in text(page)
        with unscoped("test"):
            assert Quotation.objects.count() == 1
        assert way.get("start").status_code == 200


class TestAdverts:
    def test_they_can_be_asked_again_without_paying(self, way: Way, provider):
        provider.misbehave("server_error", "listings")
        quotation = way.valued()
        assert quotation.adjusted_value == Decimal(9210)
        page = text(way.get("radar", quotation.pk))
        assert "9 210,00 €" in page
        assert "8 740,00" not in page
        assert "0 véhicule" not in page  # nobody knows how many there are
        assert way.post("fetch_adverts", quotation.pk).status_code == 422
        provider.behave()
        assert way.post("fetch_adverts", quotation.pk).status_code == 303
        assert "8 740,00 €" in text(way.get("radar", quotation.pk))
        assert paid() == 1

    def test_what_came_is_not_asked_again(self, way: Way):
        quotation = way.valued()
        with unscoped("test"):
            before = ProviderCall.objects.count()
            way.post("fetch_adverts", quotation.pk)
            assert ProviderCall.objects.count() == before


class TestNoMarket:
    def test_too_little_market_is_said_and_no_figure_stands_for_it(self, way: Way):
        quotation = way.valued("FB-203-RR", vin="", first_registration="25/05/2016", exterior_colour="")
        assert quotation.state == "no_market"
        assert quotation.adjusted_value is quotation.market_value is None
        for name in ("radar", "study"):
            page = text(way.get(name, quotation.pk))
            assert "Pas assez de marché" in page
            assert "102 %" not in page or "– €" in page
        assert way.get("price_details", quotation.pk).status_code == 404

    def test_asked_again_it_takes_the_place_of_the_older_value(self, way: Way, cast):
        first = way.valued()
        nothing = dict.fromkeys(
            ("market_value", "mileage_adjustment", "age_adjustment", "options_adjustment", "location_adjustment",
             "adjusted_value")
        )  # fmt: skip
        make_quotation(
            entity=cast.north, created_by=cast.sam, redone_from=first, state="no_market", value_date=date(2026, 12, 3),
            valued_at=first.valued_at + timedelta(days=1), **nothing,
        )  # fmt: skip
        page = parse(way.get("study", first.pk))
        head = page.select_one("table.receipt thead th:last-child").text
        assert "au\u00a003/12/2026" in head
        today = page.select_one("table.receipt tfoot td:last-child").text
        assert "–" in today
        assert "9" not in today
        proposed = page.select_one("section.proposed").text
        assert "Pas assez de marché au\u00a003/12/2026" in proposed
        assert "Reprendre le prix proposé" not in proposed

    def test_a_widened_market_says_what_was_widened(self, way: Way):
        quotation = way.valued("FB-202-WD", vin="", first_registration="10/06/2015", exterior_colour="")
        assert quotation.state == "valued"
        assert "Peu de véhicules comparables" in text(way.get("radar", quotation.pk))


class TestStock:
    @pytest.fixture
    def in_stock(self, cast) -> Vehicle:
        return make_vehicle(
            entity=cast.north, plate="GD642JM", purchase_price=Decimal(6500), vat_regime=VatRegime.MARGIN
        )

    def test_its_value_is_pushed_to_the_vehicle_with_who_and_when(self, way: Way, in_stock):
        way.draft()
        with unscoped("test"):
            Quotation.objects.update(vehicle=in_stock)
        way.post("value", way.latest().pk, **GOLF_DETAILS)
        with unscoped("test"):
            in_stock.refresh_from_db()
            entry = TimelineEntry.objects.filter(kind="market_value").get()
        assert (in_stock.market_value, in_stock.adjusted_market_value) == (Decimal(7880), Decimal(9210))
        assert str(in_stock.market_value_on) == "2024-12-02"
        assert entry.actor == way.user

    def test_the_margin_needs_a_purchase_price_and_the_right_to_see_it(self, way: Way, way_of, cast, in_stock):
        quotation = way.valued()
        way.post("save_sale_price", quotation.pk, sale_price="7 966,08")
        with unscoped("test"):
            Quotation.objects.update(vehicle=in_stock)
        margin = "1 221,73 €"  # (7 966,08 − 6 500,00) ÷ 1,20, in the margin scheme
        assert margin not in text(way.get("study", quotation.pk))
        assert margin in text(way_of(cast.vera).get("study", quotation.pk))


class TestSalePrice:
    @pytest.mark.parametrize(
        ("typed", "kept"),
        [("7 966,08", "7966.08"), ("7966.08 €", "7966.08"), ("", None), ("0", "0.00"), ("9210", "9210.00")],
    )
    def test_it_is_read_as_people_type_it(self, way: Way, typed, kept):
        quotation = way.valued()
        assert way.post("save_sale_price", quotation.pk, sale_price=typed).status_code == 303
        assert way.latest().sale_price == (Decimal(kept) if kept else None)
        assert way.get("study", quotation.pk).status_code == 200

    @pytest.mark.parametrize("typed", ["beaucoup", "-1", "1e5", "99999999999999"])
    def test_what_cannot_be_read_is_said_and_kept_in_the_field(self, way: Way, typed):
        quotation = way.valued()
        page = way.post("save_sale_price", quotation.pk, sale_price=typed)
        assert page.status_code == 422
        assert f'value="{typed}"' in page.content.decode()
        assert way.latest().sale_price is None
