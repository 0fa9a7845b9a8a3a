"""The states of a quotation that one meets rarely, each as clean as the way through: at a desk, and dark on a phone."""

import pytest
from playwright.sync_api import expect

from quotation.models import Quotation
from settings_admin.scoping import unscoped
from tests.journeys.conftest import DESK, PHONE
from tests.journeys.quoting import latest, to_details, to_radar

LOOKS = pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "dark phone"])
pytestmark = pytest.mark.usefixtures("provider")


@LOOKS
def test_what_another_tab_changed(cast, visit, size, scheme):
    desk = visit(cast.sam, size=size, scheme=scheme)
    page = desk.page
    to_details(page, desk.base)
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_label("Kilométrage").fill("95000")
    with other.expect_response(lambda answer: answer.request.method == "POST"):  # its note was there before, too
        other.get_by_label("Kilométrage").blur()
    other.close()
    page.get_by_label("Kilométrage").fill("89632")
    page.get_by_label("Kilométrage").blur()
    expect(page.locator("#draft-conflict")).to_contain_text("Cette saisie a changé ailleurs")
    desk.check()
    page.get_by_role("button", name="Garder ma valeur").click()
    expect(page.locator("#draft-conflict")).to_be_empty()
    desk.check()


@LOOKS
def test_another_version_chosen_in_another_tab(cast, visit, size, scheme):
    desk = visit(cast.sam, size=size, scheme=scheme)
    page = desk.page
    to_details(page, desk.base)
    other = page.context.new_page()
    other.goto(f"{desk.base}/cotations/{latest().pk}/configuration/")
    other.locator("label.check").last.click()
    other.get_by_role("button", name="Continuer").click()
    expect(other.get_by_label("Kilométrage")).to_be_visible()
    other.close()
    page.get_by_label("Kilométrage").fill("89632")
    page.get_by_label("Kilométrage").blur()
    expect(page.locator("main")).to_contain_text("Une autre version a été choisie dans un autre onglet")
    expect(page.locator("main")).to_contain_text(latest().version)
    desk.check()
    page.get_by_role("button", name="Afficher la cote").click()
    page.wait_for_url("**/annonces/")


@LOOKS
def test_a_colleagues_draft_and_their_quotation(cast, visit, size, scheme):
    desk = visit(cast.sam, size=size, scheme=scheme)
    to_details(desk.page, desk.base)
    draft = latest()
    colleague = visit(cast.marc, size=size, scheme=scheme)
    with unscoped("test data"):
        Quotation.objects.filter(pk=draft.pk).update(created_by=cast.alice)
    page = colleague.go(f"/cotations/{draft.pk}/details/")
    expect(page.locator("main")).to_contain_text("Vous le lisez sans pouvoir le changer")
    colleague.check()


@LOOKS
def test_adverts_that_did_not_come(cast, visit, size, scheme, provider):
    desk = visit(cast.sam, size=size, scheme=scheme)
    page = desk.page
    provider.misbehave("server_error", "listings")
    to_radar(page, desk.base)
    expect(page.get_by_role("heading", name="Les annonces n’ont pas été reçues")).to_be_visible()
    desk.check()
    page.get_by_role("button", name="Réessayer").first.click()
    expect(page.get_by_role("alert").first).to_contain_text("n’a pas abouti")
    desk.check()
    page.get_by_role("link", name="Étude du marché").click()
    page.wait_for_url("**/etude/")
    desk.check()
    provider.behave()
    page.get_by_role("button", name="Réessayer").first.click()
    expect(page.get_by_role("heading", name="Les annonces n’ont pas été reçues")).to_have_count(0)
    expect(page).to_have_url(f"{desk.base}/cotations/{latest().pk}/etude/")


@LOOKS
def test_calls_that_are_suspended(cast, visit, size, scheme, provider, settings):
    settings.VALUATION_PROVIDER = {**settings.VALUATION_PROVIDER, "breaker_failures": 1}
    desk = visit(cast.sam, size=size, scheme=scheme)
    page = desk.page
    to_details(page, desk.base)
    page.get_by_label("Kilométrage").fill("89632")
    provider.misbehave("server_error", "valuation")
    for _ in range(2):
        page.get_by_role("button", name="Afficher la cote").click()
        expect(page.get_by_role("alert").first).to_contain_text("n’a pas abouti")
    desk.go("/cotations/nouvelle/?vierge=1")
    expect(page.locator("main")).to_contain_text("Autovista ne répond plus depuis")
    desk.check()
