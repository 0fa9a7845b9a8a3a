"""Photos sent from the sheet with one that is none, ranged by the keyboard alone, on a desk and on a phone."""

from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Route, expect

from settings_admin.scoping import unscoped
from tests.journeys.conftest import DESK, PHONE
from tests.make import make_vehicle
from vehicles.models import Damage


def file(name, colour):
    out = BytesIO()
    Image.new("RGB", (120, 90), colour).save(out, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": out.getvalue()}


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")])
def test_photos_are_sent_one_refused_by_name_and_ranged_by_keyboard(cast, visit, size, scheme):
    vehicle = make_vehicle(entity=cast.north, point_of_sale=cast.north_1)
    with unscoped("test data"):
        place = {"entity": cast.north, "point_of_sale": cast.north_1}
        Damage.objects.create(**place, vehicle=vehicle, zone="wheels", description="Jante voilée")
    seen = visit(cast.vera, size=size, scheme=scheme)
    page = seen.go(f"/vehicules/{vehicle.pk}/")
    bad = {"name": "facture.jpg", "mimeType": "image/jpeg", "buffer": b"%PDF-1.7"}
    page.locator("#photos input[multiple]").set_input_files([file("un.jpg", "red"), bad, file("deux.jpg", "blue")])
    tray = page.locator(".upload-tray")
    expect(tray).to_contain_text("2 photos ajoutées, 1 refusée")
    expect(tray.locator(".failed")).to_contain_text("facture.jpg")
    expect(tray.locator(".failed")).to_contain_text("n’est pas une image")
    expect(page.locator("#photos")).to_have_count(1)  # the answer took the place of the card
    tiles = page.locator(".photo-tile")
    expect(tiles).to_have_count(2)
    seen.check()
    tray.get_by_role("button", name="Fermer").click()

    first, second = (tile.get_attribute("id") for tile in tiles.all())
    page.get_by_role("button", name="Avancer la photo 2").focus()
    page.keyboard.press("Enter")
    expect(tiles.first).to_have_id(second)
    expect(tiles.first).to_contain_text("Couverture")
    expect(page.locator(f"#{second}-before")).to_be_focused()
    number = second.removeprefix("photo-")
    expect(page.locator("#cover img")).to_have_attribute("src", f"/vehicules/photos/{number}/petite/")
    seen.check()

    page.locator(f"#{first}").get_by_role("link", name="Retirer la photo 2").press("Enter")
    page.get_by_role("button", name="Retirer", exact=True).press("Enter")
    expect(tiles).to_have_count(1)
    expect(page.locator("#dialog")).to_be_hidden()
    page.get_by_role("link", name="Ajouter des frais de remise en état").press("Enter")
    page.get_by_label("Prévu").fill("185")
    page.keyboard.press("Enter")
    expect(page.locator("#defauts")).to_contain_text("185,00")
    expect(page.locator("#price-lines")).to_contain_text("185,00")
    page.locator("#defauts input[multiple]").set_input_files(file("jante.jpg", "green"))
    expect(page.locator("#defauts").get_by_alt_text("Roues et pneus, Jante voilée")).to_be_visible()
    expect(page.locator(".upload-tray")).to_have_count(0)
    seen.check()


def test_each_sending_is_told_by_itself_and_none_is_taken_once_the_session_ended(cast, visit):
    vehicle = make_vehicle(entity=cast.north, point_of_sale=cast.north_1)
    seen = visit(cast.vera)
    page = seen.go(f"/vehicules/{vehicle.pk}/")
    send = page.locator("#photos input[multiple]").set_input_files
    tray, close = page.locator(".upload-tray"), page.locator(".upload-tray").get_by_role("button", name="Fermer")
    send({"name": "facture.jpg", "mimeType": "image/jpeg", "buffer": b"%PDF-1.7"})
    expect(tray).to_contain_text("1 photo refusée")
    held: list[Route] = []
    page.route("**/photos/", lambda route: held.append(route))
    with page.expect_request("**/photos/"):
        send(file("un.jpg", "red"))
    expect(tray).to_contain_text("Envoi des photos")
    expect(tray.locator("li")).to_have_count(1)
    expect(close).to_be_hidden()
    held[0].continue_()
    page.unroute("**/photos/")
    expect(tray).to_contain_text("1 photo ajoutée")
    expect(tray).not_to_contain_text("refusée")
    tiles = page.locator(".photo-tile")
    expect(tiles).to_have_count(1)

    page.context.clear_cookies(name="openflex_session")
    send([file("deux.jpg", "blue"), file("trois.jpg", "green")])
    expect(tray).to_contain_text("2 photos refusées")
    expect(tray.locator(".failed").filter(has_text="votre session a pris fin")).to_have_count(2)
    expect(tiles).to_have_count(1)
    expect(page.get_by_label("Mot de passe")).to_have_count(0)
    seen.check()
