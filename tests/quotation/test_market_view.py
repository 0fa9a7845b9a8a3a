"""The market as the address asks to see it: filters, sorts, distance, chips — and what a forged address can do."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from quotation.models import Quotation
from tests.quotation.way import Way, soup, text


def value_one_of_many(way: Way) -> None:
    way.valued("FB-201-TP", vin="", first_registration="08/03/2022", exterior_colour="")


@pytest.fixture
def way(request: pytest.FixtureRequest, way_after: Callable[..., Way]) -> Way:
    """Sam, who has had valued what the test is about."""
    return way_after(value_one_of_many if "many" in request.fixturenames else Way.valued)


@pytest.fixture
def golf(way: Way) -> Quotation:
    return way.latest()


@pytest.fixture
def many(way: Way) -> Quotation:
    """With 500 comparable vehicles on sale."""
    return way.latest()


def cells(page: Any, label: str) -> list[str]:
    """One column of the adverts, without my vehicle's row, every space a plain one."""
    rows = soup(page).select("table.adverts tbody tr")[1:]
    found = [row.select_one(f'td[data-label="{label}"]') for row in rows]
    return [re.sub(r"\s+", " ", cell.get_text(" ")).strip() for cell in found]


def prices(page: Any) -> list[int]:
    return [int(re.sub(r"\D", "", text.split(",")[0])) for text in cells(page, "Prix publié")]


class TestSorts:
    @pytest.mark.parametrize(
        ("sort", "expected"),
        [
            ("price", [6490, 8990, 9240, 9390, 9590]),
            ("similarity", [9240, 9390, 8990, 6490, 9590]),
            ("mileage", [9590, 9390, 9240, 8990, 6490]),
            ("days_online", [8990, 9390, 9590, 9240, 6490]),
            ("", [6490, 8990, 9240, 9390, 9590]),
        ],
    )
    def test_each_sort_starts_with_the_best(self, way, golf, sort, expected):
        assert prices(way.get("radar", golf.pk, sort=sort)) == expected

    def test_by_distance_the_nearest_first(self, way, golf):
        distances = [
            int(re.sub(r"\D", "", one)) for one in cells(way.get("radar", golf.pk, sort="distance"), "Situé à")
        ]
        assert distances == sorted(distances)
        assert len(set(distances)) == 5

    def test_equal_ones_stand_in_the_same_order_each_time(self, way, many):
        first, second = (prices(way.get("radar", many.pk, sort="similarity", shown=500)) for _ in range(2))
        assert first == second
        assert len(first) == 500


class TestFilters:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({"energy": "diesel"}, [6490, 8990, 9240, 9390, 9590]),
            ({"gearbox": "automatic"}, [9590]),
            ({"seller": "franchise"}, [9240]),
            ({"seller": ["franchise", "independent"]}, [6490, 8990, 9240, 9390, 9590]),
            ({"mileage_min": "84 300", "mileage_max": "96410"}, [9240, 9390]),
            ({"mileage_max": "84299"}, [9590]),
            ({"registered_from": "01/10/2010", "registered_to": "15042012"}, [6490, 8990, 9590]),
            ({"stars": "5"}, [9240, 9390]),
            ({"stars": "4"}, [6490, 8990, 9240, 9390]),
            ({"gearbox": "automatic", "seller": "franchise"}, []),
        ],
    )
    def test_each_filter_keeps_what_passes_it(self, way, golf, query, expected):
        for name in ("radar", "study"):
            page = way.get(name, golf.pk, **query)
            if name == "radar":
                assert prices(page) == expected
            if expected:
                mean = f"{sum(expected) / len(expected):,.2f}".replace(",", " ").replace(".", ",")
                assert f"{mean} €" in text(page)
            else:
                assert "Aucune annonce avec ces filtres" in text(page)
                assert "il y en a 5" in text(page)

    def test_around_the_point_of_sale(self, way, golf):
        near = prices(way.get("radar", golf.pk, radius="100"))
        assert near == [9240, 9390, 9590]
        assert prices(way.get("radar", golf.pk, radius="50")) == [9240]
        assert prices(way.get("radar", golf.pk, radius="")) == [6490, 8990, 9240, 9390, 9590]

    def test_only_what_some_advert_has_is_offered(self, way, golf):
        form = soup(way.get("radar", golf.pk)).select_one("#market-form")
        assert [one["value"] for one in form.select("input[name=energy]")] == ["diesel"]
        assert {one["value"] for one in form.select("input[name=seller]")} == {"franchise", "independent"}

    def test_options_must_all_be_present(self, way, many):
        everything = way.get("radar", many.pk)
        offered = [one["value"] for one in soup(everything).select("#market-form input[name=option]")]
        assert len(offered) > 1
        one = len(prices(way.get("radar", many.pk, option=offered[0], shown=500)))
        both = len(prices(way.get("radar", many.pk, option=offered[:2], shown=500)))
        assert 500 > one >= both

    def test_the_sold_are_another_market(self, way, golf):
        page = way.get("radar", golf.pk, state="sold")
        assert "véhicules vendus" in text(way.get("study", golf.pk, state="sold"))
        assert prices(page) != prices(way.get("radar", golf.pk))


