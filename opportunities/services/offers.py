"""Offers: a number, one vehicle, a price, what is taken in exchange, and how long it holds."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from openflex.core.dates import today_paris
from openflex.core.errors import Refused
from openflex.core.french import NBSP, format_day, format_euros
from opportunities import enums, selectors
from opportunities.models import Offer, Opportunity, TradeIn
from opportunities.services.keeping import keep, locked, locked_open, sweep
from opportunities.services.telling import named
from settings_admin.models import User
from settings_admin.records import services as records
from vehicles.enums import StockStatus
from vehicles.services.holds import refuse_held_for_others

# An estimate with one of these has a price that an offer may count.
_PRICED = (enums.TradeInState.APPROVED, enums.TradeInState.ACCEPTED)


@transaction.atomic
def make_offer(*, opportunity: Opportunity, values: Mapping[str, Any], actor: User, key: UUID, now: datetime) -> Offer:
    """Makes an offer with the next number of the entity (`values`: vehicle, price EUR TTC, trade_in, valid_until,
    note).

    The trade-in counts for its price of the day, which a later decision does not change in this offer. `key` is the
    form's: sent twice, it makes one. Raises Refused beside `vehicle` (gone, held for somebody else), `price`,
    `valid_until` and `trade_in` (of another opportunity, without a price that holds).
    """
    used = records.take_key(key, what="offer", user=actor)
    if isinstance(used, int):
        return Offer.objects.get(pk=used)
    row = locked_open(opportunity)
    if values.get("trade_in") is not None:  # its price as it is now that nobody decides another one meanwhile
        values = {**values, "trade_in": TradeIn.objects.get(pk=values["trade_in"].pk)}
    offer = Offer(
        entity_id=row.entity_id,
        point_of_sale_id=row.point_of_sale_id,
        opportunity=row,
        number=0,
        list_price=values["vehicle"].sale_price,
        created_by=actor,
        created_at=now,
        **values,
    )
    _check(offer, now=now)
    offer.trade_in_price = offer.trade_in.price if offer.trade_in else None
    offer.number = records.next_number(entity=row.entity, series="offer")
    offer.save()
    records.answer_key(used, what="offer", made=offer)
    records.record_event(row, kind="offer_created", actor=actor, details={"offer": offer.pk, "number": offer.number})
    keep(row, actor=actor, now=now)
    return offer


@transaction.atomic
def move_offer(*, offer: Offer, target: enums.OfferState, actor: User, now: datetime) -> Offer:
    """Handed to the customer, accepted, refused; handing it over and an answer are contacts. Said twice, it is
    said once.

    Raises Refused("move_unknown"), and Refused("expired") for all but the refusal of one whose day is over.
    """
    opportunity = locked_open(offer.opportunity)
    row = Offer.objects.select_for_update(of=("self",)).get(pk=offer.pk)
    if row.state == target:
        return row
    if target not in enums.OFFER_TRANSITIONS[row.state]:
        raise Refused("move_unknown", f"Cette offre est déjà «\u00a0{row.get_state_display().lower()}\u00a0».")
    if target != enums.OfferState.REFUSED and row.valid_until < today_paris(now):
        raise Refused("expired", "Cette offre n’est plus valable\u00a0: faites-en une nouvelle.")
    row.state = target
    row.save(update_fields=["state", "changed_at"])
    details = {"offer": row.pk, "number": row.number, "state": target}
    records.record_event(opportunity, kind="offer_state", actor=actor, details=details)
    keep(opportunity, actor=actor, now=now, is_contact=True)
    return row


def expire_offers(*, now: datetime) -> int:
    """Those whose last day is over and that the customer has not answered; each in a transaction of its own, and its
    author is told of one that is still being worked on. Returns how many. Outside of any person's scope."""
    past = Offer.objects.filter(
        state__in=(enums.OfferState.DRAFT, enums.OfferState.SENT), valid_until__lt=today_paris(now)
    )
    rows = list(past.select_related("opportunity").order_by("pk"))
    return sweep(rows, lambda row: _expire(row, now=now), what="offer")


@transaction.atomic
def _expire(offer: Offer, *, now: datetime) -> bool:
    opportunity = locked(offer.opportunity)
    row = Offer.objects.select_for_update(of=("self",)).select_related("created_by", "vehicle").get(pk=offer.pk)
    # Another run, or the customer's answer, may have come since the rows were read.
    if enums.OfferState.EXPIRED not in enums.OFFER_TRANSITIONS[row.state] or row.valid_until >= today_paris(now):
        return False
    row.state = enums.OfferState.EXPIRED
    row.save(update_fields=["state", "changed_at"])
    details = {"offer": row.pk, "number": row.number, "state": row.state}
    records.record_event(opportunity, kind="offer_state", actor=None, details=details)
    keep(opportunity, actor=None, now=now)
    if opportunity.is_open:
        named(
            opportunity,
            recipients=[row.created_by],
            kind=enums.NotificationKind.OFFER_EXPIRED,
            title="Offre expirée",
            sentence=lambda name: f"Votre offre n°{NBSP}{row.number} à {name} a expiré",
            text=f"{row.vehicle}, {format_euros(row.price)}, valable jusqu’au {format_day(row.valid_until)}.",
            url=reverse("opportunities:offer", args=[row.pk]),
            target=opportunity,
        )
    return True


def proposed_validity(opportunity: Opportunity, *, today: date) -> date:
    return today + timedelta(days=selectors.settings_of(opportunity.entity_id).offer_valid_days)


def _check(offer: Offer, *, now: datetime) -> None:
    today = today_paris(now)
    if offer.vehicle.entity_id != offer.entity_id or offer.vehicle.status == StockStatus.OUT:
        raise Refused("not_in_stock", "Ce véhicule n’est plus en stock.", "vehicle")
    refuse_held_for_others(offer.vehicle, customer=offer.opportunity.customer, now=now)
    if offer.price <= 0:
        raise Refused("price", "Indiquez un prix supérieur à zéro.", "price")
    if offer.valid_until < today:
        raise Refused("valid_until", "Cette date est passée.", "valid_until")
    trade_in = offer.trade_in
    if trade_in is None:
        return
    if trade_in.opportunity_id != offer.opportunity_id:
        raise Refused("trade_in", "Cette reprise est d’une autre opportunité.", "trade_in")
    if trade_in.state not in _PRICED or (trade_in.valid_until or today) < today:
        raise Refused("trade_in", "Cette reprise n’a pas de prix validé en cours.", "trade_in")
