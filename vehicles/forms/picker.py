"""The choice of a vehicle of the stock in a form of an app above (`settings_admin.picking`)."""

from collections.abc import Sequence

from settings_admin.picking import Kind, PickerField
from vehicles.models import Vehicle

SHOWN = 8


def _search(words: str, entity_id: int) -> Sequence[Vehicle]:
    rows = Vehicle.objects.in_stock().filter(entity=entity_id).search(words)
    return list(rows.order_by("-entered_on", "-pk")[:SHOWN])


VEHICLES = Kind(
    legend="Véhicule",
    nothing="Aucun véhicule",
    not_found="Aucun véhicule en stock ne correspond",
    not_offered="Ce véhicule n’est plus en stock\u00a0: choisissez-en un autre.",
    placeholder="Immatriculation, VIN, modèle…",
    url="vehicles:pick",
    right="vehicles.view",
    offered=Vehicle.objects.in_stock,
    # What was wanted before may have left the stock since.
    shown=Vehicle.objects.all,
    search=_search,
    choice="vehicles/_choice.html",
)


class VehicleField(PickerField):
    kind = VEHICLES
