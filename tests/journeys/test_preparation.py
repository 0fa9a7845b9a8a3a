"""A vehicle is prepared: its checklist ticked by hand and by keyboard, on a desk and on a phone, by two at once."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import DESK, PHONE
from tests.make import make_vehicle


@pytest.fixture
def car(cast):
    return make_vehicle(entity=cast.north, point_of_sale=cast.north_1, plate="GD642JM", plate_format="siv")


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone"])
def test_a_vehicle_is_prepared_line_by_line(car, cast, visit, size, scheme):
    screen, colleague = visit(cast.vera, size=size, scheme=scheme), visit(cast.marc)
    page = screen.go(f"/vehicules/{car.pk}/")
    card = page.locator("#preparation")
    screen.check()
    card.get_by_role("button", name="Mettre en préparation").click()
    expect(card).to_contain_text("0 sur 7")
    expect(page.locator("#status-badges")).to_contain_text("En préparation, 0 sur 7")
    screen.check()

    other = colleague.go(f"/vehicules/{car.pk}/")
    card.get_by_role("checkbox", name="Lavage et nettoyage intérieur").focus()
    page.keyboard.press("Space")
    expect(card).to_contain_text("Vera Nom, le")
    expect(card.get_by_role("checkbox", name="Lavage et nettoyage intérieur")).to_be_focused()
    other.locator("#preparation").get_by_role("checkbox", name="Photos").check()
    expect(other.locator("#preparation")).to_contain_text("2 sur 7")  # nothing of either is lost
    expect(other.locator("#preparation")).to_contain_text("Vera Nom, le")

    card.get_by_label("Autre ligne").fill("photos")
    page.keyboard.press("Enter")
    expect(card.get_by_text("Cette ligne est déjà dans la liste.")).to_be_visible()
    screen.check()
    card.get_by_label("Autre ligne").fill("Double des clés")
    page.keyboard.press("Enter")
    expect(card.get_by_role("checkbox", name="Double des clés")).to_be_visible()
    expect(card.get_by_label("Autre ligne")).to_have_value("")
    card.get_by_role("button", name="Retirer Essai routier").click()
    expect(card).to_contain_text("2 sur 7")
    screen.check()

    card.get_by_role("link", name="Terminer").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Révision mécanique, Pneus et freins")
    screen.check()
    dialog.get_by_role("button", name="Terminer sans ces lignes").click()
    expect(card).to_contain_text("Terminée avant la fin")
    expect(page.locator("#status-badges")).not_to_contain_text("En préparation")
    screen.check()
    card.get_by_role("button", name="Reprendre la préparation").click()
    for label in ("Révision mécanique", "Pneus et freins", "Carrosserie et jantes", "Contrôle technique"):
        screen.settle()  # the answer to the line before draws all of them anew
        card.get_by_role("checkbox", name=label).check()
        expect(card.get_by_role("checkbox", name=label)).to_be_checked()
    expect(page.locator("#status-badges")).to_contain_text("6 sur 7")
    screen.settle()
    card.get_by_role("checkbox", name="Double des clés").check()
    expect(card).to_contain_text("7 sur 7")
    expect(card.get_by_role("button", name="Nouvelle préparation")).to_be_visible()
    expect(page.locator("#historique")).to_contain_text("a terminé la préparation")
    screen.check()


def test_a_line_ticked_while_another_is_being_sent_stays_ticked(car, cast, visit):
    """The answer to the first was written before the second was known."""
    screen = visit(cast.vera)
    page = screen.go(f"/vehicules/{car.pk}/")
    card = page.locator("#preparation")
    card.get_by_role("button", name="Mettre en préparation").click()
    first, second = (card.get_by_role("checkbox", name=name) for name in ("Lavage et nettoyage intérieur", "Photos"))
    held = []
    page.route("**/preparation/lignes/*/", lambda route: held.append(route))
    first.check()
    second.check()
    page.wait_for_function("document.querySelectorAll('#preparation .htmx-request').length === 2")
    held[0].continue_()
    expect(card).to_contain_text("1 sur 7")
    expect(second).to_be_checked()
    held[1].continue_()
    expect(card).to_contain_text("2 sur 7")
    expect(first).to_be_checked()
    expect(second).to_be_checked()
