"""Entities and points of sale come into being; a point of sale that nothing refers to goes again."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from openflex.core.constraints import refusing
from openflex.core.errors import Refused
from openflex.core.french import NBSP
from settings_admin.organisation import selectors
from settings_admin.organisation.models import Entity, Holding, PointOfSale
from settings_admin.organisation.services.sheets import ENTITY_ONCE, SITE_ONCE
from settings_admin.organisation.validators.companies import check_siret_of
from settings_admin.records.services import answer_key, record_event, take_key
from settings_admin.registries import SiteCopy, entity_starts
from settings_admin.scoping import unscoped

_ENTITY, _SITE = "entity", "site"


@transaction.atomic
def create_entity(*, holding: Holding, values: Mapping[str, Any], actor: Any, key: UUID) -> Entity:
    """A new entity of the holding. `key` is the form's: sent twice, the second call returns the entity of the first.

    Raises Refused beside `name` or `siren` when another entity of the holding has it.
    """
    used_key = take_key(key, what=_ENTITY, user=actor)
    # Nobody's scope holds what does not exist yet.
    with unscoped("an entity is born"):
        if isinstance(used_key, int):
            return Entity.objects.get(pk=used_key, holding=holding)
        entity = Entity(holding=holding, **values)
        with refusing(ENTITY_ONCE):
            entity.save()
        record_event(entity, kind="created", actor=actor, entity=entity)
        for begin in entity_starts():
            begin(entity)
    answer_key(used_key, what=_ENTITY, made=entity)
    return entity


@transaction.atomic
def create_site(
    *,
    entity: Entity,
    values: Mapping[str, Any],
    actor: Any,
    key: UUID,
    source: PointOfSale | None = None,
    copies: Iterable[SiteCopy] = (),
) -> PointOfSale:
    """A new point of sale, with `copies` of what `source` has. `key`: as in `create_entity`.

    Raises Refused beside `name` or `siret`, and as the copies do; nothing is kept then.
    """
    used_key = take_key(key, what=_SITE, user=actor)
    if isinstance(used_key, int):
        return PointOfSale.objects.get(pk=used_key)
    locked = Entity.objects.select_for_update(of=("self",), no_key=True).get(pk=entity.pk)
    site = PointOfSale(entity=locked, **values)
    check_siret_of(site.siret, siren=locked.siren)
    with refusing(SITE_ONCE):
        site.save()
    taken = list(copies) if source is not None else []
    for one in taken:
        one.copy(source, site, actor=actor)
    answer_key(used_key, what=_SITE, made=site)
    label = f"repris de {source.name}{NBSP}: {', '.join(one.label for one in taken)}" if source and taken else ""
    record_event(site, kind="created", actor=actor, details={"label": label} if label else None)
    return site


@transaction.atomic
def delete_site(*, site: PointOfSale, actor: Any) -> None:
    """Takes a point of sale away that nothing refers to, its logo with it. Raises Refused naming what does, seen by
    the actor or not."""
    locked = PointOfSale.objects.select_for_update(of=("self",)).select_related("entity").get(pk=site.pk)
    with unscoped("what keeps a site is counted over everybody's rows"):
        if users := selectors.uses_of_site(locked):
            raise Refused(
                "site_in_use",
                f"Ce point de vente sert encore{NBSP}: {', '.join(users)}. Rien n’a été supprimé.",
            )
        details = {"label": locked.name}
        record_event(locked.entity, kind="site_deleted", actor=actor, details=details, entity=locked.entity)
        locked.delete()
