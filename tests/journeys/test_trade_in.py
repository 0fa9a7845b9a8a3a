"""Journey 1 to its end: a car is valued by its plate, taken in exchange at the manager’s price, and in the stock."""

from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

from opportunities.models import OpportunitySettings
from settings_admin.scoping import unscoped
from tests.journeys.conftest import DESK, PHONE
from tests.journeys.quoting import to_radar
from tests.make import make_customer, make_opportunity
from vehicles.models import Vehicle

pytestmark = pytest.mark.usefixtures("provider")


def photo(name):
    out = BytesIO()
    Image.new("RGB", (120, 90), "red").save(out, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": out.getvalue()}


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone"])
def test_from_a_plate_to_the_stock(cast, visit, size, scheme):
    with unscoped("test data"):
        OpportunitySettings.objects.create(entity=cast.north, trade_in_photos=2)
        customer = make_customer(entity=cast.north, civility="professor", birth_name="RINO")
        make_opportunity(customer=customer, point_of_sale=cast.north_1, salesperson=cast.sam)
    sam, marc = visit(cast.sam, size=size, scheme=scheme), visit(cast.marc, size=size, scheme=scheme)

    # Sam values the car and keeps all of it in an estimate of the customer's opportunity.
    to_radar(sam.page, sam.base)
    page, value = sam.page, sam.page.url
    page.get_by_role("link", name="Créer une estimation de reprise").press("Enter")
    page.get_by_role("searchbox", name="Client").press_sequentially("rino")
    expect(page.get_by_role("radio", name="Pr RINO")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    sam.check()
    page.get_by_role("button", name="Continuer").press("Enter")
    expect(page.get_by_role("radio", name="Nouvelle reprise dans l’opportunité")).to_be_checked()
    sam.check()
    page.get_by_role("button", name="Créer l’estimation").press("Enter")
    page.wait_for_url("**/opportunites/reprises/*/")
    trade_in = page.url
    for known in ("GD-642-JM", "89 632 km", "9 210,00 €", "WWWZZZ1KZAW599957"):
        expect(page.locator("main").get_by_text(known).first).to_be_visible()
    # Pressed again on the quotation, the button opens the same one.
    page.goto(value)
    page.get_by_role("link", name="Créer une estimation de reprise").press("Enter")
    page.wait_for_url(trade_in)

    # What is missing is said until it is there.
    expect(page.get_by_role("button", name="Demander un prix")).to_be_disabled()
    expect(page.locator("#trade-in-card")).to_contain_text("il manque 2 photos")
    page.get_by_label("Modifier Attente du client").press("Enter")
    page.locator("[name=expected_price]").fill("8500")
    sam.check()
    page.keyboard.press("Control+s")
    expect(page.locator("#attente")).to_contain_text("8 500,00")
    page.locator("#photos input[multiple]").set_input_files([photo("avant.jpg"), photo("arriere.jpg")])
    expect(page.locator(".photo-tile")).to_have_count(2)
    page.get_by_role("button", name="Demander un prix").press("Enter")
    expect(page.locator("#trade-in-decision")).to_contain_text("À valider")
    sam.check()

    # Marc finds it among those to decide and gives his price.
    desk = marc.go("/opportunites/")
    desk.get_by_role("link", name="Estimations à valider").press("Enter")
    expect(desk.locator("tbody tr")).to_have_count(1)
    marc.check()
    desk.goto(trade_in)
    desk.get_by_role("link", name="Décider le prix").press("Enter")
    dialog = desk.get_by_role("dialog")
    expect(dialog).to_contain_text("9 210,00")
    marc.check()
    dialog.get_by_label("Prix de reprise").fill("8 000")
    dialog.get_by_label("Motif").fill("Entretien suivi.")
    dialog.get_by_label("Prix de reprise").press("Enter")
    expect(desk.locator("#trade-in-decision")).to_contain_text("8 000,00")

    # Sam reads price and reason; the customer accepts.
    page.reload()
    expect(page.locator("#trade-in-decision")).to_contain_text("8 000,00")
    expect(page.locator("#trade-in-decision")).to_contain_text("Entretien suivi.")
    sam.check()
    page.get_by_role("button", name="Acceptée par le client").press("Enter")
    expect(page.locator("#trade-in-decision")).to_contain_text("Acceptée")

    # A manager's act brings it into the stock.
    desk.reload()
    desk.get_by_role("link", name="Faire entrer en stock").press("Enter")
    expect(dialog.get_by_role("button", name="Créer la pré-rentrée")).to_be_visible()
    marc.check()
    dialog.get_by_role("button", name="Créer la pré-rentrée").press("Enter")
    expect(desk.locator("#trade-in-decision")).to_contain_text("Entrée en stock")
    marc.check()
    with unscoped("test"):
        vehicle = Vehicle.objects.get(plate="GD642JM")
    stock = marc.go("/vehicules/?q=gd642jm")
    expect(stock.locator("tbody tr")).to_have_count(1)
    expect(stock.locator("tbody tr")).to_contain_text("Pré-rentrée")
    sheet = marc.go(f"/vehicules/{vehicle.pk}/")
    expect(sheet.locator("main")).to_contain_text("89 632 km")
    expect(sheet.locator(".photo-tile")).to_have_count(2)
    marc.check()
