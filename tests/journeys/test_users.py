"""The page of a person: the detail of the assignments by hover, focus and touch; a leaver."""

import io

import openpyxl
import pytest
from playwright.sync_api import expect

from settings_admin.access.services.holdings import built_in_group
from settings_admin.access.services.memberships import add_member
from settings_admin.models import User
from settings_admin.registries import BuiltInGroup
from settings_admin.scoping import unscoped
from tests.journeys.conftest import DESK, PHONE


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


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_what_is_filtered_is_exported_by_the_keyboard(cast, visit, size):
    person = visit(cast.alice, size=size)
    page = person.go("/parametres/utilisateurs/")
    page.get_by_role("searchbox", name="Nom, e-mail, fonction").fill("sam")
    expect(page.locator("#list tbody tr")).to_have_count(1)
    for label, name in (("La liste affichée", "utilisateurs"), ("Les droits de ces personnes", "droits")):
        page.get_by_role("button", name="Exporter").press("Enter")
        person.check()
        with page.expect_download() as download:
            page.get_by_role("button", name=label).press("Enter")
        assert download.value.suggested_filename == f"{name}-2026-11-24.xlsx"
        rows = list(openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes())).active.values)
        assert [row[0] for row in rows[1:]] == ["Sam Nom"]
