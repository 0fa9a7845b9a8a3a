"""Damage and refurbishment costs of a vehicle, whoever holds them: a stay in the stock or a trade-in estimate."""

from collections.abc import Mapping
from typing import Any, Final, Protocol
from uuid import UUID

from django.db import models, transaction

from openflex.core.errors import Refused
from settings_admin.models import User
from settings_admin.records import services as records
from vehicles.models.condition import CostFacts, DamageFacts
from vehicles.registry import above_of
from vehicles.services.photo_files import remove_unnamed


class Owner(Protocol):
    """What has a condition: a `Vehicle`, or an estimate that will become one."""

    pk: int
    entity_id: int
    point_of_sale_id: int | None

    @property
    def is_editable(self) -> bool: ...

    damages: Any
    costs: Any
    photos: Any


Part = DamageFacts | CostFacts

FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "damage": ("zone", "description", "cost"),
    "cost": ("kind", "description", "planned", "actual"),
}


def locked_owner(owner: Any, *, is_changed: bool = True) -> Any:
    """The owner, locked: what is changed on its condition is changed by one after the other.

    Raises Refused("not_editable") for a change of what is settled already.
    """
    if is_changed and (above := above_of(owner)) is not None:
        above.lock(owner)
    locked = type(owner).objects.select_for_update(of=("self",)).get(pk=owner.pk)
    if is_changed and not locked.is_editable:
        raise Refused("not_editable", "Cette estimation ne peut plus être modifiée.")
    return locked


def event(owner: Any, kind: str, *, actor: User, **details: Any) -> None:
    """A line of the owner's history, and what is told of the change: call it last in the verb."""
    records.record_event(owner, kind=kind, actor=actor, details=details)
    tell_changed(owner, actor=actor)


def tell_changed(owner: Any, *, actor: User) -> None:
    if (above := above_of(owner)) is not None:
        above.changed(owner, actor)


@transaction.atomic
def add_part(*, owner: Owner, what: str, values: Mapping[str, Any], actor: User, key: UUID) -> int:
    """Adds a "damage" or a "cost" and returns its number; the same form sent twice adds one."""
    told = f"{type(owner).__name__} {what}"
    used = records.take_key(key, what=told, user=actor)
    if isinstance(used, int):
        return used
    locked = locked_owner(owner)
    parts = _parts(locked, what)
    part = parts.model(
        **{parts.field.name: locked, **values},
        entity_id=locked.entity_id,
        point_of_sale_id=locked.point_of_sale_id,
    )
    part.save(force_insert=True)
    records.answer_key(used, what=told, made=part)
    event(locked, f"{what}_added", actor=actor, **{"is": facts_of(part, what)})
    return int(part.pk)


@transaction.atomic
def edit_part(
    *, owner: Owner, what: str, part_pk: int, base: Mapping[str, Any], mine: Mapping[str, Any], actor: User
) -> None:
    """Saves what one editor changed of a line, beside what others saved meanwhile. Raises EditConflict when both
    changed a field, Refused("gone")."""
    locked = locked_owner(owner)
    part = _parts(locked, what).filter(pk=part_pk).first()
    if part is None:
        raise Refused("gone", "Cette ligne a été retirée entre-temps.")
    was = facts_of(part, what)
    changed = [name for name, value in mine.items() if getattr(part, name) != value]
    if not changed:
        return
    records.apply_edit(part, base=dict(base), mine=dict(mine))
    part.save(update_fields=changed)
    event(locked, f"{what}_changed", actor=actor, was=was, **{"is": facts_of(part, what)})


@transaction.atomic
def remove_part(*, owner: Owner, what: str, part_pk: int, actor: User) -> None:
    """Removed twice, it is removed once. The photos of a damage go with it."""
    locked = locked_owner(owner)
    part = _parts(locked, what).filter(pk=part_pk).first()
    if part is None:
        return
    was = facts_of(part, what)
    photos = part.photos.all() if what == "damage" else ()
    names = [name for photo in photos for name in (photo.name, photo.small_name)]
    part.delete()
    event(locked, f"{what}_removed", actor=actor, was=was)
    remove_unnamed(names)


@transaction.atomic
def copy_parts(*, source: Owner, target: Owner) -> list[tuple[Any, Any]]:
    """Gives `target`, which has none, the damage and the costs of `source`; returns each damage with its copy."""
    locked = locked_owner(source, is_changed=False)
    _copy(locked, target, "cost")
    return _copy(locked, target, "damage")


def _copy(source: Owner, target: Owner, what: str) -> list[tuple[Any, Any]]:
    parts, originals = _parts(target, what), list(_parts(source, what).order_by("pk"))
    copies = parts.model.objects.bulk_create(
        parts.model(
            **{parts.field.name: target, **{name: getattr(part, name) for name in FIELDS[what]}},
            entity_id=target.entity_id,
            point_of_sale_id=target.point_of_sale_id,
        )
        for part in originals
    )
    return list(zip(originals, copies, strict=True))


def follow_site(owner: Owner) -> None:
    """What hangs on a vehicle goes with it to another point of sale, inside the transaction of the move."""
    for parts in (owner.damages, owner.costs, owner.photos, photos_of_damages(owner)):
        parts.update(point_of_sale_id=owner.point_of_sale_id)


def photos_of_damages(owner: Any) -> Any:
    """Those of all its damages."""
    model: Any = owner.damages.model._meta.get_field("photos").related_model
    return model.objects.filter(damage__in=owner.damages.all())


def _parts(owner: Any, what: str) -> Any:
    return {"damage": owner.damages, "cost": owner.costs}[what]


def facts_of(part: models.Model, what: str) -> dict[str, Any]:
    """As the history keeps them: amounts as text."""
    values = {name: getattr(part, name) for name in FIELDS[what]}
    return {
        name: value if value is None or isinstance(value, str) else f"{value:.2f}" for name, value in values.items()
    }
