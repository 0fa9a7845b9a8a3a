"""Away from day to day: said by oneself, listed, withdrawn; who may stand in for whom."""

from datetime import date

import pytest

from openflex.core.errors import Refused
from settings_admin.access.services.absences import plan_absence
from settings_admin.models import Absence, User
from settings_admin.scoping import unscoped
from tests.settings_admin.organisation.way import errors_of
from tests.settings_admin.test_account import history
from tests.settings_admin.way import words
from tests.support.htmx import parse

URL, NEW = "/compte/", "/compte/absences/nouvelle/"


@pytest.fixture(autouse=True)
def _one_day(time_machine):
    time_machine.move_to("2026-11-24T10:00:00+01:00")


def plan(user, substitute, *, starts_on=date(2026, 12, 21), ends_on=date(2026, 12, 24), actor=None):
    return plan_absence(
        actor=actor or user,
        user=user,
        substitute=substitute,
        starts_on=starts_on,
        ends_on=ends_on,
        today=date(2026, 11, 24),
    )


def typed(substitute, starts_on="21122026", ends_on="24/12/2026"):
    return {"starts_on": starts_on, "ends_on": ends_on, "substitute": substitute.pk}


def all_absences():
    with unscoped("the test looks at what was written"):
        return list(Absence.objects.order_by("starts_on").values_list("user", "substitute", "starts_on", "ends_on"))


def test_it_is_declared_listed_on_both_sides_and_withdrawn(cast, client_for):
    sam = client_for(cast.sam)
    assert "Aucune absence prévue" in words(sam.get(URL))
    assert sam.post(NEW, typed(cast.vera)).status_code == 303
    assert all_absences() == [(cast.sam.pk, cast.vera.pk, date(2026, 12, 21), date(2026, 12, 24))]
    assert "Du 21/12/2026 au 24/12/2026 Remplacement par Vera Nom" in words(sam.get(URL))
    assert "Remplace Sam Nom du 21/12/2026 au 24/12/2026" in words(client_for(cast.vera).get(URL))
    assert "Remplace" not in words(client_for(cast.marc).get(URL))
    address = parse(sam.get(URL)).select_one("#absences form")["action"]
    assert client_for(cast.vera).post(address).status_code == 404
    assert sam.post(address).status_code == 303
    assert all_absences() == []
    assert sam.post(address).status_code == 404
    assert history(cast.sam) == ["absence_cancelled", "absence_planned"]


def test_the_same_one_twice_is_one(cast, client_for):
    for _ in range(2):
        assert client_for(cast.sam).post(NEW, typed(cast.vera)).status_code == 303
    assert len(all_absences()) == 1
    assert history(cast.sam) == ["absence_planned"]


@pytest.mark.parametrize(
    ("days", "field", "sentence"),
    [
        (("24/12/2026", "21/12/2026"), "ends_on", "L’absence finit avant de commencer."),
        (("20/11/2026", "23/11/2026"), "ends_on", "Cette absence serait déjà finie."),
        (("31/02/2026", "24/12/2026"), "starts_on", ""),
        (("", "24/12/2026"), "starts_on", "Ce champ est obligatoire."),
        (("24/12/2026", "02/01/2027"), "starts_on", "Une autre absence est déjà prévue sur ces jours."),
    ],
)
def test_days_that_cannot_be_are_refused_beside_them(cast, client_for, days, field, sentence):
    with unscoped("test data"):
        plan(cast.sam, cast.marc, starts_on=date(2026, 12, 26), ends_on=date(2026, 12, 31))
    response = client_for(cast.sam).post(NEW, typed(cast.vera, *days))
    assert response.status_code == 422
    assert sentence in errors_of(response)[field]
    assert parse(response).select_one("[name=ends_on]")["value"] == days[1]
    assert len(all_absences()) == 1


def test_one_that_runs_today_and_one_that_starts_the_day_after_another_may_be(cast):
    with unscoped("test data"):
        plan(cast.sam, cast.vera, starts_on=date(2026, 11, 20), ends_on=date(2026, 11, 24))
        plan(cast.sam, cast.marc, starts_on=date(2026, 11, 25), ends_on=date(2026, 11, 25))
    assert len(all_absences()) == 2


def offered(client):
    options = parse(client.get(NEW)).select("[name=substitute] option")
    return {option.text.split()[0] for option in options if option["value"]}


def test_the_colleagues_of_ones_entities_are_offered(cast, client_for):
    User.objects.filter(pk=cast.adele.pk).update(is_active=False)
    assert offered(client_for(cast.sam)) == {"Alice", "Marc", "Vera", "Momo"}
    assert offered(client_for(cast.eve)) == {"Alice"}
    # Whichever entity is chosen; who has no access anywhere is not offered, not even to who administers the holding.
    assert offered(client_for(cast.alice, scope=f"e{cast.south.pk}")) == {"Marc", "Vera", "Momo", "Sam", "Eve"}


@pytest.mark.parametrize("somebody", ["eve", "nobody", "otto", "max", "sam"])
def test_a_forged_receiver_is_refused(cast, client_for, somebody):
    response = client_for(cast.sam).post(NEW, typed(getattr(cast, somebody)))
    assert response.status_code == 422
    assert errors_of(response)["substitute"]
    assert all_absences() == []


@pytest.mark.parametrize("somebody", ["eve", "nobody", "otto", "max", "sam"])
def test_the_verb_itself_refuses_who_has_no_access(cast, somebody):
    with unscoped("test data"), pytest.raises(Refused) as refusal:
        plan(cast.sam, getattr(cast, somebody))
    assert (refusal.value.code, refusal.value.field) == ("substitute", "substitute")
