"""What changes while a form of *Paramètres* is open: the right to send it, the group it is about; and answers twice."""

import pytest
from playwright.sync_api import expect

from settings_admin.access.selectors.belonging import belonging_of
from settings_admin.access.services.holdings import built_in_group
from settings_admin.access.services.memberships import add_member
from settings_admin.models import Entity, Membership, TimelineEntry, UserGroup
from settings_admin.registries import BuiltInGroup
from settings_admin.scoping import Reach, unscoped
from tests.access.settings_forms import ASKS_ONLY, all_forms, build_world
from tests.access.test_forged_forms import dump
from tests.journeys.conftest import DESK, PHONE
from tests.journeys.test_groups import pick


@pytest.fixture(autouse=True)
def _everything(transactional_db):
    with unscoped("test data and answers"):
        yield


@pytest.fixture
def sellers(cast):
    return built_in_group(cast.holding, BuiltInGroup.SALESPERSON)


# Where the form stands that is sent to an address of its own, and the link that opens it.
OPENED = {
    "access:group_rights": ("?onglet=droits", None),
    "organisation:save_entity": ("", "Modifier Identité"),
    "organisation:save_site": ("", "Modifier Identité"),
    "numbering:save": ("", "Modifier la numérotation, N° de stock"),
    "quotation:save_credentials": ("", "Remplacer"),
    "quotation:save_settings": ("", "Modifier"),
    "opportunities:settings_figures_save": ("", "Modifier"),
    "vehicles:settings_save": ("", "Modifier"),
    "access:user_sign_out": ("?onglet=sessions", None),
}


# Arrows and switches in the lists of another app, whose buttons are forms of one field: refused over HTTP as all are.
IN_LISTS = {"opportunities:settings_reason_place", "opportunities:settings_reason_offer"} | {
    "opportunities:settings_message_offer"
}


def one_of_each(world):
    sent = all_forms(world, but=ASKS_ONLY | IN_LISTS)
    return list({one.url_name: one for one in reversed(sent)}.values())


def form_of(page, base, sent):
    """The form that is sent to its address, opened as a person would."""
    query, link = OPENED.get(sent.url_name, ("", None))
    page.goto(base + sent.url.removesuffix("logo/"))
    if query:
        page.goto(page.url.split("?")[0] + query)
    if link:
        page.get_by_role("link", name=link).first.click()
    found = page.locator(f"form[action='{sent.url}'], form[hx-post='{sent.url}'], main form[method=post]:not([action])")
    expect(found.first, str(sent)).to_be_attached()
    if not found.first.is_visible():
        dialog = found.first.locator("xpath=ancestor::dialog[@id]")
        in_dialog = dialog.count() > 0
        opens = f"[data-opens='{dialog.get_attribute('id')}']" if in_dialog else "main [popovertarget]"
        page.locator(opens).first.click()
    return found.first


def test_rights_taken_while_any_form_of_the_settings_is_open_are_asked_of_the_next_request(cast, visit, sellers):
    world = build_world(cast)
    mine = Membership.objects.get(user=cast.alice)
    add_member(actor=None, user=cast.alice, group=sellers, entity=cast.north)
    boss = mine.group
    visit(cast.sam).go("/accueil/")  # a device of his, to be signed out
    screen = visit(cast.alice)
    page = screen.go("/parametres/")
    tried = []
    for sent in one_of_each(world):
        form = form_of(page, screen.base, sent)
        Membership.objects.filter(user=cast.alice, group=boss).delete()
        before = dump()
        form.locator("button:not([type=button])").last.click()
        expect(page.get_by_text("Il faut le droit").first).to_be_visible()
        assert dump() == before, sent
        add_member(actor=None, user=cast.alice, group=boss, entity=None)
        tried.append(sent.url_name)
        assert all("403" in error for error in screen.errors), (sent, screen.errors)
        screen.errors.clear()
    assert len(tried) >= 25


class TestTheQuestion:
    """« Ajouter sur toutes les entités du groupe ? », while others work."""

    def asked(self, page, name):
        pick(page, name)
        page.get_by_role("button", name="Continuer").click()
        return page.get_by_role("button", name="Oui, toutes les entités")

    @pytest.mark.parametrize("answer", ["Oui, toutes les entités", "Non, cette entité seulement"])
    def test_of_a_group_that_was_removed_meanwhile_adds_nobody_and_says_so(self, cast, visit, answer):
        group = UserGroup.objects.create(holding=cast.holding, name="Renfort", rights=["vehicles.view"])
        screen = visit(cast.alice, size=PHONE)
        page = screen.go(f"/parametres/groupes/{group.pk}/")
        expect(self.asked(page, "Nobody")).not_to_have_attribute("aria-disabled", "true")
        group.delete()
        page.get_by_role("button", name=answer).click()
        expect(page.get_by_text("Cette fiche n’existe plus")).to_be_visible()
        expect(page.get_by_text("Rien n’a été enregistré.")).to_be_visible()
        assert not Membership.objects.filter(user=cast.nobody).exists()
        assert all("404" in error for error in screen.errors)
        screen.errors.clear()

    def test_yes_clicked_twice_adds_once(self, cast, visit, sellers):
        page = visit(cast.alice).go(f"/parametres/groupes/{sellers.pk}/")
        yes = self.asked(page, "Nobody")
        expect(yes).not_to_have_attribute("aria-disabled", "true")
        yes.dblclick()
        expect(page.get_by_text("Nobody Nom est dans le groupe Vendeur sur toutes les entités.")).to_be_visible()
        assert Membership.objects.get(user=cast.nobody).entity is None
        assert TimelineEntry.objects.filter(kind="member_added", target_id=cast.nobody.pk).count() == 1

    @pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
    def test_an_entity_created_on_its_page_is_theirs_who_were_added_everywhere_and_not_of_the_others(
        self, cast, visit, sellers, size
    ):
        for user in (cast.adele, cast.marc):
            Membership.objects.filter(user=user).delete()
        screen = visit(cast.alice, size=size)
        page = screen.go(f"/parametres/groupes/{sellers.pk}/")
        self.asked(page, "Adele").click()
        expect(page.get_by_text("Adele Nom est dans le groupe Vendeur sur toutes les entités.")).to_be_visible()
        self.asked(page, "Marc")
        page.get_by_role("button", name="Non, cette entité seulement").click()
        expect(page.get_by_text("Marc Nom est dans le groupe Vendeur sur Nord.")).to_be_visible()

        page = screen.go("/parametres/organisation/entites/nouvelle/")
        page.locator("#id_name").fill("Est")
        page.locator("#id_name").press("Enter")
        expect(page.get_by_role("heading", name="Est", exact=True)).to_be_visible()
        screen.check()
        est = Entity.objects.get(name="Est")

        def entities(user):
            there = visit(user, size=size)
            theirs = there.go("/vehicules/")
            theirs.locator(".scope-button").click()
            return theirs.locator("#scope-menu").get_by_role("button", name="Est", exact=True).count()

        assert (entities(cast.adele), entities(cast.marc)) == (1, 0)
        # *Oui* after *Non*.
        page = screen.go(f"/parametres/groupes/{sellers.pk}/")
        self.asked(page, "Marc").click()
        expect(page.get_by_text("Marc Nom est dans le groupe Vendeur sur toutes les entités.")).to_be_visible()
        assert entities(cast.marc) == 1
        everywhere = Reach(frozenset({cast.north.pk, cast.south.pk, est.pk}))
        for user in (cast.adele, cast.marc):
            assert belonging_of(user).grants["quotation.use"] == everywhere
