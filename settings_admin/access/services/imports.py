"""Users from a file: read and kept for its preview, confirmed once, forgotten after a day."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, BinaryIO, Final
from uuid import UUID

from django.db import transaction

from openflex.core.csv_import import Line, read_table
from openflex.core.errors import Refused
from settings_admin.access.enums import LineEffect
from settings_admin.access.models import User, UserImport
from settings_admin.access.services.guarding import changing_access
from settings_admin.access.services.import_lines import COLUMNS, JudgedLine, Problem, judge
from settings_admin.access.services.memberships import Entry, add_members, widen
from settings_admin.access.services.people import EMAIL_TAKEN, open_accounts
from settings_admin.organisation.models import Holding
from settings_admin.records.enums import AccessKind
from settings_admin.records.services import answer_key, record_seen, take_key

KEPT_FOR: Final = timedelta(hours=24)
# Of the file with the refused lines, sent again.
OWN_HEADS: Final = ("Ligne", "Motif du refus")

_IMPORT: Final = "import"
ALREADY_CONFIRMED = Refused("already_confirmed", "Cet import a déjà été confirmé.")
_NOT_CONFIRMED = Problem("", "Cette ligne était refusée à l’aperçu\u00a0: renvoyez-la.")
_TAKEN = Problem("email", EMAIL_TAKEN.message)


@transaction.atomic
def receive(
    *, actor: User, file: BinaryIO, size: int, filename: str, key: UUID | None = None
) -> tuple[UserImport, list[str]]:
    """Reads the file and keeps its lines for a day. Returns the import, and the heads of the columns that it leaves
    out. `key` is the form's: the same file sent twice leads to the import that the first one made. Raises Refused as
    `read_table` does."""
    if actor.holding is None:
        raise Refused("merchant", "Un marchand n’importe pas d’utilisateurs.")
    table = read_table(file, size=size, columns=COLUMNS)
    lines = [[line.number, dict(line.cells)] for line in table.lines]
    left_out = [head for head in table.left_out if head not in OWN_HEADS]
    used_key = take_key(key, what=_IMPORT, user=actor) if key else None
    if isinstance(used_key, int):
        first = UserImport.objects.get(pk=used_key)
        if first.lines == lines:
            return first, left_out
        used_key = None  # another file, from a page that one came back to
    row = UserImport.objects.create(holding=actor.holding, created_by=actor, filename=filename[:200], lines=lines)
    if used_key is not None:
        answer_key(used_key, what=_IMPORT, made=row)
    return row, left_out


def lines_of(row: UserImport) -> list[Line]:
    return [Line(number, cells) for number, cells in row.lines]


def judged_lines(row: UserImport, *, actor: User) -> list[JudgedLine]:
    """What each line would do now; of an import that is confirmed, the refused lines with what they were told."""
    if row.outcome is None:
        return judge(lines_of(row), actor=actor)
    told = {number: tuple(Problem(*one) for one in problems) for number, problems in row.outcome["refused"]}
    return [JudgedLine(line, dict(line.cells), told[line.number]) for line in lines_of(row)]


def confirm(
    *, actor: User, row: UserImport, numbers: Collection[int], now: datetime, ip: str | None = None, device: str = ""
) -> None:
    """Does what the lines `numbers`, good ones of the preview, say; once.

    Every line is looked at again under the lock: what is refused by now is told in the outcome, and lines that the
    preview refused stay refused. Raises Refused("already_confirmed").
    """
    with changing_access(row.holding_id):
        confirmed = UserImport.objects.filter(pk=row.pk, confirmed_at=None).update(confirmed_at=now)
        if not confirmed:
            raise ALREADY_CONFIRMED
        row.refresh_from_db()
        judged = [
            one if one.effect == LineEffect.REFUSED or one.number in numbers else one.refused(_NOT_CONFIRMED)
            for one in judge(lines_of(row), actor=actor)
        ]
        taken = _invite(_having(judged, LineEffect.INVITE), actor=actor, row=row, now=now)
        judged = [one.refused(_TAKEN) if one.facts["email"] in taken else one for one in judged]
        _add(_having(judged, LineEffect.ADD), actor=actor)
        counts = _end(row, judged)
        record_seen(user=actor, kind=AccessKind.USERS_IMPORTED, ip=ip, device=device, **counts)


def _having(judged: Sequence[JudgedLine], effect: LineEffect) -> list[JudgedLine]:
    return [one for one in judged if one.effect == effect]


def _invite(lines: Sequence[JudgedLine], *, actor: User, row: UserImport, now: datetime) -> set[str]:
    """Returns the addresses that somebody outside of the holding, whom the lock does not hold, took in this moment."""
    newcomers = [
        (
            User(**{name: one.facts[name] for name in ("email", "first_name", "last_name", "job_title", "phone")}),
            one.placements[0].place.entity,
        )
        for one in lines
    ]
    holding = Holding.objects.get(pk=row.holding_id)
    made = {user.email: user for user in open_accounts(newcomers, actor=actor, holding=holding, now=now)}
    add_members(_entries((one, made.get(one.facts["email"])) for one in lines), actor=actor)
    return {one.facts["email"] for one in lines} - made.keys()


def _add(lines: Sequence[JudgedLine], *, actor: User) -> None:
    add_members(_entries((one, one.user) for one in lines), actor=actor)
    for one in lines:
        for placement in one.placements:
            if placement.widens and one.user is not None:
                widen(actor=actor, user=one.user, group=placement.group, place=placement.place)


def _entries(people: Iterable[tuple[JudgedLine, User | None]]) -> list[Entry]:
    """The groups that these lines' people enter, without those in which they only become more."""
    return [
        Entry(user, placement.group, placement.place)
        for line, user in people
        if user is not None
        for placement in line.placements
        if placement.is_new and not placement.widens
    ]


def _end(row: UserImport, judged: Sequence[JudgedLine]) -> dict[str, Any]:
    """Keeps what came of each line; returns how many lines had each effect."""
    refused = _having(judged, LineEffect.REFUSED)
    counts = {str(effect): len(_having(judged, effect)) for effect in LineEffect}
    told = [[one.number, [[problem.column, problem.message] for problem in one.problems]] for one in refused]
    row.outcome = {**counts, "refused": told}
    row.lines = [[one.number, dict(one.line.cells)] for one in refused]
    row.save(update_fields=["lines", "outcome"])
    return counts


def forget_old(*, now: datetime) -> int:
    """Deletes the imports of yesterday with the personal data of their files. Returns how many."""
    deleted, _ = UserImport.objects.filter(created_at__lte=now - KEPT_FOR).delete()
    return deleted
