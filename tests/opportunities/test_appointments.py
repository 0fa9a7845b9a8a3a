"""The life of an appointment: moved, cancelled, closed or handed on with its opportunity, and the paper of a drive."""

import uuid
from base64 import b64decode
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from opportunities.hand_over import _move
from opportunities.models import Appointment, CloseReason, Follower, Opportunity
from settings_admin.models import TimelineEntry, UserGroup
from settings_admin.organisation.selectors import logo_of
from settings_admin.organisation.services.logos import set_logo
from settings_admin.scoping import unscoped
from tests.make import make_opportunity, make_vehicle
from tests.settings_admin.organisation.way import image_bytes, upload
from tests.support.htmx import parse

pytestmark = pytest.mark.django_db
AT = datetime(2030, 12, 2, 13, 0, tzinfo=UTC)  # 14:00 in Paris
HOUR = timedelta(hours=1)
FORM = {"day": "02/12/2030", "starts": "14:00", "ends": "15:00", "note": ""}


@pytest.fixture
def planned(cast, opportunity):
    """`planned(at, …)`: an appointment of Sam about the opportunity, an hour long."""

    def make(at=AT, *, of=None, salesperson=None, **fields):
        of = of or opportunity
        with unscoped("test data"):
            return Appointment.objects.create(
                **{
                    "entity": of.entity, "point_of_sale": of.point_of_sale, "opportunity": of, "kind": "meeting",
                    "salesperson": salesperson or cast.sam, "starts_at": at, "ends_at": at + HOUR,
                    "created_by": cast.sam, **fields,
                }
            )  # fmt: skip

    return make


@pytest.fixture
def drive(cast, planned):
    vehicle = make_vehicle(
        entity=cast.north, point_of_sale=cast.north_1, plate="GD642JM", vin="WVWZZZ1KZAW599957", mileage_km=89632
    )
    return planned(kind="test_drive", vehicle=vehicle, licence_number="18AB12345")


@pytest.fixture
def elsewhere(cast, opportunity):
    """Another opportunity of the same customer."""
    return make_opportunity(customer=opportunity.customer, point_of_sale=cast.north_1, salesperson=cast.sam)


def again(row):
    with unscoped("test"):
        return type(row).objects.get(pk=row.pk)


def told(opportunity, kind):
    with unscoped("test"):
        return TimelineEntry.objects.filter(
            target_type="opportunities.opportunity", target_id=opportunity.pk, kind=kind
        ).count()


def open_form(client, url):
    """What the form of a dialog holds, to be sent again."""
    form = parse(client.get(url)).select_one("form.dialog-form")
    data = {one["name"]: one.get("value", "") for one in form.select("input[name]") if one["type"] != "radio"}
    data |= {one["name"]: one["value"] for one in form.select("input[type=radio][checked]")}
    for choice in form.select("select"):
        chosen = choice.select_one("option[selected]")
        data[choice["name"]] = chosen["value"] if chosen else ""
    return data


def plain(answer):
    """The text of a page or an answer, without the spaces that do not break."""
    text = answer if isinstance(answer, str) else answer.content.decode()
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def said_beside(response, field):
    page = parse(response)
    assert response.status_code == 422
    return plain(page.select_one(f"#{page.select_one(f'[name={field}]')['aria-describedby'].split()[-1]}").text)


