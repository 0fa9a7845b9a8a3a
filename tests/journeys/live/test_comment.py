"""Journey 3: a manager comments an opportunity; the salesperson reads it at once, on any page, and lands on it."""

from uuid import uuid4

from django.utils import timezone
from playwright.sync_api import expect

from openflex.embedded import redis
from opportunities.services.comments import add_comment
from settings_admin.scoping import unscoped
from tests.make import make_customer, make_opportunity

TEXT = "Revoir le prix de reprise à la hausse finalement, entretien suivi dans le réseau constructeur."


def test_a_managers_comment_reaches_the_salesperson_on_another_page(cast, screen, site):
    with unscoped("test data"):
        customer = make_customer(entity=cast.north, civility="professor", birth_name="RINO")
        opportunity = make_opportunity(customer=customer, point_of_sale=cast.north_1, salesperson=cast.sam)
    sam, marc = screen(cast.sam), screen(cast.marc)
    other_tab = sam.context.new_page()
    other_tab.goto(f"{site.url}/compte/")
    marc.goto(f"{site.url}/opportunites/{opportunity.pk}/")
    marc.get_by_label("Ajouter un commentaire").fill(TEXT)
    marc.keyboard.press("Control+Enter")
    marc.locator("#opportunity-timeline").get_by_text(TEXT).wait_for()

    toast = sam.locator("#toasts").get_by_text(TEXT)
    toast.wait_for(timeout=20_000)
    # Read on one tab it is read on all.
    other_tab.locator("#toasts").get_by_text(TEXT).wait_for(timeout=20_000)
    expect(other_tab.locator("#bell-count")).to_have_text("1")
    sam.locator("#toasts").get_by_role("button", name="Ouvrir l’opportunité").click()
    sam.wait_for_url(f"**/opportunites/{opportunity.pk}/**")
    assert sam.locator("#opportunity-timeline").get_by_text(TEXT).is_visible()
    expect(other_tab.locator("#bell-count")).to_be_hidden(timeout=20_000)
    expect(other_tab.locator("#toasts").get_by_text(TEXT)).to_have_count(0, timeout=20_000)

    # What Sam answers comes to Marc's open page by itself, and the words he is writing stay.
    marc.get_by_label("Ajouter un commentaire").fill("Je rédige…")
    sam.get_by_label("Ajouter un commentaire").fill("C’est noté.")
    sam.get_by_role("button", name="Valider").click()
    marc.locator("#opportunity-timeline").get_by_text("C’est noté.").wait_for(timeout=20_000)
    assert marc.get_by_label("Ajouter un commentaire").input_value() == "Je rédige…"

    # Who was not there finds it in the bell.
    sam.context.close()
    marc.get_by_label("Ajouter un commentaire").fill("Appelle-le avant midi.")
    marc.keyboard.press("Control+Enter")
    marc.locator("#opportunity-timeline").get_by_text("Appelle-le avant midi.").wait_for()
    back = screen(cast.sam)
    expect(back.locator("#bell-count")).to_have_text("1")
    back.locator("#bell").click()
    expect(back.locator("#bell-latest")).to_contain_text("Appelle-le avant midi.")
    assert back.errors == []
    assert marc.errors == []
    assert sam.errors == []


def test_a_comment_written_while_the_site_or_redis_is_away_is_shown_on_reconnection(cast, screen, site, own_redis):
    """Written by a worker, or by somebody else's server: nothing was pushed, and nothing is lost."""

    def write(text: str) -> None:
        with unscoped("another process"):
            add_comment(
                opportunity=opportunity, text=text, author=cast.marc, is_from_manager=True, key=uuid4(),
                now=timezone.now(),
            )  # fmt: skip

    with unscoped("test data"):
        customer = make_customer(entity=cast.north, birth_name="RINO")
        opportunity = make_opportunity(customer=customer, point_of_sale=cast.north_1, salesperson=cast.sam)
    sam = screen(cast.sam)
    # Its socket is there once this came.
    write("En direct.")
    sam.locator("#toasts").get_by_text("En direct.").wait_for(timeout=20_000)

    site.kill()
    sam.get_by_text("Hors direct – reconnexion…").first.wait_for(timeout=20_000)
    write("Pendant le redémarrage.")
    site.start()
    sam.locator("#toasts").get_by_text("Pendant le redémarrage.").wait_for(timeout=30_000)
    expect(sam.locator("#bell-count")).to_have_text("2")

    redis.stop(own_redis)
    write("Sans Redis.")
    sam.locator("#toasts").get_by_text("Sans Redis.").wait_for(timeout=30_000)
    expect(sam.locator("#bell-count")).to_have_text("3")
    redis.ensure(own_redis)

    # Each of them once, with its whole text, and each leads to its comment.
    for text in ("En direct.", "Pendant le redémarrage.", "Sans Redis."):
        expect(sam.locator("#toasts").get_by_text(text)).to_have_count(1)
    last = sam.locator("#toasts .toast", has_text="Sans Redis.")
    last.get_by_role("button", name="Ouvrir l’opportunité").click()
    sam.wait_for_url(f"**/opportunites/{opportunity.pk}/**")
    sam.locator("#opportunity-timeline").get_by_text("Sans Redis.").wait_for()
