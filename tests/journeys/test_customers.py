"""A vehicle is reserved for a customer who is created on the way, by keyboard, without losing what the form holds."""

from playwright.sync_api import expect

from tests.make import make_customer, make_vehicle


def test_a_customer_is_chosen_or_created_inside_another_form(cast, visit):
    make_customer(entity=cast.north, civility="professor", birth_name="RINO", city="Chalon")
    vehicle = make_vehicle(entity=cast.north, model="GOLF")
    desk = visit(cast.marc)
    page = desk.go(f"/vehicules/{vehicle.pk}/")
    page.get_by_role("link", name="Réserver", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Client", exact=True).press_sequentially("rino")
    expect(dialog.get_by_role("radio", name="Pr RINO")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(dialog.get_by_role("radio", name="Pr RINO")).to_be_checked()
    desk.check()
    dialog.get_by_label("Ou un autre nom").fill("gardé")
    dialog.get_by_role("button", name="Créer un client").click()
    dialog.get_by_label("Prénoms").fill("Zoé")
    desk.check()
    dialog.get_by_role("button", name="Créer ce client").click()
    expect(dialog.get_by_role("radio", name="Zoé RINO")).to_be_checked()
    expect(dialog.get_by_label("Ou un autre nom")).to_have_value("gardé")
    dialog.get_by_role("button", name="Réserver", exact=True).click()
    expect(page.locator(".sheet-head")).to_contain_text("Zoé RINO")
