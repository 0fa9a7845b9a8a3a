"""Whoever is handed an opportunity is told, once, whichever way it comes to them; never who hands it."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from openflex.core.dates import today_paris
from openflex.notifications.models import Notification
from opportunities.models import Appointment, Opportunity
from settings_admin.access.services.absences import plan_absence
from settings_admin.access.services.people import leave
from settings_admin.scoping import unscoped
from tests.make import make_customer, make_opportunity, make_vehicle

pytestmark = pytest.mark.django_db


def told(title="confiée"):
    with unscoped("test"):
        rows = Notification.objects.filter(kind="opportunity_assigned", title__contains=title)
        found = rows.order_by("pk").select_related("recipient")
        return [(row.recipient.first_name, row.sentence, row.text, row.url) for row in found]


def form_of(opportunity, *, to):
    return {
        "key": str(uuid.uuid4()), "customer": opportunity.customer_id, "source": "phone", "stars": "2",
        "point_of_sale": opportunity.point_of_sale_id, "salesperson": to.pk, "wish": "Un break",
    }  # fmt: skip


def create(client_for, user, opportunity, *, to):
    data, client = form_of(opportunity, to=to), client_for(user)
    return [client.post("/opportunites/nouvelle/", data).status_code for _ in range(2)]


def test_a_manager_hands_one_on(cast, client_for, opportunity):
    with unscoped("test data"):
        Opportunity.objects.update(wish="Un break", next_action="call", next_action_on="2030-12-02")
    url = f"/opportunites/{opportunity.pk}/reaffecter/"
    client = client_for(cast.alice)
    assert client.post(url, {"salesperson": cast.marc.pk}).status_code == 303
    assert client.post(url, {"salesperson": cast.marc.pk}).status_code == 303  # a second time, to who has it
    assert told() == [
        (
            "Marc",
            f"Alice Nom vous confie l’opportunité n°\u00a0{opportunity.number} de Pr RINO",
            "Un break\nRelancer le client le 02/12/2030",
            f"/opportunites/{opportunity.pk}/",
        )
    ]
    # One who takes it knows.
    client_for(cast.marc).post(url, {"salesperson": cast.sam.pk})
    client_for(cast.marc).post(url, {"salesperson": cast.marc.pk})
    assert [name for name, *_ in told()] == ["Marc", "Sam"]


def test_nobody_is_given_one_of_a_site_that_they_do_not_see(cast, client_for, opportunity):
    """Neither by creating it nor by handing it on: it would answer 404 to them."""
    client = client_for(cast.alice)
    page = client.post("/opportunites/nouvelle/", form_of(opportunity, to=cast.momo))
    assert page.status_code == 422
    shown = page.content.decode()
    assert f"{cast.momo.full_name} ne suit pas d’opportunités chez {cast.north_1.name}" in shown
    assert "Un break" in shown
    handed = client.post(f"/opportunites/{opportunity.pk}/reaffecter/", {"salesperson": cast.momo.pk})
    assert handed.status_code == 422
    with unscoped("test"):
        assert not Opportunity.objects.filter(salesperson=cast.momo).exists()
    there = {**form_of(opportunity, to=cast.momo), "point_of_sale": cast.north_2.pk}
    assert client.post("/opportunites/nouvelle/", there).status_code == 303


def test_whom_it_is_taken_from_is_told(cast, client_for, opportunity):
    url, number = f"/opportunites/{opportunity.pk}/reaffecter/", opportunity.number
    client_for(cast.alice).post(url, {"salesperson": cast.marc.pk})
    client_for(cast.alice).post(url, {"salesperson": cast.alice.pk})
    assert [(name, sentence, address) for name, sentence, _, address in told("réaffectée")] == [
        (
            "Sam",
            f"Alice Nom a confié à Marc Nom l’opportunité n°\u00a0{number} de Pr RINO, que vous suiviez",
            f"/opportunites/{opportunity.pk}/",
        ),
        (
            "Marc",
            f"Alice Nom suit désormais l’opportunité n°\u00a0{number} de Pr RINO, que vous suiviez",
            f"/opportunites/{opportunity.pk}/",
        ),
    ]
    # Who hands on their own knows.
    client_for(cast.alice).post(url, {"salesperson": cast.sam.pk})
    assert len(told("réaffectée")) == 2


def test_what_could_not_come_along_is_said(cast, client_for, opportunity):
    other = make_opportunity(customer=opportunity.customer, point_of_sale=cast.north_1, salesperson=cast.marc)
    start = timezone.now() + timedelta(days=3)
    with unscoped("test data"):
        for row, who in ((opportunity, cast.sam), (other, cast.marc)):
            Appointment.objects.create(
                entity=cast.north, point_of_sale=cast.north_1, opportunity=row, kind="meeting", salesperson=who,
                starts_at=start, ends_at=start + timedelta(hours=1), created_by=who,
            )  # fmt: skip
    client_for(cast.alice).post(f"/opportunites/{opportunity.pk}/reaffecter/", {"salesperson": cast.marc.pk})
    ((_, _, text, _),) = told()
    assert "resté à Sam Nom, vous êtes déjà en rendez-vous. Déplacez-le." in text


def test_one_that_is_created_for_a_colleague_and_for_who_stands_in(cast, client_for, opportunity):
    assert create(client_for, cast.sam, opportunity, to=cast.sam) == [303, 303]
    assert told() == []
    assert create(client_for, cast.marc, opportunity, to=cast.sam) == [303, 303]
    today = today_paris(timezone.now())
    with unscoped("test data"):
        plan_absence(actor=cast.alice, user=cast.sam, substitute=cast.marc, starts_on=today, ends_on=today, today=today)
    assert create(client_for, cast.alice, opportunity, to=cast.sam) == [303, 303]
    (first, words, *_), (second, instead, *_) = told()
    assert (first, second) == ("Sam", "Marc")
    assert words.startswith("Marc Nom vous confie l’opportunité n°")
    assert instead.startswith("Alice Nom vous confie l’opportunité n°")
    assert instead.endswith("de Pr RINO, en l’absence de Sam Nom")


@pytest.mark.parametrize("count", [1, 3])
def test_what_a_leaver_leaves_is_told_as_one(cast, opportunity, count):
    vehicle = make_vehicle(entity=cast.north, point_of_sale=cast.north_1)
    for _ in range(count - 1):
        customer = make_customer(entity=cast.north)
        make_opportunity(customer=customer, point_of_sale=cast.north_1, salesperson=cast.sam, vehicle=vehicle)
    with unscoped("test"):
        leave(actor=cast.alice, user=cast.sam, successor=cast.marc)
        assert {row.salesperson for row in Opportunity.objects.all()} == {cast.marc}
    ((name, sentence, text, url),) = told()
    assert name == "Marc"
    if count == 1:
        assert sentence == f"Alice Nom vous confie l’opportunité n°\u00a0{opportunity.number} de Pr RINO"
        assert url == f"/opportunites/{opportunity.pk}/"
    else:
        assert sentence == "Alice Nom vous confie 3\u00a0opportunités de Sam Nom"
        assert f"n°\u00a0{opportunity.number}" in text
        assert text.count("RENAULT CLIO V") == 2
        assert url == "/opportunites/"
