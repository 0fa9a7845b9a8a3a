"""Typed factory functions: what a test does not say gets a plain value that is right."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.utils import timezone

from customers.models import Customer, CustomerImport, CustomerImportLine
from openflex.core.dates import today_paris
from openflex.core.kept_json import packed
from openflex.notifications.models import Notification
from opportunities.enums import Source
from opportunities.models import Opportunity
from quotation.enums import AnswerKind, QuotationState
from quotation.models import ProviderAnswer, Quotation
from settings_admin.access.services.holdings import built_in_group
from settings_admin.access.services.memberships import add_member
from settings_admin.exports.enums import ExportState
from settings_admin.models import Entity, Export, Holding, Merchant, PointOfSale, User
from settings_admin.registries import BuiltInGroup
from settings_admin.scoping import Reach, unscoped
from vehicles.enums import StockStatus, VatRegime, VehicleKind
from vehicles.models import Vehicle
from vehicles.selectors import inspection_due_on

PASSWORD = "mot-de-passe-de-test"
_numbers = count(1)


def make_user(
    email: str,
    *,
    holding: Holding | None = None,
    merchant: Merchant | None = None,
    group: BuiltInGroup | None = None,
    entity: Entity | None = None,
    sites: tuple[PointOfSale, ...] = (),
    first_name: str = "Prénom",
    last_name: str = "Nom",
) -> User:
    """A person, in one built-in group of the entity (None: of the whole holding), perhaps on some sites only."""
    with unscoped("test data"):
        user = User.objects.create_user(
            email, PASSWORD, first_name=first_name, last_name=last_name, holding=holding, merchant=merchant
        )
        if group is not None:
            add_member(
                actor=None, user=user, group=built_in_group(holding, group), entity=entity, points_of_sale=sites or None
            )
    return user


def make_vehicle(*, entity: Entity, point_of_sale: PointOfSale | None = None, **fields: Any) -> Vehicle:
    """A used car for sale, as plain as can be."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "stock_number": f"T-{number:05d}",
        "kind": VehicleKind.CAR,
        "make": "RENAULT",
        "model": "CLIO V",
        "version": "TCe 90 Intens",
        "status": StockStatus.FOR_SALE,
        "entered_on": date(2026, 10, 1),
        "first_registration": date(2020, 3, 17),
        "mileage_km": 52870,
        "vat_regime": VatRegime.MARGIN,
        **fields,
    }
    vehicle = Vehicle(entity=entity, point_of_sale=point_of_sale, **values)
    vehicle.inspection_due_on = inspection_due_on(vehicle)
    with unscoped("test data"):
        vehicle.save()
    return vehicle


def make_customer(*, entity: Entity, **fields: Any) -> Customer:
    """A person of whom the name is known; with a `company_name`, a company."""
    kind = "company" if fields.get("company_name") else "person"
    names = {} if kind == "company" or {"birth_name", "used_name"} & fields.keys() else {"birth_name": "DUVAL"}
    with unscoped("test data"):
        return Customer.objects.create(entity=entity, **{"kind": kind, **names, **fields})


def make_customer_import(*, entity: Entity, created_by: User, lines: Any = (), **fields: Any) -> CustomerImport:
    """A file whose `lines`, [[2, {"birth_name": "DUVAL"}]], were looked at: each would create a customer."""
    now = timezone.now()
    values = {"state": "checked", "total": len(lines), "created_at": now, "alive_at": now, **fields}
    with unscoped("test data"):
        row = CustomerImport.objects.create(entity=entity, created_by=created_by, filename="clients.csv", **values)
        CustomerImportLine.objects.bulk_create(
            CustomerImportLine(customer_import=row, created_by=created_by, number=number, cells=cells, effect="create")
            for number, cells in lines
        )
    return row


