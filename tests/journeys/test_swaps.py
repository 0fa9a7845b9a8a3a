"""Answers that are slow, that fail or that never come: the page says so, keeps what it holds, and asks again."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Route, expect

from settings_admin.models import Membership
from settings_admin.scoping import unscoped
from tests.make import PASSWORD, make_customer, make_opportunity, make_vehicle
from tests.opportunities.test_trade_in_prices import LIST as LIVE_LIST
from tests.opportunities.test_trade_in_prices import waiting

LIST = "/vehicules/"


@pytest.fixture
def stock(cast):
    return [
        make_vehicle(entity=cast.north, model=model, mileage_km=km, entered_on=date(2026, 11, 1))
        for model, km in (("GOLF", 90_000), ("KUGA", 20_000))
    ]


def models(page):
    return page.locator("tbody a[data-row-link]")


def forget_failure(desk):
    """What the browser and htmx write of an answer that failed on purpose is no error of the page."""
    assert desk.errors
    written = ("Failed to load resource", "Response Status Error Code", "htmx:")
    assert [error for error in desk.errors if not error.startswith(written)] == []
    desk.errors.clear()


def test_what_is_slow_is_seen_to_be_on_its_way(stock, cast, visit):
    desk = visit(cast.marc)
    page = desk.go(LIST)
    held: list[Route] = []
    page.route("**/vehicules/?sort=*", lambda route: held.append(route))
    expect(page.locator(".table-scroll")).to_have_css("opacity", "1")
    page.get_by_role("link", name="Km", exact=True).click()
    expect(page.locator(".table-scroll")).to_have_css("opacity", "0.55")
    line = "getComputedStyle(document.querySelector('.top-bar'), '::after').content"
    assert page.evaluate(line) == '""'
    held[0].continue_()
    expect(models(page).first).to_contain_text("KUGA")
    expect(page.locator(".table-scroll")).to_have_css("opacity", "1")
    assert page.evaluate(line) == "none"


def test_an_answer_that_comes_at_once_makes_nothing_fade(stock, cast, visit):
    """Time stands still: the request is under way, and not slow."""
    desk = visit(cast.marc)
    page = desk.go(LIST)
    now = datetime.now(UTC)
    page.clock.install(time=now)
    page.clock.pause_at(now + timedelta(minutes=1))
    held: list[Route] = []
    page.route("**/vehicules/?sort=*", lambda route: held.append(route))
    page.get_by_role("link", name="Km", exact=True).click()
    expect(page.locator(".htmx-request")).to_have_count(1)
    page.clock.run_for(100)
    assert page.locator(".waits").count() == 0
    held[0].continue_()
    expect(page.locator(".htmx-request")).to_have_count(0)
    page.clock.run_for(1_000)
    assert page.locator(".waits").count() == 0


def test_rows_that_come_by_themselves_do_not_fade_what_is_read(cast, visit):
    with unscoped("test data"):
        customer = make_customer(entity=cast.north)
        waiting(make_opportunity(customer=customer, point_of_sale=cast.north_1, salesperson=cast.sam))
    desk = visit(cast.marc)
    page = desk.go(LIVE_LIST)
    held: list[Route] = []
    page.route(f"**{LIVE_LIST}", lambda route: held.append(route))
    page.evaluate("document.body.dispatchEvent(new CustomEvent('acted', {bubbles: true}))")
    expect(page.locator("body")).to_have_class(re.compile("waits"))
    expect(page.locator(".list-body")).not_to_have_class(re.compile("waits"))
    held[0].continue_()
    expect(page.locator(".waits")).to_have_count(0)


@pytest.mark.parametrize(
    ("failure", "title"),
    [("500", "Une erreur s’est produite chez nous"), ("network", "Le serveur ne répond pas")],
)
def test_a_list_that_does_not_come_says_so_and_is_asked_for_again(stock, cast, visit, failure, title):
    desk = visit(cast.marc)
    page = desk.go(LIST)
    page.route(
        "**/vehicules/?*",
        lambda route: route.abort("connectionrefused") if failure == "network" else route.fulfill(status=500),
    )
    page.get_by_role("link", name="Km", exact=True).click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text(title)
    expect(alert).to_contain_text("Ce qui est affiché n’a pas changé.")
    expect(models(page)).to_have_count(2)
    expect(page).to_have_url(desk.base + LIST)
    forget_failure(desk)
    desk.check()

    page.unroute_all()
    page.get_by_role("button", name="Réessayer").click()
    expect(models(page).first).to_contain_text("KUGA")
    expect(page).to_have_url(f"{desk.base}{LIST}?sort=mileage_km")
    expect(alert).to_be_empty()


def test_a_search_that_fails_keeps_its_words(stock, cast, visit):
    desk = visit(cast.marc)
    page = desk.go(LIST)
    page.route("**/vehicules/?*", lambda route: route.abort("connectionrefused"))
    page.locator("#list-search").fill("kuga")
    expect(page.get_by_role("alert")).to_contain_text("Le serveur ne répond pas")
    expect(page.locator("#list-search")).to_have_value("kuga")
    forget_failure(desk)
    page.unroute_all()
    page.get_by_role("button", name="Réessayer").click()
    expect(models(page)).to_have_text(["KUGA"], use_inner_text=True)


def test_a_right_taken_away_meanwhile_is_named(stock, cast, visit):
    desk = visit(cast.marc)
    page = desk.go(LIST)
    with unscoped("test data"):
        Membership.objects.filter(user=cast.marc).delete()
    page.get_by_role("link", name="Km", exact=True).click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Vous n’avez pas accès à cette page")
    expect(alert).to_contain_text("Véhicules")
    expect(models(page)).to_have_count(2)
    forget_failure(desk)


def sign_in_elsewhere(page, user):
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Se connecter").click()
    tab = opened.value
    tab.get_by_label("Adresse e-mail").fill(user.email)
    tab.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    tab.get_by_role("button", name="Se connecter").click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text("Bonjour")
    tab.close()


def test_a_session_that_ended_loses_nothing_of_a_list(stock, cast, visit):
    desk = visit(cast.marc)
    page = desk.go(LIST)
    Session.objects.all().delete()
    page.get_by_role("link", name="Km", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Votre session a pris fin")
    expect(models(page)).to_have_count(2)
    expect(page).to_have_url(desk.base + LIST)
    sign_in_elsewhere(page, cast.marc)
    page.get_by_role("link", name="Km", exact=True).click()
    expect(models(page).first).to_contain_text("KUGA")


def test_a_session_that_ended_loses_nothing_typed(stock, cast, visit):
    desk = visit(cast.vera)
    page = desk.go(f"{LIST}{stock[0].pk}/?modifier=caracteristiques")
    page.get_by_label("Modèle").fill("GOLF VARIANT")
    Session.objects.all().delete()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("alert")).to_contain_text("Votre saisie est conservée.")
    expect(page.get_by_label("Modèle")).to_have_value("GOLF VARIANT")
    # Signing in made the token of the page void: it finds the new one.
    sign_in_elsewhere(page, cast.vera)
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("GOLF VARIANT")


def test_a_save_that_fails_keeps_what_was_typed_and_is_sent_again(stock, cast, visit):
    desk = visit(cast.vera)
    page = desk.go(f"{LIST}{stock[0].pk}/?modifier=caracteristiques")
    page.get_by_label("Modèle").fill("GOLF VARIANT")
    page.route("**/vehicules/*/**", lambda route: route.fulfill(status=503) if route.request.method == "POST" else None)
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("alert")).to_contain_text("Rien n’a été enregistré. Votre saisie est conservée.")
    expect(page.get_by_label("Modèle")).to_have_value("GOLF VARIANT")
    expect(page.get_by_role("button", name="Enregistrer")).to_be_enabled()
    forget_failure(desk)
    page.unroute_all()
    page.get_by_role("button", name="Réessayer").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("GOLF VARIANT")
