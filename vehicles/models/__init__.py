"""Tables of the stock."""

from vehicles.models.stock import Hold
from vehicles.models.vehicle import Vehicle

__all__ = ["Hold", "Vehicle"]
