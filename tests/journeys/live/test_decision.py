"""The manager's price is on the salesperson's screen at once, and the estimate gone from the other managers' list; what
is typed there meanwhile stays."""

from datetime import UTC, datetime

from playwright.sync_api import expect

from opportunities.enums import TradeInState
from opportunities.models import TradeIn
from settings_admin.scoping import unscoped
from tests.make import make_customer, make_opportunity

REASON = "Entretien suivi, deux pneus à prévoir."


def test_the_price_reaches_the_salesperson_on_the_open_estimate(cast, screen, site):
    asked_at = datetime(2026, 11, 24, 9, tzinfo=UTC)
    with unscoped("test data"):
        customer = make_customer(entity=cast.north, birth_name="RINO")
        opportunity = make_opportunity(customer=customer, point_of_sale=cast.north_1, salesperson=cast.sam)
        trade_in = TradeIn.objects.create(
            entity=cast.north, point_of_sale=cast.north_1, opportunity=opportunity, number=1, make="VOLKSWAGEN",
            model="Golf Plus", plate="GD642JM", state=TradeInState.TO_APPROVE, asked_by=cast.sam, asked_at=asked_at,
            created_by=cast.sam, created_at=asked_at,
        )  # fmt: skip
    sam, marc = screen(cast.sam), screen(cast.marc)
    estimate = f"{site.url}/opportunites/reprises/{trade_in.pk}/"
    sam.goto(f"{estimate}?modifier=attente")
    sam.locator("[name=expected_price]").fill("8500")
    vera = screen(cast.vera)
    vera.goto(f"{site.url}/opportunites/estimations-a-valider/")
    vera.get_by_role("button", name="Ajouter un filtre").click()
    since = vera.get_by_label("Demandée depuis le")
    since.fill("24/11")
    row = vera.locator(f"#row-{trade_in.pk}")
    assert row.count() == 1
    marc.goto(estimate)
    marc.get_by_role("link", name="Décider le prix").click()
    marc.get_by_role("dialog").get_by_label("Prix de reprise").fill("8000")
    marc.get_by_role("dialog").get_by_label("Motif").fill(REASON)
    marc.get_by_role("button", name="Valider le prix").click()
    marc.locator("#trade-in-decision").get_by_text("Validée").wait_for()

    sam.locator("#trade-in-decision").get_by_text("8 000,00").wait_for(timeout=20_000)
    assert sam.locator("#trade-in-decision").get_by_text(REASON).is_visible()
    toast = sam.locator("#toasts .toast", has_text=REASON)
    toast.wait_for(timeout=20_000)
    for words in ("Prix de reprise : 8 000,00 €", cast.marc.full_name):
        expect(toast).to_contain_text(words)
    assert sam.locator("[name=expected_price]").input_value().replace("\u202f", "").startswith("8500")
    row.wait_for(state="detached", timeout=20_000)
    assert since.input_value() == "24/11"
    assert since.evaluate("field => field === document.activeElement")
    assert vera.errors == []
    assert marc.errors == []
    assert sam.errors == []
