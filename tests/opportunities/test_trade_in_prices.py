"""The price of a trade-in: who is asked, who decides, who is told and when, and what becomes of it."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from openflex.core import realtime
from openflex.core.dates import today_paris
from openflex.notifications.models import Notification
from opportunities import estimate_facts
from opportunities.enums import TRADE_IN_TRANSITIONS, TradeInState
from opportunities.models import Follower, TradeIn
from opportunities.services import trade_in_prices
from settings_admin.models import TimelineEntry
from settings_admin.scoping import unscoped
from tests.make import make_customer, make_opportunity
from tests.support.htmx import content, parse, swap
from tests.vehicles.test_photos import shot

pytestmark = pytest.mark.django_db
LIST = "/opportunites/estimations-a-valider/"
FUTURE = date(2099, 1, 1)


def make_trade_in(opportunity, **fields):
    with unscoped("test data"):
        values = {
            "number": TradeIn.objects.count() + 1, "make": "VOLKSWAGEN", "model": "Golf Plus", "plate": "GD642JM",
            "first_registration": date(2010, 4, 23), "mileage_km": 89632, "created_by": opportunity.salesperson,
            "created_at": timezone.now(), **fields,
        }  # fmt: skip
        return TradeIn.objects.create(
            entity=opportunity.entity, point_of_sale=opportunity.point_of_sale, opportunity=opportunity, **values
        )


def waiting(opportunity, **fields):
    salesperson = opportunity.salesperson
    return make_trade_in(opportunity, state="to_approve", asked_by=salesperson, asked_at=timezone.now(), **fields)


@pytest.fixture
def trade_in(opportunity):
    return make_trade_in(opportunity)


@pytest.fixture
def act(client_for, trade_in):
    def send(user, path, **data):
        if path == "decider" and data.get("seen") == "now":
            with unscoped("what its page shows"):
                data["seen"] = estimate_facts.mark_of(trade_in)
        return client_for(user).post(f"/opportunites/reprises/{trade_in.pk}/{path}/", data)

    return send


def again(row):
    with unscoped("test"):
        return TradeIn.objects.select_related("decided_by", "asked_by").get(pk=row.pk)


def told():
    with unscoped("test"):
        rows = Notification.objects.order_by("recipient__first_name", "pk")
        return list(rows.values_list("recipient__first_name", "kind", "text"))


def put(row, state, **fields):
    with unscoped("test"):
        needed = {"price": 8000, "valid_until": FUTURE, "decided_by_id": row.created_by_id}
        if state not in ("approved", "accepted"):
            needed = {}
        TradeIn.objects.filter(pk=row.pk).update(state=state, **{**needed, **fields})


def decision(seen="now", **data):
    return {"decision": "approve", "price": "8 000,00", "valid_until": "01/01/2099", "reason": "", "seen": seen, **data}


class TestAsking:
    def test_the_managers_who_decide_there_are_told_once(self, cast, act, trade_in):
        assert act(cast.sam, "demander").status_code == 303
        assert act(cast.sam, "demander").status_code == 303
        row = again(trade_in)
        assert (row.state, row.asked_by) == ("to_approve", cast.sam)
        assert [(name, kind) for name, kind, _ in told()] == [
            (name, "trade_in_asked") for name in ("Alice", "Marc", "Vera")
        ]
        assert "Golf Plus" in told()[0][2]

    def test_what_a_manager_needs_is_named(self, cast, act, trade_in, client_for):
        put(trade_in, "draft", mileage_km=None, plate="")
        response = act(cast.sam, "demander")
        assert response.status_code in (303, 409, 422)
        assert again(trade_in).state == "draft"
        page = client_for(cast.sam).get(f"/opportunites/reprises/{trade_in.pk}/").content.decode()
        assert "il manque l’immatriculation, le kilométrage" in page

    def test_asked_again_the_last_price_is_gone_and_stays_in_the_history(self, cast, act, trade_in, client_for):
        act(cast.sam, "demander")
        act(cast.marc, "decider", **decision(decision="decline", reason="Trop de kilomètres"))
        act(cast.sam, "demander")
        row = again(trade_in)
        assert (row.state, row.price_reason, row.decided_by) == ("to_approve", "", None)
        page = client_for(cast.sam).get(f"/opportunites/reprises/{trade_in.pk}/").content.decode()
        assert "Trop de kilomètres" in page


class TestDeciding:
    @pytest.fixture(autouse=True)
    def _asked(self, trade_in, cast):
        put(trade_in, "to_approve", asked_by=cast.sam, asked_at=timezone.now())

    def test_price_validity_and_reason_reach_who_asked_and_who_follows(self, cast, act, trade_in, opportunity):
        with unscoped("test"):
            Follower.objects.create(entity=cast.north, opportunity=opportunity, user=cast.vera)
        response = act(cast.marc, "decider", **decision(reason="Pneus à changer"))
        assert response.status_code == 303, response.content.decode()[-3000:]
        row = again(trade_in)
        assert (row.state, row.price, row.valid_until, row.decided_by) == ("approved", 8000, FUTURE, cast.marc)
        assert [(name, kind) for name, kind, _ in told()] == [
            ("Sam", "trade_in_decided"), ("Vera", "trade_in_decided"),
        ]  # fmt: skip
        assert "8\u202f000,00\u00a0€, valable jusqu’au 01/01/2099\nPneus à changer" in told()[0][2]

    def test_it_is_shown_to_who_asked(self, cast, act, client_for, trade_in):
        act(cast.marc, "decider", **decision(reason="Pneus à changer"))
        page = client_for(cast.sam).get(f"/opportunites/reprises/{trade_in.pk}/").content.decode()
        for text in ("8\u202f000,00\u00a0€", "Pneus à changer", cast.marc.full_name, "01/01/2099"):
            assert text in page
        assert f'data-live-topics="user.{cast.sam.pk} opportunity.{trade_in.opportunity_id}"' in page

    def test_the_screen_of_who_asked_hears_after_the_commit_and_of_nothing_that_was_undone(
        self, cast, trade_in, django_capture_on_commit_callbacks, monkeypatch
    ):
        heard = []
        monkeypatch.setattr(realtime, "_send", heard.extend)
        values = {
            "price": 8000, "valid_until": FUTURE, "reason": "", "seen": "", "actor": cast.marc, "now": timezone.now(),
        }  # fmt: skip

        with unscoped("test"):
            with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
                trade_in_prices.approve(trade_in=again(trade_in), **values)
                transaction.set_rollback(True)
            assert heard == []
            with django_capture_on_commit_callbacks(execute=True):
                trade_in_prices.approve(trade_in=again(trade_in), **values)
                assert heard == []
        topic = f"opportunity.{trade_in.opportunity_id}"
        assert [message.split(" ")[2] for message in heard if message.split(" ")[1] == topic] == ["opportunity.changed"]

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"price": ""}, "Indiquez un prix supérieur à zéro."),
            ({"price": "0"}, "Indiquez un prix supérieur à zéro."),
            ({"price": "douze"}, "12"),
            ({"valid_until": ""}, "Indiquez jusqu’à quand ce prix tient."),
            ({"valid_until": "01/01/2020"}, "Cette date est passée."),
            ({"decision": "decline"}, "Dites pourquoi"),
        ],
    )
    def test_what_is_missing_is_said_beside_its_field_and_nothing_is_lost(self, cast, act, trade_in, changes, said):
        typed = {} if changes.get("decision") else {"reason": "Pneus à changer"}
        response = act(cast.marc, "decider", **decision(**typed, **changes))
        assert response.status_code == 422
        text = response.content.decode()
        assert said in text or changes.get("price") == "douze"
        assert typed.get("reason", "") in text
        assert again(trade_in).state == "to_approve"

    def test_a_refusal_says_why(self, cast, act, trade_in):
        act(cast.marc, "decider", **decision(decision="decline", price="", reason="Châssis marqué"))
        row = again(trade_in)
        assert (row.state, row.price, row.price_reason) == ("declined", None, "Châssis marqué")
        assert [(name, text) for name, _, text in told()] == [("Sam", "Châssis marqué")]

    def test_sent_twice_it_is_one_and_a_colleague_who_decided_meanwhile_is_named(self, cast, act, trade_in):
        for _ in range(2):
            assert act(cast.marc, "decider", **decision(seen="")).status_code == 303
        late = act(cast.vera, "decider", **decision(seen="", price="7 000,00"))
        assert late.status_code == 422
        assert f"{cast.marc.full_name} vient de décider" in late.content.decode()
        assert "7 000,00" in late.content.decode()
        assert again(trade_in).price == 8000
        with unscoped("test"):
            assert TimelineEntry.objects.filter(target_id=trade_in.pk, kind="decided").count() == 1
        assert act(cast.vera, "decider", **decision(price="7 500,00")).status_code == 303
        assert again(trade_in).price == 7500

    CHANGES = {
        "facts": (
            lambda sam, url: sam.post(
                f"{url}attente/enregistrer/", {"expected_price": "9 000,00", "initial-expected_price": ""}
            ),
            "9\u202f000,00\u00a0€",
        ),
        "damage": (
            lambda sam, url: sam.post(
                f"{url}etat/defauts/ajouter/", {"zone": "front", "description": "Choc", "cost": "", "key": uuid4()}
            ),
            "Choc",
        ),
        "cost": (
            lambda sam, url: sam.post(
                f"{url}etat/frais/ajouter/",
                {"kind": "tyres", "description": "Deux pneus", "planned": "240", "actual": "", "key": uuid4()},
            ),
            "Deux pneus",
        ),
        "photo": (lambda sam, url: sam.post(f"{url}photos/", {"photos": shot(), "key": uuid4()}), "photo"),
    }

    @pytest.mark.parametrize("what", CHANGES)
    def test_whatever_changed_meanwhile_is_shown_and_decided_upon_again(self, cast, act, trade_in, client_for, what):
        change, said = self.CHANGES[what]
        url = f"/opportunites/reprises/{trade_in.pk}/"
        opened = parse(client_for(cast.marc).get(f"{url}decider/")).select_one("[name=seen]").get("value", "")
        assert change(client_for(cast.sam), url).status_code == 303
        late = act(cast.marc, "decider", **decision(seen=opened, price="7 000,00", reason="Pneus à changer"))
        assert late.status_code == 422
        form = parse(late)
        assert said in form.select_one("[aria-label='Ce qui a changé']").text
        assert "L’estimation a changé" in form.text
        assert again(trade_in).state == "to_approve"
        typed = {field["name"]: field.get("value", field.text).strip() for field in form.select("[name]")}
        assert (typed["price"], typed["reason"]) == ("7 000,00", "Pneus à changer")
        assert act(cast.marc, "decider", **{**typed, "decision": "approve"}).status_code == 303
        assert again(trade_in).price == 7000

    @pytest.mark.parametrize(
        ("who", "status"), [("sam", 403), ("adele", 403), ("eve", 404), ("momo", 403), ("max", 404)]
    )
    def test_nobody_else_decides(self, cast, act, trade_in, who, status):
        assert act(getattr(cast, who), "decider", **decision()).status_code == status
        assert again(trade_in).state == "to_approve"


class TestMoves:
    ACTS = (
        ("demander", {}, TradeInState.TO_APPROVE),
        ("reprendre", {}, TradeInState.DRAFT),
        ("decider", decision(), TradeInState.APPROVED),
        ("decider", decision(decision="decline", reason="Non"), TradeInState.DECLINED),
        ("reponse", {"state": "accepted"}, TradeInState.ACCEPTED),
        ("reponse", {"state": "refused"}, TradeInState.REFUSED),
    )

    @pytest.mark.parametrize("state", [one for one in TradeInState if one != TradeInState.ENTERED])
    @pytest.mark.parametrize(("path", "data", "target"), ACTS)
    def test_a_forged_act_moves_only_as_the_table_says(self, cast, act, trade_in, state, path, data, target):
        put(trade_in, state)
        act(cast.alice, path, **data)
        allowed = target in TRADE_IN_TRANSITIONS[state]
        assert again(trade_in).state == (target if allowed else state)

    @pytest.mark.parametrize("forged", ["entered", "approved", "expired", "", "x"])
    def test_the_answer_of_a_customer_is_yes_or_no(self, cast, act, trade_in, forged):
        put(trade_in, "approved")
        act(cast.sam, "reponse", state=forged)
        assert again(trade_in).state == "approved"

    def test_a_price_whose_day_is_over_is_not_accepted(self, cast, act, trade_in):
        put(trade_in, "approved", valid_until=date(2020, 1, 1))
        act(cast.sam, "reponse", state="accepted")
        assert again(trade_in).state == "approved"

    def test_an_answer_is_a_contact(self, cast, act, trade_in, opportunity):
        before = opportunity.last_contact_at
        put(trade_in, "approved")
        act(cast.sam, "reponse", state="accepted")
        with unscoped("test"):
            opportunity.refresh_from_db()
        assert opportunity.last_contact_at > before


class TestExpiry:
    def test_prices_whose_last_day_is_over_expire_once_and_others_stay(self, cast, opportunity, read):
        today = today_paris(timezone.now())
        rows = {
            "past": make_trade_in(opportunity),
            "last day": make_trade_in(opportunity),
            "answered": make_trade_in(opportunity),
        }
        put(rows["past"], "approved", valid_until=today - timedelta(days=1))
        put(rows["last day"], "approved", valid_until=today)
        put(rows["answered"], "accepted", valid_until=today - timedelta(days=1))
        with unscoped("test"):
            assert [trade_in_prices.expire_trade_ins(today=today) for _ in range(2)] == [1, 0]
        assert [again(row).state for row in rows.values()] == ["expired", "approved", "accepted"]
        assert "a laissé expirer" in read(cast.sam)
        assert [(name, kind) for name, kind, _ in told()] == [("Sam", "trade_in_expired")]
        assert "Dites-le au client" in told()[0][2]

    def test_a_price_of_an_opportunity_that_is_closed_is_told_to_nobody(self, cast, opportunity):
        today = today_paris(timezone.now())
        put(make_trade_in(opportunity), "approved", valid_until=today - timedelta(days=1))
        with unscoped("test"):
            type(opportunity).objects.filter(pk=opportunity.pk).update(
                status="lost", closed_at=timezone.now(), overdue_on=None
            )
            assert trade_in_prices.expire_trade_ins(today=today) == 1
        assert told() == []


class TestList:
    @pytest.fixture
    def listed(self, cast, client_for):
        def read(address="", user=None):
            response = client_for(user or cast.alice).get(LIST + address)
            assert response.status_code == 200
            return [link.text.strip() for link in parse(response).select("tbody a[data-row-link]")]

        return read

    @pytest.fixture
    def in_both(self, cast):
        for entity, site, who, model in (
            (cast.north, cast.north_1, cast.sam, "Clio"), (cast.south, cast.south_1, cast.eve, "Zoe"),
        ):  # fmt: skip
            customer = make_customer(entity=entity, birth_name=f"CLIENT{model}")
            row = make_opportunity(customer=customer, point_of_sale=site, salesperson=who)
            waiting(row, make="RENAULT", model=model, plate="", vin="", adjusted_value=9000 + len(model))
        make_trade_in(row, model="Brouillon")

    def test_it_shows_those_of_every_entity_where_one_decides_and_only_those(self, cast, listed, in_both, client_for):
        assert listed() == ["RENAULT Clio", "RENAULT Zoe"]
        assert listed(user=cast.marc) == ["RENAULT Clio"]
        assert listed(user=cast.eve) == ["RENAULT Zoe"]
        assert client_for(cast.sam).get(LIST).status_code == 403

    @pytest.mark.parametrize(
        ("words", "found"), [("clio", ["RENAULT Clio"]), ("clientzoe", ["RENAULT Zoe"]), ("xyzzy", [])]
    )
    def test_one_is_found(self, listed, in_both, words, found):
        assert listed(f"?q={words}") == found

    def test_it_is_filtered_and_sorted(self, cast, listed, in_both):
        assert listed(f"?asked_by={cast.eve.pk}") == ["RENAULT Zoe"]
        assert listed(f"?point_of_sale={cast.north_1.pk}") == ["RENAULT Clio"]
        assert listed("?sort=-adjusted_value") == ["RENAULT Clio", "RENAULT Zoe"]
        assert listed("?sort=adjusted_value") == ["RENAULT Zoe", "RENAULT Clio"]

    def test_as_many_statements_for_one_row_as_for_three(self, cast, client_for, opportunity):
        def statements():
            client = client_for(cast.marc)
            client.get(LIST)
            with CaptureQueriesContext(connection) as queries:
                client.get(LIST)
            return len(queries)

        waiting(opportunity)
        one = statements()
        waiting(opportunity)
        waiting(opportunity)
        assert statements() == one
        assert one <= 12

    def test_a_swap_equals_a_reload(self, cast, client_for, in_both):
        client = client_for(cast.alice)
        address = f"{LIST}?q=clio"
        page = swap(parse(client.get(LIST)), client.get(address, headers={"HX-Request": "true"}), target="#list")
        assert content(page) == content(parse(client.get(address)))


def test_the_managers_find_it_from_the_list_of_opportunities(cast, client_for):
    url = reverse("opportunities:trade_ins_to_approve")
    assert url in client_for(cast.marc).get("/opportunites/").content.decode()
    assert url not in client_for(cast.sam).get("/opportunites/").content.decode()
