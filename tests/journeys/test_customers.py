"""A vehicle is reserved for a customer who is created on the way, by keyboard, without losing what the form holds."""

from playwright.sync_api import expect

from tests.journeys.conftest import PHONE
from tests.make import make_customer, make_opportunity, make_vehicle


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


def test_what_was_typed_into_a_dialog_that_was_refused_is_not_lost_by_one_escape(cast, visit):
    customer = make_customer(entity=cast.north, birth_name="RINO")
    page = visit(cast.sam).go(f"/clients/{customer.pk}/")
    page.get_by_role("link", name="Ajouter un contact").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Nom").fill("Zoé")
    dialog.get_by_label("Téléphone").fill("12")
    dialog.get_by_role("button", name="Ajouter le contact").click()
    expect(dialog.get_by_text("Numéro de téléphone illisible")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Votre saisie serait perdue")).to_be_visible()
    expect(dialog.get_by_label("Nom")).to_have_value("Zoé")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_two_files_become_one_on_a_phone(cast, visit):
    """What each of both says stands beside its choice, however narrow the screen is."""
    kept = make_customer(entity=cast.north, birth_name="RINO", mobile="+33611111111")
    gone = make_customer(entity=cast.north, birth_name="RINO", mobile="+33622222222", email="paul@example.test")
    make_opportunity(customer=gone, point_of_sale=cast.north_1, salesperson=cast.sam)
    phone = visit(cast.alice, size=PHONE, scheme="dark")
    page = phone.go(f"/clients/{kept.pk}/fusionner/?q=rino")
    phone.check()
    page.locator(f"main a[href='/clients/{kept.pk}/fusionner/{gone.pk}/']").click()
    page.wait_for_url("**/fusionner/*/")
    for words in ("06 11 11 11 11", "06 22 22 22 22", "paul@example.test"):
        expect(page.get_by_text(words)).to_be_visible()
    phone.check()
    page.get_by_role("radio", name="Mobile, fiche fusionnée").check()
    page.get_by_role("button", name="Fusionner").click()
    page.wait_for_url(f"**/clients/{kept.pk}/")
    expect(page.locator("main")).to_contain_text("06 22 22 22 22")
    for address in (f"/clients/{kept.pk}/effacer/", "/clients/importer/"):
        phone.go(address)
        phone.check()
    sent = {"name": "clients.csv", "mimeType": "text/csv", "buffer": b"Nom;Mail\nDUVAL;d@example.test\n;x\n"}
    page.get_by_label("Fichier").set_input_files(sent)
    page.get_by_role("button", name="Voir l’aperçu").click()
    expect(page.get_by_role("heading", name="Aperçu de l’import")).to_be_visible()
    phone.check()


def test_enter_in_the_search_of_a_picker_keeps_what_it_found(cast, visit):
    make_customer(entity=cast.north, birth_name="RINO")
    desk = visit(cast.sam)
    page = desk.go("/opportunites/nouvelle/")
    search = page.get_by_role("searchbox", name="Client")
    search.press_sequentially("rino")
    found = page.get_by_role("radio", name="RINO")
    expect(found).to_be_visible()
    search.press("Enter")
    desk.settle()
    expect(page.get_by_text("Ce champ est obligatoire")).to_have_count(0)
    expect(search).to_have_value("rino")
    expect(found).to_be_visible()