class TestMoving:
    def test_the_form_opens_on_what_is_planned_and_the_history_says_from_when_to_when(
        self, cast, client_for, planned, opportunity, read
    ):
        appointment, client = planned(), client_for(cast.sam)
        url = f"/opportunites/rdv/{appointment.pk}/deplacer/"
        assert url in plain(read(cast.sam))
        data = open_form(client, url)
        assert (data["day"], data["starts"], data["ends"], data["salesperson"]) == (
            "02/12/2030", "14:00", "15:00", str(cast.sam.pk)
        )  # fmt: skip
        assert client.post(url, data).status_code == 303
        assert told(opportunity, "appointment_moved") == 0  # as it was
        assert client.post(url, {**data, "day": "03/12/2030", "starts": "10:00", "ends": "11:30"}).status_code == 303
        assert again(appointment).starts_at == AT + timedelta(hours=20)
        assert again(opportunity).next_action_on == date(2030, 12, 3)
        assert "a déplacé le rdv du 2 décembre 2030 à 14:00 au 3 décembre 2030 à 10:00, avec Sam Nom" in plain(
            read(cast.marc)
        )

    def test_a_clash_is_said_beside_its_field_and_what_was_typed_stays(
        self, cast, client_for, planned, drive, elsewhere
    ):
        client, url = client_for(cast.sam), f"/opportunites/rdv/{drive.pk}/deplacer/"
        data = open_form(client, url)
        planned(AT + 2 * HOUR, of=elsewhere)
        busy = client.post(url, {**data, "starts": "16:00", "ends": "17:00", "note": "Avec sa fille"})
        assert "Sam Nom est déjà en rendez-vous le 2 décembre 2030 à 16:00." in said_beside(busy, "starts")
        assert "Avec sa fille" in plain(busy)
        planned(AT + 4 * HOUR, of=elsewhere, kind="test_drive", vehicle=drive.vehicle, salesperson=cast.marc)
        taken = client.post(url, {**data, "starts": "18:00", "ends": "19:00"})
        assert f"{drive.vehicle} est déjà en rendez-vous" in plain(taken)
        assert again(drive).starts_at == AT

    @pytest.mark.parametrize(
        ("changes", "said"), [({"ends": "13:00"}, "finit avant de commencer"), ({"day": "02/12/2020"}, "déjà passé")]
    )
    def test_hours_that_cannot_be_are_refused(self, cast, client_for, planned, changes, said):
        client, url = client_for(cast.sam), f"/opportunites/rdv/{planned().pk}/deplacer/"
        assert said in plain(client.post(url, {**open_form(client, url), **changes}))

    def test_what_a_colleague_moved_meanwhile_is_told_and_not_lost(self, cast, client_for, planned):
        appointment = planned()
        url = f"/opportunites/rdv/{appointment.pk}/deplacer/"
        sam, marc = client_for(cast.sam), client_for(cast.marc)
        first, second = open_form(sam, url), open_form(marc, url)
        marc.post(url, {**second, "starts": "17:00", "ends": "18:00"})
        refused = sam.post(url, {**first, "starts": "09:00", "ends": "10:00"})
        assert "Un collègue vient de le déplacer : 2 décembre 2030 à 17:00" in said_beside(refused, "starts")
        assert again(appointment).starts_at == AT + 3 * HOUR
        seen = parse(refused).select_one("[name=seen]")["value"]
        assert sam.post(url, {**first, "starts": "09:00", "ends": "10:00", "seen": seen}).status_code == 303
        assert again(appointment).starts_at == AT - 5 * HOUR

    def test_one_that_was_ended_stays_where_it_was(self, cast, client_for, planned):
        client, appointment = client_for(cast.sam), planned(state="done")
        url = f"/opportunites/rdv/{appointment.pk}/deplacer/"
        assert "déjà « fait »" in plain(client.post(url, {**open_form(client, url), "starts": "08:00"}))
        assert client_for(cast.eve).post(url, FORM).status_code == 404

    def test_the_week_and_accueil_offer_it_and_are_drawn_again(self, cast, client_for, planned):
        appointment = planned()
        week = parse(client_for(cast.marc).get("/opportunites/agenda/?semaine=2030-12-02")).select_one("#week")
        assert week["hx-trigger"] == "acted from:body"
        (button,) = week.select(f"a[hx-get='/opportunites/rdv/{appointment.pk}/deplacer/?rester=1']")
        assert "Pr RINO" in button["aria-label"]
        unended = planned(timezone.now() - timedelta(days=1))
        assert f"/opportunites/rdv/{unended.pk}/deplacer/?rester=1" in plain(client_for(cast.sam).get("/accueil/"))
        assert client_for(cast.sam, htmx=True).post(
            f"{button['hx-get']}", {**open_form(client_for(cast.sam), button["href"]), "starts": "13:30"}
        ).status_code == 204  # fmt: skip


