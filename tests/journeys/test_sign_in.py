"""Signing in with the keyboard alone, and what the pages look like to everybody."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import DESK, PHONE
from tests.make import PASSWORD


def test_one_signs_in_with_the_keyboard_alone(cast, visit):
    desk = visit(None)
    page = desk.go("/vehicules/")
    expect(page).to_have_url(f"{desk.base}/connexion/?next=/vehicules/")
    expect(page.locator("[name=login]")).to_be_focused()
    page.keyboard.type("Marc@Example.test")
    page.keyboard.press("Tab")
    page.keyboard.type("pas le bon")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Adresse e-mail ou mot de passe incorrect.")).to_be_visible()
    expect(page.locator("[name=login]")).to_have_value("Marc@Example.test")
    desk.check()

    page.locator("[name=password]").focus()
    page.keyboard.type(PASSWORD)
    # What is typed may be looked at; the eye is crossed out meanwhile.
    eye = page.get_by_role("button", name="Afficher le mot de passe")
    for kind, icon in (("text", 1), ("password", 0)):
        eye.press("Enter")
        expect(page.locator("[name=password]")).to_have_attribute("type", kind)
        expect(eye.locator("svg").nth(icon)).to_be_visible()
        expect(eye.locator("svg").nth(1 - icon)).to_be_hidden()
    page.locator("[name=password]").press("Enter")
    expect(page).to_have_url(f"{desk.base}/vehicules/")
    expect(page.get_by_role("heading", name="Véhicules", level=1)).to_be_visible()
    desk.check()


def test_one_signs_out_from_the_menu(cast, visit):
    desk = visit(cast.marc)
    page = desk.go("/vehicules/")
    page.get_by_role("button", name="Marc Nom, compte et affichage").click()
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page).to_have_url(f"{desk.base}/connexion/")
    desk.go("/vehicules/")
    expect(page).to_have_url(f"{desk.base}/connexion/?next=/vehicules/")


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone"])
def test_the_entrance_is_clean_light_on_a_desk_and_dark_on_a_phone(cast, visit, size, scheme):
    screen = visit(None, size=size, scheme=scheme)
    for path in ("/connexion/", "/mot-de-passe/oublie/", "/mot-de-passe/oublie/envoye/", "/compte-inactif/"):
        screen.go(path)
        screen.check()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_person_without_rights_is_told_so(cast, visit, size):
    screen = visit(cast.nobody, size=size)
    screen.go("/")
    screen.check()
