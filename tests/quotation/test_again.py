"""What is asked again from either tab of the result comes back to that tab, of the same market, whatever the provider
does."""

from collections.abc import Callable
from typing import Any

import pytest

from openflex.core.french import format_euros
from quotation.models import Quotation
from settings_admin.scoping import unscoped
from tests.quotation.providers.test_faults import FAILURES, SLOW, expected
from tests.quotation.way import GOLF_DETAILS, Way, soup, text
from tests.support.forms import form_to, values_of

SOLD = "state=sold&radius=100"
TABS = {"radar": "annonces", "study": "etude"}


def sent_from(way: Way, tab: str, verb: str, pk: int, query: str = SOLD) -> Any:
    """What the form of that tab sends, as a browser without script."""
    page = soup(way.client.get(f"/cotations/{pk}/{TABS[tab]}/?{query}"))
    form = form_to(page, f"/cotations/{pk}/{verb}/")
    assert form is not None
    return way.client.post(form["action"], values_of(form))


@pytest.fixture
def valued(way_after: Callable[..., Way]) -> Way:
    """Sam, once his Golf has its value."""
    return way_after(Way.valued)


def without_sold(way: Way) -> Quotation:
    quotation = way.latest()
    with unscoped("as if they had not come"):
        Quotation.objects.filter(pk=quotation.pk).update(sold_answer=None)
    return quotation


@pytest.mark.parametrize("tab", TABS)
def test_adverts_asked_again_are_shown_where_they_were_asked(valued: Way, tab):
    quotation = without_sold(valued)
    answer = sent_from(valued, tab, "annonces/actualiser", quotation.pk)
    assert answer["Location"] == f"/cotations/{quotation.pk}/{TABS[tab]}/?{SOLD}"
    assert "Les annonces n’ont pas été reçues" not in text(valued.client.get(answer["Location"]))


@pytest.mark.parametrize("tab", TABS)
def test_so_is_the_market_of_today(valued: Way, tab):
    quotation = valued.latest()
    answer = sent_from(valued, tab, "actualiser", quotation.pk)
    newer = valued.latest()
    assert newer.pk != quotation.pk
    assert answer["Location"] == f"/cotations/{newer.pk}/{TABS[tab]}/?{SOLD}"


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("kind", [kind for kind in FAILURES if kind not in SLOW])
def test_a_value_that_does_not_come_again_leaves_the_tab_as_it_is(valued: Way, provider, tab, kind):
    quotation = valued.latest()
    provider.misbehave(kind, "valuation")
    page = sent_from(valued, tab, "actualiser", quotation.pk)
    said = text(page)
    assert page.status_code == 422
    assert " ".join(expected(kind, "valuation").message.split()).partition(" demain")[0] in said
    assert "Cette cotation reste telle qu’elle est." in said
    assert format_euros(quotation.adjusted_value).replace("\u202f", " ").replace("\xa0", " ") in said
    current = soup(page).select_one(".tabs [aria-current=page]")
    assert current["href"] == f"/cotations/{quotation.pk}/{TABS[tab]}/?{SOLD}"
    assert valued.latest().pk == quotation.pk
    _button_leads_on(valued, page)


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("route", ["listings", "market"])
def test_adverts_that_do_not_come_again_can_be_asked_once_more(way: Way, provider, tab, route):
    draft = way.draft()
    provider.misbehave("server_error", route)
    way.post("value", draft.pk, **GOLF_DETAILS)
    quotation = way.latest()
    page = sent_from(way, tab, "annonces/actualiser", quotation.pk)
    assert page.status_code == 422
    assert "Les annonces n’ont pas été reçues" in text(page)
    provider.behave()
    answer = _button_leads_on(way, page)
    assert answer["Location"] == f"/cotations/{quotation.pk}/{TABS[tab]}/?{SOLD}"


def _button_leads_on(way: Way, page: Any) -> Any:
    """*Réessayer maintenant*, when it is offered, is the button of a form that stands on the page."""
    button = soup(page).select_one(".failure button[form]")
    if button is None:
        return None
    form = soup(page).select_one(f"form#{button['form']}")
    assert form is not None, f"no form #{button['form']}"
    return way.client.post(form["action"], values_of(form))


@pytest.mark.parametrize("verb", ["redo", "save_sale_price", "fetch_adverts"])
def test_a_draft_has_no_value_to_ask_again_or_to_try_a_price_on(way: Way, verb):
    draft = way.draft()
    answer = way.post(verb, draft.pk, sale_price="9 000", tab="study")
    assert answer.status_code == 409
    assert "n’a pas encore de valeur" in text(answer)
    assert (way.latest().pk, way.latest().sale_price) == (draft.pk, None)


def test_the_details_of_the_price_tell_with_what_it_was_asked(way: Way):
    """The provider wants an answer where nobody gave one: what it was told is no secret."""
    said = text(way.get("price_details", way.valued(first_hand="", origin="").pk))
    assert "Première main Non (sans réponse)" in said
    assert "Origine VO Particulier (sans réponse)" in said
    assert "Code postal 71100" in said
