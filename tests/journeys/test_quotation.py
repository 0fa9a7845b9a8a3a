"""Journey 1 up to the market study, and what goes wrong on the way, in a real browser against the sandbox over HTTP."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.journeys.conftest import DESK, PHONE, Visit
from tests.journeys.quoting import Keys, latest, to_details, to_radar, to_study, words
from tests.make import make_empty_radars, make_quotation

pytestmark = pytest.mark.usefixtures("provider")
BOTH = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
# Where the size changes nothing of what is tried; every page is looked at on both by the ways that are walked on BOTH.
ON_A_DESK = pytest.mark.parametrize("size", [DESK], ids=["desk"])
ON_A_PHONE = pytest.mark.parametrize("size", [PHONE], ids=["phone"])


@BOTH
def test_from_the_stock_to_the_market_study_with_the_keyboard_alone(cast, visit: Callable[..., Visit], size):
    desk = visit(cast.sam, size=size)
    page = desk.go("/vehicules/")
    keys = Keys(page)
    keys.press("c")
    expect(page.get_by_label("Immatriculation")).to_be_focused()
    desk.check()
    keys.type("gd642jm")
    keys.press("Enter")
    expect(page.locator("input[name=version_code]:checked")).to_be_focused()
    expect(page.get_by_label("VOLKSWAGEN Golf Plus 1.6 TDI 105 FAP BlueMotion Carat", exact=True)).to_be_checked()
    desk.check()
    keys.press("Enter")
    expect(page.get_by_label("Kilométrage")).to_be_focused()
    expect(page.get_by_label("VIN")).to_have_value("WWWZZZ1KZAW599957")
    desk.check()
    keys.type("89632")
    keys.press("Enter")
    page.wait_for_url("**/annonces/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Estimer un véhicule")
    assert keys.pressed <= 25, "plate to value"
    said = words(page)
    for figure in ("9 210,00 €", "5 véhicules", "6 490,00 €", "−950,00 €", "7 440,00 €", "8 990,00 €", "9 090,00 €"):
        assert figure in said
    desk.check()
    keys.press("Tab", "Enter")  # « Aller au contenu »
    keys.tab_to("ÉTUDE DU MARCHÉ" if "ÉTUDE DU MARCHÉ" in said else "Étude du marché")
    keys.press("Enter")
    page.wait_for_url("**/etude/")
    said = words(page)
    for figure in ("7 880,00 €", "1 450,00 €", "−100,00 €", "−20,00 €", "9 210,00 €", "9 394,20 €", "8 740,00 €"):
        assert figure in said
    desk.check()
    assert keys.pressed <= 25, "plate to market study"


@ON_A_DESK
def test_a_price_that_is_tried_keeps_the_focus_and_says_both_gaps(cast, visit, size):
    desk = visit(cast.sam, size=size)
    to_radar(desk.page, desk.base)
    page = desk.page
    to_study(page)
    price = page.get_by_label("Prix de vente", exact=True)
    price.fill("7966,08")
    price.press("Enter")
    expect(page.get_by_text("−13,51")).to_be_visible()
    expect(page.get_by_text("+17,93")).to_be_visible()
    expect(price).to_be_focused()
    desk.check()
    page.reload()
    expect(price).to_have_value(re.compile(r"^7.966,08$"))
    assert "−13,51 %" in words(page)
    price.fill("beaucoup")
    price.press("Enter")
    expect(page.locator("[name=sale_price][aria-invalid=true]")).to_have_value("beaucoup")
    expect(price).to_be_focused()
    desk.check()
    price.fill("")
    price.press("Enter")
    expect(page.get_by_text("−13,51")).to_have_count(0)


@ON_A_DESK
def test_filters_sorts_and_the_back_button(cast, visit, size):
    desk = visit(cast.sam, size=size)
    to_radar(desk.page, desk.base)
    page = desk.page
    count = page.get_by_role("status").filter(has_text="véhicule")
    expect(count).to_have_text("5 véhicules")
    page.locator("select[name=sort]").select_option("mileage")
    page.wait_for_url("**sort=mileage**")
    expect(page.locator("table.adverts tbody tr").nth(1)).to_contain_text("79")
    page.locator("select[name=radius]").select_option("100")
    expect(count).to_have_text("3 véhicules")
    desk.check()
    page.get_by_role("button", name="Ajouter un filtre").click()
    page.get_by_label("Concession").check()
    desk.check()
    page.get_by_role("button", name="Appliquer").click()
    expect(count).to_have_text("1 véhicule")
    to_study(page)
    assert "seller=franchise" in page.url, "both tabs look at the same market"
    expect(page.get_by_text("prix moyen des prix de publication")).to_be_visible()
    assert "9 240,00 €" in words(page)
    page.go_back()
    expect(count).to_have_text("1 véhicule")
    page.go_back()
    expect(count).to_have_text("3 véhicules")
    expect(page.locator("select[name=sort]")).to_have_value("mileage")
    page.get_by_role("link", name="Réinitialiser les filtres").first.click()
    expect(count).to_have_text("5 véhicules")
    page.locator("select[name=state]").select_option("sold")
    page.wait_for_url("**state=sold**")
    desk.check()


def test_a_filter_that_is_unticked_is_off_again(cast, visit):
    desk = visit(cast.sam)
    to_radar(desk.page, desk.base)
    page = desk.page
    count = page.get_by_role("status").filter(has_text="véhicule")
    for box, expected in ((("Concession", "Indépendant"), "5 véhicules"), (("Indépendant",), "1 véhicule")):
        page.get_by_role("button", name="Ajouter un filtre").click()
        for name in box:
            page.get_by_role("checkbox", name=name).click()
        page.get_by_role("button", name="Appliquer").click()
        expect(page.get_by_role("link", name="Retirer le filtre Vendeur")).to_be_visible()
        expect(count).to_have_text(expected)
    page.locator("select[name=radius]").select_option("100")
    page.wait_for_url("**radius=100**")
    assert page.url.count("seller=") == page.url.count("radius=") == 1
    page.get_by_role("link", name="Retirer le filtre Distance").click()
    expect(page.locator("select[name=radius]")).to_have_value("")


@ON_A_PHONE
def test_a_long_radar_goes_on_where_it_stopped(cast, visit, size):
    desk = visit(cast.sam, size=size)
    page = desk.page
    to_details(page, desk.base, "FB201TP")
    page.get_by_label("Kilométrage").fill("40000")
    page.get_by_role("button", name="Afficher la cote").click()
    page.wait_for_url("**/annonces/")
    rows = page.locator("table.adverts tbody tr:not(.mine)")
    expect(rows).to_have_count(50)
    expect(page.locator(".scatter .dot")).to_have_count(500)
    more = page.get_by_role("link", name="Afficher la suite")
    desk.check()
    more.press("Enter")
    expect(rows).to_have_count(100)
    assert "shown=100" in page.url
    expect(rows.nth(50).get_by_role("link", name="Voir le détail des prix")).to_be_focused()
    page.go_back()
    expect(rows).to_have_count(50)


@BOTH
def test_the_details_of_a_price_open_over_the_page_and_give_the_focus_back(cast, visit, size):
    desk = visit(cast.sam, size=size)
    to_radar(desk.page, desk.base)
    page = desk.page
    link = page.get_by_role("link", name="Voir le détail des prix").nth(1)
    link.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Prix publié au fil du temps")
    said = re.sub(r"\s+", " ", dialog.inner_text())
    for figure in ("9 580,00 €", "−2 440,00 €", "7 440,00 €", "7 290,00 €", "6 900,00 €", "6 490,00 €"):
        assert figure in said
    desk.check()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(link).to_be_focused()


@BOTH
def test_a_failure_says_what_is_kept_and_the_same_press_goes_on(cast, visit, size, provider):
    desk = visit(cast.sam, size=size)
    to_details(desk.page, desk.base)
    page = desk.page
    page.get_by_label("Kilométrage").fill("89632")
    provider.misbehave("server_error", "valuation")
    page.get_by_role("button", name="Afficher la cote").click()
    expect(page.get_by_role("alert").first).to_contain_text("Autovista est en panne (erreur 500)")
    expect(page.get_by_role("alert").first).to_contain_text("Votre saisie est conservée")
    expect(page.get_by_label("Kilométrage")).to_have_value(re.compile(r"^89.632$"))
    desk.check()
    provider.behave()
    page.get_by_role("button", name="Réessayer").click()
    page.wait_for_url("**/annonces/")
    assert "9 210,00 €" in words(page)


def test_an_unknown_plate_goes_on_by_hand_with_the_plate_kept(cast, visit):
    desk = visit(cast.sam)
    page = desk.go("/cotations/nouvelle/")
    page.get_by_label("Immatriculation").fill("ZY404ZY")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Autovista ne connaît pas cette immatriculation")).to_be_visible()
    expect(page.get_by_label("Marque")).to_be_visible()
    desk.check()
    page.get_by_label("Marque").select_option(label="RENAULT")
    page.get_by_label("Modèle").select_option("RENAULT-MEGANE-IV")
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_label("Immatriculation")).to_have_value("ZY-404-ZY")
    desk.check()


@ON_A_PHONE
def test_what_was_typed_is_there_after_leaving_at_any_field(cast, visit, size):
    desk = visit(cast.sam, size=size)
    to_details(desk.page, desk.base)
    page = desk.page
    with page.expect_response(re.compile("/brouillon/")):
        page.get_by_label("Kilométrage").fill("cent mille")
        page.get_by_label("Kilométrage").press("Tab")
    expect(page.get_by_text("Brouillon enregistré à")).to_be_visible()
    with page.expect_response(re.compile("/brouillon/")):
        page.get_by_text("Bleu", exact=True).click()
    page.goto(desk.base + "/vehicules/")
    page.keyboard.press("c")
    page.wait_for_url("**/details/")
    expect(page.get_by_label("Kilométrage")).to_have_value("cent mille")
    expect(page.get_by_label("Bleu", exact=True)).to_be_checked()
    page.get_by_role("button", name="Afficher la cote").click()
    expect(page.locator("[name=mileage_km][aria-invalid=true]")).to_be_focused()
    desk.check()
    page.get_by_role("link", name="Précédent").click()
    expect(page.get_by_role("button", name="Continuer")).to_be_visible()
    desk.check()


def test_what_changes_while_a_field_is_being_kept_is_kept_behind_it(cast, visit):
    """The first save is held back; a pressed button waits behind it as well, and loses its place to nothing."""
    desk = visit(cast.sam)
    to_details(desk.page, desk.base)
    page = desk.page
    saves: list[Route] = []

    def hold_each_first(route: Route) -> None:
        saves.append(route)
        if len(saves) != 1:
            route.continue_()

    page.route("**/brouillon/", hold_each_first)
    page.get_by_label("Kilométrage").fill("89632")
    with page.expect_request("**/brouillon/"):
        page.get_by_label("VIN").fill("WVWZZZ1KZAW599958")
    page.get_by_label("Origine VO").select_option("rental")
    page.get_by_text("Bleu", exact=True).click()
    page.get_by_label("Kilométrage").fill("91000")
    page.get_by_label("VIN").focus()
    assert len(saves) == 1
    saves[0].continue_()
    desk.settle()
    kept = latest()
    assert (kept.vin, kept.origin, kept.exterior_colour) == ("WVWZZZ1KZAW599958", "rental", "BLEU")
    assert (kept.mileage_km, len(saves)) == (91_000, 2), "one more save for all that changed meanwhile"
    saves.clear()
    with page.expect_request("**/brouillon/"):
        page.get_by_label("Origine VO").select_option("private")
    page.get_by_role("button", name="Afficher la cote").dblclick()
    page.get_by_label("Kilométrage").fill("92000")
    page.get_by_label("VIN").focus()
    with page.expect_request("**/cote/"):
        saves[0].continue_()
    page.wait_for_url("**/annonces/")
    quotation = latest()
    assert (quotation.origin, quotation.mileage_km, len(saves)) == ("private", 92_000, 1)


@BOTH
def test_a_motorcycle_by_hand(cast, visit, size):
    desk = visit(cast.sam, size=size)
    page = desk.go("/cotations/nouvelle/")
    page.get_by_role("link", name="Manuellement", exact=True).click()
    page.wait_for_url("**mode=manuel**")
    desk.check()
    page.get_by_text("Moto", exact=True).click()
    expect(page.get_by_label("Marque").locator("option", has_text="YAMAHA")).to_have_count(1)
    page.get_by_label("Marque").select_option(label="YAMAHA")
    page.get_by_label("Modèle").select_option(label="MT-07")
    page.get_by_label("Année").select_option("2020")
    expect(page.get_by_role("button", name="Continuer")).to_be_visible()
    page.wait_for_url("**make=YAMAHA**year=2020")
    page.goto(desk.base + "/vehicules/")
    page.keyboard.press("c")
    expect(page.get_by_label("Année")).to_have_value("2020")
    desk.check()
    page.get_by_role("button", name="Continuer").click()
    page.get_by_label("VN ou véhicule sans plaque").check()
    page.get_by_label("Date MEC").fill("01062020")
    page.get_by_label("Kilométrage").fill("12500")
    page.get_by_role("button", name="Afficher la cote").click()
    page.wait_for_url("**/annonces/")
    quotation = latest()
    assert (quotation.kind, quotation.make, quotation.model, quotation.plate) == ("motorcycle", "YAMAHA", "MT-07", "")
    assert quotation.adjusted_value is not None
    desk.check()
    # The last choices are there for the next one.
    page.goto(desk.base + "/cotations/nouvelle/?vierge=1&mode=manuel")
    expect(page.get_by_label("Modèle")).to_have_value("YAMAHA-MT-07")


def test_equipment_can_be_searched_and_is_not_lost_with_the_search(cast, visit):
    desk = visit(cast.sam)
    to_details(desk.page, desk.base)
    page = desk.page
    search = page.get_by_label("Rechercher un équipement")
    search.fill("airbag")
    expect(
        page.locator("#equipment-lists li:visible").filter(has_text=re.compile("airbag", re.I)).first
    ).to_be_visible()
    expect(page.locator("#equipment-lists li:visible").filter(has_not_text=re.compile("airbag", re.I))).to_have_count(0)
    desk.check()


def test_asking_again_says_it_is_another_quotation(cast, visit):
    desk = visit(cast.sam)
    to_radar(desk.page, desk.base)
    page = desk.page
    first = latest()
    page.get_by_role("button", name="Actualiser").click()
    page.wait_for_url(lambda url: url.endswith("/annonces/") and f"/{first.pk}/" not in url)
    to_study(page)
    expect(page.get_by_text("Autres cotations du véhicule")).to_be_visible()
    desk.check()


@BOTH
def test_too_little_market_is_a_page_too(cast, visit, size):
    desk = visit(cast.sam, size=size)
    page = desk.page
    to_details(page, desk.base, "FB203RR")
    page.get_by_label("Kilométrage").fill("40000")
    page.get_by_role("button", name="Afficher la cote").click()
    page.wait_for_url("**/annonces/")
    expect(page.get_by_text("Pas assez de marché pour une valeur.")).to_be_visible()
    desk.check()
    to_study(page)
    desk.check()


@BOTH
def test_a_value_without_a_single_comparable_is_a_page_too(cast, visit, size):
    """Both tabs say that there is none, with no figure of nothing and no chart of nothing."""
    quotation = make_quotation(entity=cast.north, created_by=cast.sam, **make_empty_radars(cast.north))
    desk = visit(cast.sam, size=size)
    page = desk.go(f"/cotations/{quotation.pk}/annonces/")
    expect(page.get_by_role("heading", name="Aucune annonce")).to_be_visible()
    assert "Rang par prix –" in words(page)
    assert "None" not in words(page)
    desk.check()
    page.get_by_label("Afficher").select_option("sold")
    page.wait_for_url("**state=sold**")
    expect(page.get_by_text("n’a trouvé aucun véhicule comparable vendu")).to_be_visible()
    desk.check()
    to_study(page)
    assert "None" not in words(page)
    assert "9 394,20" in re.sub(r"\s", " ", words(page))
    desk.check()


@ON_A_DESK
def test_my_quotations_and_what_they_cost(cast, visit, size):
    desk = visit(cast.sam, size=size)
    page = desk.go("/cotations/")
    desk.check()
    to_radar(page, desk.base)
    desk.go("/cotations/")
    desk.check()
    page.get_by_role("link", name="VOLKSWAGEN Golf Plus").first.click()
    page.wait_for_url("**/annonces/")
    office = visit(cast.alice, size=size)
    office.go("/cotations/consommation/")
    assert "appels payants" in words(office.page)
    office.check()


def test_in_the_dark_every_page_stays_readable(cast, visit):
    desk = visit(cast.sam, scheme="dark")
    to_details(desk.page, desk.base)
    desk.check()
    desk.page.get_by_label("Kilométrage").fill("89632")
    desk.page.get_by_role("button", name="Afficher la cote").click()
    desk.page.wait_for_url("**/annonces/")
    desk.check()
    to_study(desk.page)
    desk.check()
