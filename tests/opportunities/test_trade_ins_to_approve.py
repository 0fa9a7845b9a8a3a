"""*Estimations à valider* while one looks at it: what comes, changes and goes, for whom, whatever the top bar shows."""

from functools import partial

import pytest
from django.utils import timezone

from opportunities import estimate_facts
from opportunities.enums import Status
from opportunities.models import CloseReason, Opportunity, TradeIn
from opportunities.services import follow_up, trade_in_prices, trade_ins
from settings_admin.access.services.holdings import built_in_group
from settings_admin.access.services.memberships import add_member, set_sites
from settings_admin.models import Membership, UserGroup
from settings_admin.registries import BuiltInGroup
from settings_admin.scoping import unscoped
from tests.make import make_customer, make_opportunity
from tests.opportunities.test_trade_in_prices import FUTURE, LIST, make_trade_in, waiting
from tests.support.events import assert_replays, told
from tests.support.htmx import content, parse, swap
from tests.support.xlsx import rows_of as read_sheet

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_second_site(cast):
    """Vera decides at Nord 1 only, and Momo's estimate waits at Nord 2."""
    with unscoped("test data"):
        membership = Membership.objects.select_related("group", "entity").get(user=cast.vera)
        set_sites(actor=cast.alice, membership=membership, points_of_sale=[cast.north_1])
        customer = make_customer(entity=cast.north)
        return make_opportunity(customer=customer, point_of_sale=cast.north_2, salesperson=cast.momo)


def rows_of(response):
    assert response.status_code == 200
    return [row["id"] for row in parse(response).select("tbody tr[data-row]")]


def topics_on(response):
    return set(parse(response).body["data-live-topics"].split())


def test_every_verb_that_changes_the_list_tells_it_and_the_events_replayed_are_its_state(cast, opportunity, as_user):
    row = make_trade_in(opportunity)
    with unscoped("test data"):
        reason = CloseReason.objects.filter(entity=cast.north, status=Status.LOST).first()
        reason = reason or CloseReason.objects.create(entity=cast.north, status=Status.LOST, label="Prix")
    as_user(cast.marc)

    def on_estimate(verb, **values):
        fresh = TradeIn.objects.select_related("opportunity", "decided_by").get(pk=row.pk)
        verb(trade_in=fresh, actor=cast.marc, now=timezone.now(), **values)

    def decide(verb, **values):
        on_estimate(verb, reason="Non", seen=estimate_facts.mark_of(row), **values)

    ask = partial(on_estimate, trade_ins.ask_for_price)
    of_opportunity = {"opportunity": opportunity, "actor": cast.marc, "now": timezone.now()}
    for act, left in (
        (ask, 1),
        (partial(on_estimate, trade_ins.edit_trade_in, base={"mileage_km": 89632}, mine={"mileage_km": 90000}), 1),
        (partial(on_estimate, trade_ins.take_back), 0),
        (ask, 1),
        (partial(decide, trade_in_prices.decline), 0),
        (ask, 1),
        (partial(follow_up.close_opportunity, status=Status.LOST, reason=reason, **of_opportunity), 0),
        (partial(follow_up.reopen, **of_opportunity), 1),
        (partial(decide, trade_in_prices.approve, price=8000, valid_until=FUTURE), 0),
    ):
        *_, last = assert_replays(f"entity.{cast.north.pk}.trade_ins", user=cast.marc, act=act)
        assert last.payload["waiting"] == left, act


def test_one_of_the_whole_entity_is_told_at_every_site_and_one_of_a_site_at_no_other(
    cast, opportunity, at_second_site, as_user
):
    as_user(cast.marc)
    entity, first, second = (
        f"entity.{cast.north.pk}.trade_ins",
        f"point_of_sale.{cast.north_1.pk}.trade_ins",
        f"point_of_sale.{cast.north_2.pk}.trade_ins",
    )
    of_site, of_whole = make_trade_in(opportunity), make_trade_in(opportunity)
    with unscoped("test data"):
        TradeIn.objects.filter(pk=of_whole.pk).update(point_of_sale=None)
    for row, topics in ((of_site, {entity, first}), (of_whole, {entity, first, second})):
        with told() as everything:
            trade_ins.ask_for_price(trade_in=row, actor=cast.sam, now=timezone.now())
        assert {event.topic for event in everything if event.kind == "trade_ins.changed"} == topics


def test_a_page_hears_where_its_person_decides_and_shows_that(cast, client_for, opportunity, at_second_site):
    here, there = waiting(opportunity), waiting(at_second_site)
    for user, topics, rows in (
        (cast.alice, {f"entity.{cast.north.pk}.trade_ins", f"entity.{cast.south.pk}.trade_ins"}, [here, there]),
        (cast.marc, {f"entity.{cast.north.pk}.trade_ins"}, [here, there]),
        (cast.vera, {f"point_of_sale.{cast.north_1.pk}.trade_ins"}, [here]),
    ):
        page = client_for(user).get(LIST)
        assert topics_on(page) == {f"user.{user.pk}", *topics}
        assert rows_of(page) == [f"row-{row.pk}" for row in rows]


def test_whatever_the_top_bar_shows_it_opens_and_is_found(cast, client_for, opportunity):
    with unscoped("test data"):
        group = built_in_group(cast.holding, BuiltInGroup.SALESPERSON)
        add_member(actor=None, user=cast.marc, group=group, entity=cast.south)
    row = waiting(opportunity)
    client = client_for(cast.marc, scope=f"e{cast.south.pk}")
    assert rows_of(client.get(LIST)) == [f"row-{row.pk}"]
    assert LIST in client.get("/opportunites/").text
    assert client_for(cast.sam).get(LIST).status_code == 403


