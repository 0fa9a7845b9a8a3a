"""What the opportunities know of what was done with a customer, whoever did it on whichever of theirs."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Greatest

from customers.registry import Dealings, latest
from opportunities.enums import AppointmentState, Status
from opportunities.models import Appointment, Opportunity
from settings_admin.models import TimelineEntry


def _theirs() -> QuerySet[Opportunity]:
    return Opportunity.objects.filter(customer=OuterRef("pk"))


def _contacts(now: datetime) -> list[Any]:
    """Every act on an opportunity stands in its history: comments, exchanges, offers and estimates too. What nobody
    did, an offer that expired, is no contact."""
    begun = _theirs().annotate(latest_act=Greatest(F("created_at"), F("last_contact_at")))
    of_them = Opportunity.objects.filter(customer=OuterRef(OuterRef("pk"))).values("pk")
    acts = TimelineEntry.objects.filter(
        target_type=Opportunity._meta.label_lower, target_id__in=of_them, actor__isnull=False
    )
    met = Appointment.objects.filter(opportunity__customer=OuterRef("pk"), starts_at__lte=now)
    met = met.exclude(state=AppointmentState.CANCELLED)
    return [
        latest(begun, "latest_act", per="customer"),
        latest(acts, "at", per="target_type"),
        latest(met, "starts_at", per="opportunity__customer"),
    ]


def _is_open(now: datetime) -> list[Exists]:
    to_come = Appointment.objects.filter(
        opportunity__customer=OuterRef("pk"), state=AppointmentState.PLANNED, ends_at__gt=now
    )
    return [Exists(_theirs().filter(status=Status.OPEN)), Exists(to_come)]


def _hold(pks: Collection[int]) -> None:
    list(Opportunity.objects.filter(customer__in=pks).order_by("pk").select_for_update(of=("self",)))


DEALINGS = Dealings(
    key="opportunities",
    contacts=_contacts,
    is_client=lambda: Exists(_theirs().filter(status=Status.WON)),
    is_open=_is_open,
    hold=_hold,
)
