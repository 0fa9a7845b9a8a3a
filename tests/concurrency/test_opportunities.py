"""Estimates, offers, appointments and decisions at one instant: one of what is one, and nobody's words lost."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from openflex.core.errors import Refused
from openflex.notifications.models import Notification
from opportunities import estimate_facts
from opportunities.models import Appointment, Offer, Opportunity, TradeIn
from opportunities.services import appointments, comments, entering, offers, trade_ins
from settings_admin.models import TimelineEntry
from settings_admin.records.services import give_out, lock_counter
from tests.concurrency.test_customers import behind, merging_into
from tests.concurrency.test_vehicles import together
from tests.make import make_customer, make_opportunity, make_quotation, make_vehicle
from vehicles.models import Vehicle

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("look_at_everything")]
NEVER_OVER = date(2099, 1, 1)
START = datetime(2099, 1, 5, 9, 0, tzinfo=UTC)


@pytest.fixture
def customer(cast):
    return make_customer(entity=cast.north, birth_name="RINO")


@pytest.fixture
def opportunity(cast, customer):
    return make_opportunity(customer=customer, point_of_sale=cast.north_1, salesperson=cast.sam)


def make_trade_in(opportunity, **fields):
    values = {
        "number": TradeIn.objects.count() + 1, "make": "VOLKSWAGEN", "model": "Golf Plus", "plate": "GD642JM",
        "first_registration": date(2010, 4, 23), "mileage_km": 89632, "created_by": opportunity.salesperson,
        "created_at": timezone.now(), **fields,
    }  # fmt: skip
    return TradeIn.objects.create(
        entity=opportunity.entity, point_of_sale=opportunity.point_of_sale, opportunity=opportunity, **values
    )


class TestEstimates:
    def test_a_quotation_in_three_tabs_makes_one_in_one_opportunity(self, cast, customer):
        quotation = make_quotation(
            entity=cast.north, point_of_sale=cast.north_1, created_by=cast.sam, make="BMW", model="118i"
        )
        made = together(
            cast.sam,
            *(
                lambda: trade_ins.create_from_quotation(
                    quotation=quotation, customer=customer, opportunity=None, actor=cast.sam, key=uuid4(),
                    now=timezone.now(),
                )
                for _ in range(3)
            ),
        )  # fmt: skip
        assert {one.pk for one in made} == {TradeIn.objects.get().pk}
        assert Opportunity.objects.count() == 1
        assert TimelineEntry.objects.filter(kind="trade_in_created").count() == 1

    def test_one_form_sent_three_times_makes_one(self, cast, opportunity):
        key = uuid4()
        made = together(
            cast.sam,
            *(
                lambda: trade_ins.create_trade_in(
                    opportunity=opportunity, values={"make": "BMW", "model": "118i"}, actor=cast.sam, key=key,
                    now=timezone.now(),
                )
                for _ in range(3)
            ),
        )  # fmt: skip
        assert {one.pk for one in made} == {TradeIn.objects.get().pk}

    def test_two_people_enter_it_into_the_stock_once(self, cast, opportunity):
        estimate = make_trade_in(
            opportunity, state="accepted", price=8000, decided_by=cast.marc, valid_until=NEVER_OVER
        )
        vehicles = together(
            cast.marc,
            *(
                lambda: entering.enter_trade_in(
                    trade_in=TradeIn.objects.get(pk=estimate.pk), point_of_sale=cast.north_1,
                    entered_on=timezone.now().date(), actor=cast.marc, now=timezone.now(),
                )
                for _ in range(3)
            ),
        )  # fmt: skip
        assert {one.pk for one in vehicles} == {Vehicle.objects.get().pk}
        assert TimelineEntry.objects.filter(kind="entered").count() == 1


class TestTwoManagers:
    @pytest.fixture
    def estimate(self, cast, opportunity):
        return make_trade_in(opportunity, state="to_approve", asked_by=cast.sam, asked_at=timezone.now())

    def test_one_decides_and_the_other_is_told_by_whom_with_all_that_was_typed(self, cast, client_for, estimate):
        seen = estimate_facts.mark_of(estimate)
        answers = {
            cast.marc: {"price": "8 000,00", "reason": "Bel état", "valid_until": "01/01/2099", "decision": "approve"},
            cast.vera: {"price": "", "reason": "Trop de frais", "valid_until": "", "decision": "decline"},
        }
        clients = {user: client_for(user) for user in answers}

        def deciding(user):
            url = f"/opportunites/reprises/{estimate.pk}/decider/"
            return lambda: clients[user].post(url, {"seen": seen, **answers[user]})

        responses = dict(zip(answers, together(cast.marc, *map(deciding, answers)), strict=True))
        assert sorted(one.status_code for one in responses.values()) == [303, 422]
        (winner,) = [user for user, one in responses.items() if one.status_code == 303]
        (loser,) = [user for user in answers if user != winner]
        told = responses[loser].content.decode()
        assert f"{winner.full_name} vient de décider" in told
        assert answers[loser]["reason"] in told
        estimate.refresh_from_db()
        decided = {cast.marc: ("approved", Decimal(8000)), cast.vera: ("declined", None)}
        assert (estimate.state, estimate.price) == decided[winner]
        assert estimate.price_reason == answers[winner]["reason"]
        assert TimelineEntry.objects.filter(kind="decided").count() == 1
        assert Notification.objects.filter(recipient=cast.sam, kind="trade_in_decided").count() == 1


class TestOffers:
    def offering(self, cast, opportunity, *, key=None):
        vehicle = make_vehicle(entity=cast.north, point_of_sale=cast.north_1, sale_price=Decimal(12000))
        values = {
            "vehicle": vehicle, "price": Decimal(11500), "valid_until": NEVER_OVER, "note": "", "trade_in": None
        }  # fmt: skip
        return lambda: offers.make_offer(
            opportunity=opportunity, values=values, actor=cast.sam, key=key or uuid4(), now=timezone.now()
        )

    def test_two_at_one_instant_have_a_number_each(self, cast, opportunity):
        other = make_opportunity(customer=opportunity.customer, point_of_sale=cast.north_1, salesperson=cast.vera)
        made = together(
            cast.sam,
            self.offering(cast, opportunity),
            self.offering(cast, opportunity),
            self.offering(cast, other),
        )
        assert sorted(one.number for one in made) == [1, 2, 3]
        assert Offer.objects.count() == TimelineEntry.objects.filter(kind="offer_created").count() == 3

    def test_one_waits_for_the_number_that_another_is_about_to_take(self, cast, opportunity):
        """Nothing else that two of them lock makes the second wait: neither the opportunity, which the first has not
        touched, nor the row of the counter as it is made or given out."""
        self.offering(cast, opportunity)()
        second = behind(
            cast.sam,
            lambda: lock_counter(entity=cast.north, series="offer"),
            self.offering(cast, opportunity),
            then=lambda counter: give_out(counter, counter.last + 1),
        )
        assert second.number == 3

    def test_one_form_sent_three_times_makes_one(self, cast, opportunity):
        key = uuid4()
        made = together(cast.sam, *(self.offering(cast, opportunity, key=key) for _ in range(3)))
        assert {one.pk for one in made} == {Offer.objects.get().pk}
        # No number was lost on the two others.
        assert self.offering(cast, opportunity)().number == 2


class TestAppointments:
    def planning(self, opportunity, user, *, by, vehicle=None, minutes=0):
        start = START + timedelta(minutes=minutes)
        values = {
            "kind": "test_drive" if vehicle else "meeting", "salesperson": user, "vehicle": vehicle, "starts_at": start,
            "ends_at": start + timedelta(hours=1), "note": "",
        }  # fmt: skip
        return lambda: appointments.plan_appointment(
            opportunity=opportunity, values=values, actor=by, key=uuid4(), now=timezone.now()
        )

    def test_nobody_is_in_two_places(self, cast, opportunity):
        """Of two opportunities: one and the same is locked anyway."""
        other = make_opportunity(customer=opportunity.customer, point_of_sale=cast.north_1, salesperson=cast.sam)
        answers = together(
            cast.sam,
            self.planning(opportunity, cast.sam, by=cast.sam),
            self.planning(other, cast.sam, by=cast.sam, minutes=30),
        )
        (refusal,) = [one for one in answers if isinstance(one, Refused)]
        assert (refusal.code, refusal.field) == ("busy", "starts_at")
        assert Appointment.objects.count() == 1

    def test_no_vehicle_is_driven_by_two(self, cast, opportunity):
        vehicle = make_vehicle(entity=cast.north, point_of_sale=cast.north_1)
        other = make_opportunity(customer=opportunity.customer, point_of_sale=cast.north_1, salesperson=cast.vera)
        answers = together(
            cast.marc,
            self.planning(opportunity, cast.sam, by=cast.marc, vehicle=vehicle),
            self.planning(other, cast.vera, by=cast.marc, vehicle=vehicle, minutes=59),
        )
        (refusal,) = [one for one in answers if isinstance(one, Refused)]
        assert (refusal.code in ("busy", "vehicle_busy"), refusal.field) == (True, "vehicle")
        assert Appointment.objects.count() == 1


class TestBehindAMergeOfTheirCustomers:
    """Offers, estimates, appointments and what was told of them go where the customer goes, of that instant too."""

    def test_all_of_it_is_with_the_file_that_stays_and_what_was_told_leads_there(self, cast, client_for):
        kept, gone = (make_customer(entity=cast.north, birth_name="RINO") for _ in range(2))
        opportunity = make_opportunity(customer=gone, point_of_sale=cast.north_1, salesperson=cast.sam)
        estimate = make_trade_in(opportunity, state="to_approve", asked_by=cast.sam, asked_at=timezone.now())
        TestOffers().offering(cast, opportunity)()
        TestAppointments().planning(opportunity, cast.sam, by=cast.sam)()
        comment = {"opportunity": opportunity, "author": cast.alice, "is_from_manager": True, "now": timezone.now()}
        comments.add_comment(text="Avant", key=uuid4(), **comment)
        behind(
            cast.alice,
            merging_into(cast, kept, gone),
            lambda: comments.add_comment(text="Pendant", key=uuid4(), **comment),
        )
        opportunity.refresh_from_db()
        assert opportunity.customer == kept
        found = TradeIn.objects.get(opportunity__customer=kept)
        assert (found, found.plate) == (estimate, "GD642JM")
        for model in (Offer, Appointment):
            assert model.objects.filter(opportunity__customer=kept).count() == 1, model
        client = client_for(cast.sam)
        told = Notification.objects.filter(recipient=cast.sam, kind="opportunity_comment").order_by("pk")
        assert [one.text for one in told] == ["Avant", "Pendant"]
        for one in told:
            response = client.post(f"/notifications/{one.pk}/ouvrir/")
            assert response.status_code == 303
            assert f"/clients/{kept.pk}/" in client.get(response.headers["Location"]).content.decode()
        page = client.get(f"/clients/{gone.pk}/", follow=True)
        assert page.redirect_chain == [(f"/clients/{kept.pk}/", 301)]
        of_customer = client.get(f"/opportunites/client/{kept.pk}/").content.decode()
        assert str(opportunity.number) in of_customer
