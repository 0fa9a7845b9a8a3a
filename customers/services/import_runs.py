"""The runs that look at the lines of a file of customers and, once it is confirmed, create them.

A run does a few hundred lines at a time, each time in one transaction that holds the row of the import: what was done
with a line and that it was done are kept together, so that a run which is killed, sent twice or taken for dead leaves
each line done once or still to do. One that gives no sign of life is sent again where it stopped.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from customers.enums import IMPORTS_UNDER_WAY, ImportState, LineEffect
from customers.models import Contact, Customer, CustomerImport, CustomerImportLine
from customers.selectors import EDIT
from customers.services import import_notices
from customers.services.import_lines import JudgedLine, Mark, judge
from openflex.core.csv_import import Line
from openflex.core.dates import today_paris
from openflex.core.french import NBSP
from settings_admin.access.selectors.belonging import belonging_of
from settings_admin.records import services as records
from settings_admin.registries import right_label
from settings_admin.scoping import NOWHERE, unscoped

# Up to so many lines are done while the person waits.
AT_ONCE: Final = 200
# Lines of one transaction: about a second.
BATCH: Final = 250
STUCK_AFTER: Final = timedelta(minutes=1)
MOST_ATTEMPTS: Final = 3
_INTERRUPTED: Final = "Le travail a été interrompu trois fois."


class _Stopped(Exception):
    """The row no longer names this run: another one took over, or it ended."""


def wanted(*, with_alike: bool) -> tuple[LineEffect, ...]:
    return (LineEffect.CREATE, LineEffect.ALIKE) if with_alike else (LineEffect.CREATE,)


def begin(row: CustomerImport, *, now: datetime) -> None:
    """Few lines are done before this returns, many are sent to the workers. Call it in no transaction."""
    if row.total > AT_ONCE:
        _send(row.pk)
    else:
        run(row.pk, now=now)
        row.refresh_from_db()


def _send(pk: int) -> None:
    # The tasks call these verbs: importing them at the top would be a circle.
    from customers.tasks import work_on_import

    # robust: when the queue does not answer, the row waits and `restart_stuck` sends it.
    transaction.on_commit(lambda: work_on_import.delay(pk), robust=True)


def run(pk: int, *, now: datetime) -> None:
    """Does what is left to do of one import that waits, or whose run is stuck, on behalf of the person who sent it."""
    with unscoped("the row says on whose behalf its lines are looked at, and in which entity"):
        run_id = uuid4()
        if not _take(pk, run_id, now):
            return
        row = CustomerImport.objects.select_related("created_by", "entity").get(pk=pk)
        try:
            if not _may_create(row):
                _end(row, ImportState.FAILED, f"Il vous manque désormais le droit «{NBSP}{right_label(EDIT)}{NBSP}».")
            elif row.state == ImportState.CHECKING:
                _check(row, today_paris(now))
            else:
                _create(row, today_paris(now))
        except _Stopped:
            return


def _take(pk: int, run_id: UUID, now: datetime) -> bool:
    free = Q(run_id=None) | Q(alive_at__lt=now - STUCK_AFTER)
    waiting = CustomerImport.objects.filter(free, pk=pk, state__in=IMPORTS_UNDER_WAY)
    return waiting.update(run_id=run_id, started_at=now, alive_at=now, attempts=F("attempts") + 1) == 1


def _may_create(row: CustomerImport) -> bool:
    person = row.created_by
    return person.is_active and belonging_of(person).grants.get(EDIT, NOWHERE).covers(row.entity_id, None)


def _held(run: CustomerImport) -> CustomerImport:
    """The row, locked, while it still names this run."""
    rows = CustomerImport.objects.select_for_update(of=("self",)).defer("cells")
    row = rows.filter(pk=run.pk, run_id=run.run_id, state=run.state).first()
    if row is None:
        raise _Stopped
    return row


def _progress(row: CustomerImport, **values: int) -> None:
    for name, value in {**values, "alive_at": timezone.now()}.items():
        setattr(row, name, value)
    row.save(update_fields=[*values, "alive_at"])


@transaction.atomic
def _end(run: CustomerImport, state: ImportState, failure: str = "") -> None:
    row = _held(run)
    row.state, row.failure, row.run_id = state, failure, None
    changed = ["state", "failure", "run_id"]
    if state == ImportState.CHECKED:  # each line has its own row by now
        row.cells = []
        changed.append("cells")
    row.save(update_fields=changed)
    if row.total > AT_ONCE:
        import_notices.tell_of_import(row)


# --- Looking at the lines -------------------------------------------------------------------------------


def _check(run: CustomerImport, today: date) -> None:
    """From the first line again: nothing but the preview comes of it."""
    with transaction.atomic():
        _progress(_held(run), done=0)
        CustomerImportLine.objects.filter(customer_import=run).delete()
    lines = [Line(number, cells) for number, cells in run.cells]
    before: dict[Mark, str] = {}
    for start in range(0, len(lines), BATCH):
        judged = judge(lines[start : start + BATCH], entity_id=run.entity_id, today=today, before=before)
        with transaction.atomic():
            row = _held(run)
            CustomerImportLine.objects.bulk_create(_line(row, one) for one in judged)
            _progress(row, done=start + len(judged))
    _end(run, ImportState.CHECKED)


def _line(row: CustomerImport, one: JudgedLine) -> CustomerImportLine:
    return CustomerImportLine(
        customer_import=row,
        created_by_id=row.created_by_id,
        number=one.number,
        cells=dict(one.line.cells),
        effect=one.effect,
        problems=[[problem.column, problem.message] for problem in one.problems],
        alike=one.alike[:250],
    )


# --- Creating the customers -----------------------------------------------------------------------------


def _create(run: CustomerImport, today: date) -> None:
    while _create_some(run, today):
        pass
    _end(run, ImportState.DONE)


@transaction.atomic
def _create_some(run: CustomerImport, today: date) -> bool:
    """The next lines that are confirmed: those that create a customer go, those that do not by now stay with why."""
    row = _held(run)
    effects = wanted(with_alike=row.with_alike)
    left = CustomerImportLine.objects.filter(customer_import=row, effect__in=effects).order_by("number")
    lines = {line.number: line for line in left[:BATCH]}
    told = [Line(line.number, line.cells) for line in lines.values()]
    judged = judge(told, entity_id=row.entity_id, today=today)
    good = [one for one in judged if one.effect in effects]
    _make(run, good)
    CustomerImportLine.objects.filter(pk__in=[lines[one.number].pk for one in good]).delete()
    for one in judged:
        if one.effect not in effects:
            fresh = _line(row, one)
            fresh.pk = lines[one.number].pk
            fresh.save(force_update=True, update_fields=["effect", "problems", "alike"])
    _progress(row, done=row.done + len(judged), created=row.created + len(good))
    return bool(lines)


def _make(run: CustomerImport, lines: Sequence[JudgedLine]) -> None:
    actor, entity = run.created_by, run.entity
    made = [Customer(entity=entity, created_by=actor, **one.values) for one in lines]
    Customer.objects.bulk_create(made)
    Contact.objects.bulk_create(
        Contact(entity=entity, customer=company, name=line.contact[:120])
        for company, line in zip(made, lines, strict=True)
        if line.contact
    )
    records.record_events(
        records.event_of(one, kind="imported", actor=actor, entity=entity, details={"label": run.filename})
        for one in made
    )


# --- Looking after them ----------------------------------------------------------------------------------


def restart_stuck(*, now: datetime) -> int:
    """Sends again what gave no sign of life: its worker went away, or the queue lost it. Returns how many."""
    stuck = CustomerImport.objects.filter(state__in=IMPORTS_UNDER_WAY, alive_at__lt=now - STUCK_AFTER)
    sent = 0
    for row in stuck.order_by("pk"):
        if row.attempts >= MOST_ATTEMPTS:
            _give_up(row)
            continue
        with transaction.atomic():
            if stuck.filter(pk=row.pk).update(run_id=None, alive_at=now):
                _send(row.pk)
                sent += 1
    return sent


def _give_up(row: CustomerImport) -> None:
    try:
        _end(row, ImportState.FAILED, _INTERRUPTED)
    except _Stopped:
        return
