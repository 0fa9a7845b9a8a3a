"""What a leaver leaves on the opportunities of colleagues goes to who takes over, and is told."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from openflex.core.dates import today_paris
from openflex.core.french import format_day
from openflex.notifications.models import Notification
from opportunities.models import Appointment, Comment, Opportunity
from settings_admin.access.services.people import leave
from settings_admin.scoping import unscoped
from tests.make import make_customer, make_opportunity
from tests.settings_admin.organisation.way import errors_of
from tests.settings_admin.way import user_url, words

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def ask(opportunity, *, by, of, text="Peux-tu rappeler ?", answered_by=None, due_on=None):
    with unscoped("test data"):
        return Comment.objects.create(
            entity_id=opportunity.entity_id, point_of_sale_id=opportunity.point_of_sale_id, opportunity=opportunity,
            author=by, text=text, at=timezone.now(), asked_of=of, answered_by=answered_by, due_on=due_on,
        )  # fmt: skip


def plan(opportunity, *, with_, at):
    with unscoped("test data"):
        return Appointment.objects.create(
            entity_id=opportunity.entity_id, point_of_sale_id=opportunity.point_of_sale_id, opportunity=opportunity,
            kind="meeting", salesperson=with_, starts_at=at, ends_at=at + HOUR, created_by=with_,
        )  # fmt: skip


@pytest.fixture
def of_vera(cast):
    """An opportunity of a colleague of Sam's, beside which Sam has nothing of their own."""
    customer = make_customer(entity=cast.north, birth_name="AUTRE")
    return make_opportunity(customer=customer, point_of_sale=cast.north_1, salesperson=cast.vera)


def again(row):
    with unscoped("test"):
        return type(row).objects.get(pk=row.pk)


def told(user):
    with unscoped("test"):
        rows = Notification.objects.filter(recipient=user).order_by("pk")
        return [(row.title, row.sentence, row.text) for row in rows]


def test_requests_to_a_leaver_are_counted_and_handed_over(cast, client_for, of_vera):
    waiting = ask(of_vera, by=cast.vera, of=cast.sam)
    answer = ask(of_vera, by=cast.sam, of=None)
    answered = ask(of_vera, by=cast.vera, of=cast.sam, answered_by=answer)
    client, url = client_for(cast.alice), user_url(cast.sam, "depart/")
    assert "Demandes sans réponse 1" in words(client.get(url))
    assert "obligatoire" in errors_of(client.post(url))["successor"]
    assert client.post(url, {"successor": cast.marc.pk}).status_code == 303
    assert (again(waiting).asked_of, again(answered).asked_of) == (cast.marc, cast.sam)
    assert told(cast.marc) == [
        (
            "Une demande pour vous",
            "Alice Nom vous confie 1\u00a0demande faite à Sam Nom",
            f"n°\u00a0{of_vera.number} · Vera Nom\u00a0: Peux-tu rappeler ?",
        )
    ]
    page = words(client_for(cast.marc).get(f"/opportunites/{of_vera.pk}/"))
    assert "a confié à Marc Nom une demande faite à Sam Nom" in page
    assert "Peux-tu rappeler ?" in words(client_for(cast.marc).get("/accueil/"))


def test_appointments_on_opportunities_of_colleagues_too_but_one_that_clashes(cast, client_for, of_vera, opportunity):
    tomorrow = timezone.now() + timedelta(days=1)
    goes, own = plan(of_vera, with_=cast.sam, at=tomorrow), plan(opportunity, with_=cast.sam, at=tomorrow + 2 * HOUR)
    stays, over = (plan(of_vera, with_=cast.sam, at=at) for at in (tomorrow + 4 * HOUR, tomorrow - timedelta(days=3)))
    busy = make_opportunity(customer=of_vera.customer, point_of_sale=cast.north_1, salesperson=cast.marc)
    plan(busy, with_=cast.marc, at=stays.starts_at)
    dialog = words(client_for(cast.alice).get(user_url(cast.sam, "depart/")))
    assert "Rendez-vous sur les opportunités de collègues Reste à déplacer" in dialog
    moved = leave(actor=cast.alice, user=cast.sam, successor=cast.marc)
    assert moved == {"appointments": 1, "opportunities": 1}
    whose = [again(row).salesperson for row in (goes, own, stays, over)]
    assert whose == [cast.marc, cast.marc, cast.sam, cast.sam]
    assert again(of_vera).salesperson == cast.vera  # the opportunity itself stays hers
    (title, sentence, text), _ = told(cast.marc)
    assert (title, sentence) == ("Rendez-vous confiés", "Alice Nom vous confie 2 rendez-vous de Sam Nom")
    assert f"opportunité n°\u00a0{of_vera.number}" in text
    assert "resté à Sam Nom" in text
    page = words(client_for(cast.vera).get(f"/opportunites/{of_vera.pk}/"))
    assert "a confié à Marc Nom le rdv" in page
    assert page.count("a laissé à Sam Nom le rdv") == 1


def test_who_may_not_see_the_opportunity_takes_no_request_of_it_over(cast, client_for, of_vera):
    with unscoped("test data"):
        Opportunity.objects.filter(pk=of_vera.pk).update(point_of_sale=cast.north_1)
    ask(of_vera, by=cast.vera, of=cast.sam)
    refused = client_for(cast.alice).post(user_url(cast.sam, "depart/"), {"successor": cast.momo.pk})
    assert refused.status_code == 422
    assert errors_of(refused)["successor"]


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (None, "Vous l’aviez demandé le {asked}\u00a0: c’est à vous de le faire désormais."),
        (0, "Vous l’aviez demandé pour aujourd’hui\u00a0: c’est à vous de le faire désormais."),
        (-2, "Vous l’aviez demandé pour le {due}\u00a0: 2\u00a0jours de retard, c’est à vous de le faire désormais."),
    ],
)
def test_what_the_successor_had_asked_is_theirs_to_do_and_nobody_waits_for_it(cast, client_for, of_vera, days, said):
    today = today_paris(timezone.now())
    due = None if days is None else today + timedelta(days=days)
    request = ask(of_vera, by=cast.marc, of=cast.sam, due_on=due)
    assert client_for(cast.alice).post(user_url(cast.sam, "depart/"), {"successor": cast.marc.pk}).status_code == 303
    assert told(cast.marc)[0][2] == f"n°\u00a0{of_vera.number} · vous\u00a0: Peux-tu rappeler ?"
    marc = client_for(cast.marc)
    day = marc.get("/accueil/").content.decode()
    assert said.format(asked=format_day(today), due=due and format_day(due)) in day
    assert "attend votre réponse" not in day
    assert "attendait votre réponse" not in day
    url = f"/opportunites/demandes/{request.pk}/repondre/"
    assert "Répondre à votre demande" in words(marc.get(url))
    assert marc.post(url, {"text": "Rappelé, il vient lundi.", "key": uuid4()}).status_code == 303
    with unscoped("test"):
        assert again(request).answered_by.text == "Rappelé, il vient lundi."
    # Nobody is told of themselves, and it has left the day.
    assert len(told(cast.marc)) == 1
    assert "Vous l’aviez demandé" not in marc.get("/accueil/").content.decode()
