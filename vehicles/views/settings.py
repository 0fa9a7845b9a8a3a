"""*Paramètres*: what an entity decides about its vehicles."""

from django.http import HttpResponse

from openflex.core import htmx
from openflex.core.http import read_only, writes
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import right
from settings_admin.organisation.selectors import MANAGE
from settings_admin.organisation.views.managing import EntityForm, EntityPage, managed_entities
from vehicles import entity_settings, forms
from vehicles.services import settings

PAGE = EntityPage("Véhicules", "vehicles:settings_entities", "vehicles:settings_of")
FORM = EntityForm(
    PAGE,
    form=forms.VehicleSettingsForm,
    own=entity_settings.settings_of,
    edit=settings.edit_settings,
    history_of=entity_settings.history_of,
    told=entity_settings.in_words,
    template="vehicles/settings/settings.html",
)


@right(MANAGE, on="scope")
@read_only
def entity_list(request: StaffRequest) -> HttpResponse:
    """All entities that one manages, whatever the top bar shows; who manages a single one is led to it."""
    rows = entity_settings.settings_of_entities(managed_entities())
    if len(rows) == 1:
        return htmx.redirect(request, PAGE.address(rows[0][0]))
    return htmx.render_part(request, "vehicles/settings/entities.html", "page", {"title": PAGE.title, "rows": rows})


@right(MANAGE, on="row")
@read_only
def settings_page(request: StaffRequest, pk: int) -> HttpResponse:
    return FORM.show(request, pk)


@right(MANAGE, on="row")
@writes("POST")
def save_settings(request: StaffRequest, pk: int) -> HttpResponse:
    return FORM.save(request, pk)
