"""What an entity decides about its vehicles."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from settings_admin.models import Entity, User
from settings_admin.records.services import apply_edit, save_changes
from vehicles.models import VehicleSettings


@transaction.atomic
def edit_settings(*, entity: Entity, base: Mapping[str, Any], mine: Mapping[str, Any], actor: User) -> None:
    """Saves what one editor changed. Another rate counts at once; preparations begin with other lines from now on,
    those that were begun keep theirs. Raises EditConflict."""
    VehicleSettings.objects.get_or_create(entity=entity)
    own = VehicleSettings.objects.select_for_update(of=("self",)).get(entity=entity)
    changed = apply_edit(own, base=dict(base), mine=dict(mine))
    save_changes(own, fields=changed, actor=actor)
