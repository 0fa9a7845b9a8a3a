"""What people type about customers."""

from customers.forms.around import ConsentForm, ContactForm, KeepForm, OwnedVehicleForm, PartForm
from customers.forms.entry import TELLING, AddCustomerForm
from customers.forms.imports import UploadForm
from customers.forms.picker import CustomerField
from customers.forms.sections import (
    AddressForm,
    CompanyForm,
    FollowUpForm,
    IdentityDocumentForm,
    PersonForm,
    ReachForm,
    SectionForm,
)

__all__ = [
    "TELLING",
    "AddCustomerForm",
    "AddressForm",
    "CompanyForm",
    "ConsentForm",
    "ContactForm",
    "CustomerField",
    "FollowUpForm",
    "IdentityDocumentForm",
    "KeepForm",
    "OwnedVehicleForm",
    "PartForm",
    "PersonForm",
    "ReachForm",
    "SectionForm",
    "UploadForm",
]
