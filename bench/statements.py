"""SQL statements of each page at one, three and many rows: never more with more rows, and at most twelve.

A list that fills its page needs one less: rows without a value in the sorted column are read apart, where they begin.
"""

from collections.abc import Callable

from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.data import admin, sign_in
from bench.figures import Row
from openflex.demo.world import PASSWORD
from quotation.models import ProviderAnswer, Quotation
from settings_admin.access.services.holdings import built_in_group, create_holding
from settings_admin.access.services.memberships import add_member
from settings_admin.models import Entity, User
from settings_admin.registries import BuiltInGroup
from settings_admin.scoping import unscoped
from vehicles.enums import StockStatus
from vehicles.models import Vehicle

LIMIT = 12
ANSWERS = [field.name for field in Quotation._meta.fields if field.related_model is ProviderAnswer]
PAGES: dict[str, Callable[[int, int], str]] = {
    "vehicles list": lambda vehicle, quotation: "/vehicules/",
    "vehicles list, filtered and sorted": lambda vehicle, quotation: "/vehicules/?status=for_sale&sort=-sale_price",
    "vehicles search": lambda vehicle, quotation: "/vehicules/?q=clio",
    "vehicle sheet": lambda vehicle, quotation: f"/vehicules/{vehicle}/",
    "quotations list": lambda vehicle, quotation: "/cotations/",
    "quotation, radar": lambda vehicle, quotation: f"/cotations/{quotation}/annonces/",
    "quotation, market study": lambda vehicle, quotation: f"/cotations/{quotation}/etude/",
}


def measure() -> list[Row]:
    """Small holdings are made in a transaction that is taken back: the volume data stays as it is."""
    counts: dict[str, list[int]] = {name: [] for name in PAGES}
    for rows in (1, 3):
        with transaction.atomic():
            for name, count in _counts_of(_small_holding(rows)).items():
                counts[name].append(count)
            transaction.set_rollback(True)
    for name, count in _counts_of(admin()).items():
        counts[name].append(count)
    return [
        Row(
            name,
            max(found),
            "statements",
            f"{' / '.join(map(str, found))} at 1, 3 and 80,000 rows" + (": it grows" if found[-1] > found[0] else ""),
            LIMIT,
            "≤ 12, the same",
        )
        for name, found in counts.items()
    ]


def _counts_of(user: User) -> dict[str, int]:
    client = Client(headers={"host": "localhost"})
    client.cookies[settings.SESSION_COOKIE_NAME] = sign_in(user)
    with unscoped("rows to look at"):
        vehicle = Vehicle.objects.filter(entity__holding=user.holding).latest("pk")
        quotation = Quotation.objects.filter(entity__holding=user.holding).latest("pk")
    return {name: _count(client, page(vehicle.pk, quotation.pk)) for name, page in PAGES.items()}


def _count(client: Client, path: str) -> int:
    client.get(path)  # what a process looks up once
    with CaptureQueriesContext(connection) as statements:
        response = client.get(path)
    if response.status_code != 200:
        raise RuntimeError(f"{path} answered {response.status_code}")
    return len(statements)


def _small_holding(rows: int) -> User:
    with unscoped("measurement data"):
        holding = create_holding(name=f"Mesure {rows}")
        entity = Entity.objects.create(holding=holding, name="Mesure")
        user = User.objects.create_user(
            f"mesure{rows}@demo.test", PASSWORD, first_name="Mesure", last_name="MESURE", holding=holding
        )
        add_member(actor=None, user=user, group=built_in_group(holding, BuiltInGroup.HOLDING_ADMIN))
        template = Vehicle.objects.filter(status=StockStatus.FOR_SALE, model__icontains="clio").latest("pk")
        quoted = Quotation.objects.exclude(valuation_answer=None).last() or Quotation.objects.latest("pk")
        for number in range(rows):
            template.pk, template.entity, template.point_of_sale, template.supplier = None, entity, None, None
            template.stock_number, template.plate, template.vin = f"M-{number}", f"AA{number:03}AA", ""
            template._state.adding = True
            template.save()
            quoted.pk, quoted.entity, quoted.created_by = None, entity, user
            quoted.point_of_sale, quoted.vehicle, quoted.redone_from = None, None, None
            for name in ANSWERS:
                setattr(quoted, name, _copied(getattr(quoted, name), entity))
            quoted._state.adding = True
            quoted.save()
    return user


def _copied(answer: ProviderAnswer | None, entity: Entity) -> ProviderAnswer | None:
    """An answer belongs to the entity that paid for it."""
    if answer is not None:
        answer.pk, answer.entity = None, entity
        answer._state.adding = True
        answer.save()
    return answer
