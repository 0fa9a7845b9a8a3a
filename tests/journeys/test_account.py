"""*Mon compte* with the keyboard alone, on a desk and a phone; an absence is declared and withdrawn, a photo sent."""

import pytest
from playwright.sync_api import expect

from settings_admin.models import Absence, User
from settings_admin.scoping import unscoped
from tests.journeys.conftest import DESK, PHONE
from tests.settings_admin.organisation.way import image_bytes


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_with_the_keyboard_alone(cast, visit, size):
    screen = visit(cast.sam, size=size, scheme="dark" if size is PHONE else "light")
    page = screen.go("/vehicules/")
    page.get_by_role("button", name="Sam Nom, compte et affichage").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Mon compte").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Mon compte")).to_be_visible()
    screen.check()

    page.get_by_label("Téléphone").focus()
    page.keyboard.type("06 12")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Numéro de téléphone illisible")).to_be_visible()
    screen.check()
    page.get_by_label("Téléphone").fill("0612345678")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Votre compte est enregistré.")).to_be_visible()
    page.wait_for_load_state("domcontentloaded")  # the scripts have run: before, a link leads to the page of its dialog
    assert User.objects.get(pk=cast.sam.pk).phone == "+33612345678"

    page.get_by_role("link", name="Prévoir une absence").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_label("Du")).to_be_visible()
    screen.check()
    page.get_by_role("dialog").get_by_label("Du").focus()
    page.keyboard.type("21122026")
    page.keyboard.press("Tab")
    page.keyboard.type("20/12/2026")
    page.keyboard.press("Tab")
    page.keyboard.type("Vera")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("L’absence finit avant de commencer.")).to_be_visible()
    expect(page.get_by_label("Du")).to_have_value("21/12/2026")
    screen.check()
    page.get_by_role("dialog").get_by_label("Au").fill("24122026")
    page.keyboard.press("Enter")
    listed = page.get_by_text("Du 21/12/2026 au 24/12/2026")
    expect(listed).to_be_visible()
    screen.check()
    with unscoped("the test looks at what was written"):
        assert Absence.objects.get().substitute == cast.vera
    page.get_by_role("button", name="Annuler l’absence du 21/12/2026").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Votre absence est annulée.")).to_be_visible()
    expect(listed).to_be_hidden()


def test_a_photo_takes_the_place_of_the_initials(cast, visit):
    screen = visit(cast.sam)
    page = screen.go("/compte/")
    avatar = page.locator(".user-button .avatar")
    expect(avatar).to_have_text("SN")
    page.get_by_label("Image").set_input_files(
        {"name": "moi.jpg", "mimeType": "image/jpeg", "buffer": image_bytes(kind="JPEG")}
    )
    page.get_by_role("button", name="Enregistrer cette photo").click()
    expect(page.get_by_text("Votre photo est enregistrée.")).to_be_visible()
    expect(avatar.locator("img")).to_have_js_property("naturalWidth", 192)
    screen.check()
    page.get_by_role("button", name="Retirer").click()
    expect(avatar).to_have_text("SN")


def test_a_preference_chosen_on_the_page_shows_in_the_menu_too(cast, visit):
    screen = visit(cast.max, size=PHONE)
    page = screen.go("/compte/")
    screen.check()
    page.locator("#affichage").get_by_role("button", name="Sombre").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    screen.check()
    page.get_by_role("button", name="Max Nom, compte et affichage").click()
    expect(page.locator("#user-menu").get_by_role("button", name="Sombre")).to_have_attribute("aria-pressed", "true")
