"""What is told in the morning and expires at night: to the right people, once, whatever runs twice."""

from datetime import timedelta

import pytest
from django.utils import timezone

from openflex.celery import app
from openflex.core.dates import today_paris
from openflex.notifications.models import Notification
from opportunities import tasks
from opportunities.models import Offer, Opportunity, TradeIn
from opportunities.services import settings
from opportunities.services.keeping import keep
from settings_admin.models import Absence, TimelineEntry
from settings_admin.scoping import unscoped
from tests.make import make_customer, make_opportunity, make_vehicle

pytestmark = pytest.mark.django_db


def told():
    with unscoped("test"):
        rows = Notification.objects.select_related("recipient").order_by("recipient__first_name", "pk")
        return [(row.recipient.first_name, row.title, row.count) for row in rows]


def days_ago(days):
    return timezone.now() - timedelta(days=days)


def late(cast, *, days=0, site=None, **fields):
    """Since that many days."""
    today = today_paris(timezone.now())
    place = site or cast.north_1
    return make_opportunity(
        customer=make_customer(entity=place.entity), point_of_sale=place,
        **{"salesperson": cast.sam, "next_action": "call", "next_action_on": today - timedelta(days=days + 1),
           "overdue_on": today - timedelta(days=days), **fields},
    )  # fmt: skip


def test_the_salesperson_is_told_once(cast, client_for):
    row = late(cast)
    late(cast, days=1, reminded_on=today_paris(timezone.now()) - timedelta(days=1))
    late(cast, days=-1)
    for _ in range(2):
        tasks.remind_of_overdue()
    assert told() == [("Sam", "Opportunité en souffrance", 1)]
    page = client_for(cast.sam).get("/notifications/").content.decode()
    assert f"L’opportunité n°\u00a0{row.number}" in page
    assert "1\u00a0jour de retard" in page


def test_what_became_late_on_a_day_without_a_beat_is_told_with_the_next_one_and_again_only_if_it_is_late_again(cast):
    row = late(cast, days=3)
    for _ in range(2):
        tasks.remind_of_overdue()
    assert told() == [("Sam", "Opportunité en souffrance", 1)]

    def put_off(*, days):
        with unscoped("test"):
            opportunity = Opportunity.objects.get(pk=row.pk)
            opportunity.next_action_on = today_paris(timezone.now()) + timedelta(days=days)
            keep(opportunity, fields=["next_action_on"], actor=cast.sam, now=timezone.now())

    put_off(days=-9)  # late for another reason is late all the same
    tasks.remind_of_overdue()
    assert len(told()) == 1
    put_off(days=1)
    put_off(days=-1)
    with unscoped("test"):
        Notification.objects.update(once="")
    tasks.remind_of_overdue()
    assert len(told()) == 2


def test_a_delay_that_is_lowered_after_the_morning_is_told_the_next_one(cast):
    late(cast, days=-1, next_action="", next_action_on=None, last_contact_at=timezone.now() - timedelta(days=6))
    tasks.remind_of_overdue()
    assert told() == []

    def set_delay(days):
        with unscoped("test"):
            own = settings.locked_settings(cast.north)
            base, mine = {"overdue_after_days": own.overdue_after_days}, {"overdue_after_days": days}
            settings.edit_figures(entity=cast.north, base=base, mine=mine, actor=cast.alice)

    set_delay(3)
    for _ in range(2):
        tasks.remind_of_overdue()
    assert len(told()) == 1
    set_delay(30)
    with unscoped("test"):
        assert Opportunity.objects.get().reminded_on is None


def test_many_that_become_late_at_once_are_one_entry_for_each_salesperson(cast, client_for):
    rows = [late(cast, days=-1, next_action="", next_action_on=None, last_contact_at=days_ago(6)) for _ in range(5)]
    late(cast, days=-1, salesperson=cast.marc, next_action="", next_action_on=None, last_contact_at=days_ago(6))
    with unscoped("the entity shortens its delay"):
        base, mine = {"overdue_after_days": 7}, {"overdue_after_days": 3}
        settings.edit_figures(entity=cast.north, base=base, mine=mine, actor=cast.alice)
    for _ in range(2):
        tasks.remind_of_overdue()
    assert told() == [("Marc", "Opportunité en souffrance", 1), ("Sam", "Opportunités en souffrance", 1)]
    with unscoped("test"):
        entry = Notification.objects.get(recipient=cast.sam)
    assert "5\u00a0opportunités" in entry.sentence
    assert [f"n°\u00a0{row.number}\u00a0:" in entry.text for row in rows] == [True] * 5
    assert client_for(cast.sam).get(entry.url).text.count("data-row-link") == 5
    late(cast, days=0)  # the next one that becomes so by itself
    tasks.remind_of_overdue()
    assert len(told()) == 3


def test_one_that_was_read_does_not_come_back(cast):
    late(cast)
    tasks.remind_of_overdue()
    with unscoped("test"):
        Notification.objects.update(read_at=timezone.now())
    tasks.remind_of_overdue()
    with unscoped("test"):
        assert Notification.objects.get().read_at is not None


