"""*Paramètres*: what an entity begins the preparation of its vehicles with."""

from django.http import HttpResponse

from openflex.core import htmx
from openflex.core.http import read_only, writes
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import right
from settings_admin.organisation.selectors import MANAGE
from settings_admin.organisation.views.managing import EntityForm, EntityPage, managed_entities
from vehicles import entity_settings, forms
from vehicles.services import preparation

PAGE = EntityPage("Préparation des véhicules", "vehicles:settings_preparation", "vehicles:settings_preparation_of")
FORM = EntityForm(
    PAGE,
    form=forms.UsualLinesForm,
    own=entity_settings.preparation_of,
    edit=preparation.edit_usual_lines,
    history_of=entity_settings.history_of,
    told=entity_settings.in_words,
    template="vehicles/settings/preparation.html",
)


@right(MANAGE, on="scope")
@read_only
def preparation_list(request: StaffRequest) -> HttpResponse:
    """All entities that one manages, whatever the top bar shows; who manages a single one is led to it."""
    rows = entity_settings.preparations_of(managed_entities())
    if len(rows) == 1:
        return htmx.redirect(request, PAGE.address(rows[0][0]))
    return htmx.render_part(request, "vehicles/settings/entities.html", "page", {"title": PAGE.title, "rows": rows})


@right(MANAGE, on="row")
@read_only
def usual_lines(request: StaffRequest, pk: int) -> HttpResponse:
    return FORM.show(request, pk)


@right(MANAGE, on="row")
@writes("POST")
def save_usual_lines(request: StaffRequest, pk: int) -> HttpResponse:
    return FORM.save(request, pk)
