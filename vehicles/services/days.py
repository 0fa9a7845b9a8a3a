"""The days of a stay in their order: the former stay's exit, its entry, its moves, its own exit."""

from collections.abc import Iterator
from datetime import date, datetime

from openflex.core.dates import today_paris
from openflex.core.errors import Refused
from openflex.core.french import format_day
from settings_admin.records.selectors import last_change_of, timeline_of
from settings_admin.scoping import unscoped
from vehicles import enums, selectors
from vehicles.models import Vehicle


def refuse_move_day(vehicle: Vehicle, day: date, *, target: enums.StockStatus, now: datetime) -> None:
    """Raises Refused beside `on` for a move in the future, before the entry or before the last move."""
    if day > today_paris(now):
        raise Refused("day_in_future", "Cette date est dans le futur.", "on")
    # What is only expected has no entry yet that a move could precede.
    if vehicle.status in enums.IN_STOCK and vehicle.entered_on and day < vehicle.entered_on:
        entry = format_day(vehicle.entered_on)
        raise Refused("day_before_entry", f"Cette date précède l’entrée du véhicule ({entry}).", "on")
    if vehicle.status == enums.StockStatus.PRE_ENTRY and target != enums.StockStatus.OUT:
        _refuse_before_former_exit(vehicle, day, field="on")
    last = last_change_of(vehicle, "status")
    moved_on = selectors.day_of_move(last) if last else None
    if moved_on is not None and day < moved_on:
        message = f"Cette date précède le dernier changement de statut ({format_day(moved_on)})."
        raise Refused("day_before_move", message, "on")


def refuse_entry_day(vehicle: Vehicle) -> None:
    """Raises Refused beside `entered_on` for an entry before the former stay's exit, or after a move of this one; of
    what is only expected, no move is looked at."""
    day = vehicle.entered_on
    if day is None:
        return
    _refuse_before_former_exit(vehicle, day, field="entered_on")
    if vehicle.pk is None or vehicle.status == enums.StockStatus.PRE_ENTRY:
        return
    if vehicle.left_on and day > vehicle.left_on:
        message = f"L’entrée ne peut pas suivre la sortie ({format_day(vehicle.left_on)})."
        raise Refused("entry_after_exit", message, "entered_on")
    for status, moved_on in _moves_inside(vehicle):
        if day > moved_on:
            message = f"Cette date suit le passage au statut «\u00a0{status.label}\u00a0» ({format_day(moved_on)})."
            raise Refused("entry_after_move", message, "entered_on")


def refuse_exit_day(vehicle: Vehicle, *, came_back_on: date | None, now: datetime) -> None:
    """Raises Refused beside `left_on` for an exit in the future, before the entry or the last move of the stay, or
    after the vehicle came back."""
    day = vehicle.left_on
    if day is None:
        raise Refused("no_exit_day", "Saisissez la date de sortie.", "left_on")
    if day > today_paris(now):
        raise Refused("day_in_future", "Cette date est dans le futur.", "left_on")
    if vehicle.entered_on and day < vehicle.entered_on:
        entry = format_day(vehicle.entered_on)
        raise Refused("day_before_entry", f"Cette date précède l’entrée du véhicule ({entry}).", "left_on")
    moved_on = max((on for _, on in _moves_inside(vehicle)), default=None)
    if moved_on is not None and day < moved_on:
        message = f"Cette date précède le dernier changement de statut ({format_day(moved_on)})."
        raise Refused("day_before_move", message, "left_on")
    if came_back_on is not None and day > came_back_on:
        message = f"Cette date suit le retour du véhicule en stock ({format_day(came_back_on)})."
        raise Refused("exit_after_return", message, "left_on")


def _moves_inside(vehicle: Vehicle) -> Iterator[tuple[enums.StockStatus, date]]:
    """Where and when it moved between its entry and its exit, the first one first. An exit that was undone dates
    nothing any more."""
    for entry in timeline_of(vehicle).filter(changes__has_key="status").order_by("at", "pk"):
        status, moved_on = enums.StockStatus(entry.changes["status"][1]), selectors.day_of_move(entry)
        if moved_on is not None and status != enums.StockStatus.OUT:
            yield status, moved_on


def _refuse_before_former_exit(vehicle: Vehicle, day: date, *, field: str) -> None:
    """The former stay may have been in a sister entity that the actor does not see: its day counts all the same."""
    if vehicle.previous_stay_id is None:
        return
    with unscoped("the days of a vehicle follow each other wherever it stays"):
        left_on = Vehicle.objects.filter(pk=vehicle.previous_stay_id).values_list("left_on", flat=True).first()
    if left_on is not None and day < left_on:
        message = f"Cette date précède la sortie du séjour précédent ({format_day(left_on)})."
        raise Refused("entry_before_former_exit", message, field)
