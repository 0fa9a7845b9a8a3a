"""*Accueil*: each source tells the right person why, nobody else, and no more once its act is done."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from openflex.notifications.models import Notification
from opportunities.estimate_facts import mark_of
from opportunities.models import Comment, Exchange, Opportunity, TradeIn
from opportunities.services.comments import add_comment
from settings_admin.models import Absence, TimelineEntry
from settings_admin.scoping import unscoped
from tests.dashboard.conftest import HOME
from tests.support.htmx import parse

pytestmark = pytest.mark.django_db
EXCHANGE = {"means": "call", "outcome": "reached", "text": "Rappelle lundi.", "next_action": "", "next_action_on": ""}


def others(cast):
    """Whose entity or site it is not, and a merchant's colleague by no right at all."""
    return (cast.momo, cast.eve, cast.otto)


class TestCustomersToCall:
    def test_what_is_late_says_since_when(self, cast, things, rows):
        things.late(days=2)
        assert rows(cast.sam) == {
            "RINO": "En souffrance. «\u00a0Relancer le client\u00a0» était à faire le 22/11/2026\u00a0: "
            "2\u00a0jours de retard."
        }
        for user in (*others(cast), cast.marc):
            assert rows(user) == {}

    def test_or_that_nothing_was_done(self, cast, things, rows):
        long_ago = timezone.now() - timedelta(days=9)
        things.opportunity(last_contact_at=long_ago, overdue_on=(long_ago + timedelta(days=7)).date())
        assert rows(cast.sam)["RINO"] == (
            "En souffrance. Rien n’a été fait avec le client depuis 9\u00a0jours, le dernier contact est du 15/11/2026."
        )

    def test_of_both_it_says_what_began_first_which_is_where_it_stands(self, cast, things, rows):
        long_ago, late = timezone.now() - timedelta(days=30), (timezone.now() - timedelta(days=2)).date()
        silent_from = (long_ago + timedelta(days=7)).date()
        things.opportunity(
            "SILENCIEUX", last_contact_at=long_ago, next_action="call", next_action_on=late, overdue_on=silent_from
        )
        things.late("TARDIF", days=9, last_contact_at=long_ago)
        told = rows(cast.sam)
        assert list(told) == ["SILENCIEUX", "TARDIF"]
        assert "Rien n’a été fait avec le client depuis 30\u00a0jours" in told["SILENCIEUX"]
        assert "9\u00a0jours de retard" in told["TARDIF"]

    def test_what_is_due_today(self, cast, things, rows):
        things.due_today(next_action_note="avec la carte grise")
        assert rows(cast.sam) == {
            "RINO": "À faire aujourd’hui. «\u00a0Envoyer l’offre\u00a0» est prévu aujourd’hui (avec la carte grise)."
        }
        for user in others(cast):
            assert rows(user) == {}

    def test_it_leaves_when_the_customer_was_called(self, cast, things, rows, act):
        things.late()
        response = act(cast.sam, "r", **EXCHANGE)
        assert response.status_code == 204
        assert "acted" in response["HX-Trigger"]
        assert "close-dialog" in response["HX-Trigger"]
        assert rows(cast.sam) == {}
        with unscoped("test"):
            assert Exchange.objects.get().text == "Rappelle lundi."

    def test_a_call_without_its_outcome_is_refused_and_the_row_stays(self, cast, things, rows, act):
        things.late()
        response = act(cast.sam, "r", **{**EXCHANGE, "text": ""})
        assert response.status_code == 422
        assert "Écrivez ce qui a été dit." in response.content.decode()
        assert list(rows(cast.sam)) == ["RINO"]

    def test_closed_ones_are_not_there(self, cast, things, rows):
        things.opportunity(status="won", closed_at=timezone.now(), overdue_on=None)
        assert rows(cast.sam) == {}

    def test_a_manager_sees_the_team_on_demand(self, cast, things, rows):
        things.late()
        assert list(rows(cast.marc, "?qui=equipe")) == ["RINO"]
        assert rows(cast.sam, "?qui=equipe") == rows(cast.sam)
        assert rows(cast.eve, "?qui=equipe") == {}

    def test_who_stands_in_sees_what_the_absent_colleague_would(self, cast, things, rows, today):
        things.late()
        with unscoped("test data"):
            Absence.objects.create(
                holding=cast.holding, user=cast.sam, substitute=cast.marc, starts_on=today, ends_on=today
            )
        assert list(rows(cast.marc)) == ["RINO"]


