"""The verbs of exports: asked for, written by a worker, cancelled, tried again, found when stuck, thrown away.

What must happen once is a conditional UPDATE: a run writes only while the row still names it.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import IO, Any, Final
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F, Q
from django.http import QueryDict
from django.utils import timezone

from openflex.core import private_files
from openflex.core.chunks import CHUNK
from openflex.core.constraints import refusing
from openflex.core.errors import Refused
from openflex.core.xlsx import write_xlsx
from settings_admin.access.models import User
from settings_admin.exports import selectors
from settings_admin.exports.enums import ENDED_BADLY, UNDER_WAY, ExportState
from settings_admin.exports.models import Export
from settings_admin.registries import ExportKind, export_ends, export_kind
from settings_admin.scoping import Scope, scoped, unscoped

KEPT_FOR: Final = timedelta(hours=24)
# A chunk takes about a second, the end of a large file up to half a minute.
STUCK_AFTER: Final = timedelta(minutes=2)
MOST_AT_A_TIME: Final = 3
MOST_ATTEMPTS: Final = 3
BROKEN: Final = "Une erreur est survenue pendant la préparation du fichier."
INTERRUPTED: Final = "La préparation du fichier a été interrompue trois fois."
_ALREADY: Final = Refused("already_under_way", "Le même export est déjà en cours.")


@transaction.atomic
def ask_for_export(
    *, kind: ExportKind, query: str, columns: Sequence[str], user: User, scope: Scope, now: datetime
) -> Export:
    """An export in the background, of the rows of this scope; the same one still under way is returned instead.

    Raises Refused("too_many") beyond what one person may have under way.
    """
    reach = scope.reach.to_json()
    told = json.dumps([kind.key, query, list(columns), reach])
    fingerprint = hashlib.sha256(told.encode()).hexdigest()
    same = Export.objects.filter(fingerprint=fingerprint, state__in=UNDER_WAY)
    if (first := same.first()) is not None:
        return first
    _refuse_too_many()
    try:
        with refusing({"export_once_at_a_time": _ALREADY}):
            export = Export.objects.create(
                user=user,
                kind=kind.key,
                query=query,
                columns=list(columns),
                reach=reach,
                fingerprint=fingerprint,
                created_at=now,
                alive_at=now,
                expires_at=now + KEPT_FOR,
            )
    except Refused:
        # A double click: the first one was at work a moment ago.
        return same.get()
    _send(export.pk)
    return export


@transaction.atomic
def try_again(*, export: Export, now: datetime) -> None:
    """Raises Refused when the same export, or too many, are under way."""
    _refuse_too_many()
    with refusing({"export_once_at_a_time": _ALREADY}):
        started = Export.objects.filter(pk=export.pk, state__in=ENDED_BADLY).update(
            state=ExportState.WAITING,
            attempts=0,
            done=0,
            total=None,
            run_id=None,
            failure="",
            alive_at=now,
            expires_at=now + KEPT_FOR,
        )
    if started:
        _send(export.pk)


def cancel(*, export: Export, now: datetime) -> bool:
    """False when it had ended before. The run that writes it notices at its next thousand rows."""
    under_way = Export.objects.filter(pk=export.pk, state__in=UNDER_WAY)
    return under_way.update(state=ExportState.CANCELLED, run_id=None, ended_at=now) == 1


def _refuse_too_many() -> None:
    if Export.objects.filter(state__in=UNDER_WAY).count() >= MOST_AT_A_TIME:
        raise Refused("too_many", "Trois exports sont déjà en cours\u00a0: attendez la fin de l’un d’eux.")


def _send(pk: int) -> None:
    # The tasks call these verbs: importing them at the top would be a circle.
    from settings_admin.exports.tasks import write_export

    # robust: when the queue does not answer, the row waits and `restart_stuck` sends it.
    transaction.on_commit(lambda: write_export.delay(pk), robust=True)


# --- Writing ---------------------------------------------------------------------------------------------


class _Stopped(Exception):
    """The row no longer names this run: it was cancelled, or another run took over."""


class _FailureIsTold:
    """Whatever breaks while an export is written is told to the person, and goes on to the log."""

    def __init__(self, mine: Any) -> None:
        self.mine = mine

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if isinstance(error, _Stopped):
            return True
        if isinstance(error, Refused):
            _fail(self.mine, error.message)
            return True
        # Not for SystemExit: a worker that is told to stop leaves the row to `restart_stuck`.
        if isinstance(error, Exception):
            _fail(self.mine, BROKEN)
        return False


def write(pk: int, *, now: datetime) -> None:
    """Writes the file of one export that waits, or whose run is stuck, on behalf of the person who asked for it."""
    with unscoped("the row says on whose behalf its file is written"):
        run_id = uuid4()
        if not _take(pk, run_id, now):
            return
        mine = Export.objects.filter(pk=pk, run_id=run_id, state=ExportState.RUNNING)
        export = Export.objects.select_related("user").get(pk=pk)
        with _FailureIsTold(mine):
            scope = selectors.scope_of_export(export)
            name = f"{pk}-{run_id}.xlsx"
            with scoped(scope), _file(export, mine, scope, now) as file:
                private_files.keep(name, file)
            _end(mine, name)


def _take(pk: int, run_id: UUID, now: datetime) -> bool:
    free = Q(state=ExportState.WAITING) | Q(state=ExportState.RUNNING, alive_at__lt=now - STUCK_AFTER)
    taken = Export.objects.filter(free, pk=pk).update(
        state=ExportState.RUNNING,
        run_id=run_id,
        started_at=now,
        alive_at=now,
        done=0,
        total=None,
        attempts=F("attempts") + 1,
    )
    return taken == 1


def _file(export: Export, mine: Any, scope: Scope, now: datetime) -> IO[bytes]:
    kind = export_kind(export.kind)
    held = {code: reach.to_json() for code, reach in selectors.rights_under(kind, scope).items()}
    sheet = kind.sheet(kind.rows(QueryDict(export.query), now), export.columns, now)
    mine.update(held=held, total=sheet.total, alive_at=timezone.now())
    others = [replace(one, rows=_kept_alive(one.rows, mine)) for one in sheet.others]
    return write_xlsx(replace(sheet, rows=_counted(sheet.rows, mine), others=others))


def _counted(rows: Iterable[Any], mine: Any) -> Iterator[Any]:
    """The rows as they come; the row of the export tells how many, and says when to stop."""
    done = 0
    for done, row in enumerate(rows, start=1):
        yield row
        if done % CHUNK == 0:
            _tell(mine, done)
    _tell(mine, done)


def _kept_alive(rows: Iterable[Any], mine: Any) -> Iterator[Any]:
    """The rows of a sheet behind the first, which the progress does not count."""
    for done, row in enumerate(rows, start=1):
        yield row
        if done % CHUNK == 0:
            _tell(mine)


def _tell(mine: Any, done: int | None = None) -> None:
    progress = {} if done is None else {"done": done}
    if not mine.update(alive_at=timezone.now(), **progress):
        raise _Stopped


def _end(mine: Any, name: str) -> None:
    now = timezone.now()
    if not _close(mine, state=ExportState.DONE, stored_as=name, ended_at=now, expires_at=now + KEPT_FOR):
        private_files.remove(name)


def _fail(mine: Any, reason: str) -> None:
    _close(mine, state=ExportState.FAILED, failure=reason, ended_at=timezone.now())


@transaction.atomic
def _close(exports: Any, **values: Any) -> bool:
    """Ends those of these exports that have not ended otherwise, and tells of each; False when none was left."""
    ended = list(exports.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    Export.objects.filter(pk__in=ended).update(**values)
    for export in Export.objects.filter(pk__in=ended).select_related("user").order_by("pk"):
        for tell in export_ends():
            tell(export)
    return bool(ended)


# --- Looking after them ----------------------------------------------------------------------------------


def restart_stuck(*, now: datetime) -> int:
    """Sends again what gave no sign of life: its worker went away, or the queue lost it. Returns how many."""
    stuck = Export.objects.filter(state__in=UNDER_WAY, alive_at__lt=now - STUCK_AFTER)
    _close(stuck.filter(attempts__gte=MOST_ATTEMPTS), state=ExportState.FAILED, failure=INTERRUPTED, ended_at=now)
    sent = 0
    for pk in stuck.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            if stuck.filter(pk=pk).update(state=ExportState.WAITING, run_id=None, alive_at=now):
                _send(pk)
                sent += 1
    return sent


def throw_away_old(*, now: datetime) -> int:
    """Deletes the exports of yesterday with their files, and files that no export names. Returns how many exports."""
    old = list(Export.objects.filter(expires_at__lte=now))
    for export in old:
        if export.stored_as:
            private_files.remove(export.stored_as)
        export.delete()
    known = set(Export.objects.exclude(stored_as="").values_list("stored_as", flat=True))
    private_files.remove_strays(known=known, before=now - KEPT_FOR)
    return len(old)
