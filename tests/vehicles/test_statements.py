"""No page asks the database more than 12 times, nor more often when there is more to show."""

from datetime import UTC, date, datetime

from django.core.cache import cache
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from openflex.core.lists import PAGE_SIZE
from settings_admin.models import PointOfSale, TimelineEntry
from settings_admin.records.services import save_columns
from settings_admin.scoping import unscoped
from tests.make import make_customer, make_vehicle
from vehicles.enums import HoldKind
from vehicles.lists import VehicleTable
from vehicles.models import Hold

MOST = 12
MANY = PAGE_SIZE
COUNTS = (1, 3, MANY)


def statements(client, url):
    with CaptureQueriesContext(connection) as seen:
        response = client.post(url) if "/export/" in url else client.get(url)
        assert response.status_code == 200
        if response.streaming:
            b"".join(response.streaming_content)
    return [query["sql"] for query in seen.captured_queries]


def grown(client, addresses, filled):
    """The pages that ask more than MOST times, or another number of times when there is more to show: with what. Each
    is somebody's first look at it. `filled(count)` makes the rows and fills in the addresses."""
    seen = {address: [] for address in addresses}
    for count in COUNTS:
        names = filled(count)
        for address in addresses:
            cache.clear()
            point = transaction.savepoint()
            seen[address].append(statements(client, address.format(**names)))
            transaction.savepoint_rollback(point)
    return [
        "\n".join([address, *lists[-1]])
        for address, lists in seen.items()
        if len(lists[-1]) > MOST or len({len(each) for each in lists}) > 1
    ]


def fill(cast, count):
    """Vehicles that differ in site and holder, each with a history as long, among several sites."""
    with unscoped("test data"):
        sites = [PointOfSale.objects.create(entity=cast.north, name=f"Site {number}") for number in range(count)]
        vehicles = [
            make_vehicle(
                entity=cast.north,
                point_of_sale=site,
                plate=f"AA{number + 100}AA",
                sale_price=1000 + number,
                purchase_price=900,
                entered_on=date(2026, 1, 1 + number % 28),
                supplier=make_customer(entity=cast.north),
            )
            for number, site in enumerate(sites)
        ]
        for vehicle in vehicles:
            Hold.objects.create(
                entity=cast.north, point_of_sale=vehicle.point_of_sale, vehicle=vehicle, kind=HoldKind.ORDER,
                label="Bon de commande", created_by=cast.vera,
            )  # fmt: skip
            TimelineEntry.objects.bulk_create(
                TimelineEntry(
                    holding=cast.holding,
                    entity=cast.north,
                    target_type="vehicles.vehicle",
                    target_id=vehicle.pk,
                    kind="site_changed",
                    actor=cast.vera,
                    changes={"point_of_sale": [cast.north_1.pk, site.pk]},
                    at=datetime(2026, 1, 1, tzinfo=UTC),
                )
                for site in sites
            )
    return vehicles


ADDRESSES = [
    "/vehicules/",
    "/vehicules/?q=clio&status=for_sale&sort=-sale_price",
    "/vehicules/?point_of_sale={site}&kind=car&age=90%2B",
    "/vehicules/?tab=old&sort=mileage_km",
    "/vehicules/export/",
    "/vehicules/ajouter/",
    "/vehicules/{vehicle}/",
    "/vehicules/{vehicle}/?modifier=caracteristiques",
    "/vehicules/{vehicle}/?modifier=statut",
    "/vehicules/{vehicle}/?modifier=entretien",
    "/vehicules/{vehicle}/?modifier=prix",
    "/vehicules/{vehicle}/statut/",
    "/vehicules/{vehicle}/point-de-vente/",
    "/vehicules/{vehicle}/reserver/",
    "/vehicules/{vehicle}/prochain-controle/",
]


def test_the_number_of_statements_is_small_and_does_not_grow(cast, client_for):
    with unscoped("test data"):
        save_columns(user=cast.alice, list_key="vehicles", columns=list(VehicleTable.base_columns))
    check(cast, client_for(cast.alice, scope=f"e{cast.north.pk}"), ADDRESSES)


def test_the_usual_columns_read_nothing_of_each_row(cast, client_for):
    check(cast, client_for(cast.alice, scope=f"e{cast.north.pk}"), ["/vehicules/"])


def check(cast, client, addresses):
    vehicles = []

    def filled(count):
        with unscoped("test data"):
            Hold.objects.all().delete()
            for vehicle in vehicles:
                vehicle.delete()
            PointOfSale.objects.filter(name__startswith="Site ").delete()
        vehicles[:] = fill(cast, count)
        return {"vehicle": vehicles[0].pk, "site": vehicles[0].point_of_sale_id}

    assert grown(client, addresses, filled) == []
