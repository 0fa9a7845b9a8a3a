"""Figures of the sandbox are marked wherever they show, by who gave them and not by who is the provider today."""

from typing import Any

import pytest
from django.urls import reverse

from quotation.models import ProviderAnswer, ProviderCall, Quotation
from settings_admin.scoping import unscoped
from tests.make import make_vehicle
from tests.quotation.test_from_stock import GOLF, press
from tests.quotation.way import GOLF_DETAILS, Way, soup, text
from vehicles.models import Vehicle

MARK = "Bac à sable"


@pytest.fixture
def valued(way: Way, cast: Any, asks_at: Any, market: Any) -> Quotation:
    """A vehicle in stock that was valued by the sandbox; the market is asked from now on."""
    golf = make_vehicle(entity=cast.north, point_of_sale=cast.north_1, sale_price=9000, **GOLF)
    press(way, golf)
    way.post("value", way.latest().pk, **GOLF_DETAILS)
    asks_at(market.url, is_sandbox=False)
    return way.latest()


def test_they_stay_marked_when_another_provider_comes(way: Way, valued: Quotation) -> None:
    assert (valued.state, valued.is_sandbox) == ("valued", True)
    for name in ("radar", "study", "price_details"):
        assert MARK in text(way.get(name, valued.pk)), name
    assert MARK in text(way.get("list"))
    sheet = soup(way.client.get(reverse("vehicles:sheet", args=[valued.vehicle_id])))
    assert MARK in sheet.select_one("#price-lines").get_text()
    assert "a obtenu une valeur de marché au bac à sable" in sheet.get_text()
    with unscoped("test"):
        assert set(ProviderCall.objects.values_list("is_sandbox", flat=True)) == {True}


def test_the_market_is_not_answered_from_them_and_not_marked(way: Way, valued: Quotation) -> None:
    again = way.valued()
    assert (again.adjusted_value, again.is_sandbox) == (valued.adjusted_value, False)
    with unscoped("test"):
        answers = ProviderAnswer.objects.filter(kind="valuation").order_by("pk")
        assert list(answers.values_list("is_sandbox", flat=True)) == [True, False]
    for name in ("radar", "price_details"):
        assert MARK not in text(way.get(name, again.pk)), name
    way.post("redo", valued.pk)
    with unscoped("test"):
        assert not Vehicle.objects.get().market_value_is_sandbox
    study = text(way.get("study", valued.pk))
    assert MARK in study.partition("Prix proposé")[0]


def test_the_gap_stands_under_the_value_that_it_is_counted_from(way: Way, valued: Quotation) -> None:
    """Also when the market has moved since."""
    way.post("save_sale_price", valued.pk, sale_price="9 000")
    way.post("redo", valued.pk)
    with unscoped("test"):
        newest = way.latest()
        newest.market_value, newest.adjusted_value = newest.market_value + 1000, newest.adjusted_value + 1000
        newest.save(update_fields=["market_value", "adjusted_value"])
    lines = [
        line.get_text(" ", strip=True) for line in soup(way.get("study", valued.pk)).select(".lines-form dl > div")
    ]
    value = next(line for line in lines if line.startswith("Valeur de marché ajustée"))
    gap = next(line for line in lines if line.startswith("Écart"))
    assert "9\u202f210,00" in value
    assert f"{(9000 / 9210 - 1) * 100:.2f}".replace("-", "−").replace(".", ",") in gap
    assert any("de la valeur d’aujourd’hui" in line and "10\u202f210,00" in line for line in lines)