class TestEnding:
    def test_cancelling_keeps_why_and_the_next_one_is_what_comes_next(
        self, cast, client_for, planned, opportunity, read
    ):
        first, second = planned(), planned(AT + timedelta(days=7))
        with unscoped("test data"):
            Opportunity.objects.update(next_action="meeting", next_action_on=AT.date())
        url = f"/opportunites/rdv/{first.pk}/annuler/"
        assert url in plain(read(cast.sam))
        assert client_for(cast.sam).post(url, {"outcome": "Il est souffrant."}).status_code == 303
        assert (again(first).state, again(second).state) == ("cancelled", "planned")
        assert again(opportunity).next_action_on == second.starts_at.date()
        shown = plain(read(cast.sam))
        assert "a annulé le rdv du 2 décembre 2030 à 14:00, avec Sam Nom" in shown
        assert "Il est souffrant." in shown
        assert "déjà « annulé »" in plain(client_for(cast.sam).post(url, {}))

    def test_a_nearer_action_stays_the_next_one(self, cast, client_for, opportunity):
        with unscoped("test data"):
            Opportunity.objects.update(next_action="call", next_action_on=date(2030, 12, 1))
        data = {"key": str(uuid.uuid4()), "salesperson": cast.sam.pk, **FORM}
        assert client_for(cast.sam).post(f"/opportunites/{opportunity.pk}/planifier/rdv/", data).status_code == 303
        assert again(opportunity).next_action == "call"

    def test_a_vehicle_does_not_come_back_with_less(self, cast, client_for, drive):
        with unscoped("test data"):
            Appointment.objects.update(mileage_out_km=89_640)
        url = f"/opportunites/rdv/{drive.pk}/terminer/"
        sent = {"state": "done", "outcome": "Conquis.", "mileage_back_km": "89 600"}
        assert "89 640 km" in said_beside(client_for(cast.sam).post(url, sent), "mileage_back_km")
        assert client_for(cast.sam).post(url, {**sent, "mileage_back_km": "89 671"}).status_code == 303


