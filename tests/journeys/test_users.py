"""The page of a person: the detail of the assignments by hover, focus and touch; acts on an account; a leaver."""

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
from tests.settings_admin.test_second_factor import activate


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
    expect(page.get_by_text("Partagé", exact=True)).to_be_visible()
    page.get_by_role("button", name="Entités").tap()
    expect(page.get_by_text("Les entités créées plus tard sont comprises.")).to_be_visible()
    phone.check()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Les entités créées plus tard sont comprises.")).to_be_hidden()
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


def test_escape_puts_the_detail_away_while_pointer_and_focus_stay(cast, nobody, visit):
    desk = visit(cast.alice)
    page = desk.go(f"/parametres/utilisateurs/{nobody.pk}/")
    label = page.get_by_role("button", name="Entités")
    detail = page.get_by_text("Les entités créées plus tard sont comprises.")
    # On hover: the pointer may go into the detail, and Escape closes it without moving it.
    label.hover()
    box = detail.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 5, steps=12)
    expect(detail).to_be_visible()
    page.keyboard.press("Escape")
    expect(detail).to_be_hidden()
    page.mouse.move(0, 0)
    label.hover()
    expect(detail).to_be_visible()
    page.mouse.move(0, 0)
    # On focus.
    label.focus()
    expect(detail).to_be_visible()
    page.keyboard.press("Escape")
    expect(detail).to_be_hidden()
    expect(label).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    expect(detail).to_be_visible()
    # Opened by click, with the pointer on it and the focus in it.
    label.click()
    expect(page.locator(".detail:popover-open")).to_be_visible()
    page.keyboard.press("Escape")
    expect(detail).to_be_hidden()
    expect(label).to_be_focused()


def test_touched_elsewhere_the_detail_goes(cast, nobody, visit):
    phone = visit(cast.alice, size=PHONE)
    page = phone.go(f"/parametres/utilisateurs/{nobody.pk}/")
    detail = page.get_by_text("Les entités créées plus tard sont comprises.")
    page.get_by_role("button", name="Entités").tap()
    expect(detail).to_be_visible()
    box = page.locator(".detail:popover-open").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    page.touchscreen.tap(180, 20)
    expect(page.locator(".detail:popover-open")).to_have_count(0)


def test_at_360_px_both_details_stay_on_the_screen_and_a_second_tap_closes_them(cast, nobody, visit):
    phone = visit(cast.alice, size=PHONE)
    page = phone.go(f"/parametres/utilisateurs/{nobody.pk}/")
    for name in ("Entités", "Points de vente"):
        label = page.get_by_role("button", name=name)
        detail = label.locator("xpath=..").locator(".detail")
        for ask in (label.focus, label.hover):
            ask()
            expect(detail).to_be_visible()
            phone.check()
            page.keyboard.press("Escape")
            expect(detail).to_be_hidden()
        label.tap()
        expect(detail).to_be_visible()
        label.tap()
        expect(detail).to_be_hidden()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_acts_on_a_colleague_with_the_keyboard_alone(cast, visit, size):
    activate(cast.sam)
    visit(cast.sam, size=PHONE).go("/vehicules/")
    screen = visit(cast.alice, size=size, scheme="dark" if size is PHONE else "light")
    page = screen.go(f"/parametres/utilisateurs/{cast.sam.pk}/")
    screen.check()

    def press(role, name):
        control = page.get_by_role(role, name=name, exact=True)
        expect(control).not_to_have_attribute("aria-disabled", "true")
        control.focus()
        page.keyboard.press("Enter")

    press("link", "Modifier")
    page.get_by_role("dialog").get_by_label("Adresse e-mail").fill("marc@example.test")
    press("button", "Enregistrer")
    expect(page.get_by_text("appartient déjà à un autre compte")).to_be_visible()
    screen.check()
    page.get_by_role("dialog").get_by_label("Adresse e-mail").fill("sam.2@example.test")
    press("button", "Enregistrer")
    expect(page.locator(".user-head")).to_contain_text("sam.2@example.test")

    press("link", "Points de vente de Vendeur")
    page.get_by_role("checkbox", name="Tous les points de vente").uncheck()
    page.get_by_role("checkbox", name="Nord 1").check()
    page.get_by_text("Sam Nom perd").click()
    expect(page.get_by_text("Nord 2, points de vente ouverts plus tard").first).to_be_visible()
    screen.check()
    press("button", "Enregistrer")
    expect(page.get_by_role("dialog")).to_be_hidden()

    press("link", "Ajouter à un groupe")
    group = page.locator("select[name=group]")
    group.focus()
    page.keyboard.type("Comptab")
    expect(group.locator("option:checked")).to_have_text("Comptabilité")
    screen.check()
    press("button", "Ajouter")
    expect(page.get_by_role("heading", name="Ajouter sur toutes les entités du groupe")).to_be_visible()
    screen.check()
    press("button", "Oui, toutes les entités")
    expect(page.get_by_text("Sam Nom est dans le groupe Comptabilité sur toutes les entités.")).to_be_visible()
    expect(page).to_have_url(f"{screen.base}/parametres/utilisateurs/{cast.sam.pk}/")

    press("button", "Autres actions sur Sam Nom")
    press("link", "Prévoir une absence")
    page.get_by_role("dialog").get_by_label("Du").fill("21122026")
    page.get_by_role("dialog").get_by_label("Au").fill("24122026")
    page.get_by_role("dialog").get_by_label("Remplacement").select_option(label="Vera Nom")
    screen.check()
    press("button", "Prévoir")
    expect(page.get_by_text("Du 21/12/2026 au 24/12/2026", exact=True)).to_be_visible()
    press("button", "Annuler l’absence du 21/12/2026")
    expect(page.get_by_text("L’absence de Sam Nom est annulée.")).to_be_visible()

    press("button", "Autres actions sur Sam Nom")
    press("link", "Réinitialiser le second facteur")
    expect(page.get_by_text("Pour un téléphone perdu")).to_be_visible()
    screen.check()
    press("button", "Réinitialiser")
    expect(page.get_by_text("Le second facteur de Sam Nom est réinitialisé.")).to_be_visible()
    press("link", "Sessions 0")
    expect(page.get_by_text("Aucun appareil connecté.")).to_be_visible()
    screen.check()

    page.get_by_role("link", name="Historique").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("a annulé une absence").first).to_be_visible()
    page.locator("#user .segmented").get_by_role("link", name="Droits").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("l’a ajouté à Comptabilité, toutes les entités").first).to_be_visible()
    expect(page.locator("#user .columns > div:first-child").get_by_text("a annulé une absence")).to_have_count(0)
    screen.check()


def test_all_the_devices_of_a_colleague_are_signed_out(cast, visit):
    there = visit(cast.sam)
    there.go("/vehicules/")
    desk = visit(cast.alice)
    page = desk.go(f"/parametres/utilisateurs/{cast.sam.pk}/?onglet=sessions")
    page.get_by_role("button", name="Déconnecter partout").click()
    expect(page.get_by_text("Tous les appareils de Sam Nom sont déconnectés.")).to_be_visible()
    expect(there.go("/vehicules/")).to_have_url(f"{there.base}/connexion/?next=/vehicules/")
