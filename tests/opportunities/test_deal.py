"""The margin of the whole deal in the head of an opportunity: right to the cent, by right, and none that is made up."""

from datetime import date

import pytest
from django.utils import timezone

from opportunities.models import Offer, TradeIn, TradeInCost
from settings_admin.models import UserGroup
from settings_admin.scoping import unscoped
from tests.make import make_vehicle
from tests.support.htmx import parse
from vehicles.models import Cost

pytestmark = pytest.mark.django_db


@pytest.fixture
def deal(cast, opportunity):
    """`deal(…)`: a vehicle bought for 9 000 € with 300 € of FRE, offered at 12 000 €; a Golf that is taken for 9 000 €
    and needs 100 € of tyres and 85 € of maintenance."""

    def make(*, vehicle=None, offer=None, trade_in=None):
        of = {"entity": cast.north, "point_of_sale": cast.north_1}
        made = {"created_by": cast.sam, "created_at": timezone.now()}
        number = len(made_so_far) + 1
        made_so_far.append(number)
        sold = make_vehicle(**of, **{"purchase_price": "9000", "vat_regime": "margin", **(vehicle or {})})
        with unscoped("test data"):
            Cost.objects.create(**of, vehicle=sold, kind="tyres", planned="300")
            taken = None
            if trade_in is not None:
                taken = TradeIn.objects.create(
                    **of, **made, opportunity=opportunity, number=number, make="VOLKSWAGEN", model="Golf",
                    **{"vat_regime": "margin", "maintenance_cost": "85", "sale_price": "9990", **trade_in},
                )  # fmt: skip
                TradeInCost.objects.create(**of, trade_in=taken, kind="tyres", planned="100")
            return Offer.objects.create(
                **of, **made, opportunity=opportunity, number=number, vehicle=sold,
                **{
                    "price": "12000", "valid_until": date(2030, 12, 31), "trade_in": taken,
                    "trade_in_price": "9000" if taken else None, **(offer or {}),
                },
            )  # fmt: skip

    made_so_far: list[int] = []
    return make


@pytest.fixture
def shown(cast, client_for, opportunity):
    """The words of the head about the margin, for Marc or `user`; none without it."""

    def read(user=None):
        page = parse(client_for(user or cast.marc).get(f"/opportunites/{opportunity.pk}/"))
        (found,) = page.select(".deal") or [None]
        return " ".join(found.get_text(" ").split()).replace("\u202f", " ").replace("\u00a0", " ") if found else ""

    return read


def test_it_is_that_of_the_vehicle_and_what_the_trade_in_adds(deal, shown):
    deal(trade_in={})
    # (12 000 − 9 000) / 1,2 − 300, and (9 990 − 9 000) / 1,2 − 185.
    assert shown().startswith("Marge de l’affaire 2 840,00 € HT")
    for words in ("2 200,00 €", "640,00 €", "Revente envisagée TTC 9 990,00 €", "Achat TTC 9 000,00 €", "185,00 €"):
        assert words in shown(), words


@pytest.mark.parametrize(
    ("options", "margin"),
    [
        ({}, "2 200,00 €"),
        # With recoverable VAT both prices are counted without it.
        ({"vehicle": {"vat_regime": "recoverable"}}, "2 200,00 €"),
        # Taken for more than it is worth: it costs, and no VAT is given back on a loss.
        ({"trade_in": {"sale_price": "8500"}}, "1 515,00 €"),
        ({"trade_in": {"sale_price": None, "adjusted_value": "9210"}}, "2 190,00 €"),
        ({"offer": {"price": "9100"}}, "-216,67 €"),
    ],
)
def test_it_follows_the_regime_of_each(deal, shown, options, margin):
    deal(**options)
    assert shown().replace("−", "-").startswith(f"Marge de l’affaire {margin} HT")


@pytest.mark.parametrize(
    "options",
    [
        {"vehicle": {"purchase_price": None}},
        {"trade_in": {"sale_price": None}},
        {"trade_in": {}, "offer": {"trade_in_price": None}},
        {"offer": {"state": "refused"}},
    ],
)
def test_what_cannot_be_known_is_not_made_up(deal, shown, options):
    deal(**options)
    assert shown() == ""


def test_of_several_offers_it_is_the_accepted_one(deal, shown):
    deal(offer={"price": "11400", "state": "accepted"})
    deal(offer={"price": "12000", "state": "sent"})
    assert shown().startswith("Marge de l’affaire 1 700,00 € HT")


def test_who_may_not_see_margins_reads_neither_margin_nor_purchase(cast, client_for, deal, shown, opportunity):
    deal(vehicle={"purchase_price": "9123.45"}, trade_in={})
    assert shown(cast.marc)
    with unscoped("test data"):
        for group in UserGroup.objects.filter(holding=cast.holding):
            group.rights = [code for code in group.rights if code != "vehicles.see_margin"]
            group.save()
    assert shown(cast.marc) == ""
    page = client_for(cast.marc).get(f"/opportunites/{opportunity.pk}/").content.decode()
    assert "9\u202f123,45" not in page
