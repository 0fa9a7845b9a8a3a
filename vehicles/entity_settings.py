"""What an entity decided about the preparation of its vehicles, read; and told, on its page and in the audit log."""

from collections.abc import Iterable
from typing import Final

from django.db.models import QuerySet

from openflex.core.facts import field_label, field_text
from openflex.core.fields import field_of
from settings_admin.models import Entity, TimelineEntry
from settings_admin.organisation.entity_settings import audit_target
from settings_admin.records.selectors import Change, HistoryLine, line_of, timeline_of
from vehicles.models import PreparationSettings


def preparation_of(entity_id: int) -> PreparationSettings:
    """The usual, unsaved, as long as nobody changed it."""
    own = PreparationSettings.objects.filter(entity=entity_id).first()
    return own or PreparationSettings(entity_id=entity_id)


def preparations_of(pks: Iterable[int]) -> list[tuple[Entity, PreparationSettings]]:
    """By the name of the entity, in two statements."""
    own = {one.entity_id: one for one in PreparationSettings.objects.filter(entity__in=pks)}
    entities = Entity.objects.filter(pk__in=pks).order_by("name", "pk")
    return [(entity, own.get(entity.pk) or PreparationSettings(entity=entity)) for entity in entities]


def history_of(entity: Entity) -> QuerySet[TimelineEntry]:
    return timeline_of(preparation_of(entity.pk))


def told(entry: TimelineEntry) -> HistoryLine:
    changes = []
    for name, values in entry.changes.items():
        column = field_of(PreparationSettings, name)
        old, new = (field_text(column, value and ", ".join(value.splitlines())) for value in values)
        changes.append(Change(field_label(column), old, new))
    return line_of(entry, sentence="a modifié les lignes de préparation", icon="pencil", changes=changes)


def in_words(entries: Iterable[TimelineEntry]) -> list[HistoryLine]:
    return [told(entry) for entry in entries]


SETTINGS: Final = audit_target(
    PreparationSettings,
    label="Préparation des véhicules",
    told=told,
    url_name="vehicles:settings_preparation_of",
)
