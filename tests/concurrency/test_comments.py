"""Two opportunities and the same people: who asks, names and tells them never waits for another in a circle."""

import time
import uuid

import pytest
from django.utils import timezone

from openflex.notifications.models import Notification
from opportunities.services import comments
from settings_admin.scoping import unscoped
from tests.concurrency.test_vehicles import together
from tests.make import make_customer, make_opportunity

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_comments_that_tell_the_same_people_in_another_order_both_come_through(cast, monkeypatch):
    tell = comments.notify

    def slowly(**told):
        entries = tell(**told)
        time.sleep(0.3)  # the other one is between its two as well
        return entries

    monkeypatch.setattr(comments, "notify", slowly)

    def writing(asked, named):
        row = make_opportunity(
            customer=make_customer(entity=cast.north), point_of_sale=cast.north_1, salesperson=cast.sam
        )
        return lambda: comments.add_comment(
            opportunity=row, text=f"@{named.full_name} regarde aussi.", author=cast.marc, is_from_manager=False,
            asked_of=asked, key=uuid.uuid4(), now=timezone.now(),
        )  # fmt: skip

    together(cast.marc, writing(cast.sam, cast.vera), writing(cast.vera, cast.sam))
    with unscoped("test"):
        assert Notification.objects.filter(recipient__in=[cast.sam.pk, cast.vera.pk]).count() == 4
