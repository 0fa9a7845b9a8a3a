"""Editing the sheet of an entity or of a point of sale, beside what others saved meanwhile."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from openflex.core.constraints import refusing
from openflex.core.errors import Refused
from settings_admin.organisation.models import Entity, PointOfSale
from settings_admin.organisation.validators.companies import check_siren_of_sites, check_siret_of
from settings_admin.records.services import apply_edit, save_changes

ENTITY_ONCE = {
    "entity_name_unique_in_holding": Refused("name_taken", "Une entité de la holding porte déjà ce nom.", "name"),
    "entity_siren_unique_in_holding": Refused("siren_taken", "Une entité de la holding a déjà ce SIREN.", "siren"),
}
SITE_ONCE = {
    "point_of_sale_name_unique_in_entity": Refused(
        "name_taken", "Un point de vente de l’entité porte déjà ce nom.", "name"
    )
}


@transaction.atomic
def edit_entity(*, row: Entity, base: Mapping[str, Any], mine: Mapping[str, Any], actor: Any) -> Entity:
    """Saves the fields one editor changed. Raises EditConflict when somebody else changed them too, and Refused beside
    `name` or `siren`: taken in the holding, or contradicted by the SIRET of a site."""
    locked = _lock(row.pk)
    changed = apply_edit(locked, base=dict(base), mine=dict(mine))
    if "siren" in changed:
        check_siren_of_sites(locked.siren, sirets=locked.points_of_sale.order_by("name").values_list("name", "siret"))
    with refusing(ENTITY_ONCE):
        save_changes(locked, fields=changed, actor=actor, entity=locked)
    return locked


@transaction.atomic
def edit_site(*, row: PointOfSale, base: Mapping[str, Any], mine: Mapping[str, Any], actor: Any) -> PointOfSale:
    """As `edit_entity`, for a point of sale. Refused beside `siret` when it is not one of its entity's."""
    entity = _lock(row.entity_id)  # its SIREN stays what it is until we are done
    locked = PointOfSale.objects.select_for_update(of=("self",), no_key=True).get(pk=row.pk)
    changed = apply_edit(locked, base=dict(base), mine=dict(mine))
    if "siret" in changed:
        check_siret_of(locked.siret, siren=entity.siren)
    if (locked.latitude is None) != (locked.longitude is None):
        # Each of two editors may have changed one half.
        raise Refused("half_position", "Il manque la moitié de la position.", "latitude")
    with refusing(SITE_ONCE):
        save_changes(locked, fields=changed, actor=actor)
    return locked


def _lock(entity_pk: int) -> Entity:
    return Entity.objects.select_for_update(of=("self",), no_key=True).get(pk=entity_pk)
