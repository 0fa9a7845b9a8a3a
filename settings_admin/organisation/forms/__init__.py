"""What people type about entities and points of sale."""

from settings_admin.organisation.forms.logo import LogoForm
from settings_admin.organisation.forms.new import NewEntityForm, NewSiteForm
from settings_admin.organisation.forms.sections import (
    EntityContactForm,
    EntityIdentityForm,
    HoursForm,
    OrganisationForm,
    SiteActivityForm,
    SiteContactForm,
    SiteIdentityForm,
    with_monday_copied,
)

__all__ = [
    "EntityContactForm",
    "EntityIdentityForm",
    "HoursForm",
    "LogoForm",
    "NewEntityForm",
    "NewSiteForm",
    "OrganisationForm",
    "SiteActivityForm",
    "SiteContactForm",
    "SiteIdentityForm",
    "with_monday_copied",
]
