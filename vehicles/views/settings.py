"""*Paramètres*: what an entity begins the preparation of its vehicles with."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse

from openflex.core import htmx
from openflex.core.http import read_only, writes
from openflex.core.sections import told_of_conflict
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import right
from settings_admin.models import Entity
from settings_admin.organisation.selectors import MANAGE
from settings_admin.organisation.views.managing import EntityPage, fetch_managed, managed_entities
from settings_admin.records.services import EditConflict
from settings_admin.records.views import is_reading_on, older, read_history
from vehicles import entity_settings, forms
from vehicles.services import preparation

PAGE = EntityPage("Préparation des véhicules", "vehicles:settings_preparation", "vehicles:settings_preparation_of")


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
    """`?modifier=oui` opens them for editing."""
    entity = fetch_managed(request, pk)
    own = entity_settings.preparation_of(entity.pk)
    form = forms.UsualLinesForm(instance=own) if request.GET.get("modifier") else None
    return _render(request, entity, form=form)


@right(MANAGE, on="row")
@writes("POST")
def save_usual_lines(request: StaffRequest, pk: int) -> HttpResponse:
    entity = fetch_managed(request, pk)
    form = forms.UsualLinesForm(request.POST, instance=entity_settings.preparation_of(entity.pk))
    if not form.is_valid():
        return _render(request, entity, form=form, status=422)
    base, mine = form.changes()
    try:
        preparation.edit_usual_lines(entity=entity, base=base, mine=mine, actor=request.user)
    except EditConflict as conflict:
        now = entity_settings.preparation_of(entity.pk)
        return _render(request, entity, form=told_of_conflict(form, conflict.fields, now=now), status=422)
    messages.success(request, "Lignes enregistrées.")
    return htmx.redirect(request, PAGE.address(entity))


def _render(request: StaffRequest, entity: Entity, *, form: Any = None, status: int = 200) -> HttpResponse:
    url = PAGE.address(entity)
    entries = entity_settings.history_of(entity)
    history = read_history(request, entries, told=entity_settings.in_words, url=url)
    if is_reading_on(request):
        return older(request, history, of=PAGE.title, url=url)
    own = entity_settings.preparation_of(entity.pk)
    context = {**PAGE.context(entity, history), "own": own, "form": form}
    return htmx.render_part(request, "vehicles/settings/preparation.html", "sheet", context, status=status)