def make_opportunity(
    *, customer: Customer, salesperson: User, point_of_sale: PointOfSale | None = None, **fields: Any
) -> Opportunity:
    """One that is followed and not late."""
    now = timezone.now()
    values: dict[str, Any] = {
        "number": 14_000 + next(_numbers),
        "source": Source.INTERNAL,
        "created_by": salesperson,
        "created_at": now,
        "changed_at": now,
        "last_contact_at": now,
        "overdue_on": today_paris(now) + timedelta(days=7),
        **fields,
    }
    with unscoped("test data"):
        return Opportunity.objects.create(
            entity=customer.entity,
            customer=customer,
            salesperson=salesperson,
            point_of_sale=point_of_sale,
            **values,
        )


def make_export(*, user: User, **fields: Any) -> Export:
    """An export of the stock whose file is ready, of no rows and resting on no right."""
    now = timezone.now()
    values: dict[str, Any] = {
        "kind": "vehicles",
        "reach": Reach().to_json(),
        "fingerprint": f"{next(_numbers):064}",
        "state": ExportState.DONE,
        "total": 0,
        "created_at": now,
        "alive_at": now,
        "expires_at": now + timedelta(hours=24),
        **fields,
    }
    with unscoped("test data"):
        return Export.objects.create(user=user, **values)


def make_notification(*, recipient: User, **fields: Any) -> Notification:
    """The end of an export, not read yet."""
    now = timezone.now()
    values: dict[str, Any] = {
        "kind": "export_ended",
        "title": "Export prêt",
        "sentence": "Votre export «\u00a0Véhicules\u00a0» est prêt.",
        "url": "/mes-exports/",
        "target_type": "settings_admin.export",
        "target_id": 1,
        "created_at": now,
        "changed_at": now,
        **fields,
    }
    with unscoped("test data"):
        return Notification.objects.create(recipient=recipient, **values)


def make_quotation(
    *, entity: Entity, created_by: User, point_of_sale: PointOfSale | None = None, **fields: Any
) -> Quotation:
    """A quotation that has its value, that of the demonstration."""
    values: dict[str, Any] = {
        "state": QuotationState.VALUED,
        "make": "VOLKSWAGEN",
        "model": "Golf Plus",
        "version": "1.6 TDI 105 FAP BlueMotion Carat",
        "version_code": "VWGP16TDI105CARAT",
        "plate": "GD642JM",
        "first_registration": date(2010, 4, 23),
        "mileage_km": 89632,
        "market_value": Decimal("7880.00"),
        "mileage_adjustment": Decimal("1450.00"),
        "age_adjustment": Decimal("-100.00"),
        "options_adjustment": Decimal("0.00"),
        "location_adjustment": Decimal("-20.00"),
        "adjusted_value": Decimal("9210.00"),
        "value_date": date(2024, 12, 2),
        "valued_at": datetime(2024, 12, 2, 9, 0, tzinfo=UTC),
        **fields,
    }
    with unscoped("test data"):
        return Quotation.objects.create(entity=entity, point_of_sale=point_of_sale, created_by=created_by, **values)


def make_empty_radars(entity: Entity) -> dict[str, ProviderAnswer]:
    """For `make_quotation`: what the provider answers where nothing comparable is or was on the market."""
    market = {
        "mean_price": None, "median": None, "mean_days_online": None, "percentiles": {}, "price_to_days": [],
        "market_days_supply": {"overall": None, "like_mine": None, "trend": None},
        "histograms": {"price": [], "year": [], "mileage": []},
    }  # fmt: skip
    raw = [{"listings": [{"items": [], "total": 0, "next": None}], "market": [market]}]
    with unscoped("test data"):
        return {
            f"{kind.value}_answer": ProviderAnswer.objects.create(
                entity=entity,
                kind=kind,
                question=f"{next(_numbers):064}",
                packed=packed(json.dumps(raw)),
                answered_at=timezone.now(),
            )
            for kind in (AnswerKind.ON_SALE, AnswerKind.SOLD)
        }
