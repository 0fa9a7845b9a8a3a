"""Customers from a file: sent, looked at line by line, confirmed."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from customers import exports, forms
from customers.enums import LineEffect
from customers.models import CustomerImport
from customers.services import imports
from customers.services.import_lines import COLUMNS, JudgedLine
from customers.views.add import only_entity
from openflex.core import htmx
from openflex.core.errors import Refused
from openflex.core.french import counted
from openflex.core.http import read_only, writes
from openflex.core.xlsx import xlsx_response
from settings_admin.access.requests import StaffRequest, origin_of
from settings_admin.guards import RightMissing, right
from settings_admin.scoping import current_scope

LINES_SHOWN = 100


@right("customers.edit", on="scope")
@writes("GET", "POST")
def upload(request: StaffRequest) -> HttpResponse:
    """The file leads to its preview; what it is refused for stands beside it."""
    form = forms.UploadForm(
        *((request.POST, request.FILES) if request.method == "POST" else ()), only_entity=only_entity()
    )
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            row, left_out = imports.receive(
                actor=request.user, entity=form.place, file=file, size=file.size, filename=file.name
            )
        except Refused as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            if left_out:
                messages.warning(request, f"Colonnes laissées de côté\u00a0: {', '.join(left_out)}.")
            return htmx.redirect(request, "customers:import_preview", row.pk)
    context = {"form": form, "columns": COLUMNS}
    return render(request, "customers/import.html", context, status=422 if form.errors else 200)


@right("customers.edit", on="scope")
@read_only
def model_file(request: StaffRequest) -> FileResponse:
    return xlsx_response(exports.model_sheet(), filename="modele-clients.xlsx")


@right("customers.edit", on="scope")
@writes("GET", "POST")
def preview(request: StaffRequest, pk: int) -> HttpResponse:
    """What each line would do, or why it is refused; once confirmed, what came of it."""
    row = _mine(pk)
    form = forms.ConfirmForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            imports.confirm(
                actor=request.user,
                row=row,
                numbers=form.cleaned_data["lines"],
                with_alike="with_alike" in request.POST,
                now=timezone.now(),
                **origin_of(request),
            )
        except Refused as refusal:
            # A double click, another tab: the first one's outcome is shown.
            if refusal is not imports.ALREADY_CONFIRMED:
                raise
        return htmx.redirect(request, "customers:import_preview", pk)
    context = {"row": row, "form": form, "outcome": _outcome(row), **_lines(request, imports.judged_lines(row))}
    status = 422 if form.errors else 200
    return htmx.render_part(request, "customers/import_preview.html", "lines", context, status=status)


@right("customers.edit", on="scope")
@read_only
def refused_file(request: StaffRequest, pk: int) -> FileResponse:
    refused = [one for one in imports.judged_lines(_mine(pk)) if one.problems]
    return xlsx_response(exports.refused_sheet(refused), filename="clients-refuses.xlsx")


def _mine(pk: int) -> CustomerImport:
    """Only who sent the file sees it, for a day, and while they may create customers where it goes."""
    kept = CustomerImport.objects.filter(created_at__gt=timezone.now() - imports.KEPT_FOR)
    row = get_object_or_404(kept, pk=pk)
    if row.entity_id not in current_scope().reach.entities:
        raise RightMissing("customers.edit", row.entity_id)
    return row


def _lines(request: StaffRequest, judged: Sequence[JudgedLine]) -> dict[str, Any]:
    """The lines of one effect, the refused ones first; `good`: the numbers that are confirmed."""
    by_effect = {effect: [one for one in judged if one.effect == effect] for effect in LineEffect}
    filled = [effect for effect in LineEffect if by_effect[effect]]
    asked = request.GET.get("vue", "")
    current = next((effect for effect in filled if effect == asked), filled[0] if filled else LineEffect.REFUSED)
    refused, alike = len(by_effect[LineEffect.REFUSED]), len(by_effect[LineEffect.ALIKE])
    return {
        "tabs": [{"effect": one, "count": len(by_effect[one]), "is_current": one == current} for one in filled],
        "current": current,
        "page": Paginator(by_effect[current], LINES_SHOWN).get_page(request.GET.get("page")),
        "refused": counted(refused, "ligne refusée", "lignes refusées") if refused else "",
        "alike": counted(alike, "ligne ressemblante", "lignes ressemblantes") if alike else "",
        "creates": len(by_effect[LineEffect.CREATE]),
        "good": ",".join(str(one.number) for one in judged if not one.problems),
    }


def _outcome(row: CustomerImport) -> str:
    """« 470 clients créés, 10 lignes laissées, 20 lignes refusées. »"""
    if row.outcome is None:
        return ""
    done = row.outcome
    parts = [
        counted(done["create"], "client créé", "clients créés"),
        counted(done["alike"], "ligne ressemblante laissée", "lignes ressemblantes laissées") if done["alike"] else "",
        counted(len(done["refused"]), "ligne refusée", "lignes refusées") if done["refused"] else "",
    ]
    return ", ".join(part for part in parts if part) + "."
