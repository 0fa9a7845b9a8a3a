"""The customer of an opportunity is named to those who may see customers, on every page, in every file and sentence."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from openflex.core.dates import today_paris
from openflex.notifications.models import Notification
from opportunities.models import Appointment, Comment, Offer, OpportunitySettings, TradeIn
from opportunities.services.reminders import remind_of_overdue
from settings_admin.access.services.absences import plan_absence
from settings_admin.models import UserGroup
from settings_admin.registries import BuiltInGroup
from settings_admin.scoping import unscoped
from tests.make import make_customer, make_notification, make_opportunity, make_user, make_vehicle
from tests.support.xlsx import rows_of

pytestmark = pytest.mark.django_db
START = datetime(2030, 12, 2, 13, 0, tzinfo=UTC)


@pytest.fixture
def told_of(cast):
    """Everything that names a customer: an opportunity that is late, with all that hangs on one."""
    customer = make_customer(
        entity=cast.north, civility="professor", birth_name="RINO", mobile="+33612345678", email="rino@example.test",
        city="Cluny", postcode="71250",
    )  # fmt: skip
    vehicle = make_vehicle(entity=cast.north, point_of_sale=cast.north_1)
    today, now = today_paris(timezone.now()), timezone.now()
    row = make_opportunity(customer=customer, point_of_sale=cast.north_1, salesperson=cast.sam, overdue_on=today)
    with unscoped("test data"):
        place = {"entity": cast.north, "point_of_sale": cast.north_1, "opportunity": row}
        made = {"created_by": cast.sam, "created_at": now}
        past, coming = (
            Appointment.objects.create(
                **place, kind="test_drive", vehicle=vehicle, salesperson=cast.sam, starts_at=at,
                ends_at=at + timedelta(hours=1), created_by=cast.sam,
            )
            for at in (now - timedelta(days=1), START)
        )  # fmt: skip
        offer = Offer.objects.create(**place, **made, number=1, vehicle=vehicle, price="17500", valid_until=today)
        trade_in = TradeIn.objects.create(
            **place, **made, number=2, make="VOLKSWAGEN", model="Golf", state="to_approve", asked_by=cast.sam,
            asked_at=now,
        )  # fmt: skip
        asked = Comment.objects.create(**place, author=cast.marc, asked_of=cast.sam, text="Alors\u00a0?", at=now)
    return {"row": row, "past": past, "coming": coming, "offer": offer, "trade_in": trade_in, "asked": asked}


def take_the_right_away(cast, *, of=None, right="customers.view"):
    with unscoped("test data"):
        groups = UserGroup.objects.filter(holding=cast.holding)
        for group in groups.filter(memberships__user=of) if of else groups:
            group.rights = [code for code in group.rights if code != right]
            group.save()


def test_what_was_told_names_nobody_once_the_right_is_gone(cast, client_for, told_of):
    """In the bell, on its page and in a toast: what was told while one knew the customer."""
    url = f"/opportunites/{told_of['row'].pk}/reaffecter/"
    assert client_for(cast.alice).post(url, {"salesperson": cast.marc.pk}).status_code == 303
    with unscoped("test"):
        entry = Notification.objects.get(recipient=cast.marc, kind="opportunity_assigned")
    addresses = ("/notifications/", "/notifications/dernieres/", f"/notifications/{entry.pk}/apercu/")
    for address in addresses:
        assert "de Pr RINO" in client_for(cast.marc, htmx=True).get(address).text, address
    take_the_right_away(cast)
    for address in addresses:
        page = client_for(cast.marc, htmx=True).get(address).text
        assert "RINO" not in page, address
        assert "d’un client" in page, address


def test_what_awaits_on_the_home_page_is_told_as_the_bell_tells_it(cast, client_for, told_of):
    row = told_of["row"]
    make_notification(
        recipient=cast.marc, kind="opportunity_comment", target_type="opportunities.opportunity", target_id=row.pk,
        entity=cast.north, sentence="Vera a écrit à Pr RINO", discreet="Vera a écrit à un client",
        needs="customers.view", url=f"/opportunites/{row.pk}/",
    )  # fmt: skip
    assert "Vera a écrit à Pr RINO, et vous ne l’avez pas encore lu." in client_for(cast.marc).get("/accueil/").text
    take_the_right_away(cast)
    page = client_for(cast.marc).get("/accueil/").text
    assert "Vera a écrit à un client, et vous ne l’avez pas encore lu." in page
    assert "RINO" not in page


@pytest.mark.parametrize(
    ("right", "address"),
    [("customers.view", "/opportunites/nouvelle/"), ("vehicles.view", "/opportunites/{row}/offres/nouvelle/")],
)
def test_what_needs_a_right_that_one_has_not_is_refused_by_its_name(cast, client_for, told_of, right, address):
    """No opportunity without a customer, no offer without a vehicle: before anything is typed."""
    url = address.format(row=told_of["row"].pk)
    sam = client_for(cast.sam)
    assert sam.get(url).status_code == 200
    take_the_right_away(cast, right=right)
    assert sam.get(url).status_code == 403
    assert sam.post(url, {"price": "100", "key": "x"}).status_code == 403


def test_who_may_not_quote_is_not_sent_to_the_quotation(cast, client_for, told_of):
    url = f"/opportunites/{told_of['row'].pk}/reprise/"
    assert "Coter le véhicule d’abord" in client_for(cast.sam).get(url).text
    take_the_right_away(cast, right="quotation.use")
    page = client_for(cast.sam).get(url).text
    assert "Nouvelle estimation de reprise" in page
    assert "Coter le véhicule d’abord" not in page


PAGES = (
    "/accueil/", "/opportunites/?tab=all", "/opportunites/?tab=all&affichage=cartes",
    "/opportunites/agenda/?semaine=2030-12-02", "/opportunites/estimations-a-valider/",
    "/opportunites/{row}/", "/opportunites/{row}/synthese/", "/opportunites/{row}/offres/",
    "/opportunites/{row}/reprise/", "/opportunites/{row}/offres/nouvelle/",
    "/opportunites/{row}/reprises/nouvelle/", "/opportunites/{row}/relancer/",
    "/opportunites/{row}/reporter/", "/opportunites/{row}/planifier/rdv/",
    "/opportunites/{row}/cloturer/perdue/", "/opportunites/{row}/reaffecter/",
    "/opportunites/{row}/fusionner/", "/opportunites/rdv/{coming}/deplacer/",
    "/opportunites/rdv/{coming}/terminer/", "/opportunites/rdv/{coming}/annuler/",
    "/opportunites/rdv/{coming}/convention/", "/opportunites/offres/{offer}/",
    "/opportunites/offres/{offer}/reponse/", "/opportunites/demandes/{asked}/repondre/",
    "/opportunites/reprises/{trade_in}/", "/opportunites/reprises/{trade_in}/decider/",
)  # fmt: skip


def test_every_page_names_them_by_right(cast, client_for, told_of):
    ids = {name: row.pk for name, row in told_of.items()}
    group = ("RINO", "612345678", "06 12 34 56 78", "rino@example.test", "Cluny")

    def shown(path, user):
        response = client_for(user).get(path.format(**ids))
        assert response.status_code == 200, path
        text = response.content.decode().replace("\u202f", " ").replace("\u00a0", " ")
        return {words for words in group if words in text}

    # The manager decides prices and hands on, the salesperson has a day of their own.
    readers = {path: cast.sam if path == "/accueil/" or "repondre" in path else cast.marc for path in PAGES}
    named = [path for path, user in readers.items() if "RINO" in shown(path, user)]
    assert named == list(PAGES)
    take_the_right_away(cast)
    assert {path: said for path, user in readers.items() if (said := shown(path, user))} == {}


def test_files_and_searches_do_not_tell_either(cast, client_for, told_of):
    def export():
        return [row["Client"] for row in rows_of(client_for(cast.marc).post("/opportunites/export/?tab=all"))]

    def found(path):
        return client_for(cast.marc).get(path).text.count("data-row-link")

    assert export() == ["Pr RINO"]
    searches = ("/opportunites/?tab=all&q=rino", "/opportunites/estimations-a-valider/?q=rino")
    assert all(found(path) for path in searches)
    take_the_right_away(cast)
    assert export() == ["Un client"]
    assert [found(path) for path in searches] == [0, 0]
    assert found("/opportunites/?tab=all&q=golf") == 1


def test_each_recipient_is_told_the_name_by_their_own_right(cast, told_of):
    row, now = told_of["row"], timezone.now()

    def said():
        with unscoped("test"):
            Notification.objects.all().delete()
            type(row).objects.update(reminded_on=None)
            remind_of_overdue(now=now)
            return [one.sentence for one in Notification.objects.order_by("pk")]

    number = f"L’opportunité n°\u00a0{row.number}"
    assert said() == [f"{number} de Pr RINO est en souffrance"]
    take_the_right_away(cast, of=cast.sam)
    assert said() == [f"{number} d’un client est en souffrance"]


def test_who_stands_in_hears_no_more_than_they_may(cast, told_of):
    today = today_paris(timezone.now())
    stand_in = make_user(
        "stand-in@example.test", holding=cast.holding, group=BuiltInGroup.SALES_MANAGER, entity=cast.north
    )
    take_the_right_away(cast, of=stand_in)
    with unscoped("test data"):
        plan_absence(actor=cast.alice, user=cast.sam, substitute=stand_in, starts_on=today, ends_on=today, today=today)
        remind_of_overdue(now=timezone.now())
        rows = Notification.objects.filter(kind="opportunity_reminder").select_related("recipient")
        assert {one.recipient for one in rows} == {cast.sam, stand_in}
        assert not any("RINO" in one.sentence for one in rows)


def test_several_recipients_of_one_event_hear_what_each_may(cast, client_for, told_of):
    take_the_right_away(cast, of=cast.marc)
    trade_in = told_of["trade_in"]
    with unscoped("test data"):
        TradeIn.objects.update(state="draft", asked_by=None, asked_at=None)
        OpportunitySettings.objects.create(entity=cast.north, trade_in_photos=0)
        TradeIn.objects.update(mileage_km=1000, first_registration="2020-01-01", has_no_plate=True)
    assert client_for(cast.sam).post(f"/opportunites/reprises/{trade_in.pk}/demander/").status_code in (303, 204)
    with unscoped("test"):
        told = {
            one.recipient.first_name: one.sentence
            for one in Notification.objects.filter(kind="trade_in_asked").select_related("recipient")
        }
    assert told["Marc"].endswith("d’un client")
    assert told["Vera"].endswith("de Pr RINO")
