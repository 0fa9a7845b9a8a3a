"""What a new point of sale takes over from another one, of what this package knows."""

from collections.abc import Callable
from typing import Any

from settings_admin.organisation.models import Logo, PointOfSale
from settings_admin.registries import SiteCopy


def _column(name: str) -> Callable[..., None]:
    def copy(source: PointOfSale, target: PointOfSale, *, actor: Any) -> None:
        setattr(target, name, getattr(source, name))
        target.save(update_fields=[name])

    return copy


def copy_logo(source: PointOfSale, target: PointOfSale, *, actor: Any) -> None:
    """The site's own; that of an entity is there for each of its sites anyway."""
    own = Logo.objects.filter(point_of_sale=source).first()
    if own is not None:
        Logo.objects.create(
            entity=target.entity, point_of_sale=target, content=own.content, width=own.width, height=own.height
        )


OWN_COPIES = (
    SiteCopy("brands", "marques", _column("brands")),
    SiteCopy("vehicle_kinds", "genres de véhicules", _column("vehicle_kinds")),
    SiteCopy("opening_hours", "horaires d’ouverture", _column("opening_hours")),
    SiteCopy("phone", "téléphone", _column("phone")),
    SiteCopy("email", "adresse e-mail", _column("email")),
    SiteCopy("logo", "logo", copy_logo),
)
