"""Reads of the exports: on whose behalf one is written, who may still have its file, how far it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from openflex.core.dates import today_paris
from openflex.core.errors import Refused
from openflex.core.french import NBSP, counted, format_number
from openflex.core.progress import how_far
from settings_admin.access.selectors.belonging import belonging_of
from settings_admin.exports.enums import BADGES, ENDED_BADLY, ExportState
from settings_admin.exports.models import Export
from settings_admin.registries import ExportKind, export_kind, right_label
from settings_admin.scoping import Reach, Scope


def scope_of_export(export: Export) -> Scope:
    """The person's scope of now, within where the rows were asked for and where they may still be exported.

    Raises Refused("right_gone") when nothing is left of it.
    """
    belonging = belonging_of(export.user)
    kind = export_kind(export.kind)
    reach = Reach.from_json(export.reach) & belonging.grants.get(kind.right, Reach())
    if not export.user.is_active or not reach:
        raise Refused("right_gone", f"Il vous manque désormais le droit «{NBSP}{right_label(kind.right)}{NBSP}».")
    return Scope(
        user_id=export.user_id,
        holding_id=export.user.holding_id,
        widest=belonging.widest,
        current=reach,
        reach=reach,
        grants=belonging.grants,
        holding_rights=belonging.holding_rights,
    )


def rights_under(kind: ExportKind, scope: Scope) -> dict[str, Reach]:
    """Where, of the rows, each right is held that decides what stands in the file."""
    return {code: scope.granted(code) & scope.reach for code in (kind.right, *kind.shaped_by)}


def missing_right(export: Export, scope: Scope) -> str:
    """The first right under the file that this person no longer holds where they held it then; empty: none."""
    recorded: dict[str, Any] = export.held
    for code, held in recorded.items():
        if not scope.granted(code).contains(Reach.from_json(held)):
            return code
    return ""


@dataclass(frozen=True)
class ExportLine:
    """One export as *Mes exports* shows it."""

    export: Export
    label: str
    list_address: str
    badge: tuple[str, str]
    progress: str
    missing: str
    may_download: bool
    may_retry: bool


def lines_for(scope: Scope, *, now: datetime) -> list[ExportLine]:
    """What this person asked for in the last day, latest first."""
    return [_line(export, scope, now) for export in Export.objects.filter(expires_at__gt=now)]


def _line(export: Export, scope: Scope, now: datetime) -> ExportLine:
    kind = export_kind(export.kind)
    missing = missing_right(export, scope) if export.state == ExportState.DONE else ""
    return ExportLine(
        export=export,
        label=kind.label,
        list_address=reverse(kind.list_url) + (f"?{export.query}" if export.query else ""),
        badge=BADGES[ExportState(export.state)],
        progress=_progress(export, now),
        missing=right_label(missing) if missing else "",
        may_download=export.is_ready(now) and not missing,
        may_retry=export.state in ENDED_BADLY,
    )


def _progress(export: Export, now: datetime) -> str:
    """« 12 000 lignes sur 100 000, encore 40 secondes environ »"""
    if export.state != ExportState.RUNNING or export.total is None or export.started_at is None:
        return ""
    if export.done >= export.total:
        return f"{counted(export.done, 'ligne')} sur {format_number(export.total)}, écriture du fichier"
    return how_far(
        export.done,
        export.total,
        noun="ligne",
        started_at=export.started_at,
        alive_at=export.alive_at,
        now=now,
        resumes="la préparation reprendra d’elle-même",
    )


def file_name(kind: ExportKind, at: datetime) -> str:
    return f"{kind.file_name}-{today_paris(at):%Y-%m-%d}.xlsx"
