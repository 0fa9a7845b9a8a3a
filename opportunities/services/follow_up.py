"""What is done with an opportunity from its first day to its last: edited, followed, handed on, closed."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from openflex.core.dates import today_paris
from openflex.core.errors import Refused
from openflex.core.french import format_day
from openflex.notifications.services import hold_bells
from opportunities import enums
from opportunities.models import Appointment, CloseReason, Exchange, Follower, Opportunity
from opportunities.selectors import last_day_to_postpone, settings_of
from opportunities.services.appointments import NEXT_ACTION, cancel_planned, hand_on
from opportunities.services.keeping import keep, locked, locked_open, refuse_closed, refuse_past, tell_open_pages
from opportunities.services.telling import tell_of_assignment, tell_of_taking, tell_who_decides_on
from settings_admin.access.services.guarding import keep_open
from settings_admin.models import User
from settings_admin.records.services import answer_key, apply_edit, record_event, take_key


@transaction.atomic
def edit_opportunity(
    *, opportunity: Opportunity, base: Mapping[str, Any], mine: Mapping[str, Any], actor: User, now: datetime
) -> Opportunity:
    """Saves what one editor changed of its summary (source, stars, wanted vehicle, next action), beside what others
    saved meanwhile; what is so already changes nothing. Raises EditConflict when both changed a field, Refused beside
    `next_action_on` for another day that is past."""
    row = locked_open(opportunity)
    if all(getattr(row, name) == value for name, value in mine.items()):
        return row
    if (day := mine.get("next_action_on")) != row.next_action_on:
        refuse_past(day, now=now)
    changed = apply_edit(row, base=dict(base), mine=dict(mine))
    keep(row, fields=changed, actor=actor, now=now)
    return row


@transaction.atomic
def set_stars(*, opportunity: Opportunity, stars: int, actor: User, now: datetime) -> Opportunity:
    """How much the customer is interested, one to three. Raises Refused beside `stars`."""
    if stars not in (1, 2, 3):
        raise Refused("stars", "L’intérêt va d’une à trois étoiles.", "stars")
    row = locked_open(opportunity)
    if row.stars == stars:
        return row
    row.stars = stars
    keep(row, fields=["stars"], actor=actor, now=now)
    return row


@transaction.atomic
def record_exchange(
    *,
    opportunity: Opportunity,
    means: str,
    outcome: str,
    subject: str = "",
    text: str,
    next_action: str,
    next_action_note: str = "",
    next_action_on: date | None,
    actor: User,
    key: UUID,
    now: datetime,
) -> Exchange:
    """Writes down a contact with the customer and what is to be done next; only what reached them counts as contact.

    `key` is the form's: sent twice, it gives the exchange of the first. Raises Refused beside `next_action_on` for a
    next action without a day, or on one that is past.
    """
    used = take_key(key, what="exchange", user=actor)
    if isinstance(used, int):
        return Exchange.objects.get(pk=used)
    row = locked_open(opportunity)
    if next_action and next_action_on is None:
        raise Refused("no_day", "Indiquez pour quand.", "next_action_on")
    refuse_past(next_action_on, now=now)
    exchange = Exchange.objects.create(
        entity_id=row.entity_id,
        point_of_sale_id=row.point_of_sale_id,
        opportunity=row,
        by=actor,
        means=means,
        outcome=outcome,
        subject=subject,
        text=text,
        at=now,
    )
    answer_key(used, what="exchange", made=exchange)
    record_event(row, kind="exchange", actor=actor, details={"exchange": exchange.pk, "means": means})
    row.next_action, row.next_action_note, row.next_action_on = next_action, next_action_note, next_action_on
    keep(
        row,
        fields=NEXT_ACTION,
        actor=actor,
        now=now,
        kind="next_action",
        is_contact=outcome in ("", enums.ExchangeOutcome.REACHED, enums.ExchangeOutcome.MESSAGE_LEFT),
    )
    return exchange


@transaction.atomic
def postpone(*, opportunity: Opportunity, to: date, reason: str, actor: User, now: datetime) -> Opportunity:
    """Puts the next action off to a later day and keeps the reason in the history; no contact with the customer.

    Raises Refused beside `to`: for today or before, for a day on which the customer will have heard nothing for the
    entity's delay (then something must be done, not put off), and when there is no next action. Sent twice, it is put
    off once.
    """
    row = locked_open(opportunity)
    if not row.next_action_on:
        raise Refused("nothing", "Aucune action n’est prévue\u00a0: relancez le client.", "to")
    if to <= today_paris(now):
        raise Refused("not_later", "Choisissez un jour à venir.", "to")
    if row.next_action_on == to:
        return row
    last = last_day_to_postpone(row, settings_of(row.entity_id).overdue_after_days)
    if to > last:
        raise Refused(
            "silent", f"Le client n’aurait pas de nouvelles\u00a0: relancez-le avant le {format_day(last)}.", "to"
        )
    row.next_action_on = to
    keep(row, fields=["next_action_on"], actor=actor, now=now, kind="postponed", details={"reason": reason.strip()})
    return row


@transaction.atomic
def follow(*, opportunity: Opportunity, user: User, actor: User) -> None:
    """From now on `user` is told what happens to it; doing it twice changes nothing."""
    row = locked(opportunity)
    _, is_new = Follower.objects.get_or_create(opportunity=row, user=user, defaults={"entity_id": row.entity_id})
    if is_new:
        record_event(row, kind="followed", actor=actor, details={"user": user.full_name})
        tell_open_pages(row)


@transaction.atomic
def unfollow(*, opportunity: Opportunity, user: User, actor: User) -> None:
    row = locked(opportunity)
    deleted, _ = Follower.objects.filter(opportunity=row, user=user).delete()
    if deleted:
        record_event(row, kind="unfollowed", actor=actor, details={"user": user.full_name})
        tell_open_pages(row)


@transaction.atomic
def reassign(
    *, opportunity: Opportunity, to: User, actor: User, now: datetime, is_told: bool = True
) -> list[Appointment]:
    """Another salesperson follows it from now on, with what the first one had planned to come; both are told,
    unless the caller tells of several at once. Returns the appointments that stay with the first one, because the other
    is wanted elsewhere then."""
    if is_told:  # a leaver's act has taken both accounts
        keep_open(to, field="salesperson")
    row = locked_open(opportunity)
    old, row.salesperson = row.salesperson, to
    Follower.objects.filter(opportunity=row, user=to).delete()
    if old == to:
        return []
    left = hand_on(row, old=old, to=to, actor=actor, now=now)
    keep(row, fields=["salesperson"], actor=actor, now=now, kind="reassigned")
    if is_told:
        hold_bells([old, to])
        tell_of_taking(row, old=old, to=to, actor=actor)
        tell_of_assignment(row, to=to, left=left, actor=actor)
    return left


@transaction.atomic
def close_opportunity(
    *,
    opportunity: Opportunity,
    status: enums.Status,
    reason: CloseReason,
    competitor: str = "",
    note: str = "",
    actor: User,
    now: datetime,
) -> Opportunity:
    """Won by hand, lost or dropped, with the reason; what was to be done with it is over, appointments to come are
    cancelled. Sent twice, it is closed once.

    Raises Refused("reason") beside `reason` for one of another outcome, and Refused("closed").
    """
    row = locked(opportunity)
    if (row.status, row.close_reason, row.competitor, row.close_note) == (status, reason, competitor, note):
        return row
    refuse_closed(row)
    if reason.status != status:
        raise Refused("reason", "Ce motif ne convient pas à cette issue.", "reason")
    row.status, row.close_reason, row.competitor, row.close_note = status, reason, competitor, note
    row.closed_at, row.closed_by = now, actor
    row.next_action, row.next_action_note, row.next_action_on = "", "", None
    cancel_planned(row, actor=actor, now=now)
    keep(
        row,
        fields=["status", "close_reason", "competitor", "close_note", "closed_at", "closed_by", "next_action",
                "next_action_note", "next_action_on"],
        actor=actor,
        now=now,
        kind="closed",
    )  # fmt: skip
    tell_who_decides_on(row)
    return row


def drop_of_erased(customers: Collection[int], actor: User | None, now: datetime) -> None:
    """Inside the erasure of these customers: nobody calls who is forgotten, meets them or decides a price for them."""
    rows = Opportunity.objects.open().select_for_update(of=("self",)).filter(customer__in=customers).order_by("pk")
    for row in list(rows):
        row.status, row.closed_at, row.closed_by = enums.Status.DROPPED, now, actor
        row.next_action, row.next_action_note, row.next_action_on = "", "", None
        cancel_planned(row, actor=actor, now=now)
        fields = ("status", "closed_at", "closed_by", *NEXT_ACTION)
        keep(row, fields=fields, actor=actor, now=now, kind="closed")
        tell_who_decides_on(row)


@transaction.atomic
def reopen(*, opportunity: Opportunity, actor: User, now: datetime) -> Opportunity:
    """Takes a closing back; it counts as contact, else it would be *en souffrance* at once. Raises Refused("erased")
    when its customer was erased meanwhile."""
    row = locked(opportunity)
    if row.is_open:
        return row
    if row.customer.erased_at is not None:
        raise Refused("erased", "Le client de cette opportunité a été effacé\u00a0: elle ne se rouvre pas.")
    row.status, row.close_reason, row.competitor, row.close_note = enums.Status.OPEN, None, "", ""
    row.closed_at = row.closed_by = None
    keep(
        row,
        fields=["status", "close_reason", "competitor", "close_note", "closed_at", "closed_by"],
        actor=actor,
        now=now,
        kind="reopened",
        is_contact=True,
    )
    tell_who_decides_on(row)
    return row
