"""Journey 5: a shared group, *Oui* and *Non*, an entity created afterwards, out again; by keyboard and on a phone."""

import pytest
from playwright.sync_api import expect

from settings_admin.access.selectors.belonging import belonging_of
from settings_admin.access.services.holdings import built_in_group
from settings_admin.access.services.memberships import add_member
from settings_admin.models import Entity, Membership, UserGroup
from settings_admin.registries import BuiltInGroup
from settings_admin.scoping import Reach, unscoped
from tests.journeys.conftest import DESK, PHONE


@pytest.fixture(autouse=True)
def _everything(transactional_db):
    with unscoped("test data and answers"):
        yield


@pytest.fixture
def sellers(cast):
    return built_in_group(cast.holding, BuiltInGroup.SALESPERSON)


def where(user):
    return belonging_of(user).grants.get("quotation.use", Reach())


def pick(page, name):
    page.get_by_role("link", name="Ajouter un utilisateur").click()
    page.get_by_role("searchbox", name="Chercher un collègue").fill(name)
    expect(page.locator("#candidates").get_by_role("radio")).to_have_count(1)
    page.get_by_role("radio", name=name).check()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_no_then_yes_then_an_entity_created_afterwards(cast, visit, sellers, size):
    screen = visit(cast.alice, size=size)
    page = screen.go("/parametres/")
    screen.check()
    page.get_by_role("link", name="Groupes, utilisateurs et droits").click()
    screen.check()
    page.get_by_role("link", name="Vendeur Partagé").click()
    expect(page.get_by_role("heading", name="Vendeur", exact=True)).to_be_visible()
    screen.check()

    pick(page, "Nobody")
    screen.check()
    # The second half of a slow double click meets the question, and is no answer to it.
    page.evaluate(
        """document.addEventListener("htmx:afterSettle", () => document.querySelector("[value=oui]")?.click())"""
    )
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("heading", name="Ajouter sur toutes les entités du groupe ?").last).to_be_visible()
    expect(page.get_by_role("button", name="Oui, toutes les entités")).to_be_focused()
    screen.check()
    page.get_by_role("button", name="Non, cette entité seulement").dblclick()
    expect(page.get_by_text("Nobody Nom est dans le groupe Vendeur sur Nord.")).to_be_visible()
    assert where(cast.nobody) == Reach(frozenset({cast.north.pk}))

    pick(page, "Nobody")
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("button", name="Oui, toutes les entités").click()
    expect(page.get_by_text("Nobody Nom est dans le groupe Vendeur sur toutes les entités.")).to_be_visible()
    later = Entity.objects.create(holding=cast.holding, name="Est")
    assert where(cast.nobody) == Reach(frozenset({cast.north.pk, cast.south.pk, later.pk}))
    there = visit(cast.nobody, size=size)
    theirs = there.go("/vehicules/")
    theirs.locator(".scope-button").click()
    theirs.locator("#scope-menu").get_by_role("button", name="Est", exact=True).click()
    expect(theirs.locator(".scope-button")).to_contain_text("Est")
    there.check()

    page.get_by_role("link", name="Retirer Nobody Nom du groupe").click()
    expect(page.get_by_role("radio", name="Seulement sur Sud")).to_be_visible()
    screen.check()
    page.get_by_role("radio", name="Seulement sur Sud").check()
    page.get_by_role("button", name="Retirer").click()
    expect(page.get_by_text("Nobody Nom n’est plus dans le groupe Vendeur sur Sud.")).to_be_visible()
    assert where(cast.nobody) == Reach(frozenset({cast.north.pk, later.pk}))

    page.get_by_role("link", name="Retirer Nobody Nom du groupe").click()
    page.get_by_role("radio", name="Partout").check()
    page.get_by_role("button", name="Retirer").click()
    expect(page.get_by_text("Nobody Nom n’est plus dans le groupe Vendeur.")).to_be_visible()
    expect(page.get_by_role("link", name="Retirer Nobody Nom du groupe")).to_have_count(0)
    assert not Membership.objects.filter(user=cast.nobody).exists()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_group_is_renamed_and_deleted(cast, visit, size):
    group = UserGroup.objects.create(
        holding=cast.holding, entity=cast.north, name="Préparation", rights=["vehicles.export"]
    )
    add_member(actor=None, user=cast.sam, group=group, entity=cast.north)
    screen = visit(cast.alice, size=size)
    page = screen.go(f"/parametres/groupes/{group.pk}/")
    page.get_by_role("button", name="Autres actions sur Préparation").click()
    page.get_by_role("link", name="Modifier le nom").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Nom").fill("")
    dialog.get_by_role("button", name="Enregistrer").click()
    expect(dialog.get_by_text("Ce champ est obligatoire.")).to_be_visible()
    screen.check()
    dialog.get_by_label("Nom").fill("Atelier")
    dialog.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("heading", name="Atelier", exact=True)).to_be_visible()
    page.get_by_role("button", name="Autres actions sur Atelier").click()
    page.get_by_role("link", name="Supprimer").click()
    expect(dialog.get_by_text("Sam Nom")).to_be_visible()
    screen.check()
    dialog.get_by_role("button", name="Supprimer le groupe").click()
    expect(page.get_by_text("Le groupe Atelier est supprimé.")).to_be_visible()
    expect(page.get_by_role("link", name="Atelier")).to_have_count(0)
    screen.check()