class TestPostponing:
    def test_it_sets_the_day_and_keeps_the_reason(self, cast, things, rows, act, client_for):
        row = things.late()
        response = act(cast.sam, "p", to="25/11/2026", reason="Le client est en déplacement")
        assert response.status_code == 204
        assert rows(cast.sam) == {}
        with unscoped("test"):
            again = Opportunity.objects.get(pk=row.pk)
            assert str(again.next_action_on) == "2026-11-25"
            assert TimelineEntry.objects.get(kind="postponed").details == {"reason": "Le client est en déplacement"}
        page = client_for(cast.sam).get(f"/opportunites/{row.pk}/").content.decode()
        assert "a reporté la prochaine action" in page
        assert "Le client est en déplacement" in page

    @pytest.mark.parametrize(
        ("day", "reason", "said"),
        [
            ("24/11/2026", "Vacances", "Choisissez un jour à venir."),
            ("22/11/2026", "Vacances", "Choisissez un jour à venir."),  # the day on which it stands
            ("25/12/2026", "Vacances", "relancez-le avant le 30/11/2026"),
            ("25/11/2026", "", "Dites pourquoi"),
            ("bientôt", "Vacances", "Date illisible"),
        ],
    )
    def test_refusals_stand_beside_the_field(self, cast, things, act, day, reason, said):
        row = things.late()
        response = act(cast.sam, "p", to=day, reason=reason)
        assert response.status_code == 422
        assert said in response.content.decode()
        assert f'value="{reason}"' in response.content.decode() or not reason
        with unscoped("test"):
            assert Opportunity.objects.get(pk=row.pk).next_action_on == row.next_action_on

    def test_silence_cannot_be_put_off(self, cast, things, client_for):
        things.late(last_contact_at=timezone.now() - timedelta(days=8))
        page = parse(client_for(cast.sam).get(HOME))
        assert [one["data-row-key"] for one in page.select("[data-row-key]")] == ["r"]


class TestAppointments:
    def test_those_of_today_and_those_that_nobody_ended(self, cast, things, rows, client_for):
        things.appointment("DEMAIN", hours=30)
        things.appointment("BIENTOT", hours=2)
        things.appointment("PASSE", hours=-20)
        found = rows(cast.sam)
        assert list(found) == ["PASSE", "BIENTOT"]
        assert found["BIENTOT"] == "Rdv du jour. Rdv aujourd’hui de 14:00 à\u00a014:30."
        assert found["PASSE"].endswith(
            "Rdv le 23\u00a0novembre à\u00a016:00\u00a0: personne n’a noté ce qu’il a donné."
        )
        agenda = parse(client_for(cast.sam).get(HOME)).select(".agenda a")
        assert [link.text for link in agenda] == ["BIENTOT"]
        for user in (*others(cast), cast.marc):
            assert rows(user) == {}

    def test_its_outcome_ends_it(self, cast, things, rows, act):
        things.appointment(hours=-2)
        assert act(cast.sam, "t", state="done", outcome="").status_code == 422
        assert act(cast.sam, "t", state="done", outcome="Commande la semaine prochaine.").status_code == 204
        assert rows(cast.sam) == {}


class TestColleagues:
    @pytest.mark.parametrize(
        ("due_in", "said"),
        [
            (None, "vous l’a demandé le 24/11/2026 et attend votre réponse."),
            (-1, "attendait votre réponse le 23/11/2026\u00a0: 1\u00a0jour de retard."),
            (0, "attend votre réponse aujourd’hui."),
            (2, "attend votre réponse pour le 26/11/2026."),
        ],
    )
    def test_a_request_waits_for_whom_it_was_made_to(self, cast, things, rows, due_in, said):
        things.request(of=cast.vera, due_in=due_in, salesperson=cast.sam)
        assert rows(cast.vera)["RINO"].endswith(f"{cast.marc.full_name} {said}")
        for user in (*others(cast), cast.sam, cast.marc):
            assert rows(user) == {}

    def test_its_answer_closes_it_and_reaches_who_asked(self, cast, things, rows, act):
        things.request(of=cast.vera)
        assert act(cast.vera, "r", text="").status_code == 422
        assert act(cast.vera, "r", text="9\u00a0000\u00a0€, pas plus.").status_code == 204
        assert rows(cast.vera) == {}
        assert list(rows(cast.marc)) == ["Réponse à votre demande"]
        act(cast.marc, "l")
        assert rows(cast.marc) == {}

    def test_answering_twice_is_refused_and_keeps_what_was_typed(self, cast, things, client_for):
        asked = things.request(of=cast.vera)
        client = client_for(cast.vera, htmx=True)
        url = f"/opportunites/demandes/{asked.pk}/repondre/"
        client.post(url, {"key": str(uuid.uuid4()), "text": "Oui."})
        response = client.post(url, {"key": str(uuid.uuid4()), "text": "Non, finalement."})
        assert response.status_code == 422
        assert "Quelqu’un a déjà répondu à cette demande." in response.content.decode()
        assert "Non, finalement." in response.content.decode()
        with unscoped("test"):
            assert Comment.objects.filter(text="Oui.").count() == 1

    def test_a_comment_that_is_no_request_has_no_answer(self, cast, things, client_for):
        asked = things.request(of=None)
        assert client_for(cast.sam).get(f"/opportunites/demandes/{asked.pk}/repondre/").status_code == 404

    def test_a_managers_comment_is_there_until_it_is_read(self, cast, things, rows, client_for):
        row = things.opportunity()
        with unscoped("test data"):
            add_comment(
                opportunity=row, text="Revoir le prix.", author=cast.marc, is_from_manager=True, key=uuid.uuid4(),
                now=timezone.now(),
            )  # fmt: skip
        (reason,) = rows(cast.sam).values()
        assert f"{cast.marc.full_name} a commenté l’opportunité n°\u00a0{row.number}, et vous ne l’avez pas" in reason
        with unscoped("test"):
            entry = Notification.objects.get()
        client_for(cast.sam).post(f"/notifications/{entry.pk}/ouvrir/")
        assert rows(cast.sam) == {}

    def test_what_one_may_no_longer_see_is_not_there(self, cast, things, rows):
        row = things.opportunity(salesperson=cast.momo, point_of_sale=cast.north_2)
        with unscoped("test data"):
            add_comment(
                opportunity=row, text="Revoir.", author=cast.marc, is_from_manager=True, key=uuid.uuid4(),
                now=timezone.now(),
            )  # fmt: skip
            assert len(rows(cast.momo)) == 1
            Opportunity.objects.filter(pk=row.pk).update(point_of_sale=cast.north_1)
        assert rows(cast.momo) == {}


