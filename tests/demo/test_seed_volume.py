"""The large stock: unique, of its own holdings, topped up, and as refused as the demonstration where DEBUG is off."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db.models import F
from django.test import Client

from openflex.demo import volume, volume_log, volume_opportunities
from openflex.demo.world import PASSWORD
from opportunities.models import Offer, Opportunity
from settings_admin.models import AccessLog, DocumentCounter, Entity, Holding, TimelineEntry, User
from vehicles.models import Hold, Vehicle
from vehicles.models.vehicle import IN_STOCK

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere")]


def _fill(vehicles: int = 500, *, accesses: int = 0, changes: int = 0, opportunities: int = 0) -> None:
    numbers = {"vehicles": vehicles, "accesses": accesses, "changes": changes, "opportunities": opportunities}
    call_command("seed_volume", **numbers, verbosity=0)


@pytest.fixture
def debug(settings: LazySettings) -> None:
    settings.DEBUG = True


def test_it_is_refused_where_debug_is_off() -> None:
    with pytest.raises(CommandError, match="refused when DEBUG is off"):
        _fill()
    assert not User.objects.exists()


@pytest.mark.usefixtures("debug")
def test_it_fills_two_holdings_most_of_it_in_one_entity() -> None:
    _fill()
    assert (Holding.objects.count(), Entity.objects.count(), Vehicle.objects.count()) == (2, 5, 500)
    counts = Counter(Vehicle.objects.order_by("pk").values_list("entity__name", flat=True))
    assert counts.most_common(1) == [("Volume Automobiles", 250)]
    assert 0.33 < Vehicle.objects.filter(IN_STOCK).count() / 500 < 0.47
    assert TimelineEntry.objects.filter(kind="created").count() == 500
    for email in ("volume@demo.test", "volume2@demo.test"):
        assert authenticate(email=email, password=PASSWORD)


@pytest.mark.usefixtures("debug")
def test_plates_vins_and_stock_numbers_are_unique_in_their_entity() -> None:
    _fill()
    for names in (("entity", "vin"), ("entity", "stock_number")):
        assert Vehicle.objects.values(*names).distinct().count() == 500
    plates = Vehicle.objects.exclude(plate="")
    assert plates.values("entity", "plate").distinct().count() == plates.count()
    assert not Vehicle.objects.exclude(point_of_sale__entity=F("entity")).exists()
    assert not Hold.objects.exclude(entity=F("vehicle__entity")).exists()
    assert not Vehicle.objects.filter(status="delivery", holds=None).exists()


@pytest.mark.usefixtures("debug")
def test_rows_copied_in_bulk_are_found_like_any_other() -> None:
    _fill(100)
    stock: Any = Vehicle.objects
    vehicle = stock.exclude(plate="").order_by("pk")[0]
    assert vehicle in stock.search(vehicle.vin[-6:].lower())
    assert vehicle in stock.search(vehicle.plate_display)


@pytest.mark.usefixtures("debug")
def test_run_again_it_adds_what_is_missing_and_then_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volume, "BATCH", 70)
    _fill(200)
    first = list(Vehicle.objects.order_by("pk").values_list("pk", "plate", "stock_number"))
    _fill(500)
    _fill(500)
    assert Vehicle.objects.count() == 500
    assert list(Vehicle.objects.order_by("pk").values_list("pk", "plate", "stock_number")[:200]) == first
    numbered = DocumentCounter.objects.order_by("pk").values_list("last", flat=True)
    assert sum(numbered) == 500


@pytest.mark.usefixtures("debug")
def test_the_audit_log_is_filled_and_topped_up_with_lines_that_can_be_told(
    client_for: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(volume_log, "BATCH", 30)
    for _ in range(2):
        _fill(10, accesses=200, changes=100)
        assert AccessLog.objects.count() == 200
    # Those of the two administrators, who were put into their group, among them.
    assert TimelineEntry.objects.filter(is_audited=True).count() == 100
    admin = User.objects.get(email="volume@demo.test")
    page = client_for(admin, scope="all").get("/parametres/journal/")
    assert page.status_code == 200
    assert "a fait un" not in page.text  # an act, a change without words
    assert "Chrome sur Windows" in page.text


@pytest.mark.usefixtures("debug")
def test_opportunities_are_filled_and_topped_up_with_numbers_without_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volume_opportunities, "BATCH", 20)
    for count in (60, 100, 100):
        _fill(200, opportunities=count)
    assert Opportunity.objects.count() == 100
    numbers = Opportunity.objects.filter(entity__name="Volume Automobiles").order_by("number")
    assert list(numbers.values_list("number", flat=True)) == list(range(1, 51))
    assert Offer.objects.filter(entity__name="Volume Automobiles").count() == 16
    assert {counter.last for counter in DocumentCounter.objects.filter(series="opportunity")} == {50, 25, 5, 15}
    assert not Offer.objects.exclude(entity=F("opportunity__entity")).exists()


@pytest.mark.usefixtures("debug")
def test_it_stands_beside_the_demonstration() -> None:
    _fill(100)
    call_command("seed_demo", verbosity=0)
    assert Holding.objects.count() == 4
