"""The second factor and the sessions of one person, on a desk and a telephone, with the keyboard."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import DESK, PHONE
from tests.make import PASSWORD
from tests.settings_admin.test_second_factor import SECRET, activate, code_of, codes_of


def sign_in(screen, email="marc@example.test"):
    page = screen.go("/connexion/")
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    return page


def test_from_the_activation_to_a_recovery_code_and_the_end_of_the_other_session(cast, visit):
    desk = visit(None)
    page = sign_in(desk)
    page.get_by_role("button", name="Marc Nom, compte et affichage").click()
    page.get_by_role("link", name="Mon compte").click()
    page.get_by_role("link", name="Gérer mon second facteur").click()
    desk.check()
    page.get_by_role("link", name="Activer").click()
    expect(page.locator("[name=code]")).to_be_focused()
    page.get_by_text("Saisir la clé à la main").click()
    secret = page.locator(".secret").inner_text().replace(" ", "")
    desk.check()
    page.keyboard.press("Tab")
    page.locator("[name=code]").fill(code_of(secret))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Vos codes de secours")).to_be_visible()
    written_down = page.locator(".codes li").all_inner_texts()
    assert len(written_down) == 10
    desk.check()
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger").click()
    assert written_down[0] in download.value.path().read_text()
    page.get_by_role("link", name="C’est noté, continuer").click()
    expect(page).to_have_url(f"{desk.base}/accueil/")

    page.get_by_role("button", name="Marc Nom, compte et affichage").click()
    page.get_by_role("button", name="Se déconnecter").click()
    sign_in(desk)
    expect(page.get_by_role("heading", name="Votre code, s’il vous plaît")).to_be_visible()
    expect(page.locator("[name=code]")).to_be_focused()
    desk.check()
    page.keyboard.type(code_of(secret, later=1))
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{desk.base}/accueil/")

    telephone = visit(None, size=PHONE)
    there = sign_in(telephone)
    expect(there.locator("[name=code]")).to_be_focused()
    there.keyboard.type("000000")
    there.keyboard.press("Enter")
    expect(there.get_by_text("Ce code n’est pas le bon")).to_be_visible()
    telephone.check()
    there.locator("[name=code]").fill(written_down[0])
    there.keyboard.press("Enter")
    expect(there).to_have_url(f"{telephone.base}/accueil/")

    desk.go("/compte/sessions/")
    expect(page.locator(".item-list li")).to_have_count(2)
    desk.check()
    page.get_by_role("button", name="Déconnecter Chrome sur Linux").click()
    expect(page.locator(".item-list li")).to_have_count(1)
    telephone.go("/vehicules/")
    expect(there).to_have_url(f"{telephone.base}/connexion/?next=/vehicules/")


def test_a_holding_requires_it_and_a_colleague_is_led_to_it(cast, visit):
    colleague = visit(cast.vera, size=PHONE)
    colleague.go("/vehicules/")
    activate(cast.alice)
    desk = visit(cast.alice)
    page = desk.go("/parametres/")
    page.get_by_role("link", name="Sécurité des comptes").click()
    expect(page.get_by_text("1 sur 8\u00a0personnes")).to_be_visible()
    desk.check()
    page.get_by_role("button", name="Rendre obligatoire").click()
    expect(page.get_by_role("dialog").get_by_text("7\u00a0personnes")).to_be_visible()
    desk.check()
    page.get_by_role("dialog").get_by_role("button", name="Rendre obligatoire").click()
    expect(page.locator(".badge", has_text="Obligatoire")).to_be_visible()
    desk.check()

    there = colleague.go("/vehicules/")
    expect(there.get_by_role("heading", name="C’est bien vous")).to_be_visible()
    there.locator("[name=password]").fill(PASSWORD)
    there.keyboard.press("Enter")
    expect(there.get_by_text("Votre holding le demande à tous")).to_be_visible()
    colleague.check()
    there.get_by_role("button", name="Se déconnecter").click()
    expect(there).to_have_url(f"{colleague.base}/connexion/")


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone"])
def test_the_page_of_the_accounts_security_is_clean(cast, visit, size, scheme):
    activate(cast.marc)
    screen = visit(cast.alice, size=size, scheme=scheme)
    screen.go("/parametres/securite/")
    screen.check()


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone"])
def test_the_pages_are_clean_light_on_a_desk_and_dark_on_a_phone(cast, visit, size, scheme):
    activate(cast.marc)
    screen = visit(None, size=size, scheme=scheme)
    page = sign_in(screen)
    page.locator("[name=code]").fill(code_of(SECRET))
    page.keyboard.press("Enter")
    page.wait_for_url("**/accueil/")
    assert len(codes_of(cast.marc)) == 10
    for path in (
        "second-facteur/", "second-facteur/desactiver/", "codes-de-secours/nouveaux/", "codes-de-secours/", "sessions/",
        "confirmer/", "confirmer/code/",
    ):  # fmt: skip
        screen.go(f"/compte/{path}")
        screen.check()
