"""*Préparation* on the sheet: its checklist, ticked in place."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from openflex.core import htmx
from openflex.core.dialogs import Dialog, render_dialog
from openflex.core.errors import Refused
from openflex.core.http import writes
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import right
from vehicles import forms, selectors
from vehicles.models import Vehicle
from vehicles.services import preparation
from vehicles.views.moves import fetch_to_edit
from vehicles.views.sheet import render_sheet, sheet_context

CARD = "preparation"


@right("vehicles.edit", on="row")
@writes("POST")
def start(request: StaffRequest, pk: int) -> HttpResponse:
    vehicle = fetch_to_edit(request, pk)
    return _done(request, vehicle, lambda: preparation.start_preparation(vehicle=vehicle, actor=request.user))


@right("vehicles.edit", on="row")
@writes("POST")
def tick(request: StaffRequest, pk: int, task_pk: int) -> HttpResponse:
    """`done` is sent by a box that is ticked."""
    vehicle = fetch_to_edit(request, pk)
    is_done = "done" in request.POST
    return _done(
        request,
        vehicle,
        lambda: preparation.tick_task(vehicle=vehicle, task_pk=task_pk, is_done=is_done, actor=request.user),
    )


@right("vehicles.edit", on="row")
@writes("POST")
def remove(request: StaffRequest, pk: int, task_pk: int) -> HttpResponse:
    vehicle = fetch_to_edit(request, pk)
    return _done(
        request, vehicle, lambda: preparation.remove_task(vehicle=vehicle, task_pk=task_pk, actor=request.user)
    )


@right("vehicles.edit", on="row")
@writes("POST")
def add(request: StaffRequest, pk: int) -> HttpResponse:
    vehicle = fetch_to_edit(request, pk)
    form = forms.TaskForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            preparation.add_task(vehicle=vehicle, label=data["label"], key=data["key"], actor=request.user)
        except Refused as refusal:
            form.add_error("label" if refusal.field == "label" else None, refusal.message)
        else:
            return _answer(request, vehicle)
    return _answer(request, vehicle, form=form)


@right("vehicles.edit", on="row")
@writes("GET", "POST")
def close(request: StaffRequest, pk: int) -> HttpResponse:
    """Before its last line: asks first, naming what is left."""
    vehicle = fetch_to_edit(request, pk)
    if request.method == "POST":
        preparation.close_preparation(vehicle=vehicle, actor=request.user)
        response = _answer(request, vehicle)
        response.headers["HX-Retarget"] = f"#{CARD}"
        response.headers["HX-Reswap"] = "morph:outerHTML"
        return htmx.trigger(response, htmx.CLOSE_DIALOG)
    left = [task.label for task in vehicle.preparation_tasks.filter(done_at=None)]
    named = ", ".join(left) or "rien"
    dialog = Dialog(
        title="Terminer la préparation",
        subtitle=str(vehicle),
        url=request.path,
        back=reverse("vehicles:sheet", args=[pk]),
        verb="Terminer sans ces lignes" if left else "Terminer",
        consequence=f"Il reste\u00a0: {named}. Ces lignes restent sur la fiche, et l’historique les nomme.",
    )
    return render_dialog(request, dialog)


def _done(request: StaffRequest, vehicle: Vehicle, act: Callable[[], Any]) -> HttpResponse:
    """The card again, also when somebody else changed its lines meanwhile: as it is now, and what is refused said."""
    try:
        act()
    except Refused as refusal:
        if not htmx.is_partial(request):
            raise
        return htmx.trigger(_answer(request, vehicle), htmx.TOAST, {"level": "bad", "message": refusal.message})
    return _answer(request, vehicle)


def _answer(request: StaffRequest, vehicle: Vehicle, *, form: forms.TaskForm | None = None) -> HttpResponse:
    """The card with what else on the sheet follows from it; without a script, the sheet."""
    saved = selectors.vehicle_rows(now=timezone.now()).get(pk=vehicle.pk)
    status = 422 if form is not None else 200
    if htmx.is_partial(request):
        context = sheet_context(saved, task_form=form)
        return render(request, "vehicles/preparation/answer.html", context, status=status)
    if form is not None:
        return render_sheet(request, saved, status=status, task_form=form)
    return htmx.redirect(request, f"{reverse('vehicles:sheet', args=[vehicle.pk])}#{CARD}")