def test_words_typed_while_the_dialog_still_opens_are_searched_for(cast, visit, sellers):
    page = visit(cast.alice).go(f"/parametres/groupes/{sellers.pk}/")
    page.evaluate("""document.addEventListener("htmx:afterSwap", ({ target }) => {
        const box = target.querySelector("input[name=q]");
        box.value = "Nobody";
        box.dispatchEvent(new Event("input", { bubbles: true }));
    }, { once: true })""")
    page.get_by_role("link", name="Ajouter un utilisateur").click()
    expect(page.locator("#candidates").get_by_role("radio")).to_have_count(1)


def test_a_late_answer_to_the_search_does_not_undo_the_choice(cast, visit, sellers):
    page = visit(cast.alice).go(f"/parametres/groupes/{sellers.pk}/")
    page.get_by_role("link", name="Ajouter un utilisateur").click()
    candidates = page.locator("#candidates").get_by_role("radio")
    expect(candidates.first).to_be_visible()
    every = candidates.count()
    page.route("**/*part=candidates*", lambda route: None)  # answered when the test says so: never
    with page.expect_request("**/*part=candidates*") as asked:
        page.get_by_role("searchbox", name="Chercher un collègue").fill("Nob")
    with page.expect_event("requestfailed", lambda failed: failed == asked.value):
        page.get_by_role("radio", name="Nobody").check()
    expect(page.get_by_role("radio", name="Nobody")).to_be_checked()
    expect(candidates).to_have_count(every)


def test_somebody_new_is_invited_with_the_keyboard_alone(cast, visit, sellers):
    desk = visit(cast.alice)
    page = desk.go(f"/parametres/groupes/{sellers.pk}/")
    page.get_by_role("link", name="Ajouter un utilisateur").focus()
    page.keyboard.press("Enter")
    page.get_by_role("radio", name="Un collègue").focus()
    page.keyboard.press("ArrowRight")
    desk.check()
    page.get_by_label("Adresse e-mail").focus()
    for words in ("julie@example", "Julie", "R."):
        page.keyboard.type(words)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 champ à corriger.")).to_be_visible()
    desk.check()
    expect(page.get_by_label("Adresse e-mail")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type(".test")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Oui, toutes les entités")).to_be_focused()
    expect(page.get_by_role("button", name="Oui, toutes les entités")).not_to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Julie R. est dans le groupe Vendeur sur toutes les entités.")).to_be_visible()
    expect(page.get_by_text("Invité")).to_be_visible()
    desk.check()


def test_on_a_phone_a_long_dialog_scrolls_between_its_head_and_its_foot(cast, visit, sellers):
    """And says right by right what somebody who is invited would have."""
    group = UserGroup.objects.create(holding=cast.holding, entity=cast.north, name="Tout", rights=sellers.rights)
    screen = visit(cast.alice, size=PHONE)
    page = screen.go(f"/parametres/groupes/{group.pk}/")
    page.get_by_role("link", name="Ajouter un utilisateur").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("label", has_text="Une nouvelle personne").click()
    dialog.get_by_label("Adresse e-mail").fill("julie@example.test")
    dialog.get_by_label("Adresse e-mail").press("Tab")
    rights = dialog.get_by_text("droits")
    expect(rights).to_be_attached()
    expect(dialog.get_by_role("button", name="Ajouter")).to_be_in_viewport(ratio=1)
    expect(dialog.get_by_role("heading", name="Ajouter un utilisateur")).to_be_in_viewport(ratio=1)
    expect(rights).not_to_be_in_viewport()
    dialog.locator(".dialog-body").hover()
    page.mouse.wheel(0, 2000)
    expect(rights).to_be_in_viewport()
    rights.click()
    expect(dialog.locator(".areas li", has_text="Opportunités")).to_contain_text("voir, modifier")
    screen.check()


def test_rights_change_after_saying_who_gains_and_loses(cast, visit, sellers):
    desk = visit(cast.alice)
    page = desk.go(f"/parametres/groupes/{sellers.pk}/?onglet=droits")
    desk.check()
    page.get_by_role("group", name="Véhicules").get_by_label("exporter").check()
    page.get_by_role("button", name="Enregistrer les droits").click()
    expect(page.get_by_role("heading", name="Gagnent")).to_be_visible()
    desk.check()
    page.keyboard.press("Escape")
    sellers.refresh_from_db()
    assert "vehicles.export" not in sellers.rights
    page.get_by_role("button", name="Enregistrer les droits").click()
    page.get_by_role("dialog").get_by_role("button", name="Enregistrer les droits").click()
    expect(page.get_by_text("Droits du groupe Vendeur enregistrés.")).to_be_visible()
    page.get_by_role("link", name="Historique").click()
    expect(page.get_by_text("a changé les droits")).to_be_visible()
    desk.check()


def test_the_last_administrator_stays_and_the_dialog_says_why(cast, visit):
    admins = built_in_group(cast.holding, BuiltInGroup.HOLDING_ADMIN)
    desk = visit(cast.alice, scheme="dark")
    page = desk.go(f"/parametres/groupes/{admins.pk}/")
    page.get_by_role("link", name="Retirer Alice Nom du groupe").click()
    page.get_by_role("radio", name="Partout").check()
    page.get_by_role("button", name="Retirer").click()
    expect(page.get_by_text("C’est la dernière personne qui administre la holding.")).to_be_visible()
    desk.check()
    desk.go("/parametres/groupes/comparer/")
    desk.check()
    desk.go("/parametres/groupes/nouveau/")
    page.locator("#id_name").fill("Atelier")
    page.get_by_role("checkbox", name="exporter").first.check()
    with page.expect_response("**/nouveau/?part=gains*"):
        page.get_by_role("radio", name="Nord seulement").check()
    desk.settle()
    expect(page.locator("#id_name")).to_have_value("Atelier")
    expect(page.get_by_role("checkbox", name="exporter").first).to_be_checked()
    desk.check()
