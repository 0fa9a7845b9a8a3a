"""The page of an offer: what it says and what can be done, in each of its states."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from opportunities.models import Offer
from settings_admin.models import UserGroup
from settings_admin.scoping import unscoped
from tests.make import make_vehicle
from tests.support.htmx import parse

pytestmark = pytest.mark.django_db
TO_COME, OVER = date(2099, 1, 1), date(2026, 1, 1)
NEW = "Faire une nouvelle offre"


@pytest.fixture
def offer(cast, opportunity):
    vehicle = make_vehicle(entity=cast.north, point_of_sale=cast.north_1, sale_price=Decimal(12000))
    with unscoped("test data"):
        return Offer.objects.create(
            entity=cast.north, point_of_sale=cast.north_1, opportunity=opportunity, number=1, vehicle=vehicle,
            list_price=Decimal(12000), price=Decimal(11500), valid_until=TO_COME, created_by=cast.sam,
            created_at=timezone.now(),
        )  # fmt: skip


@pytest.fixture
def read(client_for, cast, offer):
    def shown_to(user=cast.sam, **fields):
        with unscoped("test data"):
            Offer.objects.filter(pk=offer.pk).update(**fields)
        return parse(client_for(user).get(f"/opportunites/offres/{offer.pk}/"))

    return shown_to


@pytest.mark.parametrize(
    ("state", "valid_until", "primary", "others"),
    [
        ("draft", TO_COME, "Remettre au client", ["Le client accepte", "Le client refuse"]),
        ("sent", TO_COME, "Le client accepte", ["Le client refuse"]),
        ("accepted", TO_COME, None, ["Le client refuse"]),
        ("accepted", OVER, None, ["Le client refuse"]),
        ("refused", TO_COME, NEW, ["Remettre au client", "Le client accepte"]),
        ("expired", OVER, NEW, []),
        # Nothing is offered that would be refused.
        ("draft", OVER, NEW, ["Le client refuse"]),
        ("sent", OVER, NEW, ["Le client refuse"]),
    ],
)
def test_what_can_be_done_follows_its_state_and_its_day(read, state, valid_until, primary, others):
    shown = read(state=state, valid_until=valid_until)
    acts = shown.select("#offer .button:not([data-print])")
    assert [act.text.strip() for act in acts if "primary" in act["class"]] == ([primary] if primary else [])
    assert [act.text.strip() for act in acts if "primary" not in act["class"]] == others
    assert ("Validité dépassée" in shown.text) is (valid_until == OVER and state in ("draft", "sent"))


def test_a_customer_who_refused_may_accept_while_it_is_valid(cast, client_for, offer, read):
    client, url = client_for(cast.sam), f"/opportunites/offres/{offer.pk}/etat/"
    for target in ("refused", "accepted"):
        assert client.post(url, {"state": target}).status_code == 303
    assert "Acceptée" in read().select_one("#offer .badge").text
    read(state="refused", valid_until=OVER)
    for target in ("accepted", "sent"):
        assert "n’est plus valable" in client.post(url, {"state": target}).text
    assert "Refusée" in read().select_one("#offer .badge").text


def test_who_only_reads_is_offered_nothing(cast, read):
    with unscoped("test data"):
        for group in UserGroup.objects.filter(holding=cast.holding):
            group.rights = [code for code in group.rights if code != "opportunities.edit"]
            group.save()
    assert read().select("#offer .button:not([data-print])") == []


def test_the_price_is_said_once_without_a_trade_in(read):
    rows = [" ".join(row.get_text(" ").split()) for row in read().select(".receipt tr")]
    assert rows == ["Prix affiché 12 000,00 € TTC", "Prix proposé 11 500,00 € TTC"]


@pytest.mark.parametrize(
    ("price", "told", "total"),
    [
        (Decimal(4000), "−4 000,00 € TTC", "Reste à payer 7 500,00 € TTC"),
        (Decimal(12500), "−12 500,00 € TTC", "À verser au client 1 000,00 € TTC"),
        (None, "sans prix", "Reste à payer 11 500,00 € TTC"),
    ],
)
def test_a_trade_in_counts_for_its_price(read, opportunity, price, told, total):
    with unscoped("test data"):
        trade_in = opportunity.trade_ins.create(
            entity=opportunity.entity, point_of_sale=opportunity.point_of_sale, number=1, make="VOLKSWAGEN",
            model="Golf", created_by=opportunity.salesperson, created_at=timezone.now(),
        )  # fmt: skip
    rows = [
        " ".join(row.get_text(" ").split())
        for row in read(trade_in=trade_in, trade_in_price=price).select(".receipt tr")
    ]
    assert rows[2:] == [f"Reprise VOLKSWAGEN Golf {told}", total]


def test_its_vehicle_leads_to_the_stock_for_who_sees_it(cast, read, offer):
    sheet = f"/vehicules/{offer.vehicle.pk}/"
    assert read().select_one(f".vehicle-line a[href='{sheet}']")
    with unscoped("test data"):
        for group in UserGroup.objects.filter(holding=cast.holding):
            group.rights = [code for code in group.rights if code != "vehicles.view"]
            group.save()
    assert read().select_one(".vehicle-line a") is None
