"""Every page of *Paramètres* on which an entity decides something: who may, which entity, where one is, its history."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from openflex.core import htmx
from openflex.core.sections import SectionForm, told_of_conflict
from settings_admin import scoping
from settings_admin.guards import RightMissing, get_for
from settings_admin.organisation.models import Entity
from settings_admin.organisation.selectors import MANAGE
from settings_admin.records.models import TimelineEntry
from settings_admin.records.selectors import HistoryLine
from settings_admin.records.services import EditConflict
from settings_admin.records.views import History, is_reading_on, older, read_history


def managed_entities() -> frozenset[int]:
    """All of them, whatever the top bar shows; the rest of the request reads there. Raises RightMissing for who manages
    none whole."""
    scope = scoping.current_scope()
    managed = scope.granted(MANAGE)
    if not managed.whole:
        raise RightMissing(MANAGE)
    scoping.enter(scope.narrowed(managed))
    return managed.whole


def manages_several() -> bool:
    """Then there is a list to go back to."""
    return len(scoping.current_scope().granted(MANAGE).whole) > 1


def fetch_managed(request: HttpRequest, pk: int) -> Entity:
    """For those who hold the right all over the entity, not on one of its sites only; 404 for strangers."""
    return check_managed(get_for(request, Entity.objects.select_related("holding"), pk, right=MANAGE))


def check_managed(entity: Entity) -> Entity:
    """Raises RightMissing for who holds the right on one of its sites only."""
    if entity.pk not in scoping.current_scope().granted(MANAGE).whole:
        raise RightMissing(MANAGE, entity.pk)
    return entity


@dataclass(frozen=True)
class EntityPage:
    """Its title, and the names of two addresses: the choice of the entity, and the page of one."""

    title: str
    list_url: str
    page_url: str

    def address(self, entity: Entity) -> str:
        return reverse(self.page_url, args=[entity.pk])

    def context(self, entity: Entity, history: History) -> dict[str, Any]:
        """What `organisation/per_entity/` draws around what the entity decides."""
        return {
            "entity": entity,
            "title": self.title,
            "list_url": self.list_url,
            "page_url": self.page_url,
            "has_several": manages_several(),
            "history": history.lines,
            "more_url": history.more_url,
        }


@dataclass(frozen=True)
class EntityForm:
    """A page on which an entity decides by one form. `own(entity_id)` is what it decided, unsaved as long as it did
    not; `edit(entity=, base=, mine=, actor=)` is the verb. Its two views declare the right and answer with `show` and
    `save`."""

    page: EntityPage
    form: type[SectionForm]
    own: Callable[[int], Any]
    edit: Callable[..., None]
    history_of: Callable[[Entity], QuerySet[TimelineEntry]]
    told: Callable[[Sequence[TimelineEntry]], Sequence[HistoryLine]]
    template: str

    def show(self, request: HttpRequest, pk: int) -> HttpResponse:
        """`?modifier=oui` opens it for editing."""
        entity = fetch_managed(request, pk)
        form = self.form(instance=self.own(entity.pk)) if request.GET.get("modifier") else None
        return self._render(request, entity, form)

    def save(self, request: HttpRequest, pk: int) -> HttpResponse:
        entity = fetch_managed(request, pk)
        form = self.form(request.POST, instance=self.own(entity.pk))
        if not form.is_valid():
            return self._render(request, entity, form, status=422)
        base, mine = form.changes()
        try:
            self.edit(entity=entity, base=base, mine=mine, actor=request.user)
        except EditConflict as conflict:
            form = told_of_conflict(form, conflict.fields, now=self.own(entity.pk))
            return self._render(request, entity, form, status=422)
        messages.success(request, "Réglages enregistrés.")
        return htmx.redirect(request, self.page.address(entity))

    def _render(
        self, request: HttpRequest, entity: Entity, form: SectionForm | None, *, status: int = 200
    ) -> HttpResponse:
        url = self.page.address(entity)
        history = read_history(request, self.history_of(entity), told=self.told, url=url)
        if is_reading_on(request):
            return older(request, history, of=self.page.title, url=url)
        context = {**self.page.context(entity, history), "own": self.own(entity.pk), "form": form}
        return htmx.render_part(request, self.template, "sheet", context, status=status)
