"""GD-642-JM, from the sandbox over HTTP: every figure of the release notes, to the cent."""

import re
from decimal import Decimal
from typing import Any

import pytest

from quotation.enums import QuotationState
from quotation.models import Quotation
from tests.quotation.way import Way, soup, text


@pytest.fixture
def golf(way: Way) -> Quotation:
    return way.valued()


def test_the_plate_brings_three_candidates_and_what_the_register_knows(way):
    way.post("identify", plate="gd642jm")
    page = text(way.get("configure", way.latest().pk))
    for suffix in ("", " DSG7", " Edition"):
        assert f"VOLKSWAGEN Golf Plus 1.6 TDI 105 FAP BlueMotion Carat{suffix} 15/02/2010 5" in page
    draft = way.draft()
    assert (draft.vin, str(draft.first_registration)) == ("WWWZZZ1KZAW599957", "2010-04-23")
    assert draft.version == "1.6 TDI 105 FAP BlueMotion Carat"
    assert draft.exterior_colour == "GRIS"


def test_the_value_and_its_five_lines(golf):
    assert golf.state == QuotationState.VALUED
    lines = (
        golf.market_value, golf.mileage_adjustment, golf.age_adjustment, golf.options_adjustment,
        golf.location_adjustment,
    )  # fmt: skip
    assert lines == tuple(Decimal(each) for each in ("7880.00", "1450.00", "-100.00", "0.00", "-20.00"))
    assert golf.adjusted_value == sum(lines) == Decimal("9210.00")
    assert str(golf.value_date) == "2024-12-02"


def test_the_radar_has_the_rows_of_the_release_notes(way, golf):
    page = text(way.get("radar", golf.pk))
    assert "5 véhicules" in page
    assert "9 210,00 € TTC au 02/12/2024" in page
    rows = [text_of(row) for row in soup(way.get("radar", golf.pk)).select("table.adverts tbody tr")]
    assert len(rows) == 6
    assert "23/04/2010" in rows[0]
    assert "89 632 km" in rows[0]
    assert "Mon véhicule" in rows[0]
    first, second = rows[1:3]
    for said in ("15/04/2012", "171 000 km", "83130 Prov", "110 jours", "417 km", "6 490,00 €", "−950,00 €",
                 "7 440,00 €", "au 02/12/2024"):  # fmt: skip
        assert said in first
    for said in ("01/10/2010", "108 272 km", "ARTHUR AUTO", "54 jours", "464 km", "8 990,00 €", "−100,00 €",
                 "9 090,00 €"):  # fmt: skip
        assert said in second


def test_the_market_study_says_the_receipt_the_mean_and_both_gaps(way, golf):
    page = text(way.get("study", golf.pk))
    for said in ("7 880,00 €", "1 450,00 €", "−100,00 €", "0,00 €", "−20,00 €", "9 210,00 €", "9 394,20 €",
                 "8 740,00 €", "82 jours", "Powered by Autovista", "au 02/12/2024"):  # fmt: skip
        assert said in page
    assert "−13,51" not in page
    way.post("save_sale_price", golf.pk, sale_price="7 966,08")
    page = text(way.get("study", golf.pk))
    assert "−13,51 %" in page
    assert "+17,93 %" in page
    assert "105,4 %" not in page  # that is the market's price for 9 210,00; a price is being tried now


def test_every_page_says_that_it_is_the_sandbox(way, golf):
    for name in ("configure", "details", "radar", "study", "price_details"):
        pk = way.draft().pk if name in ("configure", "details") else golf.pk
        assert "Bac à sable" in text(way.get(name, pk))


def test_the_working_of_each_value_opens(way, golf):
    mine = text(way.get("price_details", golf.pk))
    assert "7 880,00 € TTC" in mine
    assert "9 210,00 € TTC" in mine
    links = soup(way.get("radar", golf.pk)).select("table.adverts a[href*='annonce=']")
    assert len(links) == 5
    first = text(way.client.get(links[0]["href"]))
    for said in ("9 580,00 €", "−2 440,00 €", "−110,00 €", "490,00 €", "−80,00 €", "7 440,00 €", "7 290,00 €",
                 "6 900,00 €", "6 490,00 €"):  # fmt: skip
        assert said in first


def test_three_distributions_hold_the_five_adverts_with_my_vehicle_marked(way, golf):
    way.post("save_sale_price", golf.pk, sale_price="7 966,08")
    figures = soup(way.get("study", golf.pk)).select("figure")
    mine = {"Prix": (7966.08, "7 966,08 €"), "Année": (2010.31, "23/04/2010"), "Kilométrage": (89_632, "89 632 km")}
    assert [figure.select_one("figcaption b").text for figure in figures] == list(mine)
    for figure, (value, label) in zip(figures, mine.values(), strict=True):
        rows = [[cell.get_text(strip=True) for cell in row.select("td")] for row in figure.select("tbody tr")]
        assert sum(int(row[-1]) for row in rows) == 5
        assert "Mon véhicule" in figure.select_one("svg")["aria-label"]
        (mark,) = figure.select("svg .mine")
        assert text_of(mark.select_one("text")) == label
        line, diamond = mark.select_one("line"), mark.select_one("svg")
        assert diamond.select_one("path")["d"]
        assert diamond["x"] == line["x1"] == line["x2"] == mark.select_one("text")["x"]
        assert abs(percent(diamond["x"]) - where(figure, value)) < 0.2


def test_a_price_of_nothing_is_the_price_that_is_tried(way, golf):
    way.post("save_sale_price", golf.pk, sale_price="0")
    said = text(way.get("study", golf.pk))
    for figure in ("Écart valeur de marché ajustée −100,00 %", "Rang par prix 1er sur 6", "Prix / marché 0,0 %"):
        assert figure in said
    way.post("save_sale_price", golf.pk, sale_price="")
    assert "Rang par prix 3e sur 6" in text(way.get("study", golf.pk))


def where(figure: Any, value: float) -> float:
    """The place of a value on the axis of this figure, in per cent, by its first and last tick alone."""
    ticks = figure.select("svg text.tick")
    ends = [(percent(tick["x"]), float(re.sub(r"[^0-9]", "", tick.text))) for tick in (ticks[0], ticks[-1])]
    (low_x, low), (high_x, high) = ends
    return low_x + (value - low) / (high - low) * (high_x - low_x)


def percent(text: str) -> float:
    return float(text.removesuffix("%"))


def text_of(element: object) -> str:
    return " ".join(element.get_text(" ").split())  # type: ignore[attr-defined]
