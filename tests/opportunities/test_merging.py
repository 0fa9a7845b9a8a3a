"""Two opportunities of one customer become one, across points of sale too, and what is won stays won."""

import uuid
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from openflex.notifications.models import Notification
from opportunities.models import CloseReason, Follower, Opportunity, TradeIn
from settings_admin.scoping import unscoped
from tests.make import make_opportunity, make_vehicle
from tests.opportunities.test_trade_in_prices import make_trade_in, put
from tests.support.htmx import parse
from tests.vehicles.test_photos import shot

at_its_site = import_module("opportunities.migrations.0012_hanging_at_its_site")

pytestmark = pytest.mark.django_db


@pytest.fixture
def elsewhere(cast, opportunity):
    """The same customer's, Momo's at Nord 2."""
    return make_opportunity(customer=opportunity.customer, point_of_sale=cast.north_2, salesperson=cast.momo)


@pytest.fixture
def post(client_for):
    def send(user, address, **data):
        return client_for(user).post(f"/opportunites/{address}", {"key": str(uuid.uuid4()), **data})

    return send


def again(row):
    with unscoped("test"):
        return type(row)._base_manager.select_related(*_ALONG.get(type(row), ())).get(pk=row.pk)


_ALONG = {Opportunity: ("merged_into", "close_reason")}


def status(row, status):
    with unscoped("test data"):
        Opportunity.objects.filter(pk=row.pk).update(status=status, closed_at=timezone.now(), overdue_on=None)


class TestAcrossSites:
    def test_whoever_reads_the_kept_one_reads_all_that_moved(self, cast, client_for, opportunity, elsewhere, post):
        here = f"{opportunity.pk}/"
        vehicle = make_vehicle(entity=cast.north, point_of_sale=cast.north_1, sale_price="17990.00")
        trade_in = make_trade_in(opportunity)
        estimate = f"reprises/{trade_in.pk}/"
        for path, data in (
            (f"{here}commentaires/", {"text": "À garder."}),
            (
                f"{here}relancer/",
                {
                    "means": "call", "outcome": "reached", "text": "Veut un essai.", "next_action": "call",
                    "next_action_on": "31/12/2030", "next_action_note": "",
                },
            ),
            (
                f"{here}planifier/rdv/",
                {"salesperson": cast.sam.pk, "day": "31/12/2030", "starts": "14:00", "ends": "15:00", "note": ""},
            ),
            (
                f"{here}offres/nouvelle/",
                {"vehicle": vehicle.pk, "price": "17 500", "valid_until": "31/12/2030", "note": ""},
            ),
            (f"{estimate}etat/defauts/ajouter/", {"zone": "front", "description": "Aile enfoncée", "cost": ""}),
            (
                f"{estimate}etat/frais/ajouter/",
                {"kind": "tyres", "description": "Deux pneus", "planned": "240", "actual": ""},
            ),
            (f"{estimate}photos/", {"photos": shot()}),
        ):  # fmt: skip
            assert post(cast.sam, path, **data).status_code == 303, path
        damage = again(trade_in)
        with unscoped("test"):
            damage = damage.damages.get()
        answer = post(cast.sam, f"{estimate}etat/defauts/{damage.pk}/photos/", photos=shot())
        assert answer.status_code == 303
        assert client_for(cast.momo).get(f"/opportunites/{estimate}").status_code == 404

        assert post(cast.alice, f"{here}fusionner/", into=elsewhere.pk).status_code == 303

        momo = client_for(cast.momo)
        page = momo.get(f"/opportunites/{elsewhere.pk}/").content.decode()
        for words in ("À garder.", "Veut un essai.", "31/12/2030"):
            assert words in page
        assert "17\u202f500,00" in momo.get(f"/opportunites/{elsewhere.pk}/offres/").content.decode()
        shown = parse(momo.get(f"/opportunites/{estimate}"))
        for words in ("Aile enfoncée", "Deux pneus"):
            assert words in shown.text
        pictures = {one["src"] for one in shown.select("img[src^='/opportunites/reprises/photos/']")}
        assert len(pictures) >= 2
        for address in pictures:
            assert momo.get(address).status_code == 200
        with unscoped("test"):
            of_places = {
                row.point_of_sale_id
                for rows in (
                    elsewhere.comments.all(), elsewhere.exchanges.all(), elsewhere.appointments.all(),
                    elsewhere.offers.all(), elsewhere.trade_ins.all(),
                )
                for row in rows
            }  # fmt: skip
        assert of_places == {cast.north_2.pk}

        # A merge of before left all of it at its own site; the migration takes it along.
        with unscoped("as it was"):
            for model in apps.get_app_config("opportunities").get_models():
                rows = model._base_manager.all()
                rows = rows.exclude(pk=elsewhere.pk) if model is Opportunity else rows
                if hasattr(model, "point_of_sale"):
                    rows.update(point_of_sale=cast.north_1)
        assert momo.get(f"/opportunites/{estimate}").status_code == 404
        at_its_site.follow(None, connection.schema_editor())
        assert momo.get(f"/opportunites/{estimate}").status_code == 200
        for address in pictures:
            assert momo.get(address).status_code == 200
        assert "17\u202f500,00" in momo.get(f"/opportunites/{elsewhere.pk}/offres/").content.decode()

    def test_the_salesperson_of_the_duplicate_is_told_as_far_as_they_may_open_the_kept_one(
        self, cast, opportunity, elsewhere, post
    ):
        post(cast.alice, f"{elsewhere.pk}/fusionner/", into=opportunity.pk)
        with unscoped("test"):
            assert not Notification.objects.filter(recipient=cast.momo).exists()
        third = make_opportunity(customer=opportunity.customer, point_of_sale=cast.north_1, salesperson=cast.marc)
        post(cast.alice, f"{third.pk}/fusionner/", into=opportunity.pk)
        with unscoped("test"):
            told = Notification.objects.get(recipient=cast.marc)
        assert (
            f"n°\u00a0{third.number} de Pr RINO, que vous suiviez, avec la n°\u00a0{opportunity.number}"
            in told.sentence
        )

    def test_who_no_longer_sees_it_is_told_nothing_more_of_it(self, cast, opportunity, post):
        with unscoped("test data"):
            Follower.objects.create(entity=cast.north, opportunity=opportunity, user=cast.momo)
            Follower.objects.create(entity=cast.north, opportunity=opportunity, user=cast.vera)
        post(cast.marc, f"{opportunity.pk}/commentaires/", text="Rappelez-le.")
        with unscoped("test"):
            names = set(Notification.objects.values_list("recipient__first_name", flat=True))
        assert names == {"Sam", "Vera"}

    def test_what_was_told_of_the_duplicate_is_told_of_the_kept_one(self, cast, opportunity, elsewhere, post):
        post(cast.marc, f"{opportunity.pk}/commentaires/", text="Rappelez-le.")
        post(cast.alice, f"{opportunity.pk}/fusionner/", into=elsewhere.pk)
        with unscoped("test"):
            assert Notification.objects.get(recipient=cast.sam, kind="opportunity_comment").target_id == elsewhere.pk

    def test_an_estimate_leaves_the_list_of_the_one_site_for_that_of_the_other(
        self, cast, client_for, opportunity, elsewhere, post
    ):
        trade_in = make_trade_in(opportunity)
        put(trade_in, "to_approve", asked_by=cast.sam, asked_at=timezone.now())
        post(cast.alice, f"{opportunity.pk}/fusionner/", into=elsewhere.pk)
        with unscoped("test"):
            assert TradeIn.objects.get().point_of_sale == cast.north_2


