"""The audit log, by the keyboard: a search, a filter taken off again, a tab, the next page; on a phone too."""

import pytest
from playwright.sync_api import expect

from openflex.core.lists import PAGE_SIZE
from settings_admin.access.services.people import edit_person
from settings_admin.records.enums import AccessKind
from settings_admin.scoping import unscoped
from tests.journeys.conftest import PHONE
from tests.settings_admin.audit.way import PAGE, note

EXPORT = {"list": "vehicles", "label": "Véhicules", "query": "", "rows": 12}


@pytest.fixture(autouse=True)
def _acts(cast):
    origin = {"ip": "192.0.2.7", "device": "Firefox sur Linux"}
    for _ in range(PAGE_SIZE):
        note(cast.marc, **origin)
    for kind in (AccessKind.SIGN_IN_FAILED, AccessKind.LOCKED_OUT):
        note(cast.sam, kind, **origin)
    note(cast.alice, AccessKind.EXPORTED, entity=cast.north, **origin, **EXPORT)
    with unscoped("test data"):
        mine = {"first_name": "Samuel", "job_title": "Vendeur VO", "phone": "0385000000"}
        base = {"first_name": "Sam", "job_title": "", "phone": ""}
        edit_person(actor=cast.alice, user=cast.sam, base=base, mine=mine)


def test_a_day_is_read_with_the_keyboard_alone(cast, visit):
    desk = visit(cast.alice)
    page = desk.go("/parametres/")
    page.get_by_role("link", name="Journal d’audit").press("Enter")
    expect(page).to_have_url(desk.base + PAGE)
    desk.check()
    changes = page.get_by_text("3 changements")
    changes.press("Enter")
    expect(page.get_by_text("Fonction\u00a0: – → Vendeur VO")).to_be_visible()
    desk.check()

    searches: list[str] = []
    page.on("request", lambda request: searches.append(request.url) if "q=samuel" in request.url else None)
    page.keyboard.press("/")
    page.keyboard.insert_text("samuel")
    expect(page).to_have_url(f"{desk.base}{PAGE}?q=samuel")
    expect(page.get_by_role("link", name="Marc Nom")).to_have_count(0)
    expect(page.get_by_text("Compte bloqué un moment")).to_be_visible()
    desk.check()
    assert len(searches) == 1  # the box keeps the focus over the swap, and its words are not asked for again

    page.get_by_role("button", name="Ajouter un filtre").press("Enter")
    page.get_by_label("Échec de connexion").press("Space")
    desk.check()
    page.get_by_role("button", name="Appliquer").press("Enter")
    expect(page.get_by_text("1 ligne sur cette page")).to_be_visible()
    expect(page.get_by_text("mot de passe refusé")).to_be_visible()
    desk.check()
    page.reload()
    expect(page.get_by_text("1 ligne sur cette page")).to_be_visible()

    page.get_by_role("link", name="Exports", exact=True).press("Enter")
    expect(page.get_by_role("link", name="Véhicules", exact=True).last).to_be_visible()
    expect(page.get_by_text("a exporté la liste (12\u00a0lignes)")).to_be_visible()
    page.get_by_role("link", name="Tout", exact=True).press("Enter")
    page.get_by_role("link", name="Suivants").press("Enter")
    expect(page.get_by_role("link", name="Précédents")).to_be_visible()
    desk.check()


def test_the_log_is_exported_and_says_so(cast, visit):
    page = visit(cast.alice).go(f"{PAGE}?tab=exports")
    with page.expect_download() as download:
        page.get_by_role("button", name="Exporter").press("Enter")
    assert download.value.suggested_filename == "journal-d-audit-2026-11-24.xlsx"
    page.reload()
    expect(page.get_by_text("Journal d’audit", exact=True).last).to_be_visible()
    expect(page.get_by_text("2 lignes sur cette page")).to_be_visible()


def test_on_a_phone_the_lines_are_cards(cast, visit):
    phone = visit(cast.eve, size=PHONE, scheme="dark")
    page = phone.go(PAGE)
    phone.check()
    expect(page.get_by_text("Samuel")).to_have_count(0)
    phone.go(f"{PAGE}?q=zzz")
    expect(page.get_by_text("Aucune ligne avec cette recherche")).to_be_visible()
    phone.check()
    phone = visit(cast.alice, size=PHONE)
    page = phone.go(f"{PAGE}?q=samuel")
    expect(page.get_by_text("Compte bloqué un moment")).to_be_visible()
    phone.check()