class TestWithItsOpportunity:
    @pytest.fixture
    def reason(self, cast):
        with unscoped("test data"):
            return CloseReason.objects.create(entity=cast.north, status="lost", label="Prix")

    def test_closing_says_how_many_it_cancels_and_leaves_what_has_begun(
        self, cast, client_for, planned, opportunity, reason, read
    ):
        coming, later = planned(), planned(AT + timedelta(days=1))
        begun = planned(timezone.now() - timedelta(minutes=30))
        client, url = client_for(cast.sam), f"/opportunites/{opportunity.pk}/cloturer/perdue/"
        assert "2 rdv à venir seront annulés." in plain(client.get(url))
        assert client.post(url, {"reason": reason.pk}).status_code == 303
        assert [again(one).state for one in (coming, later, begun)] == ["cancelled", "cancelled", "planned"]
        assert told(opportunity, "appointment_cancelled") == 2
        # The hours are free again, and what has begun is still concluded.
        planned(of=make_opportunity(customer=opportunity.customer, salesperson=cast.sam))
        done = client.post(f"/opportunites/rdv/{begun.pk}/terminer/", {"state": "missed", "outcome": ""})
        assert done.status_code == 303
        assert f"/rdv/{begun.pk}/deplacer/" not in plain(read(cast.sam))
        assert not again(opportunity).is_open

    def test_handed_on_it_goes_along_and_a_clash_is_shown(self, cast, client_for, planned, opportunity, elsewhere):
        goes, stays = planned(), planned(AT + timedelta(days=1))
        over = planned(timezone.now() - timedelta(days=1))
        of_marc = planned(AT + timedelta(days=2), salesperson=cast.marc)
        planned(stays.starts_at + HOUR / 2, of=elsewhere, salesperson=cast.marc)
        client = client_for(cast.marc)
        client.post(f"/opportunites/{opportunity.pk}/reaffecter/", {"salesperson": cast.marc.pk})
        whose = [again(one).salesperson.first_name for one in (goes, stays, over, of_marc)]
        assert whose == ["Marc", "Sam", "Sam", "Marc"]
        page = plain(client.get(f"/opportunites/{opportunity.pk}/"))
        assert "Rdv du 3 décembre 2030 à 14:00 : il reste à Sam Nom, Marc Nom est déjà en rendez-vous." in page
        assert "a confié à Marc Nom le rdv du 2 décembre 2030 à 14:00" in page
        assert "a laissé à Sam Nom le rdv du 3 décembre 2030 à 14:00 : Marc Nom est déjà" in page

    def test_a_leaver_hands_it_over_and_what_stays_is_on_the_page_and_accueil_of_who_follows(
        self, cast, client_for, planned, opportunity, elsewhere, read
    ):
        goes, stays = planned(), planned(timezone.now() - HOUR / 2)
        with unscoped("test data"):
            Opportunity.objects.filter(pk=elsewhere.pk).update(salesperson=cast.marc)
        planned(stays.starts_at, of=elsewhere, salesperson=cast.marc)
        with unscoped("a leaver leaves nothing behind"):
            assert _move(cast.sam, to=cast.marc, actor=cast.alice) == 1
            type(cast.sam).objects.filter(pk=cast.sam.pk).update(is_active=False)
        assert again(goes).salesperson == cast.marc
        assert again(stays).salesperson == cast.sam
        assert "Sam Nom n’est plus là" in plain(read(cast.marc))
        assert f"/opportunites/rdv/{stays.pk}/deplacer/" in plain(client_for(cast.marc).get("/accueil/"))
        moving = parse(client_for(cast.marc).get(f"/opportunites/rdv/{stays.pk}/deplacer/"))
        assert moving.select_one("[name=salesperson] option[selected]") is None

    def test_of_a_duplicate_it_goes_to_the_kept_one(self, cast, client_for, planned, opportunity, elsewhere):
        appointment = planned()
        with unscoped("test data"):
            Opportunity.objects.filter(pk=elsewhere.pk).update(salesperson=cast.marc)
        client_for(cast.sam).post(f"/opportunites/{opportunity.pk}/fusionner/", {"into": elsewhere.pk})
        row, kept = again(appointment), again(elsewhere)
        assert (row.opportunity_id, row.state) == (elsewhere.pk, "planned")
        assert (kept.next_action, kept.next_action_on) == ("meeting", AT.date())
        with unscoped("test"):
            assert [one.user for one in Follower.objects.filter(opportunity=elsewhere)] == [cast.sam]

    def test_kept_by_one_that_is_closed_it_is_cancelled(
        self, cast, client_for, planned, opportunity, elsewhere, reason
    ):
        appointment, client = planned(), client_for(cast.sam)
        client.post(f"/opportunites/{elsewhere.pk}/cloturer/perdue/", {"reason": reason.pk})
        asked = plain(client.get(f"/opportunites/{opportunity.pk}/fusionner/"))
        assert "1 rdv à venir sera annulé." in asked
        client.post(f"/opportunites/{opportunity.pk}/fusionner/", {"into": elsewhere.pk})
        assert again(appointment).state == "cancelled"
        assert told(elsewhere, "appointment_cancelled") == 1

    def test_a_duplicate_of_a_duplicate_leads_to_what_is_kept(self, cast, client_for, opportunity, elsewhere):
        third = make_opportunity(customer=opportunity.customer, point_of_sale=cast.north_1, salesperson=cast.sam)
        client = client_for(cast.sam)
        client.post(f"/opportunites/{opportunity.pk}/commentaires/", {"key": str(uuid.uuid4()), "text": "Un mot."})
        client.post(f"/opportunites/{opportunity.pk}/fusionner/", {"into": elsewhere.pk})
        client.post(f"/opportunites/{elsewhere.pk}/fusionner/", {"into": third.pk})
        assert client.get(f"/opportunites/{opportunity.pk}/")["Location"] == f"/opportunites/{third.pk}/"
        page = plain(client.get(f"/opportunites/{third.pk}/"))
        assert "Un mot." in page
        assert "a créé" in page or "a fusionné" in page


