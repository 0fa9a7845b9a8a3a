"""The entities that a person manages in *Paramètres*: the gate of every page on which an entity decides something."""

from django.http import HttpRequest

from settings_admin import scoping
from settings_admin.guards import RightMissing, get_for
from settings_admin.organisation.models import Entity
from settings_admin.organisation.selectors import MANAGE


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
