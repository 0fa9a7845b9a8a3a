"""The checklists of what is being prepared, as their histories tell of them."""

from collections.abc import Mapping
from datetime import datetime

from settings_admin.models import User
from vehicles.enums import PREPARATION
from vehicles.models import PreparationTask, Vehicle

Done = Mapping[str, tuple[User | None, datetime]]


def tasks_of(vehicle: Vehicle, *, done: Done) -> list[PreparationTask]:
    """The usual lines of its kind; `done` says of which who ticked them, and when. None of what is not prepared."""
    if not vehicle.is_being_prepared:
        return []
    tasks = []
    for position, label in enumerate(PREPARATION[vehicle.kind]):
        actor, at = done.get(label, (None, None))
        place = {"entity_id": vehicle.entity_id, "point_of_sale_id": vehicle.point_of_sale_id}
        tasks.append(
            PreparationTask(**place, vehicle=vehicle, label=label, position=position, done_by=actor, done_at=at)
        )
    return tasks