class TestTwoTabs:
    """The second one is told what happened in the first, and loses nothing that was typed."""

    def test_closed_in_the_one(self, cast, client_for, opportunity):
        with unscoped("test data"):
            reason = CloseReason.objects.create(entity=cast.north, status="lost", label="Prix")
        client, url = client_for(cast.sam), f"/opportunites/{opportunity.pk}/cloturer/perdue/"
        assert client.post(url, {"reason": reason.pk, "note": "Trop cher"}).status_code == 303
        second = client.post(url, {"reason": reason.pk, "note": "Autre chose"})
        summary = f"/opportunites/{opportunity.pk}/synthese/"
        late = client.post(f"{summary}enregistrer/", {"source": "phone", "stars": "1", "wish": "Un break"})
        assert late.status_code == 422
        assert "rouvrez-la" in plain(late)
        assert "Un break" in plain(late)
        # What the answer asks for again is a page, not the act.
        assert {one["hx-get"] for one in parse(late).select("[hx-trigger*='opportunity.changed']")} == {summary}
        assert second.status_code == 422
        assert "est perdue" in plain(second)
        assert "Autre chose" in plain(second)

    def test_merged_in_the_one(self, cast, client_for, opportunity, elsewhere):
        client = client_for(cast.sam)
        client.post(f"/opportunites/{opportunity.pk}/fusionner/", {"into": elsewhere.pk})
        answer = client.post(
            f"/opportunites/{opportunity.pk}/commentaires/", {"key": str(uuid.uuid4()), "text": "À ne pas perdre"}
        )
        assert answer.status_code == 422
        assert f"fusionnée avec la n° {elsewhere.number}" in plain(answer)
        assert "À ne pas perdre" in plain(answer)
        # The open page asks for what it shows again, and is led to the kept one.
        asked = client_for(cast.sam, htmx=True).get(f"/opportunites/{opportunity.pk}/")
        assert asked["HX-Redirect"] == f"/opportunites/{elsewhere.pk}/"


class TestAgreement:
    def test_it_says_who_drives_what_when_and_on_which_conditions(self, cast, client_for, drive, read):
        url = f"/opportunites/rdv/{drive.pk}/convention/"
        assert url in plain(read(cast.sam))
        paper = parse(client_for(cast.sam).get(url)).select_one(".paper")
        text = plain(" ".join(paper.text.split()))
        for words in (
            "Nord", "Pr RINO", "18AB12345", "GD-642-JM", "WVWZZZ1KZAW599957", "89 632 km", "Lundi 2 décembre 2030",
            "14:00", "15:00", "Sam Nom", "permis de conduire valide",
        ):  # fmt: skip
            assert words in text, words
        assert paper.select(".to-write"), "what is not known is written by hand"
        assert client_for(cast.eve).get(url).status_code == 404

    def test_it_bears_the_logo_of_the_site_or_of_its_entity(self, cast, client_for, drive):
        url = f"/opportunites/rdv/{drive.pk}/convention/"

        def logo():
            image = parse(client_for(cast.sam).get(url)).select_one(".paper img.paper-logo")
            return image and b64decode(image["src"].removeprefix("data:image/png;base64,"))

        assert logo() is None
        for row in (cast.north, drive.point_of_sale):
            with unscoped("test data"):
                file = upload(image_bytes(size=(90, 30 + row.pk)))
                set_logo(row=row, file=file, size=file.size, actor=cast.alice)
                kept = logo_of(row)
                assert logo() == bytes(kept.content)

    def test_a_meeting_has_none(self, cast, client_for, planned):
        assert client_for(cast.sam).get(f"/opportunites/rdv/{planned().pk}/convention/").status_code == 404

    def test_who_sees_no_customers_prints_a_line_to_write_on(self, cast, client_for, drive):
        with unscoped("test data"):
            for group in UserGroup.objects.filter(holding=cast.holding):
                group.rights = [code for code in group.rights if code != "customers.view"]
                group.save()
        shown = plain(client_for(cast.sam).get(f"/opportunites/rdv/{drive.pk}/convention/"))
        assert "RINO" not in shown

    def test_the_entity_writes_its_own_conditions(self, cast, client_for, drive):
        client = client_for(cast.alice)
        page = f"/opportunites/reglages/suivi/{cast.north.pk}/"
        form = parse(client.get(f"{page}?modifier=oui")).select_one("form[action$='/enregistrer/']")
        data = {one["name"]: one.get("value", "") for one in form.select("input[name]")}
        data["test_drive_conditions"] = "Franchise : 800 €.\n<b>Pas plus loin que Mâcon.</b>"
        assert client.post(f"{page}enregistrer/", data).status_code == 303
        shown = plain(client_for(cast.sam).get(f"/opportunites/rdv/{drive.pk}/convention/"))
        assert "Franchise : 800 €." in shown
        assert "&lt;b&gt;Pas plus loin que Mâcon." in shown
        assert "permis de conduire valide" not in shown
