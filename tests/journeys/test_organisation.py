"""The sheets of an entity and of a point of sale: edited, refused, given a logo and hours; what an entity sets beside
them: numbers, the credentials of its provider; and what is new. On a desk and on a phone."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import DESK, PHONE
from tests.settings_admin.organisation.way import change, image_bytes, path


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["1440", "360"])
def test_an_entity_gets_its_numbers_and_its_logo(cast, visit, size):
    screen = visit(cast.alice, size=size)
    page = screen.go("/parametres/organisation/")
    screen.check()
    page.get_by_role("link", name="Nord", exact=True).click()
    expect(page.get_by_role("heading", name="Nord", exact=True)).to_be_visible()
    screen.check()

    page.get_by_role("link", name="Modifier Identité").click()
    expect(page.locator("#id_name")).to_be_focused()
    siren, vat = page.get_by_label("SIREN"), page.get_by_label("Numéro de TVA")
    siren.fill("732829321")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.get_by_text("Ce SIREN n’existe pas : sa clé de contrôle est fausse.")).to_be_visible()
    expect(siren).to_have_value("732829321")
    screen.check()
    siren.fill("732829320")
    siren.press("Tab")
    expect(vat).to_have_value("FR44732829320")
    page.keyboard.press("Control+s")
    expect(page.locator("#identite dd", has_text="732 829 320")).to_be_visible()
    expect(page.locator("#historique")).to_contain_text("SIREN : – → 732 829 320")
    screen.check()

    page.get_by_label("Image").set_input_files(
        {"name": "logo.svg", "mimeType": "image/svg+xml", "buffer": b"<svg xmlns='http://www.w3.org/2000/svg'/>"}
    )
    page.get_by_role("button", name="Enregistrer ce logo").click()
    expect(page.get_by_text("Ce fichier n’est pas une image PNG, JPEG ou WebP lisible.")).to_be_visible()
    screen.check()
    page.get_by_label("Image").set_input_files({"name": "l.png", "mimeType": "image/png", "buffer": image_bytes()})
    page.get_by_role("button", name="Enregistrer ce logo").click()
    logo = page.get_by_role("img", name="Logo de Nord")
    expect(logo).to_be_visible()
    assert logo.evaluate("image => image.decode().then(() => image.naturalWidth)") == 600
    screen.check()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["1440", "360"])
def test_a_point_of_sale_gets_its_hours(cast, visit, size):
    screen = visit(cast.alice, size=size)
    page = screen.go(path(cast.north_1))
    page.get_by_role("link", name="Modifier Horaires").click()
    expect(page.get_by_label("Lundi, ouverture")).to_be_focused()
    page.get_by_label("Lundi, ouverture").fill("9h")
    page.get_by_label("Lundi, fermeture").fill("8h")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.get_by_text("Lundi : la fermeture doit suivre l’ouverture.")).to_be_visible()
    screen.check()
    page.get_by_label("Lundi, fermeture").fill("19h30")
    page.get_by_role("button", name="Copier lundi sur mardi à samedi").click()
    expect(page.get_by_label("Samedi, fermeture")).to_have_value("19h30")
    page.get_by_label("Samedi, fermeture").fill("12h")
    page.get_by_label("Samedi, fermeture").press("Enter")
    expect(page.locator("#horaires dd", has_text="09:00–12:00")).to_be_visible()
    expect(page.locator("#horaires dd", has_text="09:00–19:30")).to_have_count(5)
    expect(page.locator("#horaires dd", has_text="Fermé")).to_have_count(1)
    screen.check()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["1440", "360"])
def test_a_new_point_of_sale_takes_over_and_goes_again(cast, visit, size):
    change(cast.north_2, brands=["Opel"])
    screen = visit(cast.alice, size=size)
    page = screen.go(path(cast.north))
    page.get_by_role("link", name="Ajouter un point de vente").click()
    screen.check()
    page.get_by_role("button", name="Ajouter", exact=True).click()
    expect(page.get_by_text("Ce champ est obligatoire.")).to_be_visible()
    screen.check()
    page.locator("#id_name").fill("Nord 3")
    page.get_by_label("Reprendre les réglages de").select_option("Nord 2")
    page.get_by_label("Personnes qui y travaillent").check()
    page.get_by_role("button", name="Ajouter", exact=True).click()
    expect(page.get_by_role("heading", name="Nord 3")).to_be_visible()
    expect(page.locator("#activite")).to_contain_text("Opel")
    screen.check()
    page.get_by_role("link", name="Supprimer").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    screen.check()
    dialog.get_by_role("button", name="Supprimer").click()
    expect(dialog.get_by_text("sert encore : 1 affectation.")).to_be_visible()
    screen.check()
    dialog.get_by_role("link", name="Annuler").click()
    expect(dialog).to_be_hidden()

    screen.go("/parametres/organisation/")
    page.get_by_role("link", name="Ajouter une entité").click()
    screen.check()
    page.locator("#id_name").fill("Nord")
    page.get_by_role("button", name="Ajouter", exact=True).click()
    expect(page.get_by_text("Une entité de la holding porte déjà ce nom.")).to_be_visible()
    screen.check()
    page.locator("#id_name").fill("Est")
    page.locator("#id_name").press("Enter")
    expect(page.get_by_role("heading", name="Est", exact=True)).to_be_visible()
    screen.check()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["1440", "360"])
def test_numbers_credentials_and_what_is_new(cast, visit, size):
    screen = visit(cast.alice, size=size)
    page = screen.go("/parametres/numerotation/")
    screen.check()
    page.get_by_role("link", name="Nord", exact=True).click()
    page.get_by_role("link", name="Modifier la numérotation, N° de stock").click()
    page.get_by_label("Préfixe").fill("vo")
    expect(page.locator("#numbering-preview")).to_contain_text("Le prochain sera VO-26-0001, puis VO-26-0002.")
    screen.check()
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.locator("#stock dd", has_text="VO-26-0001")).to_be_visible()
    expect(page.locator("#historique")).to_contain_text("26-0001 → VO-26-0001")
    screen.check()

    screen.go("/cotations/fournisseur/")
    screen.check()
    page.get_by_role("link", name="Nord", exact=True).click()
    page.get_by_role("link", name="Saisir des identifiants").click()
    page.locator("[name=client_id]").fill("nord-client-7431")
    page.locator("[name=client_secret]").fill("s3cret-de-nord")
    screen.check()
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.locator("#identifiants")).to_contain_text("••••")
    # They came in and never go out: not into the page, nor into the form that replaces them.
    page.get_by_role("link", name="Remplacer").click()
    expect(page.locator("[name=client_secret]")).to_have_value("")
    expect(page.locator("[name=client_id]")).to_have_value("")
    assert not any(secret in page.content() for secret in ("nord-client", "s3cret"))
    screen.check()

    page.get_by_role("button", name="Alice Nom, compte et affichage").click()
    page.get_by_role("button", name="Nouveautés Nouveau").click()
    expect(page.get_by_role("heading", name="Version 1.80")).to_be_visible()
    screen.check()
    page.get_by_role("button", name="Alice Nom, compte et affichage").click()
    expect(page.get_by_role("link", name="Nouveautés", exact=True)).to_be_visible()
