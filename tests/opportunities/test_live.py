"""What is told of an opportunity while it is open: whatever happens to it, the events replayed are its state."""

from datetime import timedelta
from decimal import Decimal
from functools import partial
from uuid import uuid4

import pytest
from django.utils import timezone

from openflex.core.dates import today_paris
from opportunities.enums import AppointmentState, OfferState, Status
from opportunities.models import Appointment, CloseReason, Offer, Opportunity, TradeIn
from opportunities.services import appointments, comments, follow_up, offers, trade_in_prices, trade_ins
from settings_admin.scoping import unscoped
from tests.make import make_opportunity, make_vehicle
from tests.support.events import assert_replays

pytestmark = pytest.mark.django_db


def test_every_verb_tells_those_who_have_it_open_and_the_events_replayed_are_its_state(cast, opportunity, as_user):
    now, today = timezone.now(), today_paris(timezone.now())
    with unscoped("test data"):
        vehicle = make_vehicle(entity=cast.north, sale_price="15000")
        lost = CloseReason.objects.create(entity=cast.north, status=Status.LOST, label="Trop cher ailleurs")
        duplicate = make_opportunity(customer=opportunity.customer, point_of_sale=cast.north_1, salesperson=cast.sam)
    as_user(cast.marc)
    done = {"actor": cast.marc, "now": now}

    def of(model):
        return model.objects.filter(opportunity=opportunity).latest("pk")

    def on(verb, **values):
        verb(opportunity=Opportunity.objects.get(pk=opportunity.pk), **done, **values)

    def on_estimate(verb, **values):
        verb(trade_in=of(TradeIn), **done, **values)

    starts = now + timedelta(days=2)
    meeting = {"kind": "meeting", "salesperson": cast.sam, "starts_at": starts, "ends_at": starts + timedelta(hours=1)}
    later = {"starts_at": starts + timedelta(hours=3), "ends_at": starts + timedelta(hours=4)}
    call = {"means": "call", "outcome": "reached", "text": "Il rappelle jeudi."}
    offer = {
        "vehicle": vehicle,
        "price": Decimal(14500),
        "valid_until": today + timedelta(days=7),
        "trade_in": None,
        "note": "",
    }
    for act in (
        partial(comments.add_comment, opportunity=opportunity, text="Vu", author=cast.marc, is_from_manager=True,
                key=uuid4(), now=now),
        partial(on, follow_up.record_exchange, **call, next_action="call", next_action_on=today + timedelta(days=2),
                key=uuid4()),
        partial(on, follow_up.set_stars, stars=3),
        partial(on, follow_up.edit_opportunity, base={"wish": opportunity.wish}, mine={"wish": "Break diesel"}),
        partial(on, follow_up.postpone, to=today + timedelta(days=3), reason="Il est en congé"),
        partial(on, appointments.plan_appointment, values=meeting, key=uuid4()),
        lambda: appointments.move_appointment(
            appointment=of(Appointment), values=later, seen=of(Appointment).mark, **done
        ),
        lambda: appointments.end_appointment(
            appointment=of(Appointment), state=AppointmentState.CANCELLED, outcome="", **done
        ),
        partial(on, offers.make_offer, values=offer, key=uuid4()),
        lambda: offers.move_offer(offer=of(Offer), target=OfferState.SENT, **done),
        partial(on, trade_ins.create_trade_in, values={"make": "BMW", "model": "118i", "mileage_km": 1}, key=uuid4()),
        lambda: on_estimate(trade_ins.edit_trade_in, base={"mileage_km": 1}, mine={"mileage_km": 90_000}),
        partial(on, follow_up.reassign, to=cast.vera),
        partial(on, follow_up.close_opportunity, status=Status.LOST, reason=lost),
        partial(on, follow_up.reopen),
        partial(follow_up.merge, duplicate=duplicate, into=opportunity, **done),
    ):  # fmt: skip
        assert_replays(f"opportunity.{opportunity.pk}", user=cast.marc, act=act)


def test_a_decided_price_is_told_to_those_who_have_its_opportunity_open(cast, opportunity, as_user):
    as_user(cast.marc)
    done = {"actor": cast.marc, "now": timezone.now()}
    values = {"make": "BMW", "model": "118i", "mileage_km": 90_000}
    row = trade_ins.create_trade_in(opportunity=opportunity, values=values, key=uuid4(), **done)
    TradeIn.objects.filter(pk=row.pk).update(state="to_approve")
    row = TradeIn.objects.select_related("opportunity").get(pk=row.pk)
    decline = partial(trade_in_prices.decline, trade_in=row, reason="Trop de frais", seen="", **done)
    assert_replays(f"opportunity.{opportunity.pk}", user=cast.sam, act=decline)
