"""Tables of the stock."""

from vehicles.models.condition import Cost, Damage, DamagePhoto, Photo
from vehicles.models.preparation import PreparationSettings, PreparationTask
from vehicles.models.stock import Hold
from vehicles.models.vehicle import Vehicle

__all__ = ["Cost", "Damage", "DamagePhoto", "Hold", "Photo", "PreparationSettings", "PreparationTask", "Vehicle"]
