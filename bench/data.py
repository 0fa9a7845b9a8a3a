"""The data everything is measured on: the volume stock, quotations beside it, and people who are signed in."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

from django.db import connection
from django.test import Client

from bench.door import ROOT
from openflex.demo.volume import HOLDINGS
from openflex.notifications.models import Notification
from opportunities.enums import NotificationKind, TradeInState
from opportunities.models import Opportunity, TradeIn
from quotation.enums import QuotationState
from quotation.models import Quotation
from settings_admin.models import PointOfSale, User
from settings_admin.scoping import unscoped
from vehicles.models import Vehicle

VEHICLES = 100_000
QUOTATIONS = 20_000
ESTIMATES = 400  # that wait for a price
NOTIFICATIONS = 3_000  # of the reader, a third of them unread
ADMIN = HOLDINGS[0][0]


def make_ready() -> None:
    """Migrates and fills up what is missing: minutes the first time, seconds afterwards.

    And does what autovacuum will have done to a table some minutes after it was filled: it may not have got there yet.
    """
    # The volume accounts have a known password, so their command asks for DEBUG.
    environment = {**os.environ, "DEBUG": "true", "DJANGO_SETTINGS_MODULE": "openflex.settings"}
    for command in (["migrate", "-v0"], ["seed_volume", "--vehicles", str(VEHICLES), "-v0"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, check=True, env=environment)
    with unscoped("measurement data"):
        # Quotations need a place; a draft that an interrupted run left would be taken up by the next.
        PointOfSale.objects.filter(entity__name__startswith="Volume", postcode="").update(postcode="21000")
        Quotation.objects.filter(created_by=admin(), state=QuotationState.DRAFT).delete()
    _add_quotations()
    _add_estimates()
    _add_notifications()
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM ANALYZE")
    connection.close()  # and with it the setting


def admin() -> User:
    return User.objects.get(email=ADMIN)


def sign_in(user: User, *, scope: str = "all") -> str:
    """The cookie of a session of this person; `scope` as the switch in the top bar sends it."""
    client = Client()
    client.force_login(user)
    session = client.session
    session["scope"] = scope
    session.save()
    return str(session.session_key)


def _add_quotations() -> None:
    random = Random("quotations")
    with unscoped("measurement data"):
        missing = QUOTATIONS - Quotation.objects.count()
        if missing <= 0:
            return
        user = admin()
        vehicles = list(Vehicle.objects.filter(entity__holding=user.holding).order_by("pk")[:5000])
        Quotation.objects.bulk_create(
            [_quotation(random, random.choice(vehicles), user) for _ in range(missing)], batch_size=500
        )


def _quotation(random: Random, vehicle: Vehicle, user: User) -> Quotation:
    value = Decimal(random.randrange(200, 4000) * 10)
    valued_at = datetime(2026, 1, 1, 9, 0, tzinfo=UTC) + timedelta(minutes=random.randrange(400_000))
    return Quotation(
        entity_id=vehicle.entity_id,
        created_by=user,
        state=QuotationState.VALUED,
        kind=vehicle.kind,
        make=vehicle.make,
        model=vehicle.model,
        version=vehicle.version,
        plate=vehicle.plate,
        first_registration=vehicle.first_registration or date(2020, 1, 1),
        mileage_km=vehicle.mileage_km,
        market_value=value,
        mileage_adjustment=Decimal(0),
        age_adjustment=Decimal(0),
        options_adjustment=Decimal(0),
        location_adjustment=Decimal(0),
        adjusted_value=value,
        value_date=valued_at.date(),
        valued_at=valued_at,
    )


def _add_estimates() -> None:
    """On as many opportunities that are open."""
    with unscoped("measurement data"):
        of_holding = Opportunity.objects.open().filter(entity__holding=admin().holding_id)
        missing = ESTIMATES - TradeIn.objects.to_approve().filter(opportunity__in=of_holding).count()
        free = of_holding.filter(trade_ins=None).order_by("-pk")[: max(missing, 0)]
        TradeIn.objects.bulk_create(_estimate(row, asked_at=_instant(index)) for index, row in enumerate(free))


def _estimate(row: Opportunity, *, asked_at: datetime) -> TradeIn:
    return TradeIn(
        entity_id=row.entity_id,
        point_of_sale_id=row.point_of_sale_id,
        opportunity=row,
        number=1_000_000 + row.pk,
        state=TradeInState.TO_APPROVE,
        make="RENAULT",
        model="CLIO",
        version="1.0 TCe 100 Zen",
        plate="GD642JM",
        first_registration=date(2019, 4, 23),
        mileage_km=61_000,
        adjusted_value=Decimal(9000),
        expected_price=Decimal(9800),
        asked_by_id=row.salesperson_id,
        asked_at=asked_at,
        created_by_id=row.salesperson_id,
        created_at=asked_at,
    )


def _add_notifications() -> None:
    user = admin()
    with unscoped("measurement data"):
        missing = NOTIFICATIONS - Notification.objects.filter(recipient=user).count()
        rows = list(Opportunity.objects.filter(entity__holding=user.holding_id).order_by("-pk")[: max(missing, 0)])
        Notification.objects.bulk_create(
            _notification(row, user, at=_instant(index), is_read=index % 3 > 0) for index, row in enumerate(rows)
        )


def _notification(row: Opportunity, user: User, *, at: datetime, is_read: bool) -> Notification:
    return Notification(
        recipient=user,
        actor_id=row.salesperson_id,
        entity_id=row.entity_id,
        kind=NotificationKind.COMMENT,
        title="Nouveau commentaire",
        sentence=f"a commenté l’opportunité n°\u00a0{row.number}",
        text="Rappelle ce client avant midi.",
        url=f"/opportunites/{row.pk}/",
        target_type=Opportunity._meta.label_lower,
        target_id=row.pk,
        created_at=at,
        changed_at=at,
        read_at=at if is_read else None,
    )


def _instant(index: int) -> datetime:
    return datetime(2026, 11, 1, 8, 0, tzinfo=UTC) + timedelta(minutes=7 * index)
