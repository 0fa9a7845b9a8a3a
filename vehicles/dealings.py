"""What the stock knows of what was done with a customer: vehicles they sold us, vehicles held for them."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, Exists, OuterRef, QuerySet
from django.db.models.functions import Cast, Greatest
from django.utils import timezone

from customers.models import Customer
from customers.registry import Dealings, latest
from openflex.core import french
from openflex.core.dates import add_years, today_paris
from vehicles.enums import ExitReason
from vehicles.models import Hold, Vehicle
from vehicles.models.vehicle import IN_STOCK


def _supplied() -> QuerySet[Vehicle]:
    """Those that stay: of an entry that was cancelled nothing was bought."""
    return Vehicle.objects.filter(supplier=OuterRef("pk")).exclude(exit_reason=ExitReason.WITHDRAWN)


def _contacts(now: datetime) -> list[Any]:
    bought = _supplied().annotate(
        latest_day=Greatest(
            "created_at",
            *(Cast(day, DateTimeField()) for day in ("purchased_on", "entered_on")),
            output_field=DateTimeField(),
        )
    )
    held = Hold.objects.filter(customer=OuterRef("pk"))
    return [latest(bought, "latest_day", per="supplier"), latest(held, "created_at", per="customer")]


def _is_open(now: datetime) -> list[Exists]:
    return [Exists(_supplied().filter(IN_STOCK)), Exists(Hold.objects.active(now).filter(customer=OuterRef("pk")))]


def _hold(pks: Collection[int]) -> None:
    """Whoever takes a vehicle from a customer, or reserves one for them, locks the customer first."""


DEALINGS = Dealings(
    key="vehicles", contacts=_contacts, is_client=lambda: Exists(_supplied()), is_open=_is_open, hold=_hold
)


# Years that the register of used goods keeps who sold them to us, when it is electronic (code pénal, art. R. 321-6-1).
REGISTER_YEARS = 10
# What it says of the seller: name, quality, address, identity document (art. R. 321-3).
SELLER_COLUMNS = (
    "civility", "birth_name", "used_name", "first_names", "company_name", "legal_form", "is_sole_trader", "siret",
    "street_number", "street_extension", "street_type", "street_name", "address_extra", "hamlet", "postcode", "city",
    "country", "identity_kind", "identity_number", "identity_issued_on", "identity_authority",
)  # fmt: skip


def kept_by_the_register(customer: Customer) -> str:
    """Why a supplier is not erased whole; empty when nothing that they sold us entered less than ten years ago."""
    since = add_years(today_paris(timezone.now()), -REGISTER_YEARS)
    bought = Vehicle.objects.filter(supplier=customer).exclude(exit_reason=ExitReason.WITHDRAWN)
    sold = bought.exclude(entered_on__lt=since).count()
    if not sold:
        return ""
    what = f"l’identité de qui nous a vendu {french.counted(sold, 'véhicule')}"
    return f"Livre de police\u00a0: {what} est gardée dix ans (code pénal, art. R. 321-6-1)."
