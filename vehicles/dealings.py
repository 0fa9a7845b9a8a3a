"""What the stock knows of what was done with a customer: vehicles they sold us, vehicles held for them."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, Exists, OuterRef, QuerySet
from django.db.models.functions import Cast, Greatest

from customers.registry import Dealings, latest
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