class TestChips:
    QUERY = {"state": "on_sale", "sort": "mileage", "stars": "4", "mileage_max": "100000", "radius": "500"}

    def links(self, page: Any, words: str) -> dict[str, list[str]]:
        link = next(
            one for one in soup(page).select("a[href]") if words in str(one.get("aria-label") or one.get_text())
        )
        return parse_qs(urlsplit(str(link["href"])).query)

    def test_each_says_its_filter_and_takes_only_itself_off(self, way, golf):
        page = way.get("radar", golf.pk, **self.QUERY)
        said = text(page)
        assert "Similarité 4 étoiles et plus" in said
        assert "Distance 500 km" in said
        assert "100 000" in said
        for name, words in (("stars", "Similarité 4"), ("radius", "Distance 500"), ("mileage_max", "jusqu’à 100")):
            assert self.links(page, words) == {other: [value] for other, value in self.QUERY.items() if other != name}

    def test_reset_takes_all_off_and_keeps_what_is_shown_and_its_order(self, way, golf):
        page = way.get("radar", golf.pk, **self.QUERY)
        assert self.links(page, "Réinitialiser les filtres") == {"state": ["on_sale"], "sort": ["mileage"]}

    def test_without_a_filter_there_is_none(self, way, golf):
        assert "Réinitialiser les filtres" not in text(way.get("radar", golf.pk, sort="mileage"))


FORGED = [
    {"state": "stolen"},
    {"sort": "price; DROP TABLE"},
    {"sort": "-price"},
    {"radius": "-5"},
    {"radius": "1e9"},
    {"energy": "nuclear"},
    {"energy": ["diesel", "nuclear"]},
    {"stars": "9"},
    {"stars": "abc"},
    {"mileage_min": "beaucoup"},
    {"mileage_max": "9" * 400},
    {"registered_from": "31/02/2010"},
    {"option": "<script>alert(1)</script>"},
    {"page": "2", "after": "x"},
    {"shown": "-5"},
    {"shown": "9" * 400},
    {"shown": "٥٠"},
    {"state": ["on_sale", "sold"], "sort": ["price", "mileage"]},
    {"mileage_min": "\0"},
]


@pytest.mark.parametrize("query", FORGED, ids=str)
@pytest.mark.parametrize("name", ["radar", "study"])
def test_a_forged_address_is_read_as_if_it_said_nothing(way, golf, name, query):
    page = way.get(name, golf.pk, **query)
    assert page.status_code == 200
    assert "<script>alert(1)" not in page.content.decode()
    assert "9 210,00 €" in text(page)


