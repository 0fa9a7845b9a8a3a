"""What the picker of the forms above asks: vehicles in stock with these words."""

from django.http import HttpResponse

from openflex.core.http import read_only
from settings_admin import picking
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import right
from vehicles.forms.picker import VEHICLES


@right("vehicles.view", on="scope")
@read_only
def pick(request: StaffRequest) -> HttpResponse:
    return picking.choices(request, VEHICLES)
