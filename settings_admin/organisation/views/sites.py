"""The sheet of a point of sale."""

from django.http import HttpRequest, HttpResponse

from openflex.core.http import read_only, writes
from settings_admin.guards import right
from settings_admin.organisation import forms, selectors
from settings_admin.organisation.selectors import MANAGE
from settings_admin.organisation.services import sheets
from settings_admin.organisation.views import sheet as the
from settings_admin.organisation.views.sheet import Section, Sheet

SITE = Sheet(
    name="site",
    sections=the.sections(
        Section("identite", "Identité", forms.SiteIdentityForm, ("name", "siret")),
        Section(
            "coordonnees",
            "Coordonnées",
            forms.SiteContactForm,
            ("street", "postcode", "city", "phone", "email", "latitude", "longitude"),
        ),
        Section("activite", "Activité", forms.SiteActivityForm, ("brands", "vehicle_kinds")),
        Section("horaires", "Horaires d’ouverture", forms.HoursForm, ()),
    ),
    rows=selectors.site_rows,
    edit=sheets.edit_site,
)


@right(MANAGE, on="row")
@read_only
def site_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    return the.show(request, SITE, the.fetch(request, SITE, pk))


@right(MANAGE, on="row")
@writes("POST")
def save_site(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    return the.save_section(request, SITE, the.fetch(request, SITE, pk, to_edit=True), key)


@right(MANAGE, on="row")
@writes("GET", "POST")
def site_logo(request: HttpRequest, pk: int) -> HttpResponse:
    if request.method == "POST":
        return the.save_logo(request, SITE, the.fetch(request, SITE, pk, to_edit=True))
    return the.logo_image(request, the.fetch(request, SITE, pk))
