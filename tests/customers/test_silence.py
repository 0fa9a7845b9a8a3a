"""Customers with whom nobody had any contact for years: announced, kept with a reason, else erased by night."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest

from customers import tasks
from customers.models import Customer
from customers.services import contact, silence
from customers.services.editing import edit_customer
from openflex.core.dates import add_years, today_paris
from opportunities.models import Appointment, Comment, Opportunity
from opportunities.services.comments import add_comment
from opportunities.services.offers import make_offer
from opportunities.services.trade_ins import create_trade_in
from settings_admin.models import TimelineEntry
from settings_admin.scoping import unscoped
from tests.customers.way import fresh, history
from tests.make import make_customer, make_opportunity, make_vehicle
from vehicles.models import Hold, Vehicle

# Half past midnight in Paris, still the day before elsewhere.
SPOKEN = datetime(2023, 11, 26, 23, 30, tzinfo=UTC)
LAST_DAY = date(2023, 11, 27)
DUE = date(2026, 11, 27)
ANNOUNCED = datetime(2026, 9, 28, 1, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 27, 1, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _look_at_everything():
    with unscoped("the test looks at what was written"):
        yield


def silent(cast, since=SPOKEN, **fields):
    """Somebody with whom nobody did anything since."""
    customer = make_customer(entity=cast.north, birth_name="MUET", email="muet@example.test", **fields)
    Customer.objects.filter(pk=customer.pk).update(created_at=since, changed_at=since)
    return fresh(customer)


def old_opportunity(customer, cast, at=SPOKEN, **fields):
    closed = {"status": "lost", "closed_at": at, "overdue_on": None}
    return make_opportunity(
        customer=customer, point_of_sale=cast.north_1, salesperson=cast.sam,
        **{"created_at": at, "changed_at": at, "last_contact_at": at, **closed, **fields},
    )  # fmt: skip


def announced(cast, **fields):
    customer = silent(cast, **fields)
    silence.announce(now=ANNOUNCED)
    assert fresh(customer).erase_on == DUE
    return fresh(customer)


def run(now=NIGHT):
    silence.announce(now=now)
    return silence.erase_silent(now=now)


class TestTheRule:
    def test_it_is_announced_sixty_days_before_and_done_on_the_day_of_paris(self, cast):
        customer = silent(cast)
        silence.announce(now=ANNOUNCED - timedelta(days=1))
        assert fresh(customer).erase_on is None
        silence.announce(now=ANNOUNCED)
        assert fresh(customer).erase_on == DUE
        assert run(now=datetime(2026, 11, 26, 22, 59, tzinfo=UTC)) == 0  # 23:59 in Paris, the evening before
        assert fresh(customer).email
        assert run(now=datetime(2026, 11, 26, 23, 1, tzinfo=UTC)) == 1
        row = fresh(customer)
        assert (row.email, row.birth_name, row.erase_on) == ("", "", None)
        (line,) = history(customer)
        assert (line.kind, line.actor, line.details) == (
            "erased", None, {"label": "sans contact depuis le 27/11/2023"}
        )  # fmt: skip

    def test_whoever_was_silent_long_before_the_first_night_has_sixty_days_too(self, cast):
        customer = silent(cast, since=SPOKEN - timedelta(days=900))
        assert run() == 0
        assert fresh(customer).erase_on == date(2027, 1, 26)
        assert run(now=NIGHT + timedelta(days=59)) == 0
        assert run(now=NIGHT + timedelta(days=60)) == 1

    def test_a_sale_is_kept_five_years(self, cast):
        customer = silent(cast)
        old_opportunity(customer, cast, status="won")
        self.is_kept_five_years(customer)

    def test_a_purchase_is_kept_five_years_and_the_register_longer(self, cast):
        customer = silent(cast)
        bought(customer, cast)
        self.is_kept_five_years(customer)
        assert "Livre de police" in fresh(customer).kept_because
        assert fresh(customer).birth_name == "MUET"

    def test_a_purchase_that_was_cancelled_is_none(self, cast):
        customer = silent(cast)
        bought(customer, cast, exit_reason="withdrawn")
        silence.announce(now=ANNOUNCED)
        assert fresh(customer).erase_on == DUE

    def is_kept_five_years(self, customer):
        assert run() == 0
        assert fresh(customer).erase_on is None
        silence.announce(now=datetime(2028, 9, 28, 1, 0, tzinfo=UTC))
        assert fresh(customer).erase_on == add_years(LAST_DAY, 5)
        assert run(now=datetime(2028, 11, 27, 1, 0, tzinfo=UTC)) == 1
        assert fresh(customer).email == ""

    def test_two_runs_have_one_effect(self, cast):
        customer = announced(cast)
        assert run() == 1
        assert run() == 0
        tasks.forget_the_silent()
        assert [line.kind for line in history(customer)] == ["erased"]

    def test_a_night_does_no_more_than_it_may(self, cast, monkeypatch):
        monkeypatch.setattr(silence, "MOST_A_NIGHT", 2)
        for _ in range(3):
            announced(cast)
        assert [run(), run(), run()] == [2, 1, 0]

    def test_those_of_whom_it_is_long_before_are_looked_at_in_batches(self, cast, monkeypatch):
        monkeypatch.setattr(silence, "_BATCH", 2)
        people = [silent(cast) for _ in range(5)]
        assert silence.announce(now=ANNOUNCED) == 5
        assert {fresh(one).erase_on for one in people} == {DUE}


def bought(customer, cast, **fields):
    vehicle = make_vehicle(
        entity=cast.north, point_of_sale=cast.north_1, supplier=customer, entered_on=LAST_DAY,
        **{"status": "out", "exit_reason": "scrap", "left_on": LAST_DAY, "purchased_on": LAST_DAY, **fields},
    )  # fmt: skip
    Vehicle.objects.filter(pk=vehicle.pk).update(created_at=SPOKEN)
    return vehicle


# --- Each kind of contact postpones ---------------------------------------------------------------------
LATER = SPOKEN + timedelta(days=300)


def entry_of(target_type, pk, cast, **fields):
    values = {"kind": "changed", "actor": cast.sam, "at": LATER, **fields}
    TimelineEntry.objects.create(
        holding=cast.holding, entity=cast.north, target_type=target_type, target_id=pk, **values
    )


def edited(customer, cast):
    Customer.objects.filter(pk=customer.pk).update(changed_at=LATER)


def contact_added(customer, cast):
    entry_of("customers.customer", customer.pk, cast, kind="contact_added")


def consent_answered(customer, cast):
    customer.consents.create(
        entity=cast.north, purpose="email", is_given=True, channel="online", recorded_by=None, at=LATER
    )


def opportunity_begun(customer, cast):
    old_opportunity(customer, cast, created_at=LATER)


def customer_called(customer, cast):
    old_opportunity(customer, cast, last_contact_at=LATER)


def opportunity_worked_on(customer, cast):
    """A comment, an offer, an estimate: each is a line of its history."""
    entry_of("opportunities.opportunity", old_opportunity(customer, cast).pk, cast, kind="comment")


def met(customer, cast):
    Appointment.objects.create(
        entity=cast.north, opportunity=old_opportunity(customer, cast), kind="meeting", salesperson=cast.sam,
        starts_at=LATER, ends_at=LATER + timedelta(hours=1), state="done", created_by=cast.sam,
    )  # fmt: skip


def reserved(customer, cast):
    vehicle = make_vehicle(entity=cast.north, point_of_sale=cast.north_1)
    hold = Hold.objects.create(
        entity=cast.north, point_of_sale=cast.north_1, vehicle=vehicle, kind="reservation", customer=customer,
        released_at=LATER,
    )  # fmt: skip
    Hold.objects.filter(pk=hold.pk).update(created_at=LATER)


@pytest.mark.parametrize(
    "happens",
    [edited, contact_added, consent_answered, opportunity_begun, customer_called, opportunity_worked_on, met, reserved],
)
def test_each_contact_counts_from_its_day_on(cast, happens):
    customer = silent(cast)
    happens(customer, cast)
    run()
    assert fresh(customer).erase_on is None
    due = add_years(today_paris(LATER), 3)
    eve, day = (datetime.combine(due - timedelta(days=days), time(1), UTC) for days in (61, 60))
    silence.announce(now=eve)
    assert fresh(customer).erase_on is None
    silence.announce(now=day)
    assert fresh(customer).erase_on == due


def test_a_vehicle_that_is_supplied_counts_from_its_day_on(cast):
    customer = silent(cast)
    bought(customer, cast, purchased_on=today_paris(LATER))
    silence.announce(now=NIGHT + timedelta(days=5 * 366))
    assert today_paris(fresh(customer).last_contact_at) == today_paris(LATER)


@pytest.mark.parametrize(
    ("target", "fields"),
    [
        ("customers.customer", {"kind": "handed_over"}),
        ("customers.customer", {"actor": None}),
        ("opportunities.opportunity", {"actor": None, "kind": "offer_state"}),
    ],
)
def test_what_the_application_did_or_a_leaver_left_is_no_contact(cast, target, fields):
    customer = silent(cast)
    pk = customer.pk if target == "customers.customer" else old_opportunity(customer, cast).pk
    entry_of(target, pk, cast, **fields)
    silence.announce(now=ANNOUNCED)
    assert fresh(customer).erase_on == DUE


# --- While something is open ----------------------------------------------------------------------------


def open_opportunity(customer, cast):
    old_opportunity(customer, cast, status="open", closed_at=None, overdue_on=LAST_DAY)


def appointment_to_come(customer, cast):
    Appointment.objects.create(
        entity=cast.north, opportunity=old_opportunity(customer, cast), kind="meeting", salesperson=cast.sam,
        starts_at=NIGHT + timedelta(hours=1), ends_at=NIGHT + timedelta(hours=2), created_by=cast.sam,
    )  # fmt: skip


def reservation(customer, cast):
    vehicle = make_vehicle(entity=cast.north, point_of_sale=cast.north_1)
    hold = Hold.objects.create(
        entity=cast.north, point_of_sale=cast.north_1, vehicle=vehicle, kind="order", customer=customer
    )
    Hold.objects.filter(pk=hold.pk).update(created_at=SPOKEN)


def vehicle_in_stock(customer, cast):
    bought(customer, cast, status="for_sale", exit_reason="", left_on=None)


@pytest.mark.parametrize("happens", [open_opportunity, appointment_to_come, reservation, vehicle_in_stock])
def test_nobody_is_forgotten_with_whom_something_is_open(cast, happens):
    customer = announced(cast)
    happens(customer, cast)
    # Long after the five years of a supplier.
    later = NIGHT if happens is appointment_to_come else NIGHT + timedelta(days=4 * 365)
    Customer.objects.filter(pk=customer.pk).update(erase_on=DUE)
    assert silence.erase_silent(now=later) == 0
    assert fresh(customer).erase_on is None
    assert run(now=later) == 0
    assert fresh(customer).email


# --- A contact after the announcement --------------------------------------------------------------------


def comment(opportunity, cast):
    add_comment(opportunity=opportunity, text="Rappelé", author=cast.sam, is_from_manager=False, key=uuid4(), now=NIGHT)


def offer(opportunity, cast):
    vehicle = make_vehicle(entity=cast.north, point_of_sale=cast.north_1)
    values = {"vehicle": vehicle, "price": 9000, "valid_until": DUE + timedelta(days=9), "note": "", "trade_in": None}
    make_offer(opportunity=opportunity, values=values, actor=cast.sam, key=uuid4(), now=NIGHT)


def estimate(opportunity, cast):
    values = {"make": "BMW", "model": "118i"}
    create_trade_in(opportunity=opportunity, values=values, actor=cast.sam, key=uuid4(), now=NIGHT)


@pytest.mark.parametrize("act", [comment, offer, estimate])
def test_what_is_done_on_an_opportunity_takes_the_announcement_back(cast, act, django_capture_on_commit_callbacks):
    customer = announced(cast)
    opportunity = old_opportunity(customer, cast)
    if act is not comment:
        Opportunity.objects.filter(pk=opportunity.pk).update(status="open", closed_at=None, overdue_on=DUE)
        opportunity.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        act(opportunity, cast)
    row = fresh(customer)
    assert (row.erase_on, row.last_contact_at) == (None, NIGHT)


def test_without_the_note_of_its_process_the_night_finds_a_comment_all_the_same(cast):
    customer = announced(cast)
    comment(old_opportunity(customer, cast), cast)
    assert fresh(customer).erase_on == DUE
    assert silence.erase_silent(now=NIGHT) == 0
    assert fresh(customer).erase_on is None
    assert Comment.objects.get().text == "Rappelé"


def test_an_edit_takes_the_announcement_back_at_once(cast):
    customer = announced(cast)
    edit_customer(customer=customer, base={"city": ""}, mine={"city": "Autun"}, actor=cast.sam)
    assert fresh(customer).erase_on is None


def test_a_contact_soon_after_another_one_writes_nothing(cast, django_assert_num_queries):
    customer = silent(cast)
    contact.note_contact(customer, at=NIGHT)
    with django_assert_num_queries(0):
        contact.note_contact(customer, at=NIGHT + timedelta(days=29))
    contact.note_contact(customer, at=NIGHT + timedelta(days=31))
    assert fresh(customer).last_contact_at == NIGHT + timedelta(days=31)
