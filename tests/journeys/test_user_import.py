"""Users from a file: 500 lines with 20 bad ones are looked at and confirmed, with the keyboard; 250 on a phone."""

import pytest
from playwright.sync_api import expect

from settings_admin.models import User
from tests.journeys.conftest import DESK, PHONE
from tests.settings_admin.imports.way import PAGE, csv_of, line


def lines(count, *, bad):
    return [
        line(f"p{number}@example.test" if number >= bad else f"pas une adresse {number}") for number in range(count)
    ]


def choose(page, content):
    page.get_by_label("Fichier").set_input_files({"name": "equipe.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="Voir l’aperçu").press("Enter")


@pytest.mark.parametrize(
    ("size", "scheme", "count"), [(DESK, "light", 500), (PHONE, "dark", 250)], ids=["desk", "phone"]
)
def test_a_file_is_sent_looked_at_and_confirmed_by_the_keyboard(cast, visit, size, scheme, count):
    good = count - 20
    person = visit(cast.alice, size=size, scheme=scheme)
    page = person.go("/parametres/utilisateurs/")
    page.get_by_role("link", name="Importer").press("Enter")
    expect(page.get_by_role("heading", name="Importer des utilisateurs")).to_be_visible()
    person.check()
    choose(page, csv_of(head=["Prénom"]))
    expect(page.get_by_text("Il manque les colonnes")).to_be_visible()
    person.check()
    choose(page, csv_of(*lines(count, bad=20)))
    expect(page.get_by_role("heading", name="Aperçu de l’import")).to_be_visible()
    expect(page.get_by_text(f"Inviter {good}\u00a0personnes")).to_be_visible()
    rows = page.locator("#import-lines tbody tr")
    expect(rows).to_have_count(20)
    expect(rows.first).to_contain_text("Adresse e-mail\u00a0: Saisissez une adresse e-mail valide.")
    person.check()
    page.get_by_role("link", name=f"À inviter {good}").press("Enter")
    expect(rows).to_have_count(100)
    expect(rows.first.get_by_text("Vendeur, Nord")).to_be_visible()
    page.get_by_role("link", name="Suivants").press("Enter")
    expect(page.get_by_text(f"Lignes 101 à 200 sur {good}")).to_be_visible()
    person.check()
    page.go_back()
    expect(page.get_by_text(f"Lignes 1 à 100 sur {good}")).to_be_visible()
    assert not User.objects.filter(email__startswith="p").exists()
    page.get_by_role("button", name="Confirmer").press("Enter", no_wait_after=True)
    expect(page.get_by_text(f"{good}\u00a0personnes invitées")).to_be_visible(timeout=60_000)
    expect(rows).to_have_count(20)
    person.check()
    assert User.objects.filter(email__startswith="p", memberships__entity=cast.north).count() == good
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger les lignes refusées").press("Enter")
    assert download.value.suggested_filename == "utilisateurs-refuses.xlsx"


def test_a_double_click_invites_once_and_the_model_is_at_hand(cast, visit):
    desk = visit(cast.alice)
    page = desk.go(PAGE)
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger le modèle").click()
    assert download.value.suggested_filename == "modele-utilisateurs.xlsx"
    choose(page, csv_of(line("new@example.test")))
    page.get_by_role("button", name="Confirmer").dblclick()
    expect(page.get_by_text("1\u00a0personne invitée")).to_be_visible()
    expect(page.get_by_text("Toutes les lignes ont été appliquées")).to_be_visible()
    desk.check()
    assert User.objects.filter(email="new@example.test").count() == 1
