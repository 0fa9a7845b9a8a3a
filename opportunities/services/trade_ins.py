"""Trade-in estimates: they begin from a quotation or directly, are completed by several, and ask for a price."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from customers.models import Customer
from openflex.core.errors import Refused
from opportunities import enums, estimate_facts, selectors
from opportunities.deal import offer_of_deal
from opportunities.enums import NotificationKind, TradeInState
from opportunities.models import Offer, Opportunity, TradeIn
from opportunities.services.creation import create_opportunity
from opportunities.services.keeping import keep, locked, locked_open
from opportunities.services.telling import tell_of_trade_in, tell_who_decides
from quotation.enums import QuotationState
from quotation.models import Quotation
from quotation.selectors import colour_words, equipment_rows
from settings_admin.models import User
from settings_admin.records import services as records
from settings_admin.scoping import unscoped
from vehicles.services.stock import INSPECTION_DATES, refuse_inspection_dates

# Columns of the same name and meaning; colours are codes there and words here, equipment stands in an answer.
QUOTED: Final = (
    "kind", "make", "model", "version", "version_code", "catalogue_date", "doors", "price_new", "energy", "gearbox",
    "power_hp", "plate", "plate_country", "has_no_plate", "vin", "first_registration", "mileage_km", "exterior_colour",
    "interior_colour", "first_hand", "origin", "market_value", "mileage_adjustment", "age_adjustment",
    "options_adjustment", "location_adjustment", "adjusted_value", "value_date", "is_sandbox", "sale_price",
)  # fmt: skip


def quoted_values(quotation: Quotation) -> dict[str, Any]:
    """Everything that was typed and quoted, as an estimate holds it."""
    words = colour_words(quotation)
    values = {name: getattr(quotation, name) for name in QUOTED}
    for name in ("exterior_colour", "interior_colour"):
        values[name] = words.get(values[name], values[name])
    return {**values, "equipment": equipment_rows(quotation)}


@transaction.atomic
def create_from_quotation(
    *,
    quotation: Quotation,
    customer: Customer,
    opportunity: Opportunity | None,
    actor: User,
    key: UUID,
    now: datetime,
) -> TradeIn:
    """The estimate of a quotation with everything typed and quoted kept, in this opportunity of the customer, or in a
    new one that the actor follows.

    A quotation makes one: asked again by whatever way, it gives the first and makes no opportunity. Raises
    Refused("not_quoted") for a draft, Refused("elsewhere") when the first is at a site that the actor does not see, and
    Refused beside `customer` or `destination` for another entity's or another customer's.
    """
    row = Quotation.objects.select_for_update(of=("self",)).get(pk=quotation.pk)
    if (made := made_of(row)) is not None:
        return made
    if row.state == QuotationState.DRAFT:
        raise Refused("not_quoted", "Affichez d’abord la cote de ce véhicule.")
    if customer.entity_id != row.entity_id or not customer.is_listed:
        raise Refused("customer", "Ce client n’est plus disponible\u00a0: choisissez-en un autre.", "customer")
    if opportunity is None:
        opportunity = create_opportunity(
            customer=customer,
            point_of_sale=row.point_of_sale,
            salesperson=actor,
            actor=actor,
            values={"source": enums.Source.INTERNAL},
            key=key,
            now=now,
        )
    elif opportunity.customer_id != customer.pk:
        raise Refused("destination", "Cette opportunité est d’un autre client.", "destination")
    values = {**quoted_values(quotation), "quotation": row}
    return _create(opportunity, values=values, actor=actor, now=now)


def made_of(quotation: Quotation) -> TradeIn | None:
    """The estimate that this quotation made already. Raises Refused("elsewhere") when the reader may not see it."""
    if (made := TradeIn.objects.filter(quotation=quotation).first()) is not None:
        return made
    with unscoped("a quotation makes one estimate, wherever it stands"):
        if TradeIn.objects.filter(quotation=quotation).exists():
            raise Refused("elsewhere", "Une reprise existe déjà pour cette cotation, sur un autre point de vente.")
    return None


@transaction.atomic
def create_trade_in(
    *, opportunity: Opportunity, values: Mapping[str, Any], actor: User, key: UUID, now: datetime
) -> TradeIn:
    """An estimate without a quotation. `values` are columns, validated by the form; `key` is the form's: sent twice, it
    makes one."""
    used = records.take_key(key, what="trade_in", user=actor)
    if isinstance(used, int):
        return TradeIn.objects.get(pk=used)
    trade_in = _create(opportunity, values=values, actor=actor, now=now)
    records.answer_key(used, what="trade_in", made=trade_in)
    return trade_in


def _create(opportunity: Opportunity, *, values: Mapping[str, Any], actor: User, now: datetime) -> TradeIn:
    row = locked_open(opportunity)
    trade_in = TradeIn(
        entity_id=row.entity_id,
        point_of_sale_id=row.point_of_sale_id,
        opportunity=row,
        number=records.next_number(entity=row.entity, series="trade_in"),
        created_by=actor,
        created_at=now,
        **values,
    )
    trade_in.save(force_insert=True)
    known = [name for name in values if name != "quotation"]
    records.record_event(
        trade_in,
        kind="created",
        actor=actor,
        changes=records.first_values(trade_in, fields=known),
        details={"quotation": trade_in.quotation_id} if trade_in.quotation_id else {},
    )
    offer = offer_of_deal(Offer.objects.filter(opportunity=row))
    on_offer = {"offer": offer.pk, "offer_number": offer.number} if offer else {}
    note(row, trade_in, kind="trade_in_created", actor=actor, **on_offer)
    keep(row, actor=actor, now=now)
    return trade_in


@transaction.atomic
def edit_trade_in(
    *, trade_in: TradeIn, base: Mapping[str, Any], mine: Mapping[str, Any], actor: User, now: datetime
) -> TradeIn:
    """Saves what one editor changed of a section, beside what others saved meanwhile.

    Raises EditConflict when both changed a field, Refused("not_editable") once a price stands, and Refused beside the
    date for inspection dates that do not fit together.
    """
    opportunity = locked_open(trade_in.opportunity)
    row = locked_trade_in(trade_in)
    if not row.is_editable:
        state = row.get_state_display().lower()
        raise Refused("not_editable", f"Cette estimation est «\u00a0{state}\u00a0»\u00a0: elle ne se modifie plus.")
    changed = records.apply_edit(row, base=dict(base), mine=dict(mine))
    if INSPECTION_DATES & set(changed):
        refuse_inspection_dates(row)
    if records.save_changes(row, fields=changed, actor=actor) is not None:
        note(opportunity, row, kind="trade_in_changed", actor=actor)
        keep(opportunity, actor=actor, now=now)
        if row.state == TradeInState.TO_APPROVE:
            tell_who_decides(row)
    return row


# What a price that was decided before leaves behind when another one is asked for; the history keeps it.
_DECISION: Final = ("price", "price_reason", "valid_until", "decided_by", "decided_at")


@transaction.atomic
def ask_for_price(*, trade_in: TradeIn, actor: User, now: datetime) -> TradeIn:
    """The managers who decide prices in this place are told; asking twice tells once.

    Raises Refused("incomplete"), naming what is missing, and Refused("move_unknown").
    """
    opportunity = locked_open(trade_in.opportunity)
    row = locked_trade_in(trade_in)
    if row.state == TradeInState.TO_APPROVE:
        return row
    refuse_move(row, TradeInState.TO_APPROVE)
    if missing := estimate_facts.missing_to_ask(row):
        raise Refused("incomplete", f"Il manque {', '.join(missing)}.")
    row.state, row.asked_by, row.asked_at = TradeInState.TO_APPROVE, actor, now
    row.price = row.valid_until = row.decided_by = row.decided_at = None
    row.price_reason = ""
    records.save_changes(row, fields=["state", "asked_by", "asked_at", *_DECISION], actor=actor, kind="asked")
    note(opportunity, row, kind="trade_in_state", actor=actor, state=row.state)
    keep(opportunity, actor=actor, now=now)
    tell_who_decides(row)
    tell_of_trade_in(
        row,
        opportunity,
        recipients=selectors.deciders_of(row),
        kind=NotificationKind.TRADE_IN_ASKED,
        title="Estimation de reprise à valider",
        sentence="demande un prix pour",
        text=_asked_text(row),
        actor=actor,
    )
    return row


def _asked_text(trade_in: TradeIn) -> str:
    return "\n".join(f"{fact.label}\u00a0: {fact.value}" for fact in estimate_facts.asked_facts(trade_in))


@transaction.atomic
def take_back(*, trade_in: TradeIn, actor: User, now: datetime) -> TradeIn:
    """What waits for a price, or was declined, is a draft again. Raises Refused("move_unknown")."""
    opportunity = locked_open(trade_in.opportunity)
    row = locked_trade_in(trade_in)
    if row.state == TradeInState.DRAFT:
        return row
    refuse_move(row, TradeInState.DRAFT)
    row.state = TradeInState.DRAFT
    records.save_changes(row, fields=["state"], actor=actor)
    note(opportunity, row, kind="trade_in_state", actor=actor, state=row.state)
    keep(opportunity, actor=actor, now=now)
    tell_who_decides(row)
    return row


# --- shared by the verbs ------------------------------------------------------------------------
def locked_trade_in(trade_in: TradeIn) -> TradeIn:
    """The row as it is now, locked after its opportunity: always in this order."""
    return TradeIn.objects.select_for_update(of=("self",)).get(pk=trade_in.pk)


def locked_with_opportunity(trade_in: TradeIn) -> tuple[Opportunity, TradeIn]:
    """For what is done to an estimate whatever became of its opportunity."""
    return locked(trade_in.opportunity), locked_trade_in(trade_in)


def lock_opportunity(trade_in: TradeIn) -> None:
    """For what the stock's verbs on a condition lock afterwards: always in this order."""
    locked(trade_in.opportunity)


def condition_changed(trade_in: TradeIn, actor: User) -> None:
    """Photos, damage and costs belong to what is looked at on the open pages."""
    keep(locked(trade_in.opportunity), actor=actor, now=timezone.now())


def refuse_move(trade_in: TradeIn, target: TradeInState) -> None:
    if refusal := enums.trade_in_refusal(trade_in.state, target):
        raise Refused("move_unknown", refusal)


def note(opportunity: Opportunity, trade_in: TradeIn, *, kind: str, actor: User | None, **told: Any) -> None:
    """A line of the opportunity's history about one of its estimates."""
    details = {"trade_in": trade_in.pk, "number": trade_in.number, **told}
    records.record_event(opportunity, kind=kind, actor=actor, details=details)
