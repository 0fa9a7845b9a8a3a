"""*Paramètres*: the reasons for which an entity closes its opportunities."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse

from openflex.core import htmx
from openflex.core.dialogs import Dialog, render_dialog
from openflex.core.errors import Refused
from openflex.core.http import read_only, row_number, writes
from openflex.core.sections import told_of_conflict
from opportunities import entity_settings, enums
from opportunities.forms import ReasonForm
from opportunities.models import CloseReason
from opportunities.services import reasons as services
from opportunities.views.settings import answer_older, context_of
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import get_for, right
from settings_admin.organisation.selectors import MANAGE
from settings_admin.organisation.views.managing import check_managed, fetch_managed
from settings_admin.records.services import EditConflict
from settings_admin.records.views import is_reading_on

PAGE = "opportunities:settings_reasons_of"


@right(MANAGE, on="row")
@read_only
def reasons(request: StaffRequest, pk: int) -> HttpResponse:
    entity = fetch_managed(request, pk)
    if is_reading_on(request):
        return answer_older(request, entity, "reasons")
    context = {**context_of(request, entity, "reasons"), "outcomes": entity_settings.outcomes_of(entity.pk)}
    return htmx.render_part(request, "opportunities/settings/reasons.html", "sheet", context)


@right(MANAGE, on="row")
@writes("GET", "POST")
def add_reason(request: StaffRequest, pk: int, status: str) -> HttpResponse:
    if status not in enums.CLOSED_WITH_REASON:
        raise Http404
    entity = fetch_managed(request, pk)
    form = ReasonForm(_sent(request), instance=CloseReason(entity=entity, status=status))
    if form.is_valid():
        data = form.cleaned_data
        try:
            services.add_reason(entity=entity, status=status, label=data["label"], actor=request.user, key=data["key"])
        except Refused as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            return _done(request, entity.pk, f"Motif «\u00a0{data['label']}\u00a0» ajouté.")
    return render_dialog(request, _dialog(request, form.instance, "Ajouter un motif", "Ajouter"), form=form)


@right(MANAGE, on="row")
@writes("GET", "POST")
def rename_reason(request: StaffRequest, pk: int) -> HttpResponse:
    reason = _fetch(request, pk)
    form: Any = ReasonForm(_sent(request), instance=reason)
    if form.is_valid():
        base, mine = form.changes()
        try:
            services.rename_reason(
                reason=reason, base=base, mine=mine, actor=request.user, key=form.cleaned_data["key"]
            )
        except Refused as refusal:
            form.add_error(refusal.field, refusal.message)
        except EditConflict as conflict:
            form = told_of_conflict(form, conflict.fields, now=_fetch(request, pk))
        else:
            return _done(request, reason.entity_id, "Motif renommé.")
    consequence = (
        "Des opportunités ont été closes avec ce motif\u00a0: elles le gardent tel qu’il était, et le nouveau prend sa "
        "place pour les suivantes."
        if entity_settings.is_used(reason)
        else ""
    )
    dialog = _dialog(request, reason, "Renommer le motif", "Renommer", consequence=consequence)
    return render_dialog(request, dialog, form=form)


@right(MANAGE, on="row")
@writes("POST")
def place_reason(request: StaffRequest, pk: int) -> HttpResponse:
    """`position`: 0 is the first."""
    reason = _fetch(request, pk)
    position = row_number(request.POST.get("position", ""))
    if position is None:
        raise Refused("position", "Cette place n’existe pas.")
    services.place_reason(reason=reason, position=position, actor=request.user)
    return _done(request, reason.entity_id)


@right(MANAGE, on="row")
@writes("POST")
def offer_reason(request: StaffRequest, pk: int) -> HttpResponse:
    reason = _fetch(request, pk)
    is_active = request.POST.get("offer") == "yes"
    services.offer_reason(reason=reason, is_active=is_active, actor=request.user)
    said = "est de nouveau proposé" if is_active else "n’est plus proposé"
    return _done(request, reason.entity_id, f"«\u00a0{reason.label}\u00a0» {said}.")


def _fetch(request: StaffRequest, pk: int) -> CloseReason:
    reason = get_for(request, CloseReason.objects.select_related("entity"), pk, right=MANAGE)
    check_managed(reason.entity)
    return reason


def _sent(request: StaffRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _done(request: StaffRequest, entity_pk: int, message: str = "") -> HttpResponse:
    if message:
        messages.success(request, message)
    return htmx.redirect(request, PAGE, entity_pk)


def _dialog(request: StaffRequest, reason: CloseReason, title: str, verb: str, *, consequence: str = "") -> Dialog:
    return Dialog(
        title=title,
        subtitle=f"{reason.entity.name} · {reason.get_status_display()}",
        url=request.path,
        back=reverse(PAGE, args=[reason.entity_id]),
        verb=verb,
        consequence=consequence,
    )
