"""What a leaver leaves open, and what comes during an absence, proved with the tasks of `tests/errands`."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client

from openflex.core.errors import Refused
from settings_admin.access.services import people
from settings_admin.access.services.absences import plan_absence
from settings_admin.access.services.memberships import add_member, remove_member
from settings_admin.models import TimelineEntry, User
from settings_admin.registries import BuiltInGroup
from tests.errands.models import Errand
from tests.errands.services import assign
from tests.make import PASSWORD, make_user
from tests.settings_admin.organisation.way import errors_of
from tests.settings_admin.way import user_url, words
from tests.support.htmx import parse

pytestmark = pytest.mark.usefixtures("everything")
NOON = datetime(2026, 11, 24, 11, tzinfo=UTC)
LEAVE = "depart/"


def give(cast, to, *, entity=None, site=None, now=NOON, title="Rappeler"):
    return assign(title=title, to=to, entity=entity or cast.north, point_of_sale=site, actor=cast.alice, now=now)


def whose():
    return [errand.assignee for errand in Errand.objects.select_related("assignee").order_by("pk")]


# --- A leaver ------------------------------------------------------------------------------------------------


def test_a_leaver_in_one_act(cast, client_for):
    for site in (cast.north_1, cast.north_2, None):
        give(cast, cast.sam, site=site)
    done = give(cast, cast.sam)
    Errand.objects.filter(pk=done.pk).update(is_done=True)
    theirs = give(cast, cast.vera)
    there = Client()
    assert there.login(email="sam@example.test", password=PASSWORD)
    assert there.get("/vehicules/").status_code == 200

    client = client_for(cast.alice)
    asked = client.get(user_url(cast.sam, LEAVE))
    assert parse(asked).select_one("[name=successor] option").text == "Choisissez un collègue"
    assert "Tâches ouvertes 3" in words(asked)
    without = client.post(user_url(cast.sam, LEAVE))
    assert "obligatoire" in errors_of(without)["successor"]
    response = client.post(user_url(cast.sam, LEAVE), {"successor": cast.marc.pk})
    assert (response.status_code, response["Location"]) == (303, user_url(cast.sam))

    assert whose() == [cast.marc, cast.marc, cast.marc, cast.sam, cast.vera]
    assert not User.objects.get(pk=cast.sam.pk).is_active
    assert there.get("/vehicules/")["Location"].startswith("/connexion/")
    # The history of the person, and of each task, is kept and says who had it.
    left = TimelineEntry.objects.get(kind="left")
    assert (left.actor, left.details) == (cast.alice, {"successor": "Marc Nom", "moved": {"errands": 3}})
    assert "ce qui restait ouvert est passé à Marc Nom" in words(client.get(user_url(cast.sam)))
    moved = TimelineEntry.objects.filter(kind="handed_over")
    assert [entry.changes["assignee"] for entry in moved] == [[cast.sam.pk, cast.marc.pk]] * 3
    assert not TimelineEntry.objects.filter(kind="handed_over", target_id__in=[done.pk, theirs.pk]).exists()
    # Twice is once; coming back brings the person back, not the tasks.
    client.post(user_url(cast.sam, LEAVE))
    assert TimelineEntry.objects.filter(kind="left").count() == 1
    people.come_back(actor=cast.alice, user=cast.sam)
    assert whose()[:3] == [cast.marc] * 3


def test_with_nothing_open_nobody_is_asked_for(cast, client_for):
    done = give(cast, cast.sam)
    Errand.objects.filter(pk=done.pk).update(is_done=True)
    asked = client_for(cast.alice).get(user_url(cast.sam, LEAVE))
    assert not parse(asked).select("[name=successor]")
    assert people.leave(actor=cast.alice, user=cast.sam, successor=None) == {}


def test_a_leaver_who_stands_in_for_somebody_is_told_of_in_the_dialog(cast, client_for):
    dates = {"starts_on": date(2031, 12, 1), "ends_on": date(2031, 12, 5), "today": date(2031, 11, 24)}
    plan_absence(actor=cast.alice, user=cast.marc, substitute=cast.sam, **dates)
    dialog = words(client_for(cast.alice).get(user_url(cast.sam, LEAVE)))
    assert "Remplace Marc Nom du 01/12/2031 au 05/12/2031 : ce remplacement prend fin." in dialog
    people.leave(actor=cast.alice, user=cast.sam, successor=None)
    # What comes meanwhile comes to the absent person, whose page says why.
    assert give(cast, cast.marc, now=datetime(2031, 12, 2, 11, tzinfo=UTC)).assignee == cast.marc
    assert "dont le compte est désactivé" in words(client_for(cast.alice).get(user_url(cast.marc)))


def offered(client, user):
    options = parse(client.get(user_url(user, LEAVE))).select("[name=successor] option")
    return {option.text.split()[0] for option in options if option["value"]}


def test_only_who_can_work_on_it_all_is_offered(cast, client_for, sellers):
    client = client_for(cast.alice, scope="all")
    give(cast, cast.sam, site=cast.north_2)
    # Adele keeps the books: she lacks the right. Eve has it in the other entity.
    assert offered(client, cast.sam) == {"Alice", "Marc", "Vera", "Momo"}
    give(cast, cast.sam, site=cast.north_1)
    assert offered(client, cast.sam) == {"Alice", "Marc", "Vera"}
    # Something in the other entity, where the person worked once: what is left there is not forgotten.
    add_member(actor=cast.alice, user=cast.sam, group=sellers, entity=cast.south)
    give(cast, cast.sam, entity=cast.south)
    remove_member(actor=cast.alice, user=cast.sam, group=sellers, entity=cast.south)
    assert offered(client, cast.sam) == {"Alice"}
    assert "Tâches ouvertes 3" in words(client.get(user_url(cast.sam, LEAVE)))


@pytest.mark.parametrize("somebody", ["eve", "nobody", "otto", "max", "adele", "momo", "sam"])
def test_nobody_else_receives_by_any_request(cast, client_for, somebody):
    """Another entity, no place at all, another holding, a merchant, no right, another site, the leaver."""
    give(cast, cast.sam, site=cast.north_1)
    receiver = getattr(cast, somebody)
    response = client_for(cast.alice).post(user_url(cast.sam, LEAVE), {"successor": receiver.pk})
    assert response.status_code == 422
    assert errors_of(response)["successor"]
    with pytest.raises(Refused) as refusal:
        people.leave(actor=cast.alice, user=cast.sam, successor=receiver)
    assert (refusal.value.code, refusal.value.field) == ("successor", "successor")
    assert whose() == [cast.sam]
    assert User.objects.get(pk=cast.sam.pk).is_active


def test_nor_somebody_who_left(cast):
    give(cast, cast.sam)
    User.objects.filter(pk=cast.marc.pk).update(is_active=False)
    with pytest.raises(Refused, match="dont le compte est actif"):
        people.leave(actor=cast.alice, user=cast.sam, successor=User.objects.get(pk=cast.marc.pk))


def test_a_refused_leaver_leaves_nothing_handed_over(cast):
    give(cast, cast.eve, entity=cast.south)
    with pytest.raises(Refused, match="dernière personne qui administre Sud"):
        people.leave(actor=cast.alice, user=cast.eve, successor=cast.alice)
    assert whose() == [cast.eve]
    assert User.objects.get(pk=cast.eve.pk).is_active


def test_who_does_not_oversee_the_person_is_told_nothing(cast, client_for):
    local = make_user("local@example.test", holding=cast.holding, group=BuiltInGroup.ENTITY_ADMIN, entity=cast.north)
    give(cast, cast.alice)
    assert "Tâches ouvertes" not in words(client_for(local).get(user_url(cast.alice, LEAVE)))
    response = client_for(local).post(user_url(cast.alice, LEAVE), {"successor": cast.marc.pk})
    assert response.status_code == 422
    assert whose() == [cast.alice]


# --- An absence ----------------------------------------------------------------------------------------------


def away(user, substitute, first=date(2026, 12, 21), last=date(2026, 12, 24)):
    days = {"starts_on": first, "ends_on": last, "today": date(2026, 11, 24)}
    return plan_absence(actor=user, user=user, substitute=substitute, **days)


DURING = datetime(2026, 12, 22, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "is_away"),
    [
        # A day begins and ends at midnight in Paris: an hour earlier in winter, two in summer, than in UTC.
        ("2026-12-20T22:59:59", False),
        ("2026-12-20T23:00:00", True),
        ("2026-12-24T22:59:59", True),
        ("2026-12-24T23:00:00", False),
        ("2027-07-04T21:59:59", False),
        ("2027-07-04T22:00:00", True),
        ("2027-07-05T21:59:59", True),
        ("2027-07-05T22:00:00", False),
    ],
)
def test_what_comes_from_the_first_to_the_last_day_goes_to_the_substitute(cast, instant, is_away):
    away(cast.sam, cast.vera)
    away(cast.sam, cast.vera, date(2027, 7, 5), date(2027, 7, 5))
    give(cast, cast.sam, now=datetime.fromisoformat(f"{instant}+00:00"))
    assert whose() == [cast.vera if is_away else cast.sam]


def test_what_came_before_stays_and_what_comes_to_others_too(cast):
    give(cast, cast.sam)
    away(cast.sam, cast.vera)
    give(cast, cast.vera, now=DURING)
    give(cast, cast.marc, now=DURING)
    assert whose() == [cast.sam, cast.vera, cast.marc]


def test_a_substitute_who_is_away_passes_it_on_and_a_circle_ends(cast):
    away(cast.sam, cast.vera)
    away(cast.vera, cast.marc, date(2026, 12, 22), date(2026, 12, 22))
    give(cast, cast.sam, now=DURING)
    give(cast, cast.sam, now=datetime(2026, 12, 23, 9, tzinfo=UTC))
    assert whose() == [cast.marc, cast.vera]
    # Marc names Vera, who names Marc: nobody is there, so it stays with the person it was for.
    away(cast.marc, cast.vera)
    give(cast, cast.sam, now=DURING)
    give(cast, cast.marc, now=DURING)
    assert whose()[2:] == [cast.sam, cast.marc]


def test_a_substitute_without_access_there_receives_nothing(cast):
    away(cast.sam, cast.momo)
    give(cast, cast.sam, site=cast.north_2, now=DURING)
    give(cast, cast.sam, site=cast.north_1, now=DURING)
    assert whose() == [cast.momo, cast.sam]
    # Whoever stands in for Momo sees the first site: it goes on to them.
    away(cast.momo, cast.vera)
    give(cast, cast.sam, site=cast.north_1, now=DURING)
    assert whose()[2:] == [cast.vera]


def test_nor_one_without_the_right_or_who_left(cast):
    away(cast.sam, cast.adele)
    away(cast.marc, cast.vera)
    User.objects.filter(pk=cast.vera.pk).update(is_active=False)
    give(cast, cast.sam, now=DURING)
    give(cast, cast.marc, now=DURING)
    assert whose() == [cast.sam, cast.marc]
