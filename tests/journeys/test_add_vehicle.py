"""A scooter enters the stock, on a desk with the keyboard and on a phone; what is wrong is said where one looks."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import DESK, PHONE

ADD = "/vehicules/ajouter/"


def fill(page):
    page.get_by_label("Genre").select_option("scooter")
    for name, text in (
        ("plate", "ec318pt"),
        ("vin", "jyasj145000018427"),
        ("make", "YAMAHA"),
        ("model", "TMAX 530"),
        ("first_registration", "12052016"),
        ("mileage_km", "24860"),
        ("purchase_price", "4300"),
        ("sale_price", "6290"),
    ):
        page.locator(f"[name={name}]").fill(text)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_scooter_is_added(cast, visit, size):
    screen = visit(cast.vera, size=size)
    page = screen.go("/vehicules/")
    page.get_by_role("link", name="Ajouter un véhicule").click()
    expect(page.get_by_role("heading", name="Ajouter un véhicule")).to_be_visible()
    screen.check()
    fill(page)
    page.get_by_label("Kilométrage").press("Tab")
    page.get_by_label("Date du contrôle technique").fill("28082024")
    page.get_by_label("Date du contrôle technique").press("Tab")
    expect(page.get_by_label("Date du prochain contrôle technique")).to_have_value("08/2027")
    expect(page.get_by_text("Proposée : catégorie L, tous les 3 ans.")).to_be_visible()
    expect(page.get_by_label("Immatriculation")).to_have_value("EC-318-PT")
    expect(page.get_by_label("Date MEC")).to_have_value("12/05/2016")
    expect(page.get_by_label("Kilométrage")).to_have_value("24\u202f860")
    page.keyboard.press("Control+s")
    expect(page.get_by_role("heading", level=1)).to_contain_text("YAMAHA TMAX 530")
    expect(page.get_by_text("YAMAHA TMAX 530 est entré en stock sous le n° 26-0001.")).to_be_visible()
    screen.check()


def test_what_is_wrong_is_said_beside_the_field_with_the_focus_on_the_first(cast, visit):
    desk = visit(cast.vera)
    page = desk.go(ADD)
    fill(page)
    page.get_by_label("Immatriculation").fill("AI-123-AA")
    page.get_by_label("Date MEC").fill("01012031")
    page.get_by_role("button", name="Ajouter le véhicule").click()
    expect(page.get_by_text("2 champs à corriger.")).to_be_visible()
    expect(page.get_by_text("Les lettres I, O et U ne figurent pas sur une plaque de ce format.")).to_be_visible()
    expect(page.get_by_label("Immatriculation")).to_be_focused()
    expect(page.locator("[name=model]")).to_have_value("TMAX 530")
    desk.check()
    page.get_by_label("Immatriculation").fill("EC318PT")
    page.get_by_label("Date MEC").fill("12052016")
    page.get_by_role("button", name="Ajouter le véhicule").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("YAMAHA TMAX 530")


def test_a_double_click_adds_one_vehicle(cast, visit):
    desk = visit(cast.vera)
    page = desk.go(ADD)
    fill(page)
    page.get_by_role("button", name="Ajouter le véhicule").dblclick()
    expect(page.get_by_role("heading", level=1)).to_contain_text("YAMAHA TMAX 530")
    desk.go("/vehicules/")
    expect(page.locator("tbody tr[data-row]")).to_have_count(1)


def test_leaving_with_something_typed_asks_first(cast, visit):
    desk = visit(cast.vera)
    page = desk.go(ADD)
    page.get_by_label("Marque").fill("YAMAHA")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="Annuler").click()
    expect(page.get_by_label("Marque")).to_have_value("YAMAHA")
    assert asked == ["beforeunload"]


def test_what_was_typed_outlives_a_reload_and_is_forgotten_once_it_is_added(cast, visit):
    phone = visit(cast.vera, size=PHONE)
    page = phone.go(ADD)
    page.on("dialog", lambda dialog: dialog.accept())
    fill(page)
    page.get_by_label("Reprise").check()
    page.reload()
    expect(page.get_by_text("a été reprise.")).to_be_visible()
    expect(page.get_by_label("Genre")).to_have_value("scooter")
    expect(page.locator("[name=model]")).to_have_value("TMAX 530")
    expect(page.get_by_label("Reprise")).to_be_checked()
    phone.check()

    page.get_by_role("button", name="Repartir de zéro").click()
    expect(page.locator("[name=model]")).to_have_value("")
    expect(page.get_by_text("a été reprise.")).to_be_hidden()
    fill(page)
    page.get_by_role("button", name="Ajouter le véhicule").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("YAMAHA TMAX 530")
    phone.go(ADD)
    expect(page.locator("[name=model]")).to_have_value("")
    expect(page.get_by_text("a été reprise.")).to_be_hidden()


def test_a_draft_is_nobody_elses(cast, visit):
    desk = visit(cast.vera)
    page = desk.go(ADD)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_label("Marque").fill("YAMAHA")
    page.get_by_role("button", name=cast.vera.full_name).click()
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url("**/connexion/**")
    assert page.evaluate("Object.keys(sessionStorage).filter((one) => one.startsWith('draft:'))") == []
