"""The day on *Accueil*, walked by keyboard: a row opened, one dealt with in place, one postponed, one read."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from opportunities.services.comments import add_comment
from settings_admin.scoping import unscoped
from tests.cast import cast_on_stage
from tests.dashboard.conftest import Things
from tests.journeys.conftest import DESK, PHONE


@pytest.fixture
def cast(transactional_db):
    return cast_on_stage()


@pytest.fixture
def busy(cast):
    """Sam's day: two late customers, an appointment, a manager's comment."""
    things = Things(cast)
    long_ago = timezone.now() - timedelta(days=9)
    things.opportunity("ANCIEN", last_contact_at=long_ago, overdue_on=(long_ago + timedelta(days=7)).date())
    recent = things.late("RECENT")
    things.appointment("AGENDA", hours=3)
    with unscoped("test data"):
        add_comment(
            opportunity=recent, text="Revoir le prix de reprise à la baisse.", author=cast.marc, is_from_manager=True,
            key=uuid.uuid4(), now=timezone.now(),
        )  # fmt: skip
    return cast


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")])
def test_the_day_is_worked_through_by_keyboard(busy, visit, size, scheme):
    sam = visit(busy.sam, size=size, scheme=scheme)
    page = sam.go("/")
    page.wait_for_url("**/accueil/")
    rows, count = page.locator("li.todo"), page.locator("#home-count")
    expect(count).to_have_text("4\u00a0choses à faire, dont 2 en retard.")
    sam.check()

    # The first one is called, with what came of it; the row leaves, the next one has the focus.
    page.keyboard.press("j")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("r")
    dialog = page.get_by_role("dialog", name="Relancer le client")
    dialog.get_by_label("Résultat").select_option("no_answer")
    dialog.get_by_label("Échéance").fill("27/11/2026")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(count).to_have_text("4\u00a0choses à faire, dont 2 en retard.")  # nobody answered
    expect(page.get_by_text("Échange noté.")).to_be_visible()

    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("p")
    dialog = page.get_by_role("dialog", name="Reporter")
    dialog.get_by_label("Pourquoi").fill("En déplacement jusqu’à demain")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(rows.filter(has_text="RECENT")).to_have_count(0)
    expect(count).to_have_text("3\u00a0choses à faire, dont 1 en retard.")
    expect(rows.nth(1)).to_be_focused()  # what took its place
    sam.check()

    page.keyboard.press("End")
    page.keyboard.press("l")
    expect(rows.filter(has_text="Nouveau commentaire")).to_have_count(0)
    expect(page.locator("#bell-count")).to_be_hidden()

    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    page.wait_for_url("**/opportunites/*/")
    page.keyboard.press("g")
    page.keyboard.press("a")
    page.wait_for_url("**/accueil/")
    sam.check()
