"""What every verb on an opportunity does: lock it, and note that something happened to it."""

from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime
from typing import Any, TypeVar

import structlog
from django.db.models import Model

from customers.services.contact import note_contact_on_commit
from openflex.core.dates import today_paris
from openflex.core.errors import Refused
from openflex.core.realtime import publish_on_commit
from opportunities import enums, selectors
from opportunities.models import Opportunity
from settings_admin.models import User
from settings_admin.records.models import TimelineEntry
from settings_admin.records.services import save_changes

log = structlog.get_logger(__name__)
Row = TypeVar("Row", bound=Model)

# The event that an open page hears; it asks for what it shows again.
CHANGED = "opportunity.changed"


def locked(opportunity: Opportunity) -> Opportunity:
    """The row as it is now, locked until the verb's transaction ends; one that was merged leads to where it went."""
    row = Opportunity.objects.select_for_update(of=("self",)).get(pk=opportunity.pk)
    if row.merged_into is not None:
        message = f"Cette opportunité a été fusionnée avec la n°\u00a0{row.merged_into.number}."
        raise Refused("merged", message)
    return row


def locked_open(opportunity: Opportunity) -> Opportunity:
    """As `locked`; raises Refused("closed") for one that is won, lost or dropped."""
    row = locked(opportunity)
    refuse_closed(row)
    return row


def refuse_closed(row: Opportunity) -> None:
    if not row.is_open:
        raise Refused("closed", f"Cette opportunité est {row.get_status_display().lower()}\u00a0: rouvrez-la d’abord.")


def sweep(rows: Iterable[Row], expire: Callable[[Row], bool], *, what: str) -> int:
    """Does it to each row and returns to how many; one that is refused, of an opportunity that is being merged say,
    waits for the next run, and the others do not wait for it."""
    done = 0
    for row in rows:
        try:
            done += expire(row)
        except Refused as refusal:
            log.warning("sweep_refused", what=what, row=row.pk, code=refusal.code)
    return done


def keep(
    opportunity: Opportunity,
    *,
    fields: Collection[str] = (),
    actor: User | None,
    now: datetime,
    kind: str = "changed",
    details: dict[str, Any] | None = None,
    is_contact: bool = False,
) -> TimelineEntry | None:
    """Saves these fields of a locked row with a line of its history, and what follows from them: when it was changed,
    when it was last in contact with the customer (`is_contact`), from which day it is *en souffrance*. Who has it open
    is told after the commit: call it last in the verb."""
    if actor is not None:
        note_contact_on_commit(opportunity.customer_id, at=now)
    opportunity.changed_at = now
    derived = ["changed_at", "overdue_on"]
    if is_contact:
        opportunity.last_contact_at = now
        derived.append("last_contact_at")
    opportunity.overdue_on = overdue_on(opportunity)
    if opportunity.reminded_on and not opportunity.is_overdue(today_paris(now)):
        opportunity.reminded_on = None
        derived.append("reminded_on")
    entry = (
        save_changes(opportunity, fields=fields, derived=derived, actor=actor, kind=kind, details=details)
        if fields
        else None
    )
    if entry is None:
        opportunity.save(update_fields=derived)
    tell_open_pages(opportunity)
    return entry


def tell_open_pages(opportunity: Opportunity) -> None:
    """Who has it open is told after the commit; of a locked row, and last in a verb that does not `keep`."""
    publish_on_commit(selectors.topic_of(opportunity), CHANGED, selectors.live_state(opportunity))


def overdue_on(opportunity: Opportunity) -> Any:
    if not opportunity.is_open:
        return None
    return enums.overdue_from(
        next_action_on=opportunity.next_action_on,
        last_contact_at=opportunity.last_contact_at,
        delay_days=selectors.settings_of(opportunity.entity_id).overdue_after_days,
    )


def refuse_past(day: date | None, *, now: datetime) -> None:
    """What is planned anew lies ahead: a year mistyped would put it *en souffrance* at once."""
    if day is not None and day < today_paris(now):
        raise Refused(
            "past", "Cette date est passée\u00a0: choisissez aujourd’hui ou un jour à venir.", "next_action_on"
        )
