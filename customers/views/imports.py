"""Customers from a file: sent, looked at line by line, confirmed, created."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from customers import exports, forms
from customers.enums import ImportState, LineEffect
from customers.models import CustomerImport, CustomerImportLine
from customers.services import imports
from customers.services.import_lines import COLUMNS, as_told
from customers.views.add import only_entity
from openflex.core import htmx
from openflex.core.errors import Refused
from openflex.core.french import counted
from openflex.core.http import read_only, writes
from openflex.core.progress import how_far
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
                actor=request.user,
                entity=form.place,
                file=file,
                size=file.size,
                filename=file.name,
                key=form.cleaned_data["key"],
                now=timezone.now(),
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
    """How far the lines were looked at, what each would do or why it is refused; once confirmed, how far its customers
    are created, and what came of it. The page asks again by itself as long as something is under way."""
    row = _mine(pk)
    if request.method == "POST":
        try:
            imports.confirm(
                actor=request.user,
                row=row,
                with_alike="with_alike" in request.POST,
                now=timezone.now(),
                **origin_of(request),
            )
        except Refused as refusal:
            # A double click, another tab: what the first one does is shown.
            if refusal is not imports.ALREADY_CONFIRMED:
                raise
        return htmx.redirect(request, "customers:import_preview", pk)
    context = {"row": row, "here": reverse("customers:import_preview", args=[pk]), **_shown(request, row)}
    return htmx.render_part(request, "customers/import_preview.html", "import", context)


@right("customers.edit", on="scope")
@writes("POST")
def resume(request: StaffRequest, pk: int) -> HttpResponse:
    imports.resume(row=_mine(pk), now=timezone.now())
    return htmx.redirect(request, "customers:import_preview", pk)


@right("customers.edit", on="scope")
@read_only
def refused_file(request: StaffRequest, pk: int) -> FileResponse:
    refused = _lines(_mine(pk), LineEffect.REFUSED)
    return xlsx_response(exports.refused_sheet([as_told(one) for one in refused]), filename="clients-refuses.xlsx")


def _mine(pk: int) -> CustomerImport:
    """Only who sent the file sees it, for a day, and while they may create customers where it goes."""
    kept = CustomerImport.objects.filter(created_at__gt=timezone.now() - imports.KEPT_FOR).defer("cells")
    row = get_object_or_404(kept, pk=pk)
    if row.entity_id not in current_scope().reach.entities:
        raise RightMissing("customers.edit", row.entity_id)
    return row


def _lines(row: CustomerImport, effect: LineEffect) -> Any:
    return CustomerImportLine.objects.filter(customer_import=row, effect=effect)


def _shown(request: StaffRequest, row: CustomerImport) -> dict[str, Any]:
    if row.is_under_way:
        return {"progress": _progress(row)}
    counts = imports.counts_of(row)
    filled = [effect for effect in LineEffect if counts[effect]]
    asked = request.GET.get("vue", "")
    current = next((effect for effect in filled if effect == asked), filled[0] if filled else LineEffect.REFUSED)
    page = Paginator(_lines(row, current), LINES_SHOWN).get_page(request.GET.get("page"))
    return {
        "tabs": [{"effect": one, "count": counts[one], "is_current": one == current} for one in filled],
        "current": current,
        "page": page,
        "lines": [as_told(one) for one in page],
        "refused": _counted(counts[LineEffect.REFUSED], "refusée"),
        "alike": _counted(counts[LineEffect.ALIKE], "ressemblante"),
        "creates": counts[LineEffect.CREATE],
        "outcome": _outcome(row, counts),
    }


def _progress(row: CustomerImport) -> str:
    if row.started_at is None or row.run_id is None:
        return ""
    return how_far(
        row.done,
        row.total,
        noun="ligne",
        started_at=row.started_at,
        alive_at=row.alive_at,
        now=timezone.now(),
        resumes="le travail reprendra de lui-même",
    )


def _counted(count: int, word: str) -> str:
    """« 20 lignes refusées »; empty for none."""
    return counted(count, f"ligne {word}", f"lignes {word}s") if count else ""


def _outcome(row: CustomerImport, counts: dict[str, int]) -> str:
    """« 470 clients créés, 10 lignes ressemblantes laissées, 20 lignes refusées. »"""
    if row.state != ImportState.DONE:
        return ""
    alike = counted(counts[LineEffect.ALIKE], "ligne ressemblante laissée", "lignes ressemblantes laissées")
    parts = [
        counted(row.created, "client créé", "clients créés"),
        alike if counts[LineEffect.ALIKE] else "",
        _counted(counts[LineEffect.REFUSED], "refusée"),
    ]
    return ", ".join(part for part in parts if part) + "."
