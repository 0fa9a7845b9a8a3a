"""What is told of an opportunity while it is open: whatever happens to it, the events replayed are its state."""

from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from uuid import uuid4

import pytest
from django.utils import timezone

from openflex.core.dates import today_paris
from opportunities import estimate_facts
from opportunities.enums import AppointmentState, CancelReason, OfferState, Status, TradeInState
from opportunities.models import Appointment, CloseReason, Offer, Opportunity, OpportunitySettings, TradeIn
from opportunities.services import (
    appointments,
    comments,
    entering,
    follow_up,
    merging,
    offers,
    trade_in_prices,
    trade_ins,
)
from settings_admin.scoping import unscoped
from tests.make import make_opportunity, make_vehicle
from tests.support.events import assert_replays
from tests.vehicles.test_photos import shot
from vehicles.services import condition, photos
from vehicles.services.photos import SentFile

pytestmark = pytest.mark.django_db


@pytest.fixture
def storage(settings):
    settings.STORAGES = {**settings.STORAGES, "photos": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}


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
        partial(on, appointments.plan_appointment, values=meeting, key=uuid4()),
        lambda: appointments.end_appointment(
            appointment=of(Appointment), state=AppointmentState.DONE, outcome="Il réfléchit", **done
        ),
        partial(on, offers.make_offer, values=offer, key=uuid4()),
        lambda: offers.move_offer(offer=of(Offer), target=OfferState.SENT, **done),
        lambda: offers.expire_offers(now=now + timedelta(days=8)),
        partial(on, trade_ins.create_trade_in, values={"make": "BMW", "model": "118i", "mileage_km": 1}, key=uuid4()),
        lambda: on_estimate(trade_ins.edit_trade_in, base={"mileage_km": 1}, mine={"mileage_km": 90_000}),
        partial(follow_up.follow, opportunity=opportunity, user=cast.marc, actor=cast.marc),
        partial(follow_up.unfollow, opportunity=opportunity, user=cast.marc, actor=cast.marc),
        partial(on, follow_up.reassign, to=cast.vera),
        partial(on, follow_up.close_opportunity, status=Status.LOST, reason=lost),
        partial(on, follow_up.reopen),
        partial(merging.merge, duplicate=duplicate, into=opportunity, **done),
    ):  # fmt: skip
        assert_replays(f"opportunity.{opportunity.pk}", user=cast.marc, act=act)


def test_what_is_done_to_an_estimate_is_told_to_those_who_have_its_opportunity_open(
    cast, opportunity, as_user, storage
):
    """Its photos, damage and costs too, which are verbs of the stock: the manager looks at what the seller adds."""
    now, today = timezone.now(), today_paris(timezone.now())
    done = {"actor": cast.marc, "now": now}
    with unscoped("test data"):
        OpportunitySettings.objects.create(entity=cast.north, trade_in_photos=0)
    as_user(cast.marc)
    values = {
        "make": "BMW", "model": "118i", "plate": "AA123AA", "first_registration": date(2020, 3, 17),
        "mileage_km": 90_000,
    }  # fmt: skip
    trade_in_pk = trade_ins.create_trade_in(opportunity=opportunity, values=values, key=uuid4(), **done).pk

    def estimate():
        return TradeIn.objects.select_related("opportunity").get(pk=trade_in_pk)

    def on(verb, **values):
        return lambda: verb(trade_in=estimate(), **{**done, **values})

    def on_condition(verb, **values):
        return lambda: verb(owner=estimate(), actor=cast.marc, **values)

    def send(damage_pk=None):
        file = shot()
        files = [SentFile(name=file.name, file=file.file, size=file.size)]
        on_condition(photos.add_photos, damage_pk=damage_pk, files=files, key=uuid4())()

    def photo(place):
        return estimate().photos.order_by("position")[place].pk

    def damage():
        return estimate().damages.get().pk

    def approve():
        seen = estimate_facts.mark_of(estimate())
        on(trade_in_prices.approve, seen=seen, **approval)()

    dent = {"zone": "front", "description": "Rayure", "cost": None}
    dearer = {**dent, "cost": Decimal(90)}
    tyres = {"kind": "tyres", "description": "Pneus", "planned": Decimal(120), "actual": None}
    approval = {"price": Decimal(8000), "valid_until": today + timedelta(days=7), "reason": ""}
    expire = partial(trade_in_prices.expire_trade_ins, today=today + timedelta(days=8))
    accept = on(trade_in_prices.record_answer, state=TradeInState.ACCEPTED)
    cancel = {"reason": CancelReason.KEPT, "words": ""}
    for act in (
        send,
        send,
        send,
        lambda: on_condition(photos.move_photo, photo_pk=photo(2), to=0)(),
        lambda: on_condition(photos.move_photo, photo_pk=photo(2), to=1)(),  # the cover stays: nothing in the history
        lambda: on_condition(photos.remove_photo, photo_pk=photo(1))(),
        on_condition(condition.add_part, what="damage", values=dent, key=uuid4()),
        lambda: send(damage()),
        lambda: on_condition(condition.edit_part, what="damage", part_pk=damage(), base=dent, mine=dearer)(),
        lambda: on_condition(condition.remove_part, what="damage", part_pk=damage())(),
        on_condition(condition.add_part, what="cost", values=tyres, key=uuid4()),
        on(trade_ins.ask_for_price),
        on(trade_ins.take_back),
        on(trade_ins.ask_for_price),
        lambda: on(trade_in_prices.decline, reason="Trop de frais", seen=estimate_facts.mark_of(estimate()))(),
        on(trade_ins.take_back),
        on(trade_ins.ask_for_price),
        approve,
        expire,
        on(trade_ins.ask_for_price),
        approve,
        accept,
        on(entering.enter_trade_in, point_of_sale=cast.north_1, entered_on=today),
        lambda: on(entering.cancel_entry, vehicle_pk=estimate().vehicle_id, **cancel)(),
    ):
        assert_replays(f"opportunity.{opportunity.pk}", user=cast.marc, act=act)
