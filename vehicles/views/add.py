"""*Ajouter un véhicule*."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.utils import timezone

from openflex.core import htmx
from openflex.core.dates import today_paris
from openflex.core.errors import Refused
from openflex.core.http import read_only, writes
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import right
from settings_admin.scoping import Scope, current_scope
from vehicles import enums, forms
from vehicles.models import Vehicle
from vehicles.services import stock
from vehicles.views.proposal import answer_proposal

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


@right("vehicles.edit", on="scope")
@writes("GET", "POST")
def add_vehicle(request: StaffRequest) -> HttpResponse:
    """In the current scope: with several entities in it, the form asks which; the address may say it, with the prices
    that were typed already."""
    form = _form(request)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            vehicle = stock.add_vehicle(
                entity=data["entity"],
                point_of_sale=data["point_of_sale"],
                actor=request.user,
                values=form.values(),
                key=data["key"],
            )
        except Refused as refusal:
            form.add_error(refusal.field, refusal.message)
        else:
            for warning in form.warnings:
                messages.warning(request, warning.message)
            messages.success(request, _announced(vehicle))
            return htmx.redirect(request, "vehicles:sheet", vehicle.pk)
    status = 422 if form.errors else 200
    return htmx.render_part(request, "vehicles/add.html", "form", {"form": form}, status=status)


def _announced(vehicle: Vehicle) -> str:
    number = f"n°\u00a0{vehicle.stock_number}"
    if vehicle.status == enums.StockStatus.PRE_ENTRY:
        return f"{vehicle} est attendu (pré-rentrée), {number}."
    return f"{vehicle} est entré en stock sous le {number}."


@right("vehicles.edit", on="scope")
@read_only
def propose_inspection(request: StaffRequest) -> HttpResponse:
    """As on the sheet, of a vehicle that is being typed."""
    return answer_proposal(request, _form_of)


_ADDRESSED = ("entity", "point_of_sale", "purchase_price", "purchase_is_excl", "sale_price")


def _form(request: StaffRequest) -> forms.AddVehicleForm:
    said = {name: request.GET[name] for name in _ADDRESSED if name in request.GET}
    return _form_of(request.POST if request.method == "POST" else None, said=said)


def _form_of(data: QueryDict | None, *, said: Mapping[str, str] = _NOTHING) -> forms.AddVehicleForm:
    scope = current_scope()
    today = today_paris(timezone.now())
    return forms.AddVehicleForm(data, today=today, scope=scope, initial={**_initial(scope, today), **said})


def _initial(scope: Scope, today: date) -> dict[str, Any]:
    initial: dict[str, Any] = {"kind": enums.VehicleKind.CAR, "entered_on": today}
    if len(scope.reach.entities) == 1:
        (entity,) = scope.reach.entities
        initial["entity"] = entity
        points = scope.reach.partial.get(entity, frozenset())
        if len(points) == 1:
            (initial["point_of_sale"],) = points
    return initial
