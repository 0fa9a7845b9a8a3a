"""What an entity decides about its opportunities. The row of its settings carries the history of all of it: figures,
reasons of closing and messages."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import DateField, ExpressionWrapper, F, Value
from django.db.models.functions import Least, TruncDate
from django.utils import timezone

from openflex.core.dates import PARIS, today_paris
from opportunities.models import Opportunity, OpportunitySettings
from settings_admin.models import Entity, User
from settings_admin.records.services import apply_edit, save_changes


def locked_settings(entity: Entity) -> OpportunitySettings:
    """The row of the entity, made if it had none, locked: who holds it is alone to change its reasons and messages."""
    OpportunitySettings.objects.get_or_create(entity=entity)
    return OpportunitySettings.objects.select_for_update(of=("self",)).get(entity=entity)


@transaction.atomic
def edit_figures(*, entity: Entity, base: Mapping[str, Any], mine: Mapping[str, Any], actor: User) -> None:
    """Saves the figures that one editor changed. Another delay counts at once: open opportunities are *en souffrance*
    from another day on. Offers and prices that were made keep their days. Raises EditConflict."""
    own = locked_settings(entity)
    changed = apply_edit(own, base=dict(base), mine=dict(mine))
    entry = save_changes(own, fields=changed, actor=actor)
    if entry is not None and "overdue_after_days" in entry.changes:
        _follow_delay(own)


def _follow_delay(own: OpportunitySettings) -> None:
    """As `enums.overdue_from`, for all open opportunities of the entity at once."""
    silent = TruncDate("last_contact_at", tzinfo=PARIS) + Value(own.overdue_after_days)
    after_action = F("next_action_on") + Value(1)
    first = Least(*(ExpressionWrapper(day, output_field=DateField()) for day in (silent, after_action)))
    there = Opportunity.objects.open().filter(entity=own.entity_id)
    there.update(overdue_on=first)
    # Whoever was reminded too early is reminded again when it is time.
    there.filter(reminded_on__isnull=False, overdue_on__gt=today_paris(timezone.now())).update(reminded_on=None)
