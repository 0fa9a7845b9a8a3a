"""Of a customer who is erased nothing is left to do: nobody is sent to call, meet or price what is forgotten."""

from datetime import timedelta

import pytest
from django.utils import timezone

from opportunities.models import Appointment, Opportunity
from settings_admin.scoping import unscoped
from tests.make import make_opportunity
from tests.opportunities.test_trade_in_prices import LIST, waiting

pytestmark = pytest.mark.django_db


def again(row):
    with unscoped("test"):
        return type(row).objects.get(pk=row.pk)


def test_what_was_open_is_dropped_and_leaves_the_screens_of_who_followed_it(cast, client_for, opportunity):
    now = timezone.now()
    lost = make_opportunity(customer=opportunity.customer, point_of_sale=cast.north_1, salesperson=cast.sam)
    waiting(opportunity)
    with unscoped("test data"):
        Opportunity.objects.filter(pk=lost.pk).update(status="lost", closed_at=now, overdue_on=None)
        Opportunity.objects.filter(pk=opportunity.pk).update(
            next_action="call", next_action_on=(now - timedelta(days=3)).date(), overdue_on=now.date()
        )
        appointment = Appointment.objects.create(
            entity=cast.north, point_of_sale=cast.north_1, opportunity=opportunity, salesperson=cast.sam,
            kind="meeting", starts_at=now + timedelta(days=1), ends_at=now + timedelta(days=1, hours=1),
            created_by=cast.sam,
        )  # fmt: skip
    sam, marc = client_for(cast.sam), client_for(cast.marc)
    address = f"/opportunites/{opportunity.pk}/"
    assert address in sam.get("/accueil/").content.decode()
    assert "Golf Plus" in marc.get(LIST).content.decode()

    assert client_for(cast.alice).post(f"/clients/{opportunity.customer_id}/effacer/").status_code == 303

    row = again(opportunity)
    assert (row.status, row.next_action, row.next_action_on, row.overdue_on) == ("dropped", "", None, None)
    assert again(lost).status == "lost"
    assert again(appointment).state == "cancelled"
    assert address not in sam.get("/accueil/").content.decode()
    assert "Golf Plus" not in marc.get(LIST).content.decode()
    page = sam.get(address)
    assert page.status_code == 200
    # What was dropped for good is not taken up again.
    assert sam.post(f"{address}rouvrir/").status_code in (303, 409, 422)
    assert again(opportunity).status == "dropped"
