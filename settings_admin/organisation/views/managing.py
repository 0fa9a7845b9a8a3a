"""Every page of *Paramètres* on which an entity decides something: who may, which entity, where one is, its history."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from settings_admin import scoping
from settings_admin.guards import RightMissing, get_for
from settings_admin.organisation.models import Entity
from settings_admin.organisation.selectors import MANAGE
from settings_admin.records.views import History


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
