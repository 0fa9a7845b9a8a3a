"""The preparation of a vehicle: a checklist that is begun, ticked by several, and ends with its last line."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from openflex.core.errors import Refused
from settings_admin.models import User
from settings_admin.records import services as records
from vehicles import enums
from vehicles.entity_settings import settings_of
from vehicles.models import PreparationTask, Vehicle
from vehicles.services.holds import lock_vehicle


@transaction.atomic
def start_preparation(*, vehicle: Vehicle, actor: User) -> Vehicle:
    """Begins with the lines of its entity for its kind; after a preparation that was closed before its end, with the
    lines as they stood. Begun twice, it is begun once. Raises Refused("not_in_stock")."""
    locked = _lock(vehicle)
    if locked.is_being_prepared:
        return locked
    if not locked.preparation_tasks.filter(done_at=None).exists():
        locked.preparation_tasks.all().delete()
        labels = settings_of(locked.entity_id).lines_of(locked.kind)
        PreparationTask.objects.bulk_create(_task(locked, label, place) for place, label in enumerate(labels))
    _mark(locked, is_being_prepared=True, kind="preparation_started", actor=actor)
    return locked


@transaction.atomic
def tick_task(*, vehicle: Vehicle, task_pk: int, is_done: bool, actor: User, now: datetime | None = None) -> Vehicle:
    """Ticks a line, or unticks it; of two who tick it, the first has done it. With the last line the preparation ends,
    and it goes on when one is open again. Raises Refused for a line that was taken off, and for what is not in stock.
    """
    locked = _lock(vehicle)
    task = locked.preparation_tasks.filter(pk=task_pk).first()
    if task is None:
        raise Refused("gone", "Cette ligne a été retirée entre-temps.")
    if (task.done_at is not None) == is_done:
        return locked
    task.done_at, task.done_by = (now or timezone.now(), actor) if is_done else (None, None)
    task.save(update_fields=["done_at", "done_by"])
    _tell(locked, "task_done" if is_done else "task_undone", task, actor=actor)
    _follow(locked, actor=actor)
    return locked


@transaction.atomic
def add_task(*, vehicle: Vehicle, label: str, actor: User, key: UUID) -> Vehicle:
    """Puts a line at the end of the list, which is open again by it; the same form sent twice adds one.

    Raises Refused beside `label` for a line that is there already, or one too many.
    """
    used = records.take_key(key, what="preparation task", user=actor)
    locked = _lock(vehicle)
    if isinstance(used, int):
        return locked
    tasks = locked.preparation_tasks
    if tasks.filter(label__iexact=label).exists():
        raise Refused("twice", "Cette ligne est déjà dans la liste.", "label")
    if tasks.count() >= enums.MOST_PREPARATION_LINES:
        raise Refused("too_many", f"{enums.MOST_PREPARATION_LINES}\u00a0lignes au plus.", "label")
    last = tasks.aggregate(last=Max("position"))["last"]
    task = _task(locked, label, 0 if last is None else last + 1)
    task.save(force_insert=True)
    records.answer_key(used, what="preparation task", made=task)
    _tell(locked, "task_added", task, actor=actor)
    _follow(locked, actor=actor)
    return locked


@transaction.atomic
def remove_task(*, vehicle: Vehicle, task_pk: int, actor: User) -> Vehicle:
    """Takes a line off that does not concern this vehicle; taken off twice, it is taken off once."""
    locked = _lock(vehicle)
    task = locked.preparation_tasks.filter(pk=task_pk).first()
    if task is None:
        return locked
    task.delete()
    _tell(locked, "task_removed", task, actor=actor)
    _follow(locked, actor=actor)
    return locked


@transaction.atomic
def close_preparation(*, vehicle: Vehicle, actor: User) -> Vehicle:
    """Ends it before its last line: the history names what is left, the list keeps it. Closed twice, it is closed
    once."""
    locked = lock_vehicle(vehicle.pk)
    if locked.is_being_prepared:
        left = list(locked.preparation_tasks.filter(done_at=None).values_list("label", flat=True))
        _mark(locked, is_being_prepared=False, kind="preparation_closed", actor=actor, left=left)
    return locked


def _lock(vehicle: Vehicle) -> Vehicle:
    locked = lock_vehicle(vehicle.pk)
    if locked.status == enums.StockStatus.OUT or locked.is_archived:
        raise Refused("not_in_stock", "Ce véhicule n’est plus en stock.")
    return locked


def _task(vehicle: Vehicle, label: str, position: int) -> PreparationTask:
    place = {"entity_id": vehicle.entity_id, "point_of_sale_id": vehicle.point_of_sale_id}
    return PreparationTask(**place, vehicle=vehicle, label=label, position=position)


def _follow(vehicle: Vehicle, *, actor: User) -> None:
    """Being prepared is having a line that is not ticked; a list without any line says nothing."""
    tasks = list(vehicle.preparation_tasks.all())
    is_open = any(task.done_at is None for task in tasks)
    if not tasks or is_open == vehicle.is_being_prepared:
        return
    kind = "preparation_reopened" if is_open else "preparation_finished"
    _mark(vehicle, is_being_prepared=is_open, kind=kind, actor=actor)


def _mark(vehicle: Vehicle, *, is_being_prepared: bool, kind: str, actor: User, left: list[str] | None = None) -> None:
    vehicle.is_being_prepared = is_being_prepared
    details = {"left": left} if left else {}
    records.save_changes(vehicle, fields=["is_being_prepared"], actor=actor, kind=kind, details=details)


def _tell(vehicle: Vehicle, kind: str, task: PreparationTask, *, actor: User) -> None:
    records.record_event(vehicle, kind=kind, actor=actor, details={"task": task.label})
