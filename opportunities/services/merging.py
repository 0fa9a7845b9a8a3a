"""Two opportunities of one customer become one: the kept one has all that hung on the other."""

from datetime import datetime
from typing import Any, Final

from django.db import transaction

from openflex.core.errors import Refused
from openflex.notifications.services import repoint
from opportunities import enums
from opportunities.models import Appointment, Comment, Exchange, Follower, Offer, Opportunity, TradeIn
from opportunities.services.appointments import NEXT_ACTION, becomes_next_action, cancel_planned
from opportunities.services.keeping import keep
from opportunities.services.telling import tell_of_merging, tell_who_decides, tell_who_decides_on
from settings_admin.models import User
from settings_admin.records.services import record_event
from settings_admin.scoping import acting_for
from vehicles.services.condition import follow_site

_HANGING: Final = (Comment, Exchange, Appointment, Offer, TradeIn)


@transaction.atomic
def merge(*, duplicate: Opportunity, into: Opportunity, actor: User, now: datetime) -> Opportunity:
    """Moves all that hangs on a duplicate to the opportunity that is kept, of the same customer, and to its point of
    sale: whoever reads the kept one reads it. Its appointments to come are cancelled when the kept one is closed. One
    that was lost or dropped stays so. Doing it twice changes nothing.

    Raises Refused("same"), Refused("other_customer"), Refused("won") for one that is won, which is a sale and no
    duplicate of anything, and, for one that was merged elsewhere, Refused("merged").
    """
    if duplicate.pk == into.pk:
        raise Refused("same", "Choisissez une autre opportunité.", "into")
    # Always in the same order, so that two merges cannot wait for each other.
    rows = Opportunity.objects.select_for_update(of=("self",)).filter(pk__in=(duplicate.pk, into.pk)).order_by("pk")
    locked = {row.pk: row for row in rows}
    gone, kept = locked[duplicate.pk], locked[into.pk]
    if gone.merged_into_id == kept.pk:
        return kept
    _refuse(gone, kept)
    waiting = list(TradeIn.objects.to_approve().filter(opportunity=gone))
    moved = _move(gone, kept)
    _keep_followers(gone, kept)
    if kept.is_open:
        becomes_next_action(kept)
    else:
        cancel_planned(kept, actor=actor, now=now)
    gone.merged_into, gone.next_action, gone.next_action_on = kept, "", None
    if gone.is_open:
        gone.status, gone.closed_at, gone.closed_by = enums.Status.DROPPED, now, actor
    keep(
        gone,
        fields=["status", "merged_into", "closed_at", "closed_by", "next_action", "next_action_on"],
        actor=actor,
        now=now,
        kind="merged",
        details={"into": kept.number},
    )
    record_event(kept, kind="absorbed", actor=actor, details={"number": gone.number, "moved": moved})
    keep(kept, fields=NEXT_ACTION, actor=actor, now=now, kind="next_action")
    for estimate in waiting:  # where they were
        tell_who_decides(estimate)
    tell_who_decides_on(kept)
    repoint(old=gone, new=kept)
    tell_of_merging(gone, kept, actor=actor)
    return kept


def _refuse(gone: Opportunity, kept: Opportunity) -> None:
    if gone.merged_into_id or kept.merged_into_id:
        raise Refused("merged", "L’une des deux a déjà été fusionnée.", "into")
    if gone.customer_id != kept.customer_id:
        raise Refused("other_customer", "Ces opportunités ne sont pas du même client.", "into")
    if gone.status == enums.Status.WON:
        why = (
            f"La n°\u00a0{kept.number} est gagnée elle aussi\u00a0: ce sont deux ventes."
            if kept.status == enums.Status.WON
            else f"Ouvrez plutôt la n°\u00a0{kept.number} et fusionnez-la avec celle-ci."
        )
        raise Refused("won", f"Cette opportunité est gagnée et le reste. {why}", "into")


def _move(gone: Opportunity, kept: Opportunity) -> dict[str, int]:
    """All of it, what the actor does not see too; returns how many of each."""
    moved = {}
    with acting_for(kept.entity):
        estimates = list(TradeIn.objects.filter(opportunity=gone))
        for model in _HANGING:
            rows: Any = model.objects.filter(opportunity=gone)
            count = rows.update(opportunity=kept, point_of_sale_id=kept.point_of_sale_id)
            if count:
                moved[str(model._meta.verbose_name_plural)] = count
        for estimate in estimates:
            estimate.point_of_sale_id = kept.point_of_sale_id
            follow_site(estimate)
        # Their histories are read with that of the kept one.
        Opportunity.objects.filter(merged_into=gone).update(merged_into=kept, point_of_sale=kept.point_of_sale_id)
        Opportunity.objects.filter(pk=gone.pk).update(point_of_sale=kept.point_of_sale_id)
    gone.point_of_sale_id = kept.point_of_sale_id
    return moved


def _keep_followers(gone: Opportunity, kept: Opportunity) -> None:
    """Whoever followed the one follows the other, its salesperson too."""
    already = Follower.objects.filter(opportunity=kept).values("user")
    Follower.objects.filter(opportunity=gone).exclude(user__in=already).exclude(user=kept.salesperson_id).update(
        opportunity=kept
    )
    Follower.objects.filter(opportunity=gone).delete()
    if gone.salesperson_id != kept.salesperson_id:
        Follower.objects.get_or_create(opportunity=kept, user=gone.salesperson, defaults={"entity_id": kept.entity_id})
