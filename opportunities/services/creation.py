"""An opportunity begins: by hand, from a quotation, from a customer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from customers.models import Customer
from customers.services.editing import lock_customer
from openflex.core.dates import today_paris
from openflex.core.errors import Refused
from opportunities.models import Opportunity
from opportunities.rights import EDIT
from opportunities.services.keeping import overdue_on, refuse_past
from opportunities.services.telling import tell_of_assignment
from settings_admin.access.selectors.absences import receiver_of
from settings_admin.access.selectors.hand_over import grants_of
from settings_admin.access.services.guarding import keep_open
from settings_admin.models import Entity, PointOfSale, User
from settings_admin.records import services as records
from settings_admin.scoping import NOWHERE


@transaction.atomic
def create_opportunity(
    *,
    customer: Customer,
    point_of_sale: PointOfSale | None,
    salesperson: User,
    actor: User,
    values: Mapping[str, Any],
    key: UUID,
    now: datetime,
) -> Opportunity:
    """Opens an opportunity with the next number of the customer's entity; its creation counts as a contact.

    `values`: source, stars, vehicle, wish, next_action, next_action_note, next_action_on, validated by the form. What
    would come to an absent salesperson comes to who stands in for them; who receives it is told. `key` is the form's:
    sent twice, it gives the opportunity of the first. Raises Refused("other_entity") beside `point_of_sale`,
    Refused("elsewhere") beside `salesperson` for one who may not follow it there, Refused beside `next_action_on` for a
    day that is past, and Refused("gone") for a customer who was merged or erased meanwhile.
    """
    used = records.take_key(key, what="opportunity", user=actor)
    if isinstance(used, int):
        return Opportunity.objects.get(pk=used)
    entity = customer.entity
    if point_of_sale is not None and point_of_sale.entity_id != entity.pk:
        raise Refused("other_entity", "Ce point de vente appartient à une autre entité.", "point_of_sale")
    _refuse_elsewhere(salesperson, entity=entity, point_of_sale=point_of_sale)
    refuse_past(values.get("next_action_on"), now=now)
    receiver = receiver_of(
        salesperson,
        on=today_paris(now),
        right=EDIT,
        entity_id=entity.pk,
        point_of_sale_id=point_of_sale.pk if point_of_sale else None,
    )
    keep_open(receiver, field="salesperson")
    customer = lock_customer(customer.pk)
    opportunity = Opportunity(
        entity=entity,
        point_of_sale=point_of_sale,
        number=records.next_number(entity=entity, series="opportunity"),
        customer=customer,
        salesperson=receiver,
        last_contact_at=now,
        created_by=actor,
        created_at=now,
        changed_at=now,
        **values,
    )
    opportunity.overdue_on = overdue_on(opportunity)
    opportunity.save()
    records.answer_key(used, what="opportunity", made=opportunity)
    details = {"for": salesperson.full_name} if receiver != salesperson else {}
    records.record_event(opportunity, kind="created", actor=actor, details=details)
    tell_of_assignment(
        opportunity, to=receiver, instead_of=salesperson if receiver != salesperson else None, actor=actor
    )
    return opportunity


def _refuse_elsewhere(salesperson: User, *, entity: Entity, point_of_sale: PointOfSale | None) -> None:
    """Who does not see it could do nothing with it: a salesperson of another site, say."""
    reach = grants_of(entity.holding_id, [salesperson.pk])[salesperson.pk].get(EDIT, NOWHERE)
    if not reach.covers(entity.pk, point_of_sale.pk if point_of_sale else None):
        place = point_of_sale.name if point_of_sale else entity.name
        raise Refused(
            "elsewhere",
            f"{salesperson.full_name} ne suit pas d’opportunités chez {place}\u00a0: choisissez quelqu’un d’autre.",
            "salesperson",
        )
