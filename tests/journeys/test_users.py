"""The page of a person: the detail of the assignments by hover, focus and touch; a leaver."""

import pytest
from playwright.sync_api import expect

from settings_admin.access.services.holdings import built_in_group
from settings_admin.access.services.memberships import add_member
from settings_admin.models import User
from settings_admin.registries import BuiltInGroup
from settings_admin.scoping import unscoped
from tests.journeys.conftest import PHONE


@pytest.fixture
def nobody(cast):
    with unscoped("test data"):
        sellers = built_in_group(cast.holding, BuiltInGroup.SALESPERSON)
        add_member(actor=cast.alice, user=cast.nobody, group=sellers, entity=None)
    return cast.nobody


def test_hover_and_focus_show_the_assignments(cast, nobody, visit):
    desk = visit(cast.alice)
    page = desk.go("/parametres/utilisateurs/")
    desk.check()
    page.get_by_role("link", name="Nobody Nom").click()
    later = page.get_by_text("Les entités créées plus tard sont comprises.")
    expect(later).to_be_hidden()
    page.get_by_role("button", name="Entités").hover()
    expect(later).to_be_visible()
    desk.check()
    page.mouse.move(0, 0)
    expect(later).to_be_hidden()
    page.get_by_role("button", name="Entités").focus()
    expect(later).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_text("Les points de vente ouverts plus tard sont compris.")).to_be_visible()
    expect(later).to_be_hidden()
    for tab in ("Droits", "Historique"):
        page.get_by_role("link", name=tab).first.click()
        expect(page.get_by_role("link", name=tab).first).to_have_attribute("aria-current", "page")
        desk.check()


def test_touch_shows_them_too(cast, nobody, visit):
    phone = visit(cast.alice, size=PHONE, scheme="dark")
    page = phone.go(f"/parametres/utilisateurs/{nobody.pk}/")
    phone.check()
    page.get_by_role("button", name="Entités").tap()
    expect(page.get_by_text("Les entités créées plus tard sont comprises.")).to_be_visible()
    phone.check()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Points de vente").tap()
    expect(page.locator(".detail").get_by_text("Nord 2")).to_be_visible()
    phone.check()
    phone.go("/parametres/utilisateurs/")
    phone.check()


def test_a_leaver_leaves_after_the_consequence_was_said(cast, nobody, visit):
    desk = visit(cast.alice)
    page = desk.go(f"/parametres/utilisateurs/{nobody.pk}/")
    page.get_by_role("button", name="Autres actions sur Nobody Nom").click()
    desk.check()
    page.get_by_role("link", name="Désactiver (départ)").click()
    expect(page.get_by_text("Ses sessions prennent fin")).to_be_visible()
    desk.check()
    page.get_by_role("button", name="Désactiver").click()
    expect(page.get_by_text("Le compte de Nobody Nom est désactivé.")).to_be_visible()
    assert not User.objects.get(pk=nobody.pk).is_active
