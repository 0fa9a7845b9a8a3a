"""The settings of an entity's opportunities, as their pages and the audit log tell of them."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from django.db.models import QuerySet

from openflex.core.facts import field_label, field_text
from openflex.core.fields import field_of
from openflex.core.french import NBSP
from opportunities import selectors
from opportunities.enums import Status
from opportunities.models import CloseReason, MessageTemplate, OpportunitySettings
from settings_admin.models import Entity, TimelineEntry
from settings_admin.organisation.entity_settings import audit_target
from settings_admin.records.selectors import Change, HistoryLine, line_of, timeline_of

_SENTENCES: Final[Mapping[str, tuple[str, str]]] = {
    "changed": ("a modifié les réglages des opportunités", "pencil"),
    "reason_added": ("a ajouté le motif", "plus"),
    "reason_renamed": ("a renommé le motif", "pencil"),
    "reason_placed": ("a déplacé le motif", "arrows-exchange"),
    "reason_offered": ("propose de nouveau le motif", "check"),
    "reason_retired": ("ne propose plus le motif", "ban"),
    "message_added": ("a ajouté le modèle de message", "plus"),
    "message_changed": ("a modifié le modèle de message", "pencil"),
    "message_offered": ("propose de nouveau le modèle de message", "check"),
    "message_retired": ("ne propose plus le modèle de message", "ban"),
}
FIGURES: Final = ("changed",)
REASONS: Final = tuple(kind for kind in _SENTENCES if kind.startswith("reason_"))
MESSAGES: Final = tuple(kind for kind in _SENTENCES if kind.startswith("message_"))


def told(entry: TimelineEntry) -> HistoryLine:
    """« Alice MARTIN a ajouté le motif « Délai » (Perdue) »."""
    sentence, icon = _SENTENCES[entry.kind]
    model: type[OpportunitySettings | CloseReason | MessageTemplate] = OpportunitySettings
    if reason := entry.details.get("reason"):
        model = CloseReason
        sentence += f" «{NBSP}{reason}{NBSP}» ({Status(entry.details['status']).label})"
    if message := entry.details.get("message"):
        model = MessageTemplate
        sentence += f" «{NBSP}{message}{NBSP}»"
    changes = []
    for name, values in entry.changes.items():
        column = field_of(model, name)
        old, new = (field_text(column, value) for value in values)
        changes.append(Change(field_label(column), old, new))
    return line_of(entry, sentence=sentence, icon=icon, changes=changes)


def history_of(entity: Entity, kinds: Collection[str]) -> QuerySet[TimelineEntry]:
    return timeline_of(selectors.settings_of(entity.pk)).filter(kind__in=kinds)


def in_words(entries: Iterable[TimelineEntry]) -> list[HistoryLine]:
    return [told(entry) for entry in entries]


SETTINGS: Final = audit_target(
    OpportunitySettings,
    label="Réglages des opportunités",
    told=told,
    url_name="opportunities:settings_figures_of",
)
