"""Customers from a file: read and kept for its preview, confirmed once, forgotten after a day."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import BinaryIO, Final

from django.db import transaction

from customers.enums import LineEffect
from customers.models import Customer, CustomerImport
from customers.services.import_lines import COLUMNS, JudgedLine, Problem, judge
from openflex.core.csv_import import Line, read_table
from openflex.core.errors import Refused
from settings_admin.models import Entity, User
from settings_admin.records import services as records
from settings_admin.records.enums import AccessKind

KEPT_FOR: Final = timedelta(hours=24)
# Of the file with the refused lines, sent again.
OWN_HEADS: Final = ("Ligne", "Motif du refus")
ALREADY_CONFIRMED: Final = Refused("already_confirmed", "Cet import a déjà été confirmé.")
_NOT_CONFIRMED: Final = Problem("", "Cette ligne était refusée à l’aperçu\u00a0: renvoyez-la.")


@transaction.atomic
def receive(
    *, actor: User, entity: Entity, file: BinaryIO, size: int, filename: str
) -> tuple[CustomerImport, list[str]]:
    """Reads the file and keeps its lines for a day. Returns the import, and the heads of the columns that it leaves
    out. Raises Refused as `read_table` does."""
    table = read_table(file, size=size, columns=COLUMNS)
    row = CustomerImport.objects.create(
        entity=entity,
        created_by=actor,
        filename=filename[:200],
        lines=[[line.number, dict(line.cells)] for line in table.lines],
    )
    return row, [head for head in table.left_out if head not in OWN_HEADS]


def judged_lines(row: CustomerImport) -> list[JudgedLine]:
    """What each line would do now; of an import that is confirmed, the refused lines with what they were told."""
    lines = [Line(number, cells) for number, cells in row.lines]
    if row.outcome is None:
        return judge(lines, entity_id=row.entity_id)
    told = {number: tuple(Problem(*one) for one in problems) for number, problems in row.outcome["refused"]}
    return [JudgedLine(line, {}, told[line.number]) for line in lines]


@transaction.atomic
def confirm(
    *,
    actor: User,
    row: CustomerImport,
    numbers: Collection[int],
    with_alike: bool,
    now: datetime,
    ip: str | None = None,
    device: str = "",
) -> None:
    """Creates the customers of the lines `numbers`, good ones of the preview; once. Those that resemble somebody only
    `with_alike`. What is refused by now is told in the outcome. Raises Refused("already_confirmed")."""
    if not CustomerImport.objects.filter(pk=row.pk, confirmed_at=None).update(confirmed_at=now):
        raise ALREADY_CONFIRMED
    row.refresh_from_db()
    judged = [_settled(one, numbers) for one in judged_lines(row)]
    wanted = (LineEffect.CREATE, LineEffect.ALIKE) if with_alike else (LineEffect.CREATE,)
    made = [Customer(entity_id=row.entity_id, created_by=actor, **one.values) for one in judged if one.effect in wanted]
    Customer.objects.bulk_create(made, batch_size=500)
    entity = Entity.objects.get(pk=row.entity_id)
    records.record_events(
        records.event_of(one, kind="imported", actor=actor, entity=entity, details={"label": row.filename})
        for one in made
    )
    counts = _end(row, judged, created=len(made))
    records.record_seen(user=actor, kind=AccessKind.CUSTOMERS_IMPORTED, entity=entity, ip=ip, device=device, **counts)


def _settled(one: JudgedLine, numbers: Collection[int]) -> JudgedLine:
    if one.problems or one.number in numbers:
        return one
    return JudgedLine(one.line, one.values, (_NOT_CONFIRMED,))


def _end(row: CustomerImport, judged: Sequence[JudgedLine], *, created: int) -> dict[str, int]:
    """Keeps what came of each line; returns how many there were of each."""
    refused = [one for one in judged if one.problems]
    told = [[one.number, [[problem.column, problem.message] for problem in one.problems]] for one in refused]
    alike = len(judged) - len(refused) - created
    row.outcome = {"create": created, "alike": alike, "refused": told}
    row.lines = [[one.number, dict(one.line.cells)] for one in refused]
    row.save(update_fields=["lines", "outcome"])
    return {"create": created, "alike": alike, "refused": len(refused)}


def forget_old(*, now: datetime) -> int:
    """Deletes the imports of yesterday with the personal data of their files. Returns how many."""
    deleted, _ = CustomerImport.objects.filter(created_at__lte=now - KEPT_FOR).delete()
    return deleted
