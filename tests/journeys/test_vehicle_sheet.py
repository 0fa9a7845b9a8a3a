"""The sheet: the inspection dates of the release notes, two editors, reservation, status, and every state in sight."""

from datetime import date

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import DESK, PHONE
from tests.make import make_vehicle
from vehicles.enums import StockStatus, VatRegime, VehicleKind


@pytest.fixture
def scooter(cast):
    return make_vehicle(
        entity=cast.north,
        point_of_sale=cast.north_1,
        kind=VehicleKind.SCOOTER,
        make="YAMAHA",
        model="TMAX 530",
        version="ABS Iron Max",
        plate="EC318PT",
        plate_format="siv",
        vin="JYASJ145000018427",
        first_registration=date(2016, 5, 12),
        mileage_km=24860,
        sale_price="6290",
        purchase_price="4300",
        vat_regime=VatRegime.MARGIN,
    )


def path(vehicle):
    return f"/vehicules/{vehicle.pk}/"


def save(page):
    page.get_by_role("button", name="Enregistrer").click()


def test_the_inspection_dates_of_the_release_notes_are_typed_proposed_refused_and_shown(scooter, cast, visit):
    desk = visit(cast.vera)
    page = desk.go(path(scooter))
    expect(page.get_by_text("CT manquant").first).to_be_visible()
    desk.check()
    page.get_by_role("link", name="Modifier Entretien du véhicule").click()
    last, following = page.get_by_label("Date du contrôle technique"), page.get_by_label("Date du prochain contrôle")
    expect(last).to_have_value("")
    desk.check()

    last.fill("28082024")
    last.press("Tab")
    expect(last).to_have_value("28/08/2024")
    expect(following).to_have_value("08/2027")
    expect(page.get_by_text("Proposée : catégorie L, tous les 3 ans.")).to_be_visible()
    desk.check()

    following.fill("07/2024")
    save(page)
    expect(page.get_by_text("Le prochain contrôle technique précède le dernier (28/08/2024).")).to_be_visible()
    expect(following).to_have_value("07/2024")
    expect(page.locator("#id_next_inspection_month")).to_be_focused()
    desk.check()

    # A proposal that arrives says what is wrong with its field and leaves one where one types.
    last.fill("01082026")
    last.press("Shift+Tab")
    expect(page.get_by_text("Le prochain contrôle technique précède le dernier (01/08/2026).")).to_be_visible()
    expect(page.locator(".htmx-settling")).to_have_count(0)
    expect(page.locator("#id_next_inspection_month")).not_to_be_focused()

    for wrong, sentence in (
        ("28082030", "Le contrôle technique ne peut pas être dans le futur."),
        ("01052016", "Le contrôle technique précède la mise en circulation (12/05/2016)."),
        ("31022024", "n’existe pas dans le calendrier"),
    ):
        last.fill(wrong)
        save(page)
        expect(page.get_by_text(sentence)).to_be_visible()
        expect(page.locator("#id_inspection_on")).to_be_focused()

    last.fill("28082024")
    following.fill("082027")
    page.keyboard.press("Control+s")
    expect(page.locator("#entretien dd", has_text="08/2027")).to_be_visible()
    expect(page.locator("#entretien dd", has_text="28/08/2024")).to_be_visible()
    expect(page.get_by_text("À jour jusqu’en 08/2027")).to_be_visible()
    expect(page.locator("#historique")).to_contain_text("Date du prochain contrôle technique : – → 08/2027")
    expect(page).to_have_url(desk.base + path(scooter))
    expect(page.locator("#edit-entretien")).to_be_focused()
    desk.check()
    page.reload()
    expect(page.locator("#entretien dd", has_text="08/2027")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("button", name="Enregistrer")).to_have_count(0)
    # On paper: the vehicle and its sections, without what one presses.
    page.emulate_media(media="print")
    for shown in ("h1", "#entretien", "#price-lines", "#historique"):
        expect(page.locator(shown)).to_be_visible()
    for pressed in (".rail", ".top-bar", ".section-index", "#edit-entretien", ".sheet-head .button"):
        expect(page.locator(pressed).first).to_be_hidden()


def test_a_scooter_arrives_with_the_dates_of_its_inspection(cast, visit):
    expected = make_vehicle(
        entity=cast.north, kind=VehicleKind.SCOOTER, status=StockStatus.PRE_ENTRY, first_registration=date(2016, 5, 12)
    )
    phone = visit(cast.vera, size=PHONE)
    page = phone.go(path(expected))
    page.get_by_role("link", name="Changer le statut").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Entrée physique").check()
    dialog.get_by_label("Date du contrôle technique").fill("28082024")
    dialog.get_by_label("Date du contrôle technique").press("Tab")
    expect(dialog.get_by_label("Date du prochain contrôle technique")).to_have_value("08/2027")
    phone.check()
    dialog.get_by_role("button", name="Changer le statut").click()
    expect(page.locator("#entretien dd", has_text="08/2027")).to_be_visible()
    expect(page.locator("#statut .status-moves")).to_contain_text("Pré-rentrée → Entrée physique")


