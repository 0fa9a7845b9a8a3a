"""What is done to an opportunity: exchanges, appointments, closing, handing on, merging; each once, each told."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from openflex.core.dates import today_paris
from openflex.core.french import long_instant
from opportunities.enums import overdue_from
from opportunities.models import Appointment, CloseReason, Comment, Exchange, Opportunity
from settings_admin.scoping import unscoped
from tests.make import make_customer, make_opportunity, make_vehicle
from tests.support.html import parsed
from tests.support.htmx import parse

pytestmark = pytest.mark.django_db


def again(row):
    with unscoped("test"):
        return type(row).objects.get(pk=row.pk)


class TestOverdue:
    def test_the_day_after_its_next_action_was_due(self):
        now = timezone.now()
        due = today_paris(now) + timedelta(days=2)
        assert overdue_from(next_action_on=due, last_contact_at=now, delay_days=7) == due + timedelta(days=1)

    def test_or_once_nothing_was_done_for_the_delay(self):
        now = timezone.now()
        far = today_paris(now) + timedelta(days=60)
        assert overdue_from(next_action_on=far, last_contact_at=now, delay_days=7) == today_paris(now) + timedelta(
            days=7
        )

    def test_it_is_said_on_the_list_and_on_the_page(self, cast, client_for, opportunity, read):
        with unscoped("test"):
            Opportunity.objects.filter(pk=opportunity.pk).update(overdue_on=today_paris(timezone.now()))
        assert "En cours - En souffrance" in read(cast.sam)
        assert "En cours - En souffrance" in client_for(cast.sam).get("/opportunites/?tab=overdue").content.decode()


class TestExchange:
    DATA = {
        "means": "call", "outcome": "reached", "text": "Veut un essai samedi.", "next_action": "call",
        "next_action_on": "01/12/2030", "next_action_note": "",
    }  # fmt: skip

    def test_is_a_contact_and_sets_what_comes_next(self, cast, act, opportunity, read):
        with unscoped("test"):
            old = timezone.now() - timedelta(days=20)
            Opportunity.objects.filter(pk=opportunity.pk).update(last_contact_at=old)
        assert act(cast.sam, "relancer", **self.DATA).status_code == 303
        row = again(opportunity)
        assert row.last_contact_at > old
        assert (row.next_action, row.next_action_on.isoformat()) == ("call", "2030-12-01")
        assert "Veut un essai samedi." in read(cast.sam)
        assert "a appelé le client" in read(cast.sam)

    def test_nobody_reached_is_no_contact(self, cast, act, opportunity):
        before = opportunity.last_contact_at
        act(cast.sam, "relancer", **{**self.DATA, "outcome": "no_answer", "text": ""})
        assert again(opportunity).last_contact_at == before

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"text": ""}, "Écrivez ce qui a été dit."),
            ({"next_action_on": ""}, "Indiquez pour quand."),
            ({"next_action_on": "01/12/2020"}, "Cette date est passée"),
        ],
    )
    def test_what_is_missing_is_said_beside_its_field_and_nothing_is_lost(self, cast, act, changes, said):
        response = act(cast.sam, "relancer", **{**self.DATA, "next_action_note": "après 18 h", **changes})
        assert response.status_code == 422
        assert said in response.content.decode()
        assert "après 18 h" in response.content.decode()

    def test_on_a_saturday_monday_is_proposed_for_what_comes_next_and_for_a_meeting(
        self, cast, client_for, opportunity, time_machine
    ):
        time_machine.move_to("2026-11-28T10:00:00+01:00", tick=False)
        for path, field in (("relancer", "next_action_on"), ("planifier/rdv", "day")):
            page = parse(client_for(cast.sam).get(f"/opportunites/{opportunity.pk}/{path}/"))
            assert page.find(attrs={"name": field})["value"] == "30/11/2026"

    def test_sent_twice_it_is_one(self, cast, act):
        key = str(uuid.uuid4())
        for _ in range(2):
            act(cast.sam, "relancer", **{**self.DATA, "key": key})
        with unscoped("test"):
            assert Exchange.objects.count() == 1


class TestAppointments:
    DATA = {"day": "02/12/2030", "starts": "14:00", "ends": "15:00", "note": ""}

    def test_a_meeting_is_planned_and_is_what_comes_next(self, cast, act, opportunity, read):
        typed = {**self.DATA, "starts": "14h", "ends": "15h30"}
        assert act(cast.sam, "planifier/rdv", salesperson=cast.sam.pk, **typed).status_code == 303
        with unscoped("test"):
            assert long_instant(Appointment.objects.get().ends_at) == "2\u00a0décembre 2030 à\u00a015:30"
        row = again(opportunity)
        assert (row.next_action, row.next_action_on.isoformat()) == ("meeting", "2030-12-02")
        assert "a planifié un rdv le" in read(cast.sam)

    def test_one_is_not_in_two_places(self, cast, act):
        act(cast.sam, "planifier/rdv", salesperson=cast.sam.pk, **self.DATA)
        clash = act(
            cast.sam, "planifier/rdv", salesperson=cast.sam.pk, **{**self.DATA, "starts": "14:30", "ends": "16:00"}
        )
        assert clash.status_code == 422
        assert f"{cast.sam.full_name} est déjà en rendez-vous le" in clash.content.decode()
        beside = act(
            cast.sam, "planifier/rdv", salesperson=cast.sam.pk, **{**self.DATA, "starts": "15:00", "ends": "16:00"}
        )
        assert beside.status_code == 303

    def test_a_vehicle_is_not_driven_by_two(self, cast, act):
        vehicle = make_vehicle(entity=cast.north, point_of_sale=cast.north_1)
        act(cast.sam, "planifier/essai", salesperson=cast.sam.pk, vehicle=vehicle.pk, **self.DATA)
        clash = act(cast.sam, "planifier/essai", salesperson=cast.marc.pk, vehicle=vehicle.pk, **self.DATA)
        assert clash.status_code == 422
        assert f"{vehicle} est déjà en rendez-vous" in clash.content.decode()

    def test_a_test_drive_needs_a_vehicle(self, cast, act):
        assert act(cast.sam, "planifier/essai", salesperson=cast.sam.pk, **self.DATA).status_code == 422

    def test_a_licence_was_not_issued_tomorrow(self, cast, act):
        vehicle = make_vehicle(entity=cast.north, point_of_sale=cast.north_1)
        data = {**self.DATA, "salesperson": cast.sam.pk, "vehicle": vehicle.pk, "licence_issued_on": "01/12/2030"}
        refused = act(cast.sam, "planifier/essai", **data)
        assert refused.status_code == 422
        assert "La délivrance est dans le futur" in refused.content.decode()
        assert act(cast.sam, "planifier/essai", **{**data, "licence_issued_on": "01/12/2010"}).status_code == 303

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"ends": "13:00"}, "finit avant de commencer"),
            ({"day": "02/12/2020"}, "déjà passé"),
            ({"starts": "25 h"}, "Heure illisible"),
        ],
    )
    def test_hours_that_cannot_be_are_refused(self, cast, act, changes, said):
        response = act(cast.sam, "planifier/rdv", salesperson=cast.sam.pk, **{**self.DATA, **changes})
        assert response.status_code == 422
        assert said in response.content.decode()

    def test_ending_one_asks_what_came_of_it_and_is_a_contact(self, cast, act, client_for, opportunity):
        act(cast.sam, "planifier/rdv", salesperson=cast.sam.pk, **self.DATA)
        with unscoped("test"):
            appointment = Appointment.objects.get()
        url = f"/opportunites/rdv/{appointment.pk}/terminer/"
        refused = client_for(cast.sam).post(url, {"state": "done", "outcome": ""})
        assert "Écrivez ce qui s’est dit" in refused.content.decode()
        assert client_for(cast.sam).post(url, {"state": "done", "outcome": "Très intéressé."}).status_code == 303
        assert (again(appointment).state, again(opportunity).next_action) == ("done", "")

    def test_the_week_shows_it_to_the_team_and_not_to_strangers(self, cast, act, client_for):
        act(cast.sam, "planifier/rdv", salesperson=cast.sam.pk, **self.DATA)
        week = "/opportunites/agenda/?semaine=2030-12-02"
        assert "Pr RINO" in client_for(cast.marc).get(week).content.decode()
        assert "Pr RINO" not in client_for(cast.marc).get(f"{week}&qui=moi").content.decode()
        assert "Pr RINO" not in client_for(cast.eve).get(week).content.decode()


@pytest.mark.parametrize("week", ["9999-12-31", "0001-01-01", "2026-13-45", "hier"])
def test_a_week_that_is_none_is_this_one(cast, client_for, time_machine, week):
    time_machine.move_to("2026-11-28T10:00:00+01:00", tick=False)
    page = client_for(cast.sam).get(f"/opportunites/agenda/?semaine={week}")
    assert page.status_code == 200
    assert "Du 23/11/2026 au 29/11/2026" in page.content.decode()


class TestClosing:
    @pytest.fixture
    def reason(self, cast):
        with unscoped("test"):
            return CloseReason.objects.create(entity=cast.north, status="lost", label="Prix")

    def test_the_history_narrowed_to_the_status_tells_that_it_was_closed_and_no_call(
        self, cast, act, opportunity, reason, client_for
    ):
        assert act(cast.sam, "relancer", **TestExchange.DATA).status_code in (200, 204, 303)
        act(cast.sam, "cloturer/perdue", reason=reason.pk)
        page = client_for(cast.sam).get(f"/opportunites/{opportunity.pk}/?type=status").content
        lines = [" ".join(p.text.split()) for p in parsed(page).select(".line-head p")]
        assert lines == ["Sam Nom a clôturé l’opportunité"]

    def test_lost_with_its_reason_and_the_competitor(self, cast, act, opportunity, reason, read):
        act(cast.sam, "cloturer/perdue", reason=reason.pk, competitor="Garage Martin", note="")
        row = again(opportunity)
        assert (row.status, row.close_reason_id, row.overdue_on) == ("lost", reason.pk, None)
        assert "Garage Martin" in read(cast.marc)
        assert act(cast.sam, "relancer", **TestExchange.DATA).status_code == 422

    def test_a_reason_is_asked_for_and_none_is_chosen_unasked(self, cast, act, opportunity, reason, client_for):
        page = parse(client_for(cast.sam).get(f"/opportunites/{opportunity.pk}/cloturer/perdue/"))
        first, *others = page.select("[name=reason] option")
        assert (first["value"], first.text) == ("", "Choisir")
        assert [one for one in others if one.has_attr("selected")] == []
        assert act(cast.sam, "cloturer/perdue", competitor="Martin").status_code == 422
        assert again(opportunity).is_open

    def test_a_reason_of_another_outcome_does_not_fit(self, cast, act, opportunity, reason):
        assert act(cast.sam, "cloturer/abandonnee", reason=reason.pk).status_code == 422
        assert again(opportunity).is_open

    def test_it_can_be_taken_back(self, cast, act, opportunity, reason):
        act(cast.sam, "cloturer/perdue", reason=reason.pk)
        act(cast.sam, "rouvrir")
        row = again(opportunity)
        assert row.is_open
        assert row.overdue_on > today_paris(timezone.now())


class TestHandingOn:
    def test_a_manager_hands_it_to_another_salesperson(self, cast, act, opportunity):
        assert act(cast.marc, "reaffecter", salesperson=cast.marc.pk).status_code == 303
        assert again(opportunity).salesperson == cast.marc

    def test_a_salesperson_may_not_and_nobody_without_the_right_receives(self, cast, act, opportunity):
        assert act(cast.sam, "reaffecter", salesperson=cast.marc.pk).status_code == 403
        assert act(cast.marc, "reaffecter", salesperson=cast.eve.pk).status_code == 422
        assert again(opportunity).salesperson == cast.sam


class TestMerging:
    def test_everything_moves_and_the_old_address_leads_there(self, cast, act, client_for, opportunity):
        with unscoped("test"):
            other = make_opportunity(customer=opportunity.customer, point_of_sale=cast.north_1, salesperson=cast.sam)
        act(cast.marc, "commentaires", text="À garder.")
        act(cast.sam, "relancer", **TestExchange.DATA)
        assert act(cast.sam, "fusionner", into=other.pk).status_code == 303
        with unscoped("test"):
            assert Comment.objects.get().opportunity == other
            assert Exchange.objects.get().opportunity == other
        response = client_for(cast.sam).get(f"/opportunites/{opportunity.pk}/")
        assert response["Location"] == f"/opportunites/{other.pk}/"
        shown = client_for(cast.sam).get(f"/opportunites/{other.pk}/").content.decode()
        assert "À garder." in shown
        assert "Veut un essai samedi." in shown
        assert f"a fusionné l’opportunité n°\u00a0{opportunity.number} avec celle-ci" in shown

    def test_of_another_customer_it_is_not_offered(self, cast, act, opportunity):
        with unscoped("test"):
            customer = make_customer(entity=cast.north)
            other = make_opportunity(customer=customer, point_of_sale=cast.north_1, salesperson=cast.sam)
        assert act(cast.sam, "fusionner", into=other.pk).status_code == 422
        assert again(opportunity).merged_into is None