class TestSlices:
    """The radar lists its adverts fifty by fifty; what is reckoned and drawn is always of all of them."""

    @staticmethod
    def link(page: Any, words: str) -> Any:
        return soup(page).find("a", string=words)

    def test_the_first_fifty_of_the_order_then_fifty_more(self, way, many):
        everything = prices(way.get("radar", many.pk, sort="mileage", shown=500))
        assert prices(way.get("radar", many.pk, sort="mileage")) == everything[:50]
        page, listed = way.get("radar", many.pk, sort="mileage", shown=400), 400
        while link := self.link(page, "Afficher la suite"):
            assert prices(page) == everything[:listed]
            assert f"{listed} véhicules affichés sur 500" in text(page)
            address = urlsplit(str(link["href"]))
            assert parse_qs(address.query) == {"sort": ["mileage"], "shown": [str(listed + 50)]}
            page = way.client.get(f"/cotations/{many.pk}/annonces/?{address.query}")
            assert soup(page).find(id=address.fragment) == soup(page).select("table.adverts tbody a.link")[listed + 1]
            listed += 50
        assert prices(page) == everything
        assert len(everything) == 500
        assert "affichés sur" not in text(page)

    def test_all_at_once(self, way, many):
        link = self.link(way.get("radar", many.pk, state="on_sale"), "Tout afficher")
        assert parse_qs(urlsplit(str(link["href"])).query) == {"state": ["on_sale"], "shown": ["500"]}
        assert self.link(way.get("radar", many.pk, shown=450), "Tout afficher") is None

    def test_filters_are_kept_and_counted(self, way, many):
        page = way.get("radar", many.pk, stars="4")
        count = int(re.sub(r"\D", "", soup(page).select_one("[role=status].push").get_text()))
        assert 50 < count < 500
        assert f"50 véhicules affichés sur {count}" in text(page)
        following = way.get("radar", many.pk, stars="4", shown=count)
        assert len(prices(following)) == count
        assert prices(page) == prices(following)[:50]

    def test_figures_and_dots_are_of_all_of_them(self, way, many):
        def said(page: Any) -> list[str]:
            return [str(one["aria-label"]) for one in soup(page).select(".scatter .dot")]

        def figures(page: Any) -> str:
            return soup(page).select_one(".radar-top dl").get_text()

        few, everything = way.get("radar", many.pk), way.get("radar", many.pk, shown=500)
        assert said(few) == said(everything)
        assert len(said(few)) == 500
        assert figures(few) == figures(everything)
        assert "sur 501" in figures(few)

    def test_another_filter_or_order_starts_at_the_first_ones_again(self, way, many):
        page = soup(way.get("radar", many.pk, stars="4", shown=100))
        links = [*page.select("table.adverts th a"), *page.select(".applied a")]
        assert len(links) > 5
        assert not [link for link in links if "shown" in str(link["href"])]
        assert page.select_one("#market-form [name=shown]") is None

    def test_five_adverts_need_no_link(self, way, golf):
        page = way.get("radar", golf.pk, shown=5)
        assert len(prices(page)) == 5
        assert self.link(page, "Afficher la suite") is None


def test_a_filter_that_cannot_be_read_filters_nothing_and_says_why(way, golf):
    page = way.get("radar", golf.pk, mileage_min="beaucoup", stars="5")
    assert prices(page) == [9240, 9390]
    assert soup(page).select_one("input[name=mileage_min][aria-invalid=true]")["value"] == "beaucoup"
    notes = soup(page).select("#market-form .unread-filters")
    assert [note.text.strip() for note in notes] == ["Filtre illisible\u00a0: Kilométrage, à partir de"]


@pytest.mark.parametrize("tab", ["radar", "study"])
def test_a_chip_of_kilometres_names_its_unit(way, golf, tab):
    page = soup(way.get(tab, golf.pk, mileage_max="150 000", sort="zzz"))
    assert [value.text for value in page.select(".applied .chip-value")] == ["150\u202f000\u00a0km"]
    assert not page.select(".unread-filters")


@pytest.mark.parametrize("annonce", ["none", "../../etc", "<b>", "", "9" * 5000])
def test_the_details_of_an_advert_that_is_not_there(way, golf, annonce):
    assert way.get("price_details", golf.pk, annonce=annonce).status_code == (200 if annonce == "" else 404)


class TestAfterARefusal:
    """The page of a refused form stands at the form's own address, where no page can be got."""

    def test_every_link_leads_to_the_tab_and_none_to_the_form(self, way, many, provider):
        provider.misbehave("server_error", "valuation")
        failed = way.post("redo", many.pk)
        refused = way.client.post(f"/cotations/{many.pk}/prix-de-vente/?stars=4", {"sale_price": "beaucoup"})
        for page, tab in ((failed, "annonces"), (refused, "etude")):
            assert page.status_code == 422
            links = [link["href"] for link in soup(page).select("main #result a[href]")]
            assert [link for link in links if link.startswith("?")] == []
            assert any(link.startswith(f"/cotations/{many.pk}/{tab}/?") for link in links)
            assert soup(page).select_one("#market-form")["action"] == f"/cotations/{many.pk}/{tab}/"

    def test_a_chip_taken_off_keeps_the_rest(self, way, golf):
        page = soup(way.get("radar", golf.pk, stars="4", radius="500"))
        assert f"/cotations/{golf.pk}/annonces/?radius=500" in {one["href"] for one in page.select("a.chip-close")}
