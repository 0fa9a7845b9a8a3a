"""The tables of the customers."""

from customers.models.around import Consent, Contact, OwnedVehicle
from customers.models.customer import LISTED, Customer

__all__ = ["LISTED", "Consent", "Contact", "Customer", "OwnedVehicle"]
