"""« Rechercher partout » over any page, by the keyboard and by touch."""

from playwright.sync_api import expect

from tests.journeys.conftest import PHONE
from tests.make import make_customer, make_vehicle

LIST = "/vehicules/"


def test_found_and_opened_with_the_keyboard_alone(cast, visit):
    golf = make_vehicle(entity=cast.north, model="GOLF", plate="GD642JM")
    make_vehicle(entity=cast.north, model="CLIO", entered_on="2026-01-01")
    make_customer(entity=cast.north, birth_name="GOLFIER")
    desk = visit(cast.vera)
    page = desk.go(LIST)
    page.locator("#list-search").focus()
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Rechercher partout")
    field = palette.get_by_role("searchbox")
    expect(field).to_be_focused()
    expect(palette.get_by_role("link", name="Nouvelle cotation")).to_be_visible()
    desk.check()

    page.keyboard.type("golf")
    links = palette.get_by_role("link")
    expect(links).to_have_count(2)
    expect(page.locator("#palette-status")).to_have_text("2 résultats")
    desk.check()
    page.keyboard.press("ArrowDown")
    expect(links.first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(links.last).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(links.first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(field).to_be_focused()
    # What is typed on a line goes on in the field.
    page.keyboard.press("ArrowDown")
    page.keyboard.type("ier")
    expect(field).to_have_value("golfier")
    expect(links).to_have_count(1)
    page.keyboard.press("Escape")
    expect(palette).to_be_hidden()
    expect(page.locator("#list-search")).to_be_focused()

    # Enter does not wait for the answer, nor open what an earlier word has found.
    page.keyboard.press("Control+k")
    expect(field).to_be_focused()
    page.keyboard.type("gd 642 jm")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{desk.base}{LIST}{golf.pk}/")


def test_nothing_found_and_an_open_dialog(cast, visit):
    desk = visit(cast.vera)
    page = desk.go(LIST)
    page.keyboard.press("Control+k")
    page.keyboard.type("zzzz")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Rien ne correspond à « zzzz ».")).to_be_visible()
    expect(page.locator("#palette-status")).to_have_text("Aucun résultat")
    desk.check()
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    # Closed before its answer it opens nothing.
    page.keyboard.press("Control+k")
    page.keyboard.press("Control+a")
    page.keyboard.type("véhicules")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    # Over another dialog it would hide what one was doing there.
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_hidden()


def test_on_a_phone_the_field_stands_above_the_keyboard(cast, visit):
    make_vehicle(entity=cast.north, model="GOLF", plate="GD642JM")
    phone = visit(cast.vera, size=PHONE)
    page = phone.go(LIST)
    page.get_by_role("link", name="Rechercher partout").click()
    palette = page.get_by_role("dialog", name="Rechercher partout")
    palette.get_by_role("searchbox").fill("golf")
    expect(palette.get_by_role("link")).to_have_count(1)
    box = palette.bounding_box()
    assert box
    assert (box["y"], box["height"]) == (0, PHONE["height"])
    phone.check()
    palette.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("GOLF")


def test_what_was_opened_last_is_offered_first_and_forgotten_with_the_session(cast, visit):
    golf = make_vehicle(entity=cast.north, model="GOLF", plate="GD642JM")
    clio = make_vehicle(entity=cast.north, model="CLIO")
    desk = visit(cast.vera)
    for address in (f"{LIST}{clio.pk}/", f"{LIST}{golf.pk}/"):
        page = desk.go(address)
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Rechercher partout")
    opened = palette.get_by_role("region", name="Ouverts récemment").get_by_role("link")
    expect(opened).to_have_count(1)  # where one is, one need not go
    expect(opened).to_contain_text("CLIO")
    desk.check()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{desk.base}{LIST}{clio.pk}/")

    page.keyboard.press("Control+k")
    expect(opened).to_contain_text("GOLF")
    page.keyboard.press("Escape")
    page.locator("form[action$='/deconnexion/']").first.evaluate("form => form.requestSubmit()")
    page.wait_for_url("**/connexion/**")
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('opened-'))") == []


def test_a_browser_that_keeps_nothing_searches_all_the_same(cast, visit):
    golf = make_vehicle(entity=cast.north, model="GOLF", plate="GD642JM")
    desk = visit(cast.vera)
    desk.page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('', 'SecurityError'); }})"
    )
    page = desk.go(f"{LIST}{golf.pk}/")
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Rechercher partout")
    page.keyboard.type("golf")
    expect(palette.get_by_role("link", name="GOLF")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("form[action$='/deconnexion/']").first.evaluate("form => form.requestSubmit()")
    page.wait_for_url("**/connexion/**")
    assert desk.errors == []
