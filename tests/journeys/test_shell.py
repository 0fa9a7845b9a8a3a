"""The frame around every page: its fonts, its shortcuts, its messages."""

from io import BytesIO

from openpyxl import load_workbook
from playwright.sync_api import Route, expect

from quotation.models import Quotation
from settings_admin.scoping import unscoped
from tests.make import make_vehicle

LIST = "/vehicules/"
WATCH_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => shifts.push(...list.getEntries().map((one) => one.value)))
  .observe({ type: "layout-shift", buffered: true });
"""
FIRST_PAINT = """
new Promise((done) => new PerformanceObserver(() => done(true)).observe({ type: "paint", buffered: true }))
"""


def test_a_font_that_comes_late_moves_nothing(cast, visit):
    for number in range(20):
        make_vehicle(entity=cast.north, model=f"MODÈLE {number:02}", sale_price=9000 + number)
    desk = visit(cast.marc)
    page = desk.page
    page.add_init_script(WATCH_SHIFTS)
    held: list[Route] = []
    page.route("**/inter.woff2", lambda route: held.append(route))
    page.goto(desk.base + LIST, wait_until="domcontentloaded")
    page.evaluate(FIRST_PAINT)
    expect(page.locator("tbody tr[data-row]")).to_have_count(20)
    assert held
    for route in held:
        route.continue_()
    page.wait_for_load_state()
    page.evaluate("document.fonts.ready.then(() => new Promise(requestAnimationFrame))")
    assert page.evaluate("shifts") == []


def test_single_key_shortcuts_lead_where_the_dialog_says(cast, visit):
    desk = visit(cast.marc)
    page = desk.go(LIST)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Raccourcis clavier")
    expect(dialog).to_contain_text("Véhiculesg puis v")
    expect(dialog).not_to_contain_text("Sélectionner")
    desk.check()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("q")
    expect(page).to_have_url(f"{desk.base}/cotations/")
    page.wait_for_load_state()
    page.keyboard.press("g")
    page.keyboard.press("v")
    expect(page).to_have_url(f"{desk.base}{LIST}")


def test_single_key_shortcuts_are_turned_off_at_once_and_stay_so(cast, visit):
    for model in ("GOLF", "KUGA"):
        make_vehicle(entity=cast.north, model=model)
    desk = visit(cast.marc)
    page = desk.go(LIST)
    page.keyboard.press("?")
    with page.expect_response("**/preferences/"):
        page.get_by_role("button", name="Inactifs").click()
    expect(page.get_by_role("button", name="Inactifs")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("Rechercher dans la page")).to_be_hidden()
    desk.check()
    page.keyboard.press("Escape")

    def nothing_happens():
        for key in ("?", "/", "j", "g", "c"):
            page.keyboard.press(key)
        expect(page.locator("dialog[open]")).to_have_count(0)
        expect(page.locator("#list-search")).not_to_be_focused()
        expect(page.locator("tr:focus")).to_have_count(0)
        expect(page).to_have_url(f"{desk.base}{LIST}")

    nothing_happens()
    page.reload()
    nothing_happens()
    page.keyboard.press("ArrowDown")  # no character: it stays
    expect(page.locator("tr:focus")).to_have_count(1)

    page.get_by_role("button", name="Raccourcis").click()
    with page.expect_response("**/preferences/"):
        page.get_by_role("button", name="Actifs", exact=True).click()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("#list-search")).to_be_focused()


def test_the_switch_of_entity_comes_back_to_what_is_filtered_now(cast, visit):
    make_vehicle(entity=cast.north, model="GOLF")
    desk = visit(cast.alice)
    page = desk.go(LIST)
    page.locator("#list-search").fill("golf")
    expect(page).to_have_url(f"{desk.base}{LIST}?q=golf")
    page.get_by_role("button", name="Nord").click()
    page.get_by_role("button", name="Toutes mes entités").click()
    expect(page.locator(".scope-button")).to_contain_text("Toutes mes entités")
    expect(page).to_have_url(f"{desk.base}{LIST}?q=golf")


def test_the_rail_is_closed_where_the_screen_is_narrow(cast, visit):
    desk = visit(cast.nobody, size={"width": 1100, "height": 800})
    page = desk.go("/")
    expect(page.locator(".rail")).to_have_css("width", "56px")
    page.set_viewport_size({"width": 1300, "height": 800})
    expect(page.locator(".rail")).to_have_css("width", "208px")


def test_a_tab_goes_on_in_the_entity_it_shows_when_another_one_switches(cast, visit, provider):
    make_vehicle(entity=cast.north, model="GOLF NORD")
    make_vehicle(entity=cast.south, model="GOLF SUD")
    desk = visit(cast.alice)
    first, other = desk.go(LIST), desk.page.context.new_page()
    quick = desk.page.context.new_page()
    quick.goto(f"{desk.base}/cotations/nouvelle/")
    other.goto(desk.base + LIST)
    other.get_by_role("button", name="Nord").click()
    other.locator("#scope-menu").get_by_role("button", name="Sud", exact=True).click()
    expect(other.locator("tbody")).to_contain_text("GOLF SUD")
    first.locator("#list-search").fill("golf")
    expect(first).to_have_url(f"{desk.base}{LIST}?q=golf")
    expect(first.locator("tbody")).to_contain_text("GOLF NORD")
    expect(first.locator("tbody")).not_to_contain_text("GOLF SUD")
    with first.expect_download() as file:
        first.get_by_role("button", name="Exporter").click()
    sheet = load_workbook(BytesIO(file.value.path().read_bytes())).active
    assert [cell for row in sheet.iter_rows(values_only=True) for cell in row if "GOLF" in str(cell)] == ["GOLF NORD"]
    quick.get_by_label("Immatriculation").fill("GD-642-JM")
    quick.get_by_role("button", name="Rechercher", exact=True).click()
    expect(quick.get_by_role("heading", name="Choisissez la version")).to_be_visible()
    with unscoped("test"):
        assert Quotation.objects.get().entity == cast.north