def test_who_stands_in_for_an_absent_salesperson_is_told_too(cast):
    late(cast)
    today = today_paris(timezone.now())
    with unscoped("test data"):
        Absence.objects.create(
            holding=cast.holding, user=cast.sam, substitute=cast.marc, starts_on=today, ends_on=today
        )
    tasks.remind_of_overdue()
    assert [name for name, *_ in told()] == ["Marc", "Sam"]


def test_managers_are_told_how_many_each_has(cast, client_for):
    for days in (0, 3, 5):
        late(cast, days=days)
    late(cast, days=2, salesperson=cast.momo, site=cast.north_2)
    for _ in range(2):
        tasks.tell_teams()
    # Marc manages Nord, Alice everything; salespeople, the used-car manager and other houses hear nothing.
    title = "En souffrance dans votre équipe"
    assert told() == [("Alice", title, 1), ("Marc", title, 1)]
    with unscoped("test"):
        entry = Notification.objects.get(recipient=cast.marc)
    assert entry.sentence == "4\u00a0opportunités en souffrance chez Nord"
    assert entry.text.splitlines() == [f"{cast.sam.full_name}\u00a0: 3", f"{cast.momo.full_name}\u00a0: 1"]
    client = client_for(cast.marc)
    assert entry.text.splitlines()[0] in client.get("/notifications/").content.decode()
    assert client.get(entry.url).status_code == 200


def test_nothing_late_is_nothing_told(cast):
    late(cast, days=-1)
    tasks.tell_teams()
    assert told() == []


def offer(cast, *, days, **fields):
    row = make_opportunity(
        customer=make_customer(entity=cast.north), point_of_sale=cast.north_1, salesperson=cast.sam, **fields
    )
    now = timezone.now()
    with unscoped("test data"):
        return Offer.objects.create(
            entity=cast.north, point_of_sale=cast.north_1, opportunity=row, number=26_000 + row.pk, state="sent",
            vehicle=make_vehicle(entity=cast.north, point_of_sale=cast.north_1), price=17_500, created_by=cast.sam,
            created_at=now, valid_until=today_paris(now) + timedelta(days=days),
        )  # fmt: skip


def test_an_offer_expires_after_its_last_day_once_and_its_author_is_told(cast, client_for):
    past, last_day = offer(cast, days=-1), offer(cast, days=0)
    for _ in range(2):
        tasks.expire_past()
    with unscoped("test"):
        assert Offer.objects.get(pk=past.pk).state == "expired"
        assert Offer.objects.get(pk=last_day.pk).state == "sent"
        assert TimelineEntry.objects.filter(kind="offer_state").count() == 1
        assert Opportunity.objects.get(pk=past.opportunity_id).last_contact_at == past.opportunity.last_contact_at
    assert told() == [("Sam", "Offre expirée", 1)]
    page = client_for(cast.sam).get(f"/opportunites/{past.opportunity_id}/").content.decode()
    assert "a noté «\u00a0expirée\u00a0» sur" in page


def test_an_answered_offer_and_one_of_a_closed_opportunity(cast):
    accepted = offer(cast, days=-1)
    with unscoped("test data"):
        Offer.objects.filter(pk=accepted.pk).update(state="accepted")
    offer(cast, days=-1, status="lost", closed_at=timezone.now(), overdue_on=None)
    tasks.expire_past()
    with unscoped("test"):
        assert Offer.objects.get(pk=accepted.pk).state == "accepted"
    assert told() == []


def test_one_that_is_being_merged_does_not_end_the_sweep(cast):
    gone, past = offer(cast, days=-1), offer(cast, days=-1)
    yesterday = today_paris(timezone.now()) - timedelta(days=1)
    with unscoped("test data"):
        for row in (gone, past):
            TradeIn.objects.create(
                entity=cast.north, point_of_sale=cast.north_1, opportunity=row.opportunity, number=row.number,
                state="approved", price=6_500, valid_until=yesterday, decided_by=cast.marc,
                decided_at=timezone.now(), created_by=cast.sam, created_at=timezone.now(), kind="car",
            )  # fmt: skip
        # As another transaction leaves it between the reading of the rows and their locks.
        Opportunity.objects.filter(pk=gone.opportunity_id).update(
            merged_into=past.opportunity_id, status="dropped", closed_at=timezone.now(), overdue_on=None
        )
    tasks.expire_past()
    with unscoped("test"):
        for model in (Offer, TradeIn):
            assert list(model.objects.order_by("number").values_list("state", flat=True))[1] == "expired"


@pytest.mark.parametrize("name", ["expire-offers-and-prices", "remind-of-overdue", "tell-teams"])
def test_beat_sends_what_there_is(name):
    app.autodiscover_tasks(force=True)
    assert app.conf.beat_schedule[name]["task"] in app.tasks
    assert str(app.timezone) == "Europe/Paris"
