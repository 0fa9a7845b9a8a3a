"""Customers from a file: read and kept for its preview, confirmed once, forgotten after a day. What is done with its
lines is done by a run (`import_runs`)."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import BinaryIO, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count
from django.urls import reverse

from customers.enums import ImportState, LineEffect
from customers.models import CustomerImport, CustomerImportLine
from customers.services import import_runs
from customers.services.import_lines import COLUMNS
from openflex.core.csv_import import Table, read_table
from openflex.core.errors import Refused
from openflex.notifications.services import targets
from settings_admin.models import Entity, User
from settings_admin.records import services as records
from settings_admin.records.enums import AccessKind

MAX_LINES: Final = 10_000
KEPT_FOR: Final = timedelta(hours=24)
# Of the file with the refused lines, sent again.
OWN_HEADS: Final = ("Ligne", "Motif du refus")
ALREADY_CONFIRMED: Final = Refused("already_confirmed", "Cet import a déjà été confirmé.")
_IMPORT: Final = "customer_import"


def receive(
    *,
    actor: User,
    entity: Entity,
    file: BinaryIO,
    size: int,
    filename: str,
    now: datetime,
    key: UUID | None = None,
) -> tuple[CustomerImport, list[str]]:
    """Reads the file, keeps its lines for a day, and has them looked at: few before this returns, many by a worker.

    Returns the import, and the heads of the columns that it leaves out. `key` is the form's: the same file sent twice
    leads to the import that the first one made. Raises Refused as `read_table` does. Call it in no transaction.
    """
    table = read_table(file, size=size, columns=COLUMNS, most=MAX_LINES)
    left_out = [head for head in table.left_out if head not in OWN_HEADS]
    row, is_new = _kept(table, actor=actor, entity=entity, filename=filename, now=now, key=key)
    if is_new:
        import_runs.begin(row, now=now)
    return row, left_out


@transaction.atomic
def _kept(
    table: Table, *, actor: User, entity: Entity, filename: str, now: datetime, key: UUID | None
) -> tuple[CustomerImport, bool]:
    cells = [[line.number, dict(line.cells)] for line in table.lines]
    fingerprint = hashlib.sha256(json.dumps([entity.pk, cells]).encode()).hexdigest()
    used_key = records.take_key(key, what=_IMPORT, user=actor) if key else None
    if isinstance(used_key, int):
        if first := CustomerImport.objects.filter(pk=used_key, fingerprint=fingerprint).first():
            return first, False
        used_key = None  # another file, from a page that one came back to
    row = CustomerImport.objects.create(
        entity=entity,
        created_by=actor,
        filename=filename[:200],
        fingerprint=fingerprint,
        cells=cells,
        total=len(cells),
        created_at=now,
        alive_at=now,
    )
    if used_key is not None:
        records.answer_key(used_key, what=_IMPORT, made=row)
    return row, True


def counts_of(row: CustomerImport) -> dict[str, int]:
    """How many lines there are by now of each effect."""
    rows = CustomerImportLine.objects.filter(customer_import=row).order_by().values("effect")
    found = dict(rows.annotate(count=Count("pk")).values_list("effect", "count"))
    return {str(effect): found.get(effect, 0) for effect in LineEffect}


def confirm(
    *,
    actor: User,
    row: CustomerImport,
    with_alike: bool,
    now: datetime,
    ip: str | None = None,
    device: str = "",
) -> None:
    """Has the customers created of the lines that the preview said to be good, those that resemble somebody only
    `with_alike`; once. Raises Refused("already_confirmed"). Call it in no transaction."""
    _confirm(actor=actor, row=row, with_alike=with_alike, now=now, ip=ip, device=device)
    import_runs.begin(row, now=now)


@transaction.atomic
def _confirm(*, actor: User, row: CustomerImport, with_alike: bool, now: datetime, ip: str | None, device: str) -> None:
    counts = counts_of(row)
    confirmed = CustomerImport.objects.filter(pk=row.pk, state=ImportState.CHECKED).update(
        state=ImportState.CREATING,
        with_alike=with_alike,
        confirmed_at=now,
        total=sum(counts[effect] for effect in import_runs.wanted(with_alike=with_alike)),
        done=0,
        run_id=None,
        attempts=0,
        alive_at=now,
    )
    if not confirmed:
        raise ALREADY_CONFIRMED
    row.refresh_from_db()
    entity = Entity.objects.get(pk=row.entity_id)
    records.record_seen(user=actor, kind=AccessKind.CUSTOMERS_IMPORTED, entity=entity, ip=ip, device=device, **counts)


def resume(*, row: CustomerImport, now: datetime) -> None:
    """What was interrupted goes on where it stopped; nothing that goes on already, or has ended, is touched. Call it in
    no transaction."""
    state = ImportState.CREATING if row.confirmed_at else ImportState.CHECKING
    again = CustomerImport.objects.filter(pk=row.pk, state=ImportState.FAILED)
    if again.update(state=state, run_id=None, attempts=0, failure="", alive_at=now):
        row.refresh_from_db()
        import_runs.begin(row, now=now)


def forget_old(*, now: datetime) -> int:
    """Deletes the imports of yesterday with the personal data of their files; what was told of them leads to the list
    of customers. Returns how many."""
    old = list(
        CustomerImport.objects.filter(created_at__lte=now - KEPT_FOR).order_by("pk").values_list("pk", flat=True)
    )
    targets.lead(model=CustomerImport._meta.label_lower, pks=old, url=reverse("customers:list"))
    CustomerImport.objects.filter(pk__in=old).delete()
    return len(old)