def test_an_estimate_whose_opportunity_is_closed_waits_for_nobody(cast, client_for, opportunity):
    waiting(opportunity)
    client = client_for(cast.marc)
    assert len(rows_of(client.get(LIST))) == 1
    with unscoped("test data"):
        closed = {"status": Status.DROPPED, "closed_at": timezone.now(), "closed_by": cast.sam, "overdue_on": None}
        Opportunity.objects.filter(pk=opportunity.pk).update(**closed)
    assert rows_of(client.get(LIST)) == []


@pytest.mark.parametrize("address", ["", "?q=golf&sort=-number"])
def test_rows_that_come_by_themselves_make_the_page_a_reload_would_show(cast, client_for, opportunity, address):
    client = client_for(cast.marc)
    first = waiting(opportunity)
    for change in (
        lambda: waiting(opportunity),
        lambda: TradeIn.objects.filter(pk=first.pk).update(state="draft"),
        lambda: TradeIn.objects.update(state="draft"),  # the last one goes, and one comes again
        lambda: TradeIn.objects.filter(pk=first.pk).update(state="to_approve"),
    ):
        page = parse(client.get(LIST + address))
        asks = page.select_one("#list-live")
        assert asks["hx-get"] == LIST + address
        with unscoped("a colleague"):
            change()
        answer = client.get(asks["hx-get"], headers={"HX-Request": "true"})
        swapped = swap(page, answer, target=f"#{asks['id']}", select=asks["hx-select"])
        assert content(swapped) == content(parse(client.get(LIST + address)))


def test_deciding_from_the_list_stays_there(cast, client_for, opportunity):
    row = waiting(opportunity)
    client = client_for(cast.marc, htmx=True)
    act = parse(client.get(LIST)).select_one(f"#decide-{row.pk}")
    sent = {"decision": "approve", "price": "8000", "valid_until": "01/01/2099", "seen": ""}
    answer = client.post(act["hx-get"], sent)
    assert (answer.status_code, "acted" in answer["HX-Trigger"]) == (204, True)
    # Without a script the act is a page, which leads to the estimate.
    assert client_for(cast.marc).post(act["href"], sent)["Location"] == f"/opportunites/reprises/{row.pk}/"


class TestItsFile:
    @pytest.fixture
    def in_both(self, cast):
        for entity, site, who, make in (
            (cast.north, cast.north_1, cast.sam, "RENAULT"), (cast.south, cast.south_1, cast.eve, "PEUGEOT"),
        ):  # fmt: skip
            customer = make_customer(entity=entity, birth_name=f"CLIENT {make}")
            row = make_opportunity(customer=customer, point_of_sale=site, salesperson=who)
            waiting(row, make=make, model="208", expected_price=9500, adjusted_value=9000)

    def exported(self, client, address=""):
        return read_sheet(client.post(f"{LIST}export/{address}"))

    def test_it_has_what_the_list_shows_as_values(self, cast, client_for, in_both):
        client = client_for(cast.alice)
        page = parse(client.get(f"{LIST}?q=renault"))
        heads = [head.text.strip() for head in page.select("thead th")]
        (row,) = self.exported(client, "?q=renault")
        assert list(row) == [head for head in heads if head and head != "Décision"]
        assert (row["Véhicule"], row["Client"], row["Écart"]) == ("RENAULT 208", "CLIENT RENAULT", 500)
        assert row["Entité"] == "Nord"
        assert page.select_one("#list-export")["action"] == f"{LIST}export/?q=renault"
        # The button follows what is filtered without the page being loaded anew.
        swapped = parse(client.get(f"{LIST}?q=peugeot", headers={"HX-Request": "true"}))
        assert swapped.select_one("#list-export")["action"] == f"{LIST}export/?q=peugeot"

    def test_only_of_where_one_decides_and_may_export(self, cast, client_for, in_both):
        assert {row["Véhicule"] for row in self.exported(client_for(cast.alice))} == {"RENAULT 208", "PEUGEOT 208"}
        assert [row["Véhicule"] for row in self.exported(client_for(cast.marc))] == ["RENAULT 208"]
        with unscoped("test data"):
            for user, group in ((cast.eve, BuiltInGroup.USED_CAR_MANAGER), (cast.sam, BuiltInGroup.SALES_MANAGER)):
                entity = cast.north if user == cast.eve else cast.south
                add_member(actor=cast.alice, user=user, group=built_in_group(cast.holding, group), entity=entity)
        # Eve decides in both and may export in hers.
        assert len(rows_of(client_for(cast.eve).get(LIST))) == 2
        assert [row["Véhicule"] for row in self.exported(client_for(cast.eve))] == ["PEUGEOT 208"]
        # Sam exports in both and decides in Sud.
        with unscoped("test data"):
            files = UserGroup.objects.create(
                holding=cast.holding, entity=cast.north, name="Fichiers", rights=["opportunities.export"]
            )
            add_member(actor=cast.alice, user=cast.sam, group=files, entity=cast.north)
        assert [row["Véhicule"] for row in self.exported(client_for(cast.sam))] == ["PEUGEOT 208"]

    def test_who_decides_and_may_not_export_is_offered_none(self, cast, client_for, in_both):
        client = client_for(cast.vera)
        assert parse(client.get(LIST)).select_one("#list-export") is None
        assert client.post(f"{LIST}export/").status_code == 403
