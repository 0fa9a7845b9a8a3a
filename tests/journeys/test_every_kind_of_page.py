"""Pages that no other journey stays on: errors, the merchants' first page, the style page; and in the dark, the pages
people see most."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from openflex.core import views
from opportunities.models import Appointment
from settings_admin.scoping import unscoped
from tests.journeys.conftest import PHONE
from tests.make import make_customer, make_opportunity, make_quotation, make_vehicle

# Each is what the page is there to say.
ERRORS = ("status of 403", "status of 404", "status of 429", "status of 500")


def heading(screen, words):
    expect(screen.page.get_by_role("heading", name=words).first).to_be_visible()
    screen.errors[:] = [line for line in screen.errors if not any(error in line for error in ERRORS)]
    screen.check()


def test_errors_and_pages_that_nobody_stays_on_are_clean(cast, visit, settings, monkeypatch):
    def fail():
        raise RuntimeError

    desk = visit(cast.sam)
    desk.go("/vehicules/999999/")
    heading(desk, "n’existe pas")
    desk.go("/vehicules/capital/")
    heading(desk, "pas accès")
    monkeypatch.setattr(views, "_database_answers", fail)
    desk.go("/readyz")
    heading(desk, "erreur")
    settings.DEBUG = True
    desk.go("/style/")
    heading(desk, "Page de style")
    settings.DEBUG = False

    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "reset_password": "1/h/ip"}
    nobody = visit(None)
    for _ in range(2):
        page = nobody.go("/mot-de-passe/oublie/")
        page.get_by_label("E-mail").fill("sam@example.test")
        page.locator("form button[type=submit]").click()
    heading(nobody, "Trop d’essais")

    merchant = visit(cast.max, size=PHONE)
    merchant.go("/")
    merchant.check()


def test_the_first_pages_are_clean_in_the_dark(cast, visit):
    make_vehicle(entity=cast.north, sale_price="9990")
    make_quotation(entity=cast.north, created_by=cast.sam)
    entrance = visit(None, scheme="dark")
    entrance.go("/connexion/")
    entrance.check()
    dark = visit(cast.vera, scheme="dark")
    for address in ("/vehicules/", "/vehicules/ajouter/", "/vehicules/capital/", "/cotations/"):
        dark.go(address)
        dark.check()


def test_the_lists_of_opportunities_and_the_agreement_are_clean_on_a_phone(cast, visit):
    customer = make_customer(entity=cast.north, civility="professor", birth_name="RINO")
    vehicle = make_vehicle(entity=cast.north, point_of_sale=cast.north_1)
    row = make_opportunity(customer=customer, point_of_sale=cast.north_1, salesperson=cast.sam, vehicle=vehicle)
    start = timezone.now() + timedelta(minutes=5)
    with unscoped("test data"):
        drive = Appointment.objects.create(
            entity=cast.north, point_of_sale=cast.north_1, opportunity=row, kind="test_drive", vehicle=vehicle,
            salesperson=cast.sam, starts_at=start, ends_at=start + timedelta(hours=1), created_by=cast.sam,
        )  # fmt: skip
    phone = visit(cast.sam, size=PHONE)
    for address in (
        "?affichage=cartes",
        "",
        "agenda/",
        f"rdv/{drive.pk}/convention/",
    ):
        phone.go(f"/opportunites/{address}")
        expect(phone.page.locator("main").get_by_text("RINO").first).to_be_visible()
        phone.check()
