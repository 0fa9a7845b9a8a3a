"""Every page and fragment of the quotations: how many statements it takes, and that a swap equals a reload."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from quotation.models import Quotation
from settings_admin.scoping import unscoped
from tests.cast import Cast
from tests.make import make_quotation
from tests.quotation.test_foreign_plates import BY_HAND
from tests.quotation.way import GOLF_DETAILS, Way, soup, text
from tests.support.htmx import content, parse, swap

MOST = 12


@pytest.fixture
def htmx(cast: Cast, client_for: Any) -> Client:
    return client_for(cast.sam, htmx=True)


class TestStatements:
    """At most twelve a page, session, person and rights included; the same with five adverts and with five hundred."""

    PAGES = (
        ("start", "?vierge=1"), ("start", "?vierge=1&mode=manuel"), ("configure", ""), ("configure", "?mode=manuel"),
        ("details", ""), ("radar", ""), ("radar", "?state=sold&sort=similarity&stars=4&radius=500"), ("study", ""),
        ("price_details", ""), ("list", ""),
    )  # fmt: skip

    @pytest.mark.parametrize(("name", "query"), PAGES, ids=lambda one: one or "plain")
    def test_a_page(self, way: Way, name, query):
        """Of a common car and of a rare one: more adverts ask for no more statements."""
        counts = {plate: self.asked(way, plate, name, query) for plate in ("GD-642-JM", "FB-201-TP")}
        assert len(set(counts.values())) == 1, counts
        assert max(counts.values()) <= MOST, counts

    def asked(self, way: Way, plate: str, name: str, query: str) -> int:
        details = {"plate": plate} if plate == "GD-642-JM" else {
            "plate": plate, "vin": "", "first_registration": "08/03/2022", "exterior_colour": ""
        }  # fmt: skip
        quotation = way.draft(plate)
        if name in ("radar", "study", "price_details"):
            way.post("value", quotation.pk, **(GOLF_DETAILS | details))
        address = {
            "start": "/cotations/nouvelle/", "list": "/cotations/", "configure": "configuration/", "radar": "annonces/",
            "study": "etude/", "price_details": "detail-des-prix/", "details": "details/",
        }[name]  # fmt: skip
        url = address if address.startswith("/") else f"/cotations/{quotation.pk}/{address}"
        way.client.get(url + query)  # the catalogue's answers are in the cache from here on
        with CaptureQueriesContext(connection) as seen:
            assert way.client.get(url + query).status_code == 200
        return len(seen)

    def test_each_field_of_a_draft(self, way: Way, django_assert_max_num_queries):
        draft = way.draft()
        with django_assert_max_num_queries(MOST):
            way.post("save_draft", draft.pk, **GOLF_DETAILS)

    def test_the_consumption(self, cast, client_for, way, django_assert_max_num_queries):
        way.valued()
        client = client_for(cast.alice, scope="all")
        with django_assert_max_num_queries(MOST):
            assert client.get("/cotations/consommation/").status_code == 200


def test_the_details_of_a_price_opened_as_a_page_have_their_title(way: Way):
    url = f"/cotations/{way.valued().pk}/detail-des-prix/"
    assert [title.text for title in parse(way.client.get(url)).select("h1")] == ["Détail des prix"]
    assert not parse(way.client.get(url, headers={"HX-Request": "true"})).select("h1")


class TestSwapEqualsReload:
    @pytest.mark.parametrize("query", ["?sort=mileage", "?radius=100", "?stars=5&state=on_sale", "?state=sold"])
    @pytest.mark.parametrize("name", ["annonces", "etude"])
    def test_the_market(self, way: Way, htmx, name, query):
        url = f"/cotations/{way.valued().pk}/{name}/"
        page = parse(way.client.get(url))
        swapped = swap(page, htmx.get(url + query), target="#result")
        assert same(swapped) == same(parse(way.client.get(url + query)))

    def test_the_price_that_is_tried(self, way: Way, htmx):
        quotation = way.valued()
        url = f"/cotations/{quotation.pk}/etude/"
        page = parse(way.client.get(url))
        answer = htmx.post(f"/cotations/{quotation.pk}/prix-de-vente/", {"sale_price": "7 966,08"})
        assert same(swap(page, answer, target="#result")) == same(parse(way.client.get(url)))

    def test_the_lists_of_the_catalogue(self, way: Way, htmx):
        choices = {"kind": "car", "make": "VOLKSWAGEN", "model": "VOLKSWAGEN-GOLF-PLUS"}
        way.post("identify", plate="ZY-404-ZY")
        for url in ("/cotations/catalogue/", f"/cotations/{way.latest().pk}/configuration/"):
            page = parse(way.client.get(f"{url}?mode=manuel&kind=car"))
            answer = htmx.post(url, choices)
            pushed = answer["HX-Push-Url"]
            assert pushed == f"{url}?mode=manuel&{urlencode(choices)}"
            assert same(swap(page, answer, target="#wizard")) == same(parse(way.client.get(pushed)))

    def test_my_quotations(self, way: Way, htmx):
        way.valued()
        page = parse(way.client.get("/cotations/"))
        for query in ("?state=valued", "?q=golf", "?tab=drafts"):
            swapped = swap(page, htmx.get("/cotations/" + query), target="#list")
            assert same(swapped) == same(parse(way.client.get("/cotations/" + query)))

    def test_what_was_refused(self, way: Way, htmx):
        draft = way.draft()
        wrong = GOLF_DETAILS | {"mileage_km": "beaucoup"}
        page = parse(way.client.get(f"/cotations/{draft.pk}/details/"))
        swapped = swap(page, htmx.post(f"/cotations/{draft.pk}/cote/", wrong), target="#wizard")
        assert swapped.select_one("[name=mileage_km][aria-invalid=true]")["value"] == "beaucoup"
        assert len(swapped.select("#details-form")) == 1


class TestStates:
    def test_a_draft_has_no_result_and_a_result_no_steps(self, way: Way):
        draft = way.draft()
        for name in ("radar", "study"):
            assert way.get(name, draft.pk)["Location"] == f"/cotations/{draft.pk}/"
        assert way.get("price_details", draft.pk).status_code == 404
        way.post("value", draft.pk, **GOLF_DETAILS)
        assert way.get("details", draft.pk)["Location"] == f"/cotations/{draft.pk}/annonces/"
        assert way.get("configure", draft.pk)["Location"] == f"/cotations/{draft.pk}/annonces/"

    def test_the_focus_is_on_the_first_of_what_is_missing(self, way: Way):
        way.post("choose_from_catalogue", **BY_HAND)
        draft = way.latest().pk
        for typed, focused in (
            ({}, "plate"),
            ({"plate": "GD-642-JM"}, "first_registration"),
            ({"has_no_plate": "on", "first_registration": "31/02/2024"}, "mileage_km"),
            ({"plate": "GD-642-JM", "first_registration": "23/04/2010", "mileage_km": "89 632 km"}, None),
        ):
            way.post("save_draft", draft, **typed)
            fields = soup(way.get("details", draft)).select("#details-form [autofocus]")
            assert {field["name"] for field in fields} == ({focused} if focused else set())
        assert way.latest().mileage_km == 89_632

    def test_before_the_version_there_are_no_details(self, way: Way):
        way.post("identify", plate="GD642JM")
        draft = way.latest()
        assert way.get("details", draft.pk)["Location"] == f"/cotations/{draft.pk}/configuration/"

    def test_nothing_leads_to_what_does_not_exist_yet(self, way: Way):
        quotation = way.valued()
        for name in ("radar", "study"):
            page = soup(way.get(name, quotation.pk))
            for link in page.select("main a[href]"):
                if str(link["href"]).startswith("/"):
                    assert way.client.get(link["href"]).status_code in (200, 302, 303), link["href"]
            for button in page.select("main button:not([disabled])"):
                works = button.find_parent("form") or button.get("form") or any(
                    name in button.attrs for name in ("popovertarget", "data-opens", "data-closes", "hx-get", "hx-post")
                )  # fmt: skip
                assert works, button

    @pytest.mark.parametrize(
        "hostile",
        [
            "<script>alert(1)</script>",
            "{{ 7*7 }}{% now 'Y' %}",
            "=cmd|' /C calc'!A0",
            "../../etc/passwd",
            "\u202egnp.exe",
        ],
    )
    def test_hostile_text_in_every_field_is_text(self, way: Way, hostile):
        draft = way.draft()
        page = way.post("value", draft.pk, **dict.fromkeys(GOLF_DETAILS, hostile))
        assert page.status_code == 422
        shown = page.content.decode()
        assert "<script>alert(1)" not in shown
        assert soup(page).select_one("input[name=vin]")["value"] == hostile
        assert way.get("details", draft.pk).status_code == 200

    def test_without_script_every_step_works(self, way: Way):
        """What `Way` does: plain forms, answered by a redirection or by the page with its errors."""
        assert way.valued().adjusted_value == 9210
        assert "Estimer un véhicule" in text(way.get("radar", way.latest().pk))


def same(page: Any) -> str:
    """The page without the key that each drawing of a form gets anew, and without out-of-band marks."""
    for key in page.select("main input[name=key]"):
        key["value"] = ""
    return content(page)


class TestRead:
    """A colleague reads what I have begun, and finds nothing to press that would be refused."""

    def test_a_draft_is_shown_with_who_goes_on_with_it(self, way: Way, way_of, cast):
        draft = way.draft()
        way.post("save_draft", draft.pk, **(GOLF_DETAILS | {"mileage_km": "à relever"}))
        for name in ("details", "configure"):
            page = way_of(cast.vera).get(name, draft.pk)
            said = text(page)
            assert "Brouillon de Sam Nom , enregistré" in said
            facts = {
                fact.dt.text: re.sub(r"\s", " ", fact.dd.text) for fact in soup(page).select("main dl.facts > div")
            }
            told = {
                "Couleurs extérieures": "Gris", "Immatriculation": "GD-642-JM", "VIN": "WWWZZZ1KZAW599957",
                "Date MEC": "23/04/2010", "Kilométrage": "à relever", "Première main": "Oui",
                "Origine VO": "Particulier",
            }  # fmt: skip
            assert told.items() <= facts.items()
            assert "1.6 TDI 105 FAP BlueMotion Carat" in said
            assert "Équipements et options" in said
            assert _refused(way_of(cast.vera), page) == []
        answer = way_of(cast.vera).post("copy", draft.pk)
        with unscoped("test"):
            copy = Quotation.objects.latest("pk")
        assert (copy.created_by, answer["Location"]) == (cast.vera, f"/cotations/{copy.pk}/details/")

    def test_one_without_a_version_says_so(self, way: Way, way_of, cast):
        way.post("identify", plate="GD642JM")
        page = way_of(cast.vera).get("open", way.latest().pk)
        page = way_of(cast.vera).client.get(page["Location"])
        assert "La version n’est pas encore choisie." in text(page)
        assert _refused(way_of(cast.vera), page) == []

    def test_what_the_provider_did_not_give_is_asked_again_by_its_owner(self, way: Way, way_of, cast):
        draft = way.draft()
        with unscoped("as if the provider had failed"):
            Quotation.objects.update(equipment_answer=None)
        assert "n’a pas donné les équipements" in text(way_of(cast.vera).get("details", draft.pk))
        assert _refused(way_of(cast.vera), way_of(cast.vera).get("details", draft.pk)) == []
        way.post("value", draft.pk, **GOLF_DETAILS)
        way.post("save_sale_price", draft.pk, sale_price="7 966,08")
        said = text(way_of(cast.vera).get("study", draft.pk))
        assert "Cotation de Sam Nom, en lecture seule" in said
        assert "Prix de vente 7 966,08 € TTC" in said
        assert "en lecture seule" not in text(way.get("study", draft.pk))
        assert _refused(way_of(cast.vera), way_of(cast.vera).get("study", draft.pk)) == []
        with unscoped("as if the provider had failed"):
            Quotation.objects.update(on_sale_answer=None)
        for name in ("radar", "study"):
            page = way_of(cast.vera).get(name, draft.pk)
            assert "Sam Nom peut redemander les annonces, sans nouvel appel payant." in text(page)
            assert _refused(way_of(cast.vera), page) == []
            assert "Réessayer" in text(way_of(cast.alice).get(name, draft.pk))  # who manages everybody's may
        assert f"/cotations/{draft.pk}/annonces/actualiser/" in _posted(way.get("radar", draft.pk))


def _posted(page: Any) -> set[str]:
    """The addresses to which the main part of a page would post."""
    main = soup(page).select_one("main")
    assert main is not None
    found = [one.get("hx-post") or one["action"] for one in main.select("[hx-post], form[method=post]")]
    return {str(address).split("?")[0] for address in found}


def _refused(way: Way, page: Any) -> list[str]:
    """Those of them that would refuse this person."""
    return [address for address in _posted(page) if way.client.post(address).status_code == 403]


@pytest.mark.parametrize("verb", ["save_sale_price", "save_draft", "value", "fetch_adverts", "identify_again"])
def test_a_colleague_reads_my_quotation_and_changes_nothing_of_it(cast, client_for, verb):
    quotation = make_quotation(entity=cast.north, created_by=cast.sam)
    client = client_for(cast.vera)
    assert client.get(reverse("quotation:study", args=[quotation.pk])).status_code == 200
    response = client.post(reverse(f"quotation:{verb}", args=[quotation.pk]), {"sale_price": "8000"})
    assert response.status_code == 403
    with unscoped("the test looks at the row"):
        quotation.refresh_from_db()
    assert quotation.sale_price is None
