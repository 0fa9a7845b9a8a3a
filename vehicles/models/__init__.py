"""Tables of the stock."""

from vehicles.models.condition import Cost, Damage, DamagePhoto, Photo
from vehicles.models.preparation import PreparationTask, checklist
from vehicles.models.settings import VehicleSettings, holding_percent
from vehicles.models.stock import Hold
from vehicles.models.vehicle import Vehicle

__all__ = [
    "Cost",
    "Damage",
    "DamagePhoto",
    "Hold",
    "Photo",
    "PreparationTask",
    "Vehicle",
    "VehicleSettings",
    "checklist",
    "holding_percent",
]