def test_a_month_typed_by_hand_is_not_overwritten_by_the_proposal(scooter, cast, visit):
    desk = visit(cast.vera)
    page = desk.go(path(scooter) + "?modifier=entretien")
    last, following = page.get_by_label("Date du contrôle technique"), page.get_by_label("Date du prochain contrôle")
    following.fill("05/2027")
    last.fill("28082024")
    last.press("Tab")
    expect(page.get_by_text("Proposée : 08/2027, catégorie L, tous les 3 ans.")).to_be_visible()
    expect(following).to_have_value("05/2027")


def test_a_ticked_box_changes_the_proposal_and_takes_it_back(scooter, cast, visit):
    desk = visit(cast.vera)
    page = desk.go(path(scooter) + "?modifier=entretien")
    following = page.get_by_label("Date du prochain contrôle")
    page.get_by_label("Date du contrôle technique").fill("28082024")
    page.get_by_label("Date du contrôle technique").press("Tab")
    expect(following).to_have_value("08/2027")
    page.get_by_label("Carte grise de collection").check()
    expect(following).to_have_value("08/2029")
    page.get_by_label("Enduro ou trial").check()
    expect(following).to_have_value("")
    desk.check()
    page.get_by_label("Enduro ou trial").uncheck()
    expect(following).to_have_value("08/2029")


def test_two_people_editing_one_sheet_lose_nothing(scooter, cast, visit):
    first, second = visit(cast.vera), visit(cast.marc)
    for one in (first, second):
        one.go(path(scooter) + "?modifier=prix#prix")
    first.page.get_by_label("Prix de vente TTC").fill("6190")
    first.page.get_by_label("Mode de règlement").select_option("transfer")
    save(first.page)
    expect(first.page.locator("#prix")).to_contain_text("6\u202f190,00\u00a0€")

    second.page.get_by_label("Prix de vente TTC").fill("6090")
    save(second.page)
    notice = second.page.locator(".notice[role=alert]")
    expect(notice).to_contain_text("Vera Nom a modifié cette section")
    expect(notice).to_contain_text("6\u202f190,00\u00a0€")
    expect(notice).to_contain_text("6\u202f090,00\u00a0€")
    expect(second.page.get_by_label("Mode de règlement")).to_have_value("transfer")
    second.check()
    second.page.get_by_role("button", name="Garder ma valeur").click()
    expect(second.page.locator("#prix")).to_contain_text("6\u202f090,00\u00a0€")
    expect(second.page.locator("#prix")).to_contain_text("Virement")


def test_the_second_editor_may_keep_what_the_first_saved(scooter, cast, visit):
    first, second = visit(cast.vera), visit(cast.marc)
    for one in (first, second):
        one.go(path(scooter) + "?modifier=prix#prix")
    first.page.get_by_label("Prix de vente TTC").fill("6190")
    save(first.page)
    expect(first.page.locator("#prix")).to_contain_text("6\u202f190,00\u00a0€")
    second.page.get_by_label("Prix de vente TTC").fill("6090")
    second.page.get_by_label("Prix d’achat").fill("4200")
    save(second.page)
    second.page.get_by_role("button", name="Garder la sienne").click()
    expect(second.page.locator("#prix")).to_contain_text("6\u202f190,00\u00a0€")
    expect(second.page.locator("#prix")).to_contain_text("4\u202f200,00\u00a0€")


def test_a_vehicle_is_reserved_named_and_released(scooter, cast, visit):
    desk = visit(cast.vera)
    page = desk.go(path(scooter))
    page.get_by_role("link", name="Réserver").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Réserver").click()
    expect(dialog.get_by_text("Choisissez un client, ou saisissez un nom.")).to_be_visible()
    expect(dialog.get_by_label("Ou un autre nom")).to_be_focused()
    desk.check()
    dialog.get_by_label("Ou un autre nom").fill("Mme Martin")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Véhicule réservé pour 48 heures.")).to_be_visible()
    expect(page.locator(".sheet-head")).to_contain_text("Mme Martin jusqu’au 26 novembre 2026 à 10:")
    expect(page.get_by_role("link", name="Réserver")).to_have_count(0)
    desk.check()
    page.get_by_role("button", name="Libérer").click()
    expect(page.get_by_text("La réservation est terminée.")).to_be_visible()
    expect(page.get_by_role("link", name="Réserver")).to_be_visible()
    expect(page.locator("#historique")).to_contain_text("a libéré le véhicule (Mme Martin)")


