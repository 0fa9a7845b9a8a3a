"""How a test writes into the log, and reads the page."""

from typing import Any

from settings_admin.models import AccessLog, AuditLine
from settings_admin.records.enums import AccessKind
from settings_admin.records.services import record_seen
from settings_admin.scoping import unscoped
from tests.support.htmx import parse

PAGE = "/parametres/journal/"


def note(user: Any, kind: AccessKind = AccessKind.SIGNED_IN, **more: Any) -> None:
    with unscoped("test data"):
        record_seen(user=user, kind=kind, **more)


def written() -> list[tuple[str, str, str]]:
    """Kind, who, and from which device, as they were written."""
    with unscoped("the test looks at what was written"):
        rows = AccessLog.objects.order_by("id").values_list("kind", "user__first_name", "device")
        return [tuple(row) for row in rows]


def written_lines() -> list[AuditLine]:
    with unscoped("the test looks at what was written"):
        return list(AuditLine.objects.order_by("at", "id"))


def rows_of(response: Any) -> list[list[str]]:
    """The cells of the list, as text."""
    assert response.status_code == 200
    lines = parse(response).select("#list tbody tr")
    return [[" ".join(cell.get_text(" ").split()) for cell in line.select("td")] for line in lines]


def acts_of(response: Any) -> list[tuple[str, str, str]]:
    """Who, what, on what."""
    return [(row[1], row[2], row[3]) for row in rows_of(response)]
