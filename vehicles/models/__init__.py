"""Tables of the stock."""

from vehicles.models.condition import Cost, Damage, Photo
from vehicles.models.stock import Hold
from vehicles.models.vehicle import Vehicle

__all__ = ["Cost", "Damage", "Hold", "Photo", "Vehicle"]