def test_a_delivery_without_a_sale_is_refused_and_other_moves_pass(scooter, cast, visit):
    desk = visit(cast.vera)
    page = desk.go(path(scooter))
    opener = page.get_by_role("link", name="Changer le statut")
    opener.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Livraison").check()
    dialog.get_by_role("button", name="Changer le statut").click()
    expect(dialog).to_contain_text(
        "Livraison impossible : ni bon de commande ni enchère attribuée ne retient ce véhicule."
    )
    desk.check()
    dialog.get_by_role("radio", name="Sorti").check()
    dialog.get_by_role("button", name="Changer le statut").click()
    expect(dialog).to_contain_text("Choisissez le motif de sortie.")
    dialog.get_by_label("Entrée physique").check()
    dialog.get_by_role("button", name="Changer le statut").click()
    expect(page.locator(".sheet-head .badge").first).to_have_text("Entrée physique")
    expect(page.locator("#historique")).to_contain_text("Statut : Stock de vente → Entrée physique")


def test_a_dialog_closes_with_escape_and_gives_the_focus_back(scooter, cast, visit):
    desk = visit(cast.vera)
    page = desk.go(path(scooter))
    page.get_by_role("link", name="Réserver").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert page.evaluate("document.activeElement.textContent.trim()") == "Réserver"


def test_leaving_an_edited_section_gives_the_focus_back(scooter, cast, visit):
    desk = visit(cast.vera)
    page = desk.go(path(scooter))
    page.get_by_role("link", name="Modifier Statut").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Enregistrer")).to_be_visible()
    expect(page.locator("#id_origin")).to_be_focused()
    page.get_by_role("link", name="Annuler").click()
    expect(page.get_by_role("button", name="Enregistrer")).to_have_count(0)
    expect(page.locator("#edit-statut")).to_be_focused()
    expect(page).to_have_url(desk.base + path(scooter))


def test_a_doubtful_value_is_saved_with_a_warning(scooter, cast, visit):
    desk = visit(cast.vera)
    page = desk.go(path(scooter) + "?modifier=caracteristiques")
    page.get_by_label("Kilométrage").fill("20 000")
    save(page)
    expect(page.get_by_text("Kilométrage inférieur au dernier connu (24\u202f860\u00a0km).")).to_be_visible()
    expect(page.locator(".sheet-head")).to_contain_text("20\u202f000\u00a0km")
    desk.check()


def test_the_server_does_not_answer_and_what_was_typed_stays(scooter, cast, visit):
    desk = visit(cast.vera)
    page = desk.go(path(scooter) + "?modifier=statut")
    page.get_by_label("Numéro de clé").fill("K-17")
    page.context.set_offline(True)
    save(page)
    expect(page.get_by_text("Votre saisie est conservée", exact=False).first).to_be_visible()
    expect(page.get_by_label("Numéro de clé")).to_have_value("K-17")
    page.context.set_offline(False)
    desk.errors.clear()  # the browser itself wrote down that it was offline
    save(page)
    expect(page.locator("#statut")).to_contain_text("K-17")


SECTIONS = ("", "?modifier=caracteristiques", "?modifier=statut", "?modifier=entretien", "?modifier=prix")


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone"])
def test_the_sheet_is_clean_light_on_a_desk_and_dark_on_a_phone(scooter, cast, visit, size, scheme):
    screen = visit(cast.vera, size=size, scheme=scheme)
    for section in SECTIONS:
        screen.go(path(scooter) + section)
        screen.check()
    for act in ("statut/", "point-de-vente/", "reserver/"):
        screen.go(path(scooter) + act)
        screen.check()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_sheet_with_very_long_words_or_nearly_nothing_is_clean(cast, visit, size):
    long = make_vehicle(
        entity=cast.north,
        make="M" * 60,
        model="X" * 80,
        version="W" * 160,
        plate="ABC 1234 XYZ 5678 QR",
        plate_format="foreign",
        plate_country="B",
        repairs_detail="réparation" * 60,
    )
    bare = make_vehicle(
        entity=cast.north,
        status=StockStatus.OUT,
        stage="new",
        version="",
        first_registration=None,
        mileage_km=None,
        vat_regime=VatRegime.NOT_SET,
    )
    screen = visit(cast.vera, size=size)
    for address in (path(long), path(bare), "/vehicules/", "/vehicules/?tab=all"):
        screen.go(address)
        screen.check()
