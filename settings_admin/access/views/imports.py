"""Users from a file: sent, looked at line by line, confirmed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from openflex.core import htmx
from openflex.core.errors import Refused
from openflex.core.french import counted
from openflex.core.http import read_only, writes
from openflex.core.xlsx import xlsx_response
from settings_admin.access import exports
from settings_admin.access.authority import MANAGE_USERS
from settings_admin.access.enums import LineEffect
from settings_admin.access.forms.imports import ConfirmForm, UserFileForm
from settings_admin.access.models import UserImport
from settings_admin.access.requests import StaffRequest, origin_of
from settings_admin.access.services import imports
from settings_admin.access.services.import_lines import COLUMNS, JudgedLine
from settings_admin.guards import get_for, right
from settings_admin.scoping import current_scope

LINES_SHOWN = 100


@right(MANAGE_USERS, on="scope")
@writes("GET", "POST")
def upload(request: StaffRequest) -> HttpResponse:
    """The file leads to its preview; what it is refused for stands beside it."""
    form = UserFileForm(request.POST, request.FILES) if request.method == "POST" else UserFileForm()
    if form.is_valid():
        file, key = form.cleaned_data["file"], form.cleaned_data["key"]
        try:
            row, left_out = imports.receive(actor=request.user, file=file, size=file.size, filename=file.name, key=key)
        except Refused as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            if left_out:
                messages.warning(request, f"Colonnes laissées de côté\u00a0: {', '.join(left_out)}.")
            return htmx.redirect(request, "access:import_preview", row.pk)
    context = {"form": form, "columns": COLUMNS}
    return render(request, "access/import.html", context, status=422 if form.errors else 200)


@right(MANAGE_USERS, on="scope")
@read_only
def model_file(request: StaffRequest) -> FileResponse:
    return xlsx_response(exports.model_sheet(current_scope()), filename="modele-utilisateurs.xlsx")


@right(MANAGE_USERS, on="row")
@writes("GET", "POST")
def preview(request: StaffRequest, pk: int) -> HttpResponse:
    """What each line would do, or why it is refused; once confirmed, what came of it."""
    row = _mine(request, pk)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            numbers, now = form.cleaned_data["lines"], timezone.now()
            imports.confirm(actor=request.user, row=row, numbers=numbers, now=now, **origin_of(request))
        except Refused as refusal:
            # A double click, another tab: the first one's outcome is shown.
            if refusal is not imports.ALREADY_CONFIRMED:
                raise
        return htmx.redirect(request, "access:import_preview", pk)
    lines = _lines_context(request, imports.judged_lines(row, actor=request.user))
    lines["told"] = [(one, one.gains(places=request.belonging.places)) for one in lines["page"]]
    context = {"row": row, "form": form, "outcome": _outcome(row), **lines}
    return htmx.render_part(request, "access/import_preview.html", "lines", context, status=422 if form.errors else 200)


@right(MANAGE_USERS, on="row")
@read_only
def refused_file(request: StaffRequest, pk: int) -> FileResponse:
    row = _mine(request, pk)
    refused = [one for one in imports.judged_lines(row, actor=request.user) if one.problems]
    return xlsx_response(exports.refused_sheet(refused), filename="utilisateurs-refuses.xlsx")


def _mine(request: StaffRequest, pk: int) -> UserImport:
    """Only who sent the file sees it, for a day."""
    kept = UserImport.objects.filter(created_at__gt=timezone.now() - imports.KEPT_FOR)
    return get_for(request, kept, pk, right=MANAGE_USERS)


@dataclass(frozen=True)
class Tab:
    effect: LineEffect
    count: int
    is_current: bool


def _lines_context(request: StaffRequest, judged: Sequence[JudgedLine]) -> dict[str, Any]:
    """The lines of one effect, the refused ones first; `good`: the numbers that are confirmed."""
    by_effect = {effect: [one for one in judged if one.effect == effect] for effect in LineEffect}
    asked = request.GET.get("vue", "")
    filled = [effect for effect in LineEffect if by_effect[effect]]
    current = next((effect for effect in filled if effect == asked), filled[0] if filled else LineEffect.REFUSED)
    refused = len(by_effect[LineEffect.REFUSED])
    return {
        "tabs": [Tab(effect, len(by_effect[effect]), effect == current) for effect in filled],
        "current": current,
        "page": Paginator(by_effect[current], LINES_SHOWN).get_page(request.GET.get("page")),
        "refused": counted(refused, "ligne refusée", "lignes refusées") if refused else "",
        "good": ",".join(str(one.number) for one in judged if not one.problems),
        "does": _consequence(len(by_effect[LineEffect.INVITE]), len(by_effect[LineEffect.ADD])),
    }


def _consequence(invited: int, added: int) -> str:
    """« Inviter 450 personnes et en ajouter 30 à des groupes »; empty when there is nothing to do."""
    if invited and added:
        return f"Inviter {counted(invited, 'personne')} et en ajouter {added} à des groupes"
    if invited:
        return f"Inviter {counted(invited, 'personne')}"
    return f"Ajouter {counted(added, 'personne')} à des groupes" if added else ""


def _outcome(row: UserImport) -> str:
    """« 450 invitations, 30 ajouts à des groupes, 20 lignes refusées. »"""
    if row.outcome is None:
        return ""
    done = row.outcome
    parts = [
        counted(done["invite"], "personne invitée", "personnes invitées"),
        counted(done["add"], "personne ajoutée", "personnes ajoutées") + " à des groupes",
        counted(done["nothing"], "ligne sans effet", "lignes sans effet") if done["nothing"] else "",
        counted(len(done["refused"]), "ligne refusée", "lignes refusées"),
    ]
    return ", ".join(part for part in parts if part) + "."
