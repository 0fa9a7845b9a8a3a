"""A wrong exit put right: its day or its reason, or the whole of it, of a vehicle that never left."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from openflex.core.constraints import refusing
from openflex.core.dates import today_paris
from openflex.core.errors import Refused
from settings_admin.models import TimelineEntry, User
from settings_admin.records import services as records
from settings_admin.records.selectors import last_change_of
from settings_admin.scoping import unscoped
from vehicles import enums, selectors
from vehicles.models import Hold, Vehicle
from vehicles.services.days import refuse_exit_day
from vehicles.services.holds import lock_vehicle, restore_hold
from vehicles.services.stock import TWICE_IN_STOCK, refuse_archived

_OUT = enums.StockStatus.OUT


@transaction.atomic
def undo_exit(*, vehicle: Vehicle, reason: str, actor: User, now: datetime | None = None) -> Vehicle:
    """Takes back an exit that never was: the vehicle stands where it stood, and the order or the auction that the exit
    ended holds it again; to a delivery that nothing holds any more it does not go back, but on sale. Sent twice, it is
    done once.

    Raises Refused for what is not out, is archived, came back into stock since, was withdrawn by an app above (whose
    act takes it back), and beside `vin` or `plate` for what is in stock under another number.
    """
    now = now or timezone.now()
    locked = lock_vehicle(vehicle.pk)
    last = last_change_of(locked, "status")
    if locked.status != _OUT and last is not None and last.kind == "exit_undone" and last.actor_id == actor.pk:
        return locked
    _refuse_not_out(locked)
    refuse_archived(locked)
    if last is not None and last.details.get("source"):
        label = last.details.get("label", "")
        raise Refused("from_elsewhere", f"Cette entrée a été annulée avec «\u00a0{label}\u00a0»\u00a0: reprenez-la là.")
    if next_entry_of(locked) is not None:
        raise Refused("came_back", "Ce véhicule est revenu en stock depuis\u00a0: sa sortie ne s’annule plus.")
    status, hold = before_exit(locked, now=now)
    gone_on = locked.left_on or today_paris(now)
    if locked.exit_reason == enums.ExitReason.WITHDRAWN:
        locked.entered_on = _expected_before(last)
    locked.status = status
    locked.left_on, locked.exit_reason = None, ""
    with refusing(TWICE_IN_STOCK):
        records.save_changes(
            locked,
            fields=["status", "left_on", "exit_reason", "entered_on"],
            actor=actor,
            kind="exit_undone",
            # Of that day: what was done since with a vehicle that was there all the time can be dated.
            details={"on": gone_on.isoformat(), "label": reason},
        )
    if hold is not None:
        restore_hold(hold=hold, actor=actor)
    return locked


@transaction.atomic
def correct_exit(
    *,
    vehicle: Vehicle,
    base: Mapping[str, Any],
    mine: Mapping[str, Any],
    reason: str,
    actor: User,
    now: datetime | None = None,
) -> Vehicle:
    """Puts the day and the reason of an exit right: `base` and `mine` as in `edit_vehicle`. A reason gives way to one
    that needed the same: none makes a sale of what no order held.

    Raises EditConflict, and Refused for what is not out, for a day out of its place, for a reason that does not fit.
    """
    locked = lock_vehicle(vehicle.pk)
    _refuse_not_out(locked)
    refuse_archived(locked)
    fitting = selectors.exit_reasons_like(locked)
    fields = records.apply_edit(locked, base=dict(base), mine=dict(mine))
    if locked.exit_reason not in fitting:
        raise Refused("exit_reason", "Ce motif ne convient pas à cette sortie.", "exit_reason")
    refuse_exit_day(locked, came_back_on=next_entry_of(locked), now=now or timezone.now())
    records.save_changes(locked, fields=fields, actor=actor, kind="exit_corrected", details={"label": reason})
    return locked


def next_entry_of(vehicle: Vehicle) -> date | None:
    """When it came back, here or in a sister entity that the reader may not see; what was withdrawn did not."""
    with unscoped("the days of a vehicle follow each other wherever it stays"):
        stays = Vehicle.objects.filter(previous_stay=vehicle).exclude(exit_reason=enums.ExitReason.WITHDRAWN)
        return stays.order_by("entered_on").values_list("entered_on", flat=True).first()


def before_exit(vehicle: Vehicle, *, now: datetime) -> tuple[enums.StockStatus, Hold | None]:
    """Where a vehicle stands once its exit is undone, and what holds it again."""
    status, hold = selectors.status_before_exit(vehicle), _ended_hold(last_change_of(vehicle, "status"), now=now)
    if status == enums.StockStatus.DELIVERY and (hold is None or not hold.is_sale):
        status = enums.StockStatus.FOR_SALE
    return status, hold


def _refuse_not_out(vehicle: Vehicle) -> None:
    if vehicle.status != _OUT:
        raise Refused("not_out", "Ce véhicule n’est pas sorti.")


def _ended_hold(last: TimelineEntry | None, *, now: datetime) -> Hold | None:
    """What held the vehicle when it went out, unless its time is over by now."""
    ended = last.details.get("holds", ()) if last is not None else ()
    hold = Hold.objects.filter(pk__in=ended).first()
    return None if hold is None or (hold.until_at is not None and hold.until_at <= now) else hold


def _expected_before(last: TimelineEntry | None) -> date | None:
    expected = last.changes.get("entered_on", [None])[0] if last is not None else None
    return date.fromisoformat(expected) if expected else None
