"""What is done to a vehicle from its sheet: status, site, reservation, preparation, archive."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone

from openflex.core import htmx
from openflex.core.dates import today_paris
from openflex.core.dialogs import Dialog, render_dialog
from openflex.core.errors import Refused
from openflex.core.french import ended
from openflex.core.http import read_only, writes
from openflex.core.sections import reopened, tell_conflict
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import get_for, right
from settings_admin.records.services import EditConflict
from vehicles import enums, forms, selectors
from vehicles.holding import hold_words
from vehicles.models import Vehicle
from vehicles.services import holds, stock
from vehicles.views.proposal import answer_proposal


@right("vehicles.edit", on="row")
@writes("GET", "POST")
def move(request: StaffRequest, pk: int) -> HttpResponse:
    vehicle = fetch_to_edit(request, pk)
    form = forms.MoveForm(sent(request), vehicle=vehicle, today=today_paris(timezone.now()))
    if form.is_valid():
        data = form.cleaned_data
        base, mine = form.noted()
        try:
            stock.change_status(
                vehicle=vehicle,
                target=enums.StockStatus(data["status"]),
                actor=request.user,
                on=data["on"],
                exit_reason=data["exit_reason"],
                base=base,
                mine=mine,
            )
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        except EditConflict as conflict:
            form = _told_of_conflict(form, fetch_to_edit(request, pk), conflict.fields)
        else:
            return htmx.redirect(request, "vehicles:sheet", pk)
    return render_act(
        request,
        vehicle,
        form,
        title="Changer le statut",
        verb="Changer le statut",
        body="vehicles/_move_fields.html",
        propose_url=reverse("vehicles:propose_inspection_on_entry", args=[pk]),
    )


def _told_of_conflict(form: forms.MoveForm, now: Vehicle, fields: Sequence[str]) -> forms.MoveForm:
    saved = forms.MoveForm(vehicle=now, today=form.today)
    return tell_conflict(forms.MoveForm(reopened(form, on=saved), vehicle=now, today=form.today), fields, saved=saved)


@right("vehicles.edit", on="row")
@read_only
def propose_inspection(request: StaffRequest, pk: int) -> HttpResponse:
    """As on the sheet, in the dialog by which the vehicle enters."""
    vehicle = fetch_to_edit(request, pk)
    today = today_paris(timezone.now())
    if vehicle.status != enums.StockStatus.PRE_ENTRY:
        raise Http404
    return answer_proposal(request, lambda data: forms.MoveForm(data, vehicle=vehicle, today=today))


@right("vehicles.edit", on="row")
@writes("GET", "POST")
def change_site(request: StaffRequest, pk: int) -> HttpResponse:
    vehicle = fetch_to_edit(request, pk)
    form = forms.SiteForm(sent(request), vehicle=vehicle)
    if form.is_valid():
        site = form.cleaned_data["point_of_sale"]
        try:
            stock.change_site(vehicle=vehicle, point_of_sale=site, actor=request.user)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, ended(f"Véhicule déplacé à {site.name}"))
            return htmx.redirect(request, "vehicles:sheet", pk)
    return render_act(
        request,
        vehicle,
        form,
        title="Déplacer vers un autre point de vente",
        verb="Déplacer",
    )


@right("vehicles.edit", on="row")
@writes("GET", "POST")
def reserve(request: StaffRequest, pk: int) -> HttpResponse:
    vehicle = fetch_to_edit(request, pk)
    form = forms.ReserveForm(sent(request), vehicle=vehicle)
    if form.is_valid():
        data = form.cleaned_data
        try:
            holds.reserve(vehicle=vehicle, label=data["label"], customer=data.get("customer"), actor=request.user)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, "Véhicule réservé pour 48\u00a0heures.")
            return htmx.redirect(request, "vehicles:sheet", pk)
    return render_act(request, vehicle, form, title="Réserver pour 48\u00a0heures", verb="Réserver")


@right("vehicles.edit", on="row")
@writes("POST")
def release(request: StaffRequest, pk: int) -> HttpResponse:
    """Ends a reservation; an order's or an auction's hold is released where it was taken."""
    vehicle = fetch_to_edit(request, pk)
    hold = next(iter(vehicle.active_holds), None)
    if hold is not None and hold.kind != enums.HoldKind.RESERVATION:
        words = hold_words(hold)
        raise Refused("not_yours", f"Ce véhicule est {words}\u00a0: libérez-le depuis ce document.")
    if hold is not None:
        holds.release_hold(hold=hold, actor=request.user)
    messages.success(request, "La réservation est terminée.")
    return htmx.redirect(request, "vehicles:sheet", pk)


@right("vehicles.edit", on="row")
@writes("POST")
def archive(request: StaffRequest, pk: int) -> HttpResponse:
    """Puts away or takes back: undone by the same button. Why not is said on the sheet, which has the button."""
    vehicle = fetch_to_edit(request, pk)
    try:
        stock.set_archived(vehicle=vehicle, value=request.POST.get("value") == "true", actor=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    return htmx.redirect(request, "vehicles:sheet", pk)


def sent(request: StaffRequest) -> QueryDict | None:
    """What a form was sent with; an empty one was sent too."""
    return request.POST if request.method == "POST" else None


def fetch_to_edit(request: StaffRequest, pk: int) -> Vehicle:
    return get_for(request, selectors.vehicle_rows(now=timezone.now()), pk, right="vehicles.edit")


def render_act(
    request: StaffRequest,
    vehicle: Vehicle,
    form: Any,
    *,
    title: str,
    verb: str,
    body: str = Dialog.body,
    **context: Any,
) -> HttpResponse:
    """The form in its dialog, or as a page of its own where there is no script."""
    plate = f" · {vehicle.plate_display}" if vehicle.plate else ""
    dialog = Dialog(
        title=title,
        subtitle=f"{vehicle.make} {vehicle.model}{plate}",
        url=request.path,
        back=reverse("vehicles:sheet", args=[vehicle.pk]),
        verb=verb,
        body=body,
    )
    return render_dialog(request, dialog, form=form, **context)
