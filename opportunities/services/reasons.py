"""The reasons for which opportunities of an entity are closed."""

from opportunities.enums import USUAL_REASONS
from opportunities.models import CloseReason
from settings_admin.models import Entity


def give_usual_reasons(entity: Entity) -> None:
    """What a new entity starts with; those it has already stay as they are."""
    CloseReason.objects.bulk_create(
        [
            CloseReason(entity=entity, status=status, label=label)
            for status, labels in USUAL_REASONS.items()
            for label in labels
        ],
        ignore_conflicts=True,
    )
