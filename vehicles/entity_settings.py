"""What an entity decided about its vehicles, read; and told, on its page and in the audit log."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from django.db.models import QuerySet

from openflex.core.facts import field_label, field_text
from openflex.core.fields import field_of
from openflex.core.french import format_percent_short
from settings_admin.models import Entity, TimelineEntry
from settings_admin.organisation.entity_settings import audit_target
from settings_admin.records.selectors import Change, HistoryLine, line_of, timeline_of
from vehicles.models import VehicleSettings


def settings_of(entity_id: int) -> VehicleSettings:
    """The usual, unsaved, as long as nobody changed it."""
    own = VehicleSettings.objects.filter(entity=entity_id).first()
    return own or VehicleSettings(entity_id=entity_id)


def settings_of_entities(pks: Iterable[int]) -> list[tuple[Entity, VehicleSettings]]:
    """By the name of the entity, in two statements."""
    own = {one.entity_id: one for one in VehicleSettings.objects.filter(entity__in=pks)}
    entities = Entity.objects.filter(pk__in=pks).order_by("name", "pk")
    return [(entity, own.get(entity.pk) or VehicleSettings(entity=entity)) for entity in entities]


def history_of(entity: Entity) -> QuerySet[TimelineEntry]:
    return timeline_of(settings_of(entity.pk))


def told(entry: TimelineEntry) -> HistoryLine:
    changes = []
    for name, values in entry.changes.items():
        old, new = (_text(name, value) for value in values)
        changes.append(Change(field_label(field_of(VehicleSettings, name)), old, new))
    return line_of(entry, sentence="a modifié les réglages des véhicules", icon="pencil", changes=changes)


def _text(name: str, value: Any) -> str:
    if name == "holding_percent":
        return format_percent_short(Decimal(value))
    return field_text(field_of(VehicleSettings, name), value and ", ".join(value.splitlines()))


def in_words(entries: Iterable[TimelineEntry]) -> list[HistoryLine]:
    return [told(entry) for entry in entries]


SETTINGS: Final = audit_target(
    VehicleSettings,
    label="Réglages des véhicules",
    told=told,
    url_name="vehicles:settings_of",
)
