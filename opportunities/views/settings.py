"""*Paramètres*: what an entity decides about its opportunities. The choice of the entity, and the figures."""

from typing import Any

from django.http import HttpResponse

from openflex.core import htmx
from openflex.core.http import read_only, writes
from opportunities import entity_settings, selectors, targets
from opportunities.forms import FiguresForm
from opportunities.services import settings as services
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import right
from settings_admin.models import Entity
from settings_admin.organisation.selectors import MANAGE
from settings_admin.organisation.views.managing import EntityForm, EntityPage, managed_entities
from settings_admin.records.views import History, older, read_history

_TITLES = {"reasons": "Motifs de clôture", "figures": "Opportunités", "messages": "Modèles de messages"}
PAGES = {
    key: EntityPage(title, f"opportunities:settings_{key}", f"opportunities:settings_{key}_of")
    for key, title in _TITLES.items()
}
FIGURES = EntityForm(
    PAGES["figures"],
    form=FiguresForm,
    own=selectors.settings_of,
    edit=services.edit_figures,
    history_of=lambda entity: targets.history_of(entity, targets.FIGURES),
    told=targets.in_words,
    template="opportunities/settings/figures.html",
)


@right(MANAGE, on="scope")
@read_only
def entity_list(request: StaffRequest, page: str) -> HttpResponse:
    """All entities that one manages, whatever the top bar shows; who manages a single one is led to it."""
    entities = entity_settings.configured_entities(managed_entities())
    if len(entities) == 1:
        return htmx.redirect(request, PAGES[page].address(entities[0].entity))
    context = {"title": PAGES[page].title, "entities": entities, "entity_url": PAGES[page].page_url}
    return htmx.render_part(request, "opportunities/settings/entities.html", "page", {**context, "page": page})


def history_of(request: StaffRequest, entity: Entity, page: str) -> History:
    entries = targets.history_of(entity, getattr(targets, page.upper()))
    return read_history(request, entries, told=targets.in_words, url=PAGES[page].address(entity))


def answer_older(request: StaffRequest, entity: Entity, page: str) -> HttpResponse:
    history, of = history_of(request, entity, page), PAGES[page]
    return older(request, history, of=of.title, url=of.address(entity))


def context_of(request: StaffRequest, entity: Entity, page: str) -> dict[str, Any]:
    return PAGES[page].context(entity, history_of(request, entity, page))


@right(MANAGE, on="row")
@read_only
def figures(request: StaffRequest, pk: int) -> HttpResponse:
    return FIGURES.show(request, pk)


@right(MANAGE, on="row")
@writes("POST")
def save_figures(request: StaffRequest, pk: int) -> HttpResponse:
    return FIGURES.save(request, pk)
