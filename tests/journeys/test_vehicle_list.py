"""Finding vehicles: search, filter, chip, sort, page, columns; the address says it all and the back button works."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from openflex.core.lists import PAGE_SIZE
from tests.journeys.conftest import DESK, PHONE
from tests.make import make_vehicle
from vehicles.enums import Energy, StockStatus, VehicleKind

LIST = "/vehicules/"


@pytest.fixture
def stock(cast):
    """Four vehicles that differ in everything one may filter on, in Nord, first site."""

    def here(**fields):
        return make_vehicle(entity=cast.north, point_of_sale=cast.north_1, **fields)

    return {
        "golf": here(
            make="VOLKSWAGEN",
            model="GOLF PLUS",
            plate="GD642JM",
            plate_format="siv",
            energy=Energy.DIESEL,
            mileage_km=89632,
            sale_price="9394.20",
            purchase_price="7600",
            is_trade_in=True,
            entered_on=date(2026, 11, 12),
        ),
        "tmax": here(
            make="YAMAHA",
            model="TMAX 530",
            plate="EC318PT",
            kind=VehicleKind.SCOOTER,
            energy=Energy.PETROL,
            mileage_km=24860,
            sale_price="6290",
            first_registration=date(2016, 5, 12),
            entered_on=date(2026, 10, 21),
        ),
        "kuga": here(
            make="FORD",
            model="KUGA",
            plate="EP874GA",
            energy=Energy.DIESEL,
            mileage_km=118420,
            sale_price="11990",
            status=StockStatus.ARRIVED,
            is_being_prepared=True,
            next_inspection_month=date(2026, 8, 1),
            entered_on=date(2026, 8, 5),
        ),
        "2008": here(
            make="PEUGEOT",
            model="2008",
            plate="",
            status=StockStatus.PRE_ENTRY,
            mileage_km=None,
            sale_price=None,
            entered_on=date(2026, 12, 20),
        ),
    }


def expect_models(page, *expected):
    """The rows, from top to bottom."""
    expect(page.locator("tbody tr[data-row] a[data-row-link]")).to_have_text(list(expected), use_inner_text=True)


def test_a_plate_is_found_in_any_spacing_and_the_address_keeps_the_search(stock, cast, visit):
    desk = visit(cast.marc)
    page = desk.go(LIST)
    page.keyboard.press("/")
    expect(page.locator("#list-search")).to_be_focused()
    page.keyboard.type("gd-642 jm")
    expect_models(page, "GOLF PLUS")
    expect(page).to_have_url(f"{desk.base}{LIST}?q=gd-642+jm")
    expect(page.locator("#list-search")).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("rien de tel")
    expect(page.get_by_text("Aucun véhicule avec cette recherche")).to_be_visible()
    desk.check()
    page.reload()
    expect(page.get_by_text("Aucun véhicule avec cette recherche")).to_be_visible()
    page.get_by_role("link", name="Réinitialiser").last.click()
    expect(page.locator("tbody tr[data-row]")).to_have_count(4)


def test_filters_become_chips_that_are_taken_off_one_by_one(stock, cast, visit):
    desk = visit(cast.marc)
    page = desk.go(LIST)
    page.get_by_role("button", name="Ajouter un filtre").click()
    page.get_by_label("Diesel", exact=True).check()
    page.locator("[name=mileage_km_max]").fill("100 000")
    desk.check()
    page.get_by_role("button", name="Appliquer").click()
    expect_models(page, "GOLF PLUS")
    expect(page.locator(".chip", has_text="Énergie")).to_contain_text("Diesel")
    expect(page.locator(".chip", has_text="Kilométrage")).to_contain_text("jusqu’à 100\u202f000\u00a0km")
    desk.check()

    page.get_by_role("link", name="Retirer le filtre Kilométrage").click()
    expect_models(page, "GOLF PLUS", "KUGA")
    page.go_back()
    expect_models(page, "GOLF PLUS")
    page.wait_for_load_state()
    page.go_back()
    expect(page.locator("tbody tr[data-row]")).to_have_count(4)
    expect(page.locator(".chip-close")).to_have_count(0)


def test_a_filter_taken_out_of_the_form_is_gone_from_the_address(stock, cast, visit):
    desk = visit(cast.marc)
    page = desk.go(f"{LIST}?energy=diesel&sort=model")
    page.get_by_role("button", name="Ajouter un filtre").click()
    page.get_by_label("Diesel", exact=True).uncheck()
    page.get_by_label("Scooter", exact=True).check()
    page.get_by_role("button", name="Appliquer").click()
    expect_models(page, "TMAX 530")
    expect(page).to_have_url(f"{desk.base}{LIST}?sort=model&kind=scooter")


def test_a_search_keeps_the_filters_and_writes_each_once(stock, cast, visit):
    desk = visit(cast.marc)
    page = desk.go(f"{LIST}?energy=diesel&sort=-sale_price")
    page.locator("#list-search").press_sequentially("kuga")
    expect_models(page, "KUGA")
    page.locator("#list-search").fill("golf")
    expect_models(page, "GOLF PLUS")
    expect(page).to_have_url(f"{desk.base}{LIST}?q=golf&energy=diesel&sort=-sale_price")


def test_heads_sort_both_ways_and_the_arrow_says_which(stock, cast, visit):
    desk = visit(cast.marc)
    page = desk.go(LIST)
    expect_models(page, "2008", "GOLF PLUS", "TMAX 530", "KUGA")
    page.get_by_role("link", name="Km", exact=True).click()
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("Km")
    expect_models(page, "TMAX 530", "GOLF PLUS", "KUGA", "2008")
    page.get_by_role("link", name="Km", exact=True).click()
    expect(page.locator("th[aria-sort=descending]")).to_have_text("Km")
    expect_models(page, "KUGA", "GOLF PLUS", "TMAX 530", "2008")
    desk.check()


def test_tabs_are_views_of_the_stock(stock, cast, visit):
    desk = visit(cast.marc)
    page = desk.go(LIST)
    page.get_by_role("link", name="Motos, scooters et quads 1").click()
    expect_models(page, "TMAX 530")
    expect(page).to_have_url(f"{desk.base}{LIST}?tab=category_l")
    page.get_by_role("link", name="CT à prévoir").click()
    expect(page.locator("tbody")).to_contain_text("CT dépassé")
    desk.check()


def test_rows_are_walked_and_opened_with_the_keyboard(stock, cast, visit):
    desk = visit(cast.marc)
    page = desk.go(LIST)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{desk.base}{LIST}{stock['golf'].pk}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("VOLKSWAGEN GOLF PLUS")
    page.go_back()
    expect(page).to_have_url(f"{desk.base}{LIST}")


def test_scrolled_sideways_the_first_columns_and_the_note_of_the_foot_cover_what_passes_under_them(stock, cast, visit):
    desk = visit(cast.marc, size={"width": 800, "height": 700})
    page = desk.go(LIST)
    expect(page.locator("tfoot")).to_be_visible()
    on_top = """([passing, staying]) => {
      const scrolled = document.querySelector(".table-scroll");
      const stays = document.querySelector(staying).getBoundingClientRect();
      const passes = document.querySelector(passing);
      scrolled.scrollLeft += passes.getBoundingClientRect().left - stays.left;
      const box = passes.getBoundingClientRect();
      const top = document.elementFromPoint(stays.left + 10, box.top + box.height / 2);
      const cover = top.closest(staying);
      return [box.left - stays.left < 10 && cover !== null, cover && getComputedStyle(cover).backgroundColor];
    }"""
    for passing, staying in (
        ("tfoot td.num", "tfoot .foot-note > span"),
        ("tbody td.num", "tbody .pin-1"),
        ("tbody td.num", "tbody .pin-2"),
        ("thead th.num", "thead .pin-2"),
    ):
        is_covered, ground = page.evaluate(on_top, [passing, staying])
        assert is_covered, (passing, staying)
        assert not ground.startswith("rgba(0, 0, 0, 0"), staying


def test_pages_follow_each_other_and_come_back(cast, visit):
    for number in range(PAGE_SIZE + 5):
        make_vehicle(
            entity=cast.north, model=f"MODÈLE {number:02}", entered_on=date(2026, 11, 1) - timedelta(days=number)
        )
    desk = visit(cast.marc)
    page = desk.go(LIST)
    expect(page.locator("tbody tr[data-row]")).to_have_count(PAGE_SIZE)
    page.get_by_role("link", name="Suivants").click()
    expect_models(page, *(f"MODÈLE {number}" for number in range(PAGE_SIZE, PAGE_SIZE + 5)))
    desk.check()
    page.get_by_role("link", name="Précédents").click()
    expect(page.locator("tbody tr[data-row]")).to_have_count(PAGE_SIZE)
    expect_models(page, *(f"MODÈLE {number:02}" for number in range(PAGE_SIZE)))


def test_columns_are_chosen_ordered_and_remembered(stock, cast, visit):
    desk = visit(cast.marc)
    page = desk.go(f"{LIST}?energy=diesel")
    page.get_by_role("button", name="Colonnes").click()
    page.get_by_label("VIN", exact=True).check()
    page.get_by_label("Version", exact=True).uncheck()
    page.get_by_role("button", name="Monter Énergie").click()
    desk.check()
    page.get_by_role("button", name="Appliquer").last.click()
    expect(page).to_have_url(f"{desk.base}{LIST}?energy=diesel")
    heads = page.locator("thead th")
    expect(heads.filter(has_text="VIN")).to_have_count(1)
    expect(heads.filter(has_text="Version")).to_have_count(0)
    texts = [text.strip() for text in heads.all_inner_texts()]
    assert texts.index("Énergie") < texts.index("Modèle")
    page.get_by_role("button", name="Colonnes").click()
    page.get_by_role("button", name="Colonnes d’origine").click()
    expect(heads.filter(has_text="Version")).to_have_count(1)


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone"])
def test_the_list_is_clean_light_on_a_desk_and_dark_on_a_phone(stock, cast, visit, size, scheme):
    screen = visit(cast.vera, size=size, scheme=scheme)
    for address in ("", "?q=golf", "?energy=diesel&kind=car&age=0-30", "?q=rien+de+tel", "?tab=all"):
        screen.go(LIST + address)
        screen.check()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_an_empty_stock_says_what_to_do(cast, visit, size):
    screen = visit(cast.vera, size=size)
    page = screen.go(LIST)
    expect(page.get_by_text("Aucun véhicule ici")).to_be_visible()
    screen.check()


def test_a_phone_opens_filters_and_rows(stock, cast, visit):
    phone = visit(cast.marc, size=PHONE)
    page = phone.go(LIST)
    page.get_by_role("button", name="Ajouter un filtre").tap()
    phone.check()
    page.get_by_label("Scooter", exact=True).tap()
    page.get_by_role("button", name="Appliquer").tap()
    expect(page.locator("tbody tr[data-row]")).to_have_count(1)
    phone.check()
    page.get_by_text("TMAX 530").tap()
    expect(page.get_by_role("heading", level=1)).to_contain_text("TMAX 530")
