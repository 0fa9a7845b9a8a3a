"""No page of an opportunity asks the database more than 12 times, nor more often when more hangs on it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from opportunities.models import Appointment, CloseReason, Comment, Exchange, Follower, Offer, TradeIn
from settings_admin.models import TimelineEntry
from settings_admin.scoping import unscoped
from tests.make import make_customer, make_opportunity, make_user, make_vehicle
from tests.vehicles.test_statements import grown

pytestmark = pytest.mark.django_db
AT = datetime(2030, 12, 2, 8, 0, tzinfo=UTC)


def fill(cast, count):
    """An opportunity with as many of everything, each by and about somebody and something else."""
    customer = make_customer(entity=cast.north, birth_name="RINO")
    vehicle = make_vehicle(entity=cast.north, point_of_sale=cast.north_1, purchase_price=9000, sale_price=12000)
    row = make_opportunity(customer=customer, point_of_sale=cast.north_1, salesperson=cast.sam, vehicle=vehicle)
    with unscoped("test data"):
        place = {"entity": cast.north, "point_of_sale": cast.north_1, "opportunity": row}
        for number in range(count):
            who = make_user(f"w{count}-{number}@x.test", holding=cast.holding)
            other = make_vehicle(entity=cast.north, point_of_sale=cast.north_1, purchase_price=9000)
            made = {"created_by": who, "created_at": AT}
            numbered = {**place, "number": 100 * count + number}
            comment = Comment.objects.create(**place, author=who, asked_of=cast.sam, text="?", at=AT)
            exchange = Exchange.objects.create(**place, by=who, means="call", text=f"Dit {number}", at=AT)
            trade_in = TradeIn.objects.create(**numbered, **made, make="VW", model="Golf", adjusted_value=9210)
            Offer.objects.create(
                **numbered, **made, vehicle=other, price=11000, trade_in=trade_in, trade_in_price=9000,
                valid_until=date(2030, 12, 31),
            )  # fmt: skip
            Appointment.objects.create(
                **place, kind="test_drive", vehicle=other, salesperson=who, starts_at=AT + timedelta(days=count),
                ends_at=AT + timedelta(days=count, hours=1), created_by=who,
            )  # fmt: skip
            Follower.objects.create(entity=cast.north, opportunity=row, user=who)
            reason = CloseReason.objects.create(entity=cast.north, status="lost", label=f"Motif {count} {number}")
            double = make_opportunity(
                customer=customer, point_of_sale=cast.north_1, salesperson=who, merged_into=row, status="dropped",
                closed_at=AT, overdue_on=None,
            )  # fmt: skip
            changes = {
                "salesperson": [cast.sam.pk, who.pk], "vehicle": [None, other.pk], "close_reason": [None, reason.pk]
            }  # fmt: skip
            TimelineEntry.objects.bulk_create(
                TimelineEntry(
                    holding=cast.holding, entity=cast.north, target_type="opportunities.opportunity",
                    target_id=target.pk, kind=kind, actor=who, actor_name=who.full_name, at=AT, **told,
                )
                for target in (row, double)
                for kind, told in (
                    ("comment", {"details": {"comment": comment.pk}}),
                    ("exchange", {"details": {"exchange": exchange.pk, "means": "call"}}),
                    ("changed", {"changes": changes}),
                )
            )  # fmt: skip
    return row


ADDRESSES = [
    "/opportunites/{pk}/",
    "/opportunites/{pk}/?type=exchanges",
    "/opportunites/{pk}/synthese/",
    "/opportunites/{pk}/offres/",
    "/opportunites/{pk}/reprise/",
    "/opportunites/{pk}/collegues/",
    "/opportunites/{pk}/planifier/essai/",
    "/opportunites/agenda/?semaine=2030-12-02",
    "/opportunites/agenda/?semaine=2031-01-06",
]


def test_the_number_of_statements_is_small_and_does_not_grow(cast, client_for):
    client = client_for(cast.alice, scope=f"e{cast.north.pk}")
    assert grown(client, ADDRESSES, lambda count: {"pk": fill(cast, count).pk}) == []


def test_everything_that_was_counted_is_shown(cast, client_for):
    """What the statements of one kind bring stands on the page: of three, the last of each."""
    row = fill(cast, 3)
    text = client_for(cast.alice).get(f"/opportunites/{row.pk}/").content.decode()
    for words in ("Dit 2", "Motif 3 2", "Prénom Nom", "RENAULT CLIO V", "Marge de l’affaire"):
        assert words in text, words
