"""The logo of an entity or of one of its sites is set, replaced, taken away."""

from typing import Any, BinaryIO

from django.db import transaction

from settings_admin.organisation.models import Entity, Logo, PointOfSale
from settings_admin.organisation.validators.logos import clean_logo
from settings_admin.records.services import record_event


def set_logo(*, row: Entity | PointOfSale, file: BinaryIO, size: int, actor: Any) -> Logo:
    """Keeps an image file as the logo of an entity or a site; the same image again changes nothing.

    Raises Refused beside `logo` (see `clean_logo`).
    """
    image = clean_logo(file, size=size)
    place = _place(row)
    with transaction.atomic():
        _lock(row)
        same = Logo.objects.filter(**place, content=image.content).first()
        if same is not None:
            return same
        kept = {"content": image.content, "width": image.width, "height": image.height}
        logo, _ = Logo.objects.update_or_create(**place, defaults=kept)
        record_event(row, kind="logo_changed", actor=actor, entity=place["entity"])
    return logo


@transaction.atomic
def remove_logo(*, row: Entity | PointOfSale, actor: Any) -> None:
    """Takes the logo of the entity or of the site itself away; without one, nothing happens."""
    place = _place(row)
    _lock(row)
    removed, _ = Logo.objects.filter(**place).delete()
    if removed:
        record_event(row, kind="logo_removed", actor=actor, entity=place["entity"])


def _place(row: Entity | PointOfSale) -> dict[str, Any]:
    if isinstance(row, Entity):
        return {"entity": row, "point_of_sale": None}
    return {"entity": row.entity, "point_of_sale": row}


def _lock(row: Entity | PointOfSale) -> None:
    """Two who send a first logo at once come one after the other."""
    type(row).objects.select_for_update(of=("self",), no_key=True).get(pk=row.pk)
