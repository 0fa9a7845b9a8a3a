"""A vehicle sent to another site, one that went out, an exit put right: every state in sight, by hand and by axe."""

import pytest
from playwright.sync_api import expect

from settings_admin.access.services.holdings import built_in_group
from settings_admin.access.services.memberships import add_member
from settings_admin.registries import BuiltInGroup
from settings_admin.scoping import unscoped
from tests.journeys.conftest import DESK, PHONE
from tests.make import make_user, make_vehicle

BOTH = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


@pytest.fixture
def scooter(cast):
    return make_vehicle(
        entity=cast.north, point_of_sale=cast.north_1, kind="scooter", make="YAMAHA", model="TMAX 530", plate="EC318PT",
        plate_format="siv", sale_price="6290", purchase_price="4300",
    )  # fmt: skip


def path(vehicle):
    return f"/vehicules/{vehicle.pk}/"


@BOTH
def test_a_vehicle_is_sent_to_another_site(scooter, cast, visit, size):
    with unscoped("test data"):
        cast.north_2.vehicle_kinds = ["car"]
        cast.north_2.save()
    screen = visit(cast.vera, size=size)
    page = screen.go(path(scooter))
    page.get_by_role("button", name="Autres actions").click()
    page.get_by_role("link", name="Déplacer vers un autre site").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading")).to_contain_text("Déplacer vers un autre point de vente")
    screen.check()
    dialog.get_by_role("button", name="Déplacer").click()
    expect(dialog.get_by_text("Nord 2 ne vend pas de véhicule de genre «\u00a0scooter\u00a0».")).to_be_visible()
    screen.check()
    with unscoped("test data"):
        cast.north_2.vehicle_kinds = []
        cast.north_2.save()
    dialog.get_by_role("button", name="Déplacer").click()
    expect(page.get_by_text("Véhicule déplacé à Nord 2.")).to_be_visible()
    expect(page.locator(".sheet-head")).to_contain_text("Nord 2")
    screen.check()


def test_a_dialog_begins_at_its_first_field(scooter, cast, visit):
    page = visit(cast.vera).go(path(scooter))
    page.get_by_role("link", name="Changer le statut").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("radio").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")  # the act, where the cross would have closed
    expect(page.locator(".sheet-head")).to_contain_text("Entrée physique")
    page.get_by_role("link", name="Réserver").press("Enter")
    expect(dialog.get_by_label("Client", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Réserver")).to_be_focused()


@BOTH
def test_a_vehicle_goes_out_by_mistake_and_is_taken_back(scooter, cast, visit, size):
    screen = visit(cast.vera, size=size)
    page = screen.go(path(scooter))
    page.get_by_role("link", name="Changer le statut").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Sorti", exact=True).check()
    dialog.get_by_label("Motif de sortie").select_option("scrap")
    dialog.get_by_role("button", name="Changer le statut").click()
    expect(page.get_by_role("link", name="Corriger la sortie")).to_be_visible()
    screen.check()
    page.get_by_role("link", name="Corriger la sortie").click()
    expect(dialog.get_by_role("heading")).to_contain_text("Corriger la sortie")
    screen.check()
    dialog.get_by_role("button", name="Corriger la sortie").click()
    expect(dialog.get_by_label("Pourquoi cette correction")).to_have_attribute("aria-invalid", "true")
    screen.check()
    dialog.get_by_label("Il n’est pas sorti").check()
    dialog.get_by_label("Pourquoi cette correction").fill("véhicule confondu")
    dialog.get_by_role("button", name="Corriger la sortie").click()
    expect(page.get_by_text("Sortie annulée\u00a0: YAMAHA TMAX 530 est au statut")).to_be_visible()
    expect(page.locator("#historique")).to_contain_text("a annulé la sortie (véhicule confondu)")
    screen.check()


@BOTH
def test_prices_and_sites_follow_the_entity_and_a_draft_takes_them_up(cast, visit, size):
    """Manages the used cars of Nord, keeps the papers of Sud."""
    user = make_user("d@example.test", holding=cast.holding, group=BuiltInGroup.USED_CAR_MANAGER, entity=cast.north)
    with unscoped("test data"):
        papers = built_in_group(cast.holding, BuiltInGroup.BACK_OFFICE)
        add_member(actor=None, user=user, group=papers, entity=cast.south)
    screen = visit(user, size=size)
    page = screen.go("/vehicules/")
    page.locator(".scope-button").click()
    page.get_by_role("button", name="Toutes mes entités").click()
    page.wait_for_load_state()
    screen.go("/vehicules/ajouter/")
    price, site = page.get_by_label("Prix de vente TTC"), page.locator("[name=point_of_sale]")
    expect(price).to_have_count(0)
    screen.check()
    page.get_by_label("Entité").select_option("Nord")
    price.fill("6290")
    price.press("Tab")
    expect(site.locator("option")).to_have_text(["Aucun", "Nord 1", "Nord 2"])
    site.select_option("Nord 2")
    expect(price).to_have_value("6\u202f290,00")
    screen.check()
    page.wait_for_timeout(400)  # the draft is written a moment after the last change
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.get_by_text("a été reprise.")).to_be_visible()
    expect(price).to_have_value("6\u202f290,00")
    expect(site.locator("option:checked")).to_have_text("Nord 2")
    page.get_by_label("Entité").select_option("Sud")
    expect(price).to_have_count(0)
    expect(site.locator("option")).to_have_text(["Aucun", "Sud 1"])
    screen.check()
