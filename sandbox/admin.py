"""The admin endpoint: faults to set, list and clear, and known plates for tests and demonstration data."""

import hmac
from collections.abc import Callable

from sandbox import asking, faults, plates
from sandbox.answers import Answer, json_object
from sandbox.desk import Asked, Desk
from sandbox.problems import Problem

MOST_PLATES = 5000


def check_admin(desk: Desk, authorization: str) -> None:
    """Raises Problem 401 unless the admin token is given."""
    if not hmac.compare_digest(authorization.encode(), f"Bearer {desk.settings.admin_token}".encode()):
        raise Problem(401, "invalid_token", "Le jeton d'administration n'est pas reconnu.")


def list_faults(desk: Desk, asked: Asked) -> Answer:
    return Answer({"items": [fault.described() for fault in desk.faults.waiting], "kinds": list(faults.KINDS)})


def add_fault(desk: Desk, asked: Asked) -> Answer:
    fault = desk.faults.add(faults.fault_of(json_object(asked.body)))
    return Answer(fault.described(), 201)


def clear_faults(desk: Desk, asked: Asked) -> Answer:
    desk.faults.clear()
    return Answer(status=204)


def remove_fault(desk: Desk, asked: Asked) -> Answer:
    if not desk.faults.remove(asked.path["id"]):
        raise Problem(404, "fault_not_found", "Cette panne n'est pas en attente.")
    return Answer(status=204)


def list_plates(desk: Desk, asked: Asked) -> Answer:
    """`count` random known plates, the same for the same `seed`; then the named ones, of every kind."""
    count = asking.whole(asked.query, "count", 0, MOST_PLATES, 50) or 0
    drawn = plates.random_plates(count, asked.query.get("seed", ""), desk.settings.today())
    return Answer({"items": [_short(v) for v in drawn], "named": [_short(v) for v in plates.named_plates()]})


def _short(vehicle: plates.Vehicle) -> dict[str, str]:
    return {
        "plate": vehicle.plate,
        "kind": vehicle.version.model.kind,
        "genre": vehicle.version.genre,
        "label": vehicle.version.full_label,
        "first_registration": vehicle.first_registration.isoformat(),
    }


ROUTES: tuple[tuple[str, str, Callable[[Desk, Asked], Answer]], ...] = (
    ("GET", "/admin/faults", list_faults),
    ("POST", "/admin/faults", add_fault),
    ("DELETE", "/admin/faults", clear_faults),
    ("DELETE", "/admin/faults/{id}", remove_fault),
    ("GET", "/admin/plates", list_plates),
)
