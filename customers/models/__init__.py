"""The tables of the customers."""

from customers.models.around import Consent, Contact, OwnedVehicle
from customers.models.customer import LISTED, Customer
from customers.models.imports import CustomerImport, CustomerImportLine

__all__ = ["LISTED", "Consent", "Contact", "Customer", "CustomerImport", "CustomerImportLine", "OwnedVehicle"]
