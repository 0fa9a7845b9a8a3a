"""Every page of a sale and of a customer, on a desk and on a phone: nothing wider than the screen, nothing that axe
finds, nothing in the console; the dialogs as they stand over their page."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from openflex.core.dates import today_paris
from opportunities.models import Appointment, Offer, TradeIn
from opportunities.services.comments import add_comment
from settings_admin.scoping import unscoped
from tests.journeys.conftest import DESK, PHONE
from tests.make import make_customer, make_opportunity, make_vehicle


@pytest.fixture
def sale(cast):
    """A late opportunity with a long name, and all that hangs on one."""
    customer = make_customer(
        entity=cast.north, civility="professor", birth_name="DE LA ROCHEFOUCAULD-MONTBEL", first_names="Marie Apolline",
        mobile="+33612345678", email="marie-apolline.de-la-rochefoucauld@example.test", city="Chalon-sur-Saône",
    )  # fmt: skip
    vehicle = make_vehicle(entity=cast.north, point_of_sale=cast.north_1, sale_price="17990", plate="GD642JM")
    today, now = today_paris(timezone.now()), timezone.now()
    row = make_opportunity(
        customer=customer, point_of_sale=cast.north_1, salesperson=cast.sam, vehicle=vehicle, next_action="call",
        next_action_on=today - timedelta(days=2), overdue_on=today - timedelta(days=1),
    )  # fmt: skip
    place = {"entity": cast.north, "point_of_sale": cast.north_1, "opportunity": row}
    made = {"created_by": cast.sam, "created_at": now}
    with unscoped("test data"):
        drive = Appointment.objects.create(
            **place, kind="test_drive", vehicle=vehicle, salesperson=cast.sam, starts_at=now + timedelta(hours=3),
            ends_at=now + timedelta(hours=4), created_by=cast.sam,
        )  # fmt: skip
        trade_in = TradeIn.objects.create(
            **place, **made, number=2, make="VOLKSWAGEN", model="Golf Plus", state="to_approve", asked_by=cast.sam,
            asked_at=now, mileage_km=89_632, expected_price="8500",
        )  # fmt: skip
        offer = Offer.objects.create(**place, **made, number=26176, vehicle=vehicle, price="17500", valid_until=today)
        for text, asked_of in (("Revoir le prix de reprise à la hausse finalement.", None), ("Alors\u00a0?", cast.sam)):
            add_comment(
                opportunity=row, text=text, author=cast.marc, is_from_manager=True, asked_of=asked_of,
                due_on=today if asked_of else None,
                key=uuid.uuid4(), now=now,
            )  # fmt: skip
    return {"row": row.pk, "drive": drive.pk, "trade_in": trade_in.pk, "offer": offer.pk, "customer": customer.pk}


PAGES = (
    "/opportunites/?tab=all", "/opportunites/?tab=all&affichage=cartes", "/opportunites/nouvelle/",
    "/opportunites/{row}/synthese/", "/opportunites/{row}/offres/", "/opportunites/{row}/reprise/",
    "/opportunites/{row}/offres/nouvelle/", "/opportunites/{row}/reprises/nouvelle/", "/opportunites/offres/{offer}/",
    "/opportunites/reprises/{trade_in}/", "/opportunites/reprises/{trade_in}/?modifier=vehicule",
    "/opportunites/rdv/{drive}/convention/", "/opportunites/agenda/", "/opportunites/estimations-a-valider/",
    "/clients/", "/clients/creer/", "/clients/{customer}/", "/clients/{customer}/?modifier=adresse",
    "/notifications/", "/notifications/preferences/",
)  # fmt: skip
DIALOGS = (
    "/opportunites/{row}/relancer/", "/opportunites/{row}/planifier/rdv/", "/opportunites/{row}/planifier/essai/",
    "/opportunites/{row}/cloturer/gagnee/", "/opportunites/{row}/cloturer/perdue/",
    "/opportunites/{row}/cloturer/abandonnee/", "/opportunites/{row}/reaffecter/", "/opportunites/{row}/fusionner/",
    "/opportunites/rdv/{drive}/deplacer/", "/opportunites/rdv/{drive}/terminer/", "/opportunites/rdv/{drive}/annuler/",
)  # fmt: skip


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone"])
def test_every_page_of_a_sale_is_clean(cast, visit, sale, size, scheme):
    marc = visit(cast.marc, size=size, scheme=scheme)
    page = marc.go(f"/opportunites/{sale['row']}/")
    marc.check()
    for address in DIALOGS:
        opener = page.locator(f"main a[hx-get='{address.format(**sale)}']").first
        if not opener.is_visible():
            page.get_by_role("button", name="Autres actions").click()
        opener.click()
        expect(page.get_by_role("dialog")).to_be_visible()
        marc.check()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_text("En faire une demande").click()
    expect(page.locator("#comment-people")).to_be_visible()
    marc.check()
    for address in PAGES:
        marc.go(address.format(**sale))
        marc.check()


def test_the_opportunities_of_a_customer_stand_in_their_card_as_all_else_does(cast, visit, sale):
    page = visit(cast.sam).go(f"/clients/{sale['customer']}/")
    card = page.locator("#opportunities")
    inside = [card.get_by_role("link", name="n°"), card.get_by_role("link", name="Créer une opportunité")]
    left = [one.bounding_box()["x"] for one in (card.get_by_role("heading"), *inside)]
    assert left == [left[0]] * 3


def test_what_is_to_be_done_next_stands_at_the_top_of_a_phone_too(cast, visit, sale):
    phone = visit(cast.sam, size=PHONE)
    page = phone.go(f"/opportunites/{sale['row']}/")
    action, box, customer = (
        page.get_by_label(name, exact=True) for name in ("Prochaine action", "Ajouter un commentaire", "Client")
    )
    tops = [one.bounding_box()["y"] for one in (action, box, customer)]
    assert tops == sorted(tops)
    phone.check()


def test_a_comment_is_written_and_sent_once_by_keyboard(cast, visit, sale):
    sam = visit(cast.sam)
    page = sam.go(f"/opportunites/{sale['row']}/")
    box = page.get_by_label("Ajouter un commentaire")
    posted = page.locator("#opportunity-timeline blockquote").filter(has_text="Vu avec")
    box.focus()
    # Typed before the colleagues are there: they are offered once they are.
    page.keyboard.type("Vu avec @marc")
    option = page.get_by_role("listbox", name="Collègues").get_by_role("option", name=cast.marc.full_name)
    expect(option).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", option.get_attribute("id"))
    page.keyboard.press("Enter")
    page.keyboard.type("ce matin.\nIl rappelle.")
    page.keyboard.press("Control+Enter")
    expect(posted).to_have_count(1)
    expect(posted).to_contain_text(f"@{cast.marc.full_name} ce matin.")
    # What was sent is not there to be sent again.
    expect(box).to_have_value("")
    expect(box).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Écrivez votre commentaire.")).to_be_visible()
    expect(posted).to_have_count(1)
