"""*Mes exports*: how far they are, their files, stopped and tried again; and what every *Exporter* button answers."""

from collections.abc import Sequence

from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone

from openflex.core import htmx, private_files
from openflex.core.http import read_only, writes
from openflex.core.xlsx import CONTENT_TYPE, xlsx_response
from settings_admin.access.authority import MANAGE_USERS
from settings_admin.access.exports import USER_RIGHTS, USERS
from settings_admin.access.requests import StaffRequest, origin_of
from settings_admin.exports import selectors, services
from settings_admin.exports.models import Export
from settings_admin.guards import RightMissing, right, signed_in
from settings_admin.organisation.models import Entity
from settings_admin.records.enums import AccessKind
from settings_admin.records.services import record_seen
from settings_admin.registries import ExportKind, export_kind
from settings_admin.scoping import current_scope

# Beyond, a file would keep its reader waiting.
MOST_ROWS_AT_ONCE = 2000


def answer_export(request: StaffRequest, kind: ExportKind, *, columns: Sequence[str]) -> HttpResponseBase:
    """The file at once while the rows are few; else an export in the background, to which the person is led.

    Behind `@right(kind.right, on="scope")`; the query is that of the list. Who exported what is written down.
    """
    now = timezone.now()
    query = request.GET.urlencode()
    rows = kind.rows(request.GET, now)
    count = rows.order_by()[: MOST_ROWS_AT_ONCE + 1].count()
    is_small = count <= MOST_ROWS_AT_ONCE
    reach = current_scope().reach.entities
    places = [place.entity for place in request.belonging.places if place.entity.pk in reach]
    entity = places[0] if len(places) == 1 else None
    _note(request, AccessKind.EXPORTED, kind, query, rows=count if is_small else None, entity=entity)
    if is_small:
        return xlsx_response(kind.sheet(rows, columns, now), filename=selectors.file_name(kind, now))
    services.ask_for_export(kind=kind, query=query, columns=columns, user=request.user, scope=current_scope(), now=now)
    return htmx.redirect(request, "exports:list")


@right(MANAGE_USERS, on="scope")
@writes("POST")
def export_users(request: StaffRequest) -> HttpResponseBase:
    """Exactly what is filtered. Here and not beside the list: what exports stands above what it exports."""
    return answer_export(request, USERS, columns=())


@right(MANAGE_USERS, on="scope")
@writes("POST")
def export_user_rights(request: StaffRequest) -> HttpResponseBase:
    return answer_export(request, USER_RIGHTS, columns=())


@signed_in
@read_only
def export_list(request: StaffRequest) -> HttpResponse:
    """The page asks again by itself as long as something is under way."""
    _refuse_merchants()
    lines = selectors.lines_for(current_scope(), now=timezone.now())
    context = {"lines": lines, "is_under_way": any(line.export.is_under_way for line in lines)}
    return htmx.render_part(request, "exports/list.html", "exports", context)


@signed_in
@read_only
def download(request: StaffRequest, pk: int) -> FileResponse:
    """Only to who asked for it, and only while every right that the file rests on is still held."""
    export = _mine(pk)
    if not export.is_ready(timezone.now()) or not private_files.exists(export.stored_as):
        raise Http404
    if missing := selectors.missing_right(export, current_scope()):
        raise RightMissing(missing)
    _note(request, AccessKind.EXPORT_DOWNLOADED, export_kind(export.kind), export.query, rows=export.total)
    return FileResponse(
        private_files.read(export.stored_as),
        as_attachment=True,
        filename=selectors.file_name(export_kind(export.kind), export.created_at),
        content_type=CONTENT_TYPE,
    )


@signed_in
@writes("POST")
def cancel(request: StaffRequest, pk: int) -> HttpResponse:
    services.cancel(export=_mine(pk), now=timezone.now())
    return htmx.redirect(request, "exports:list")


@signed_in
@writes("POST")
def try_again(request: StaffRequest, pk: int) -> HttpResponse:
    services.try_again(export=_mine(pk), now=timezone.now())
    return htmx.redirect(request, "exports:list")


def _note(
    request: StaffRequest,
    act: AccessKind,
    kind: ExportKind,
    query: str,
    *,
    rows: int | None,
    entity: Entity | None = None,
) -> None:
    details = {"list": kind.key, "label": kind.label, "query": query, "rows": rows}
    record_seen(user=request.user, kind=act, entity=entity, **origin_of(request), **details)


def _mine(pk: int) -> Export:
    _refuse_merchants()
    return get_object_or_404(Export, pk=pk)


def _refuse_merchants() -> None:
    if current_scope().merchant_id is not None:
        raise Http404