class TestOffers:
    def test_one_that_is_about_to_expire(self, cast, things, rows, act):
        things.offer(days=1)
        things.offer("LOIN", days=10)
        found = rows(cast.sam)
        assert list(found) == ["RINO"]
        assert found["RINO"].endswith(
            "L’offre de 17\u202f500,00\u00a0€ expire le 25/11/2026 et est sans réponse du client."
        )
        for user in (*others(cast), cast.marc):
            assert rows(user) == {}
        assert act(cast.sam, "r").status_code == 422
        assert act(cast.sam, "r", state="accepted").status_code == 204
        assert rows(cast.sam) == {}


class TestTradeIns:
    def test_a_price_waits_for_those_who_decide(self, cast, things, rows, act):
        things.trade_in()
        said = (
            f"Estimations à valider. {cast.sam.full_name} demande un prix de reprise il y a 2\u00a0heures, le client "
            "attend 8\u202f500,00\u00a0€."
        )
        for user in (cast.marc, cast.vera, cast.alice):
            assert rows(user) == {"RINO": said}
        for user in (*others(cast), cast.sam):
            assert rows(user) == {}

    def test_decided_it_is_the_salespersons_to_tell(self, cast, things, rows, act):
        things.trade_in()
        with unscoped("test"):
            seen = mark_of(TradeIn.objects.get())
        response = act(
            cast.marc, "d", decision="approve", price="7600", valid_until="10/12/2026", reason="Pneus à changer",
            seen=seen,
        )  # fmt: skip
        assert response.status_code == 204
        assert rows(cast.marc) == {}
        assert rows(cast.sam)["RINO"] == (
            f"Prix à annoncer. {cast.marc.full_name} a fixé le prix à 7\u202f600,00\u00a0€, le client ne le sait pas "
            "encore."
        )
        assert act(cast.sam, "r", **EXCHANGE).status_code == 204
        assert rows(cast.sam) == {}

    def test_a_refusal_is_told_too_and_what_was_told_is_gone(self, cast, things, rows):
        things.trade_in("REFUS", state="declined")
        things.trade_in("DIT", state="approved", told=True)
        assert rows(cast.sam) == {
            "REFUS": f"Prix à annoncer. {cast.marc.full_name} a refusé l’estimation, le client ne le sait pas encore."
        }


class TestStock:
    def test_inspections_are_the_used_car_managers(self, cast, things, rows, today):
        things.vehicle("Passée", inspection_due_on=today - timedelta(days=3))
        things.vehicle("Proche", inspection_due_on=today + timedelta(days=20))
        things.vehicle("Loin", inspection_due_on=today + timedelta(days=90))
        things.vehicle("Partie", inspection_due_on=today, status="out")
        found = rows(cast.vera)
        assert list(found) == ["RENAULT Passée", "RENAULT Proche"]
        assert found["RENAULT Passée"].endswith("au plus tard le 21/11/2026, il y a 3\u00a0jours.")
        assert found["RENAULT Proche"].endswith("au plus tard le 14/12/2026, dans 20\u00a0jours.")
        for user in (cast.sam, *others(cast)):
            assert rows(user) == {}

    def test_vehicles_without_a_price(self, cast, things, rows, today):
        things.vehicle("Neuve", sale_price=None, entered_on=today - timedelta(days=4))
        things.vehicle("Attendue", sale_price=None, status="pre_entry")
        things.vehicle("Casse", sale_price=None, destination="scrap")
        assert rows(cast.vera) == {
            "RENAULT Neuve": "Sans prix. Il n’a pas de prix de vente\u00a0: entré il y a 4\u00a0jours, il ne peut pas "
            "être proposé."
        }
        assert rows(cast.sam) == {}
