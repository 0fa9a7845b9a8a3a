"""What an entity decided about its opportunities, read: its reasons of closing, its messages and what fills them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from customers.enums import ConsentPurpose
from customers.selectors import consents_of
from openflex.core.dates import today_paris
from openflex.core.french import format_phone
from opportunities import enums
from opportunities.messages import names_of
from opportunities.models import CloseReason, MessageTemplate, Opportunity, OpportunitySettings
from settings_admin.models import Entity


@dataclass(frozen=True)
class Configured:
    """What an entity has decided, as far as a line says it."""

    entity: Entity
    own: OpportunitySettings
    reasons: int
    messages: int


def configured_entities(pks: Iterable[int]) -> list[Configured]:
    """By name; four statements however many they are."""
    own = {one.entity_id: one for one in OpportunitySettings.objects.filter(entity__in=pks)}
    reasons, messages = (
        Counter(rows.objects.filter(entity__in=pks, is_active=True).order_by().values_list("entity_id", flat=True))
        for rows in (CloseReason, MessageTemplate)
    )
    return [
        Configured(
            entity, own.get(entity.pk) or OpportunitySettings(entity=entity), reasons[entity.pk], messages[entity.pk]
        )
        for entity in Entity.objects.filter(pk__in=pks).order_by("name", "pk")
    ]


@dataclass(frozen=True)
class Outcome:
    """What closes an opportunity, with the reasons that are offered for it and those that are no more."""

    status: enums.Status
    offered: list[CloseReason]
    retired: list[CloseReason]


def outcomes_of(entity_id: int) -> list[Outcome]:
    """In one statement."""
    rows = list(CloseReason.objects.filter(entity=entity_id).order_by("position", "label", "pk"))
    return [
        Outcome(
            status,
            [row for row in rows if row.status == status and row.is_active],
            [row for row in rows if row.status == status and not row.is_active],
        )
        for status in enums.CLOSED_WITH_REASON
    ]


def is_used(reason: CloseReason) -> bool:
    return Opportunity.objects.filter(close_reason=reason).exists()


def all_templates(entity_id: int) -> QuerySet[MessageTemplate]:
    return MessageTemplate.objects.filter(entity=entity_id).order_by("-is_active", "label", "pk")


def message_templates(opportunity: Opportunity) -> list[MessageTemplate]:
    """Those by which the customer can be reached: an e-mail to who has an address, an SMS to who has a mobile."""
    customer = opportunity.customer
    reached = {enums.ExchangeMeans.EMAIL: customer.email, enums.ExchangeMeans.SMS: customer.mobile}
    rows = MessageTemplate.objects.filter(entity=opportunity.entity_id, is_active=True).order_by("label", "pk")
    return [row for row in rows if reached[enums.ExchangeMeans(row.means)]]


def message_values(opportunity: Opportunity) -> dict[str, str]:
    """What fills the places of a message (`messages.PLACES`)."""
    seller, site = opportunity.salesperson, opportunity.point_of_sale
    vehicle = opportunity.vehicle
    return {
        **names_of(opportunity.customer.names),
        "véhicule": (f"{vehicle.make} {vehicle.model}" if vehicle else opportunity.wish) or "votre recherche",
        "vendeur": seller.full_name,
        "téléphone": format_phone(seller.phone or (site.phone if site else "")),
        "point de vente": site.name if site else opportunity.entity.name,
    }


def refused_ways(opportunity: Opportunity) -> list[str]:
    """How the customer said not to be written to or called: « SMS »."""
    ways = (ConsentPurpose.EMAIL, ConsentPurpose.SMS, ConsentPurpose.PHONE)
    states = consents_of(opportunity.customer, today=today_paris(timezone.now()))
    return [one.purpose.label for one in states if one.purpose in ways and one.last and not one.last.is_given]
