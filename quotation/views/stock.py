"""*Coter ce véhicule*, on the sheet of a vehicle in stock."""

from django.contrib import messages
from django.http import HttpResponse

from openflex.core import htmx
from openflex.core.errors import Refused
from openflex.core.http import writes
from quotation.providers.failures import ProviderFailure
from quotation.selectors import provider_of
from quotation.services import from_stock
from quotation.views.acting import DRAFT_IS_KEPT, SEE_VEHICLES, USE, asker_for, tell
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import RightMissing, get_for, right
from settings_admin.scoping import current_scope
from vehicles.models import Vehicle


@right(USE, on="row")
@writes("POST")
def value_vehicle(request: StaffRequest, pk: int) -> HttpResponse:
    """Leads to the details, or to the choice of the version when the sheet leaves it open or the provider fails."""
    vehicle = get_for(request, Vehicle.objects.all(), pk, right=USE)
    if not current_scope().allows(SEE_VEHICLES, vehicle.entity_id, vehicle.point_of_sale_id):
        raise RightMissing(SEE_VEHICLES, vehicle.entity_id)
    draft = from_stock.draft_of_vehicle(vehicle=vehicle, actor=request.user)
    if not draft.version_code:
        provider = provider_of(draft.entity)
        asker = asker_for(request, entity=draft.entity, quotation=draft, act=provider.begin_act())
        try:
            failures = from_stock.identify_vehicle(draft=draft, vehicle=vehicle, provider=provider, asker=asker)
        except ProviderFailure as failure:
            failures = [failure]
        except Refused as refusal:
            failures = []
            messages.warning(request, refusal.message)
        tell(request, failures, kept=DRAFT_IS_KEPT)
    return htmx.redirect(request, "quotation:details" if draft.version_code else "quotation:configure", draft.pk)