class TestOutcomes:
    @pytest.mark.parametrize("kept", ["open", "lost", "won"])
    def test_what_is_won_is_nobodys_duplicate(self, cast, opportunity, post, kept):
        other = make_opportunity(customer=opportunity.customer, point_of_sale=cast.north_1, salesperson=cast.sam)
        status(opportunity, "won")
        if kept != "open":
            status(other, kept)
        answer = post(cast.sam, f"{opportunity.pk}/fusionner/", into=other.pk)
        assert answer.status_code == 422
        assert "est gagnée" in answer.content.decode()
        row = again(opportunity)
        assert (row.status, row.merged_into) == ("won", None)

    def test_a_duplicate_goes_into_the_one_that_is_won(self, cast, opportunity, post):
        other = make_opportunity(customer=opportunity.customer, point_of_sale=cast.north_1, salesperson=cast.sam)
        status(opportunity, "won")
        assert post(cast.sam, f"{other.pk}/fusionner/", into=opportunity.pk).status_code == 303
        assert (again(opportunity).status, again(other).merged_into) == ("won", opportunity)

    def test_what_was_lost_stays_lost_with_its_reason(self, cast, opportunity, post):
        other = make_opportunity(customer=opportunity.customer, point_of_sale=cast.north_1, salesperson=cast.sam)
        with unscoped("test data"):
            reason = CloseReason.objects.create(entity=cast.north, status="lost", label="Prix")
        post(cast.sam, f"{opportunity.pk}/cloturer/perdue/", reason=reason.pk, competitor="Martin", note="")
        closed_at = again(opportunity).closed_at
        assert post(cast.sam, f"{opportunity.pk}/fusionner/", into=other.pk).status_code == 303
        row = again(opportunity)
        assert (row.status, row.close_reason, row.closed_at) == ("lost", reason, closed_at)
        assert row.merged_into == other
