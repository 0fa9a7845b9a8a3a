"""What was typed and chosen in a long form outlives a reload, pickers included."""

from playwright.sync_api import expect

from opportunities.models import Opportunity
from settings_admin.scoping import unscoped
from tests.journeys.conftest import PHONE
from tests.make import make_customer, make_opportunity, make_vehicle

NEW = "/opportunites/nouvelle/"


def choose(page, field, words, name):
    page.locator(f"[name={field}_words]").press_sequentially(words)
    page.locator(f"#{field}-choices").get_by_role("radio", name=name).check()


def test_an_opportunity_is_taken_up_again_with_its_customer_and_its_vehicle(cast, visit):
    customer = make_customer(entity=cast.north, birth_name="LENOIR", city="Chalon")
    make_opportunity(customer=customer, point_of_sale=cast.north_1, salesperson=cast.marc)
    make_vehicle(entity=cast.north, point_of_sale=cast.north_1, make="RENAULT", model="CLIO", plate="AB123CD")
    phone = visit(cast.sam, size=PHONE)
    page = phone.go(NEW)
    page.on("dialog", lambda dialog: dialog.accept())
    choose(page, "customer", "lenoir", "LENOIR")
    choose(page, "vehicle", "clio", "RENAULT CLIO")
    page.get_by_label("Ou ce que cherche le client").fill("Une citadine, rouge")
    expect(page.get_by_text("Ce client a déjà une opportunité en cours")).to_be_visible()
    page.reload()
    expect(page.get_by_text("a été reprise.")).to_be_visible()
    expect(page.locator("#customer-choices").get_by_role("radio", name="LENOIR")).to_be_checked()
    expect(page.locator("#vehicle-choices").get_by_role("radio", name="RENAULT CLIO")).to_be_checked()
    phone.check()

    page.get_by_role("button", name="Créer l’opportunité").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("LENOIR")
    with unscoped("what was made"):
        row = Opportunity.objects.order_by("pk").last()
        made = (row.customer.birth_name, row.vehicle.model, row.wish)
    assert made == ("LENOIR", "CLIO", "Une citadine, rouge")
    phone.go(NEW)
    expect(page.get_by_text("a été reprise.")).to_be_hidden()
    expect(page.locator("#customer-choices").get_by_role("radio")).to_have_count(0)


def test_who_can_no_longer_be_chosen_does_not_come_back(cast, visit):
    customer = make_customer(entity=cast.north, birth_name="LENOIR")
    desk = visit(cast.sam)
    page = desk.go(NEW)
    page.on("dialog", lambda dialog: dialog.accept())
    choose(page, "customer", "lenoir", "LENOIR")
    page.wait_for_function("sessionStorage.length > 0")
    with unscoped("what happens meanwhile"):
        type(customer).objects.filter(pk=customer.pk).update(merged_into=make_customer(entity=cast.north).pk)
    page.reload()
    expect(page.get_by_text("Aucun client ne correspond à")).to_be_visible()
    expect(page.locator("#customer-choices").get_by_role("radio")).to_have_count(0)


def test_sent_again_after_going_back_it_makes_no_second_one(cast, visit):
    """It comes back as it was opened, with its customer: pressed once more it leads to what was made; with something
    else in it, it makes something else."""
    customer = make_customer(entity=cast.north, birth_name="LENOIR")
    desk = visit(cast.sam)
    page = desk.go(f"/opportunites/client/{customer.pk}/nouvelle/")
    page.on("dialog", lambda dialog: dialog.accept())
    send = page.get_by_role("button", name="Créer l’opportunité")
    for _ in range(2):
        send.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Opportunité de LENOIR")
        page.go_back()
        expect(send).to_be_visible()
    with unscoped("what was made"):
        assert Opportunity.objects.count() == 1
    page.get_by_label("Ou ce que cherche le client").fill("Une citadine")
    send.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Opportunité de LENOIR")
    with unscoped("what was made"):
        assert sorted(Opportunity.objects.values_list("wish", flat=True)) == ["", "Une citadine"]
    desk.check()


def test_a_trade_in_is_taken_up_again(cast, visit):
    row = make_opportunity(customer=make_customer(entity=cast.north), point_of_sale=cast.north_1, salesperson=cast.sam)
    desk = visit(cast.sam)
    page = desk.go(f"/opportunites/{row.pk}/reprises/nouvelle/")
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("[name=make]").fill("YAMAHA")
    page.reload()
    expect(page.get_by_text("a été reprise.")).to_be_visible()
    expect(page.locator("[name=make]")).to_have_value("YAMAHA")
    desk.check()
