"""What becomes of an estimate: the manager's price, the customer's answer, its last day."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from customers.selectors import of
from openflex.core.dates import today_paris
from openflex.core.errors import Refused
from openflex.core.french import NBSP, format_day, format_euros
from opportunities import estimate_facts, selectors
from opportunities.enums import REOPENABLE, NotificationKind, OfferState, TradeInState
from opportunities.models import Offer, Opportunity, TradeIn
from opportunities.services.keeping import keep, locked_open, sweep
from opportunities.services.telling import named, tell_of_trade_in, tell_who_decides, who_follows, who_may_open
from opportunities.services.trade_ins import locked_trade_in, locked_with_opportunity, note, refuse_move
from settings_admin.models import User
from settings_admin.records import services as records

_DECIDED = ("state", "price", "price_reason", "valid_until", "decided_by", "decided_at")


def proposed_validity(trade_in: TradeIn, *, today: date) -> date:
    return today + timedelta(days=selectors.settings_of(trade_in.entity_id).trade_in_valid_days)


@transaction.atomic
def approve(
    *,
    trade_in: TradeIn,
    price: Decimal | None,
    valid_until: date | None,
    reason: str,
    seen: str,
    actor: User,
    now: datetime,
) -> TradeIn:
    """The manager's price (EUR TTC), with the day until which it holds; another one may follow until the customer
    answers. Who asked, who follows the sale and its followers are told.

    `seen`: `estimate_facts.mark_of` the estimate that the manager looked at. The same decision sent twice is one.
    Raises Refused beside `price` and `valid_until`, Refused("changed") when anything of the estimate is another by now,
    a colleague's decision too, and Refused("move_unknown").
    """
    opportunity = locked_open(trade_in.opportunity)
    row = locked_trade_in(trade_in)
    decision = (TradeInState.APPROVED, price, valid_until, reason.strip(), actor.pk)
    if decision == (row.state, row.price, row.valid_until, row.price_reason, row.decided_by_id):
        return row
    _refuse_decision(row, TradeInState.APPROVED, seen)
    if price is None or price <= 0:
        raise Refused("price", "Indiquez un prix supérieur à zéro.", "price")
    if valid_until is None:
        raise Refused("valid_until", "Indiquez jusqu’à quand ce prix tient.", "valid_until")
    if valid_until < today_paris(now):
        raise Refused("valid_until", "Cette date est passée.", "valid_until")
    row.price, row.valid_until = price, valid_until
    return _decide(row, opportunity, TradeInState.APPROVED, reason=reason, actor=actor, now=now)


@transaction.atomic
def decline(*, trade_in: TradeIn, reason: str, seen: str, actor: User, now: datetime) -> TradeIn:
    """The manager gives no price, and says why. Refusals as in `approve`, and beside `reason`."""
    opportunity = locked_open(trade_in.opportunity)
    row = locked_trade_in(trade_in)
    if (row.state, row.price_reason, row.decided_by_id) == (TradeInState.DECLINED, reason.strip(), actor.pk):
        return row
    _refuse_decision(row, TradeInState.DECLINED, seen)
    if not reason.strip():
        raise Refused("reason", "Dites pourquoi\u00a0: le vendeur doit pouvoir l’expliquer.", "reason")
    row.price = row.valid_until = None
    return _decide(row, opportunity, TradeInState.DECLINED, reason=reason, actor=actor, now=now)


def _refuse_decision(row: TradeIn, target: TradeInState, seen: str) -> None:
    if estimate_facts.mark_of(row) != seen:
        raise Refused("changed", _decided_meanwhile(row, seen) or _CHANGED)
    refuse_move(row, target)


_CHANGED: Final = (
    "L’estimation a changé depuis que vous l’avez ouverte\u00a0: lisez ce qui a changé, puis décidez de nouveau."
)


def _decided_meanwhile(row: TradeIn, seen: str) -> str:
    if row.decided_by is None or not estimate_facts.changes_since(row, seen).filter(kind="decided").exists():
        return ""
    price = f", {format_euros(row.price)}" if row.price else ""
    return f"{row.decided_by.full_name} vient de décider\u00a0: {row.get_state_display().lower()}{price}."


def _decide(
    row: TradeIn, opportunity: Opportunity, state: TradeInState, *, reason: str, actor: User, now: datetime
) -> TradeIn:
    row.state, row.price_reason, row.decided_by, row.decided_at = state, reason.strip(), actor, now
    records.save_changes(row, fields=_DECIDED, actor=actor, kind="decided")
    note(opportunity, row, kind="trade_in_state", actor=actor, state=state, price=row.price and str(row.price))
    keep(opportunity, actor=actor, now=now)
    tell_who_decides(row)
    is_approved = state == TradeInState.APPROVED
    tell_of_trade_in(
        row,
        opportunity,
        recipients=who_follows(opportunity, besides=[row.asked_by]),
        kind=NotificationKind.TRADE_IN_DECIDED,
        title=f"Prix de reprise\u00a0: {format_euros(row.price)}" if is_approved else "Estimation de reprise refusée",
        sentence="a validé" if is_approved else "a refusé",
        text=_decided_text(row),
        actor=actor,
    )
    return row


def _decided_text(row: TradeIn) -> str:
    price = f"{format_euros(row.price)}, valable jusqu’au {format_day(row.valid_until)}" if row.valid_until else ""
    return "\n".join(part for part in (price, row.price_reason) if part)


@transaction.atomic
def reopen_estimate(*, trade_in: TradeIn, reason: str, actor: User, now: datetime) -> TradeIn:
    """What was decided or answered is taken back to put the estimate right: a draft again, whose price is asked for
    anew. Who asked, who follows the sale and its followers are told, with the reason and what stood; offers keep the
    figure that the customer was given. Done twice, it is done once.

    Raises Refused beside `reason` without one, and Refused("not_reopenable") for one that waits or is in stock.
    """
    opportunity = locked_open(trade_in.opportunity)
    row = locked_trade_in(trade_in)
    if row.state == TradeInState.DRAFT:
        return row
    if row.state not in REOPENABLE:
        raise Refused(
            "not_reopenable", f"Une estimation «\u00a0{row.get_state_display().lower()}\u00a0» ne se rouvre pas."
        )
    if not reason.strip():
        raise Refused("reason", "Dites pourquoi\u00a0: le vendeur doit pouvoir l’expliquer.", "reason")
    stood = what_stood(row)
    row.state = TradeInState.DRAFT
    row.price = row.valid_until = row.decided_by = row.decided_at = None
    row.price_reason = ""
    told = "\n".join([reason.strip(), stood])
    records.save_changes(row, fields=_DECIDED, actor=actor, kind="reopened", details={"reason": reason.strip()})
    note(opportunity, row, kind="trade_in_reopened", actor=actor, reason=told)
    keep(opportunity, actor=actor, now=now)
    tell_of_trade_in(
        row,
        opportunity,
        recipients=who_follows(opportunity, besides=[row.asked_by]),
        kind=NotificationKind.TRADE_IN_REOPENED,
        title="Estimation de reprise rouverte",
        sentence="a rouvert",
        text=told,
        actor=actor,
    )
    return row


def what_stood(trade_in: TradeIn) -> str:
    """What was decided or answered until now, and the offers in which its figure stays as the customer was given it."""
    price = f", {format_euros(trade_in.price)}" if trade_in.price else ""
    offers = Offer.objects.filter(trade_in=trade_in, state__in=(OfferState.SENT, OfferState.ACCEPTED)).order_by(
        "number"
    )
    numbers = ", ".join(f"n°\u00a0{number}" for number in offers.values_list("number", flat=True))
    kept = f" Le client garde ce montant dans ses offres ({numbers})\u00a0: prévenez-le." if numbers else ""
    return f"Jusqu’ici\u00a0: {trade_in.get_state_display().lower()}{price}.{kept}"


@transaction.atomic
def record_answer(*, trade_in: TradeIn, state: TradeInState, actor: User, now: datetime) -> TradeIn:
    """The customer accepts the price or refuses it, before or after having accepted: a contact.

    Raises Refused("past") for accepting a price whose day is over, and Refused("move_unknown").
    """
    if state not in (TradeInState.ACCEPTED, TradeInState.REFUSED):
        raise Refused("answer", "Choisissez la réponse du client.")
    opportunity, row = locked_with_opportunity(trade_in)
    if row.state == state:
        return row
    refuse_move(row, state)
    if state == TradeInState.ACCEPTED and row.valid_until is not None and row.valid_until < today_paris(now):
        raise Refused("past", "Ce prix n’est plus valable\u00a0: demandez-en un autre.")
    row.state = state
    records.save_changes(row, fields=["state"], actor=actor)
    note(opportunity, row, kind="trade_in_state", actor=actor, state=state)
    keep(opportunity, actor=actor, now=now, is_contact=True)
    return row


def expire_trade_ins(*, today: date) -> int:
    """Prices whose last day is over and that the customer has not answered; each in a transaction of its own. Returns
    how many. Called by Beat, outside of any person's scope."""
    past = TradeIn.objects.filter(state=TradeInState.APPROVED, valid_until__lt=today)
    rows = list(past.select_related("opportunity").order_by("pk"))
    return sweep(rows, lambda row: _expire(row, today=today), what="trade_in")


@transaction.atomic
def _expire(trade_in: TradeIn, *, today: date) -> bool:
    opportunity, row = locked_with_opportunity(trade_in)
    # A manager may have lengthened it, or the customer answered, since the rows were read.
    if row.state != TradeInState.APPROVED or row.valid_until is None or row.valid_until >= today:
        return False
    row.state = TradeInState.EXPIRED
    records.save_changes(row, fields=["state"], actor=None)
    note(opportunity, row, kind="trade_in_state", actor=None, state=row.state)
    keep(opportunity, actor=None, now=timezone.now())
    if opportunity.is_open:
        named(
            opportunity,
            recipients=who_may_open(opportunity, [opportunity.salesperson]),
            kind=NotificationKind.TRADE_IN_EXPIRED,
            title="Prix de reprise expiré",
            sentence=lambda name: f"Le prix de la reprise n°{NBSP}{row.number} {of(name)} a expiré",
            text=f"{row}, {format_euros(row.price)}, valable jusqu’au {format_day(row.valid_until)}. "
            "Dites-le au client, ou redemandez un prix.",
            url=reverse("opportunities:trade_in", args=[row.pk]),
            target=row,
        )
    return True
