"""*Corriger la sortie*, of a vehicle that is out."""

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone

from openflex.core import htmx
from openflex.core.dates import today_paris
from openflex.core.errors import Refused
from openflex.core.http import writes
from openflex.core.sections import reopened, tell_conflict
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import right
from settings_admin.records.services import EditConflict
from vehicles import enums, forms
from vehicles.forms.exits import UNDO
from vehicles.models import Vehicle
from vehicles.services import exits
from vehicles.views.moves import fetch_to_edit, render_act, sent


@right("vehicles.edit", on="row")
@writes("GET", "POST")
def correct_exit(request: StaffRequest, pk: int) -> HttpResponse:
    """Its day, its reason, or the whole of it. Raises Refused for what is in stock; of what was sent, the verb says."""
    vehicle = fetch_to_edit(request, pk)
    if vehicle.status != enums.StockStatus.OUT and request.method != "POST":
        raise Refused("not_out", "Ce véhicule n’est pas sorti.")
    form = _form(request, vehicle)
    if form.is_valid():
        try:
            saved = _put_right(request, vehicle, form)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        except EditConflict as conflict:
            fresh = _form(None, fetch_to_edit(request, pk))
            again = forms.ExitForm(reopened(form, on=fresh), vehicle=fresh.vehicle, today=form.today)
            form = tell_conflict(again, conflict.fields, saved=fresh)
        else:
            messages.success(request, _announced(saved))
            return htmx.redirect(request, "vehicles:sheet", pk)
    return render_act(request, vehicle, form, title="Corriger la sortie", verb="Corriger la sortie")


def _form(request: StaffRequest | None, vehicle: Vehicle) -> forms.ExitForm:
    return forms.ExitForm(sent(request) if request else None, vehicle=vehicle, today=today_paris(timezone.now()))


def _put_right(request: StaffRequest, vehicle: Vehicle, form: forms.ExitForm) -> Vehicle:
    why = form.cleaned_data["why"]
    if form.cleaned_data["act"] == UNDO:
        return exits.undo_exit(vehicle=vehicle, reason=why, actor=request.user)
    base, mine = form.edit()
    return exits.correct_exit(vehicle=vehicle, base=base, mine=mine, reason=why, actor=request.user)


def _announced(vehicle: Vehicle) -> str:
    if vehicle.status == enums.StockStatus.OUT:
        return "La sortie est corrigée."
    return f"Sortie annulée\u00a0: {vehicle} est au statut «\u00a0{vehicle.get_status_display()}\u00a0»."
