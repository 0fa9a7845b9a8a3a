"""How an entity signs in at the provider, and what it decides about its quotations. What is secret is sealed here and
never told: not in the history, not in a message."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from openflex.core.sealing import reseal, seal
from quotation.models import ProviderCredentials, QuotationSettings
from quotation.providers.base import ValuationProvider
from quotation.providers.failures import ProviderFailure
from quotation.providers.wire import Credentials
from quotation.selectors import opened
from quotation.services.asking import Asker, write_free_calls
from settings_admin.models import Entity, User
from settings_admin.records.services import apply_edit, record_event, save_changes


@transaction.atomic
def save_credentials(*, entity: Entity, credentials: Credentials, actor: User, now: datetime) -> None:
    """From the next call on, the entity signs in with these. The same ones again change nothing."""
    own = _locked_settings(entity)
    held = ProviderCredentials.objects.filter(entity=entity).first()
    if held is not None and opened(held) == credentials:
        return
    ProviderCredentials.objects.update_or_create(
        entity=entity,
        defaults={
            "client_id": seal(credentials.client_id),
            "client_secret": seal(credentials.client_secret),
            "saved_by": actor,
            "saved_at": now,
        },
    )
    record_event(own, kind="credentials_replaced" if held else "credentials_saved", actor=actor)


@transaction.atomic
def remove_credentials(*, entity: Entity, actor: User) -> None:
    """The entity signs in with what the installation has; nothing is left of its own. Twice is as once."""
    own = _locked_settings(entity)
    deleted, _ = ProviderCredentials.objects.filter(entity=entity).delete()
    if deleted:
        record_event(own, kind="credentials_removed", actor=actor)


@transaction.atomic
def edit_settings(*, entity: Entity, base: Mapping[str, Any], mine: Mapping[str, Any], actor: User) -> None:
    """Saves the settings that one editor changed; raises EditConflict when somebody else changed them too."""
    own = _locked_settings(entity)
    changed = apply_edit(own, base=dict(base), mine=dict(mine))
    save_changes(own, fields=changed, actor=actor)


def _locked_settings(entity: Entity) -> QuotationSettings:
    """The row of the entity, made if it had none: it carries the history of all that is set here."""
    QuotationSettings.objects.get_or_create(entity=entity)
    return QuotationSettings.objects.select_for_update(of=("self",)).get(entity=entity)


@dataclass(frozen=True)
class AccessTried:
    """What the provider said: how many makes it shows, or how it refused; in how many milliseconds."""

    duration_ms: int
    makes: int = 0
    failure: ProviderFailure | None = None


def try_access(*, provider: ValuationProvider, asker: Asker) -> AccessTried:
    """Asks for something free at once, whatever is cached or suspended; it stands in the ledger like every call."""
    with transaction.atomic(durable=True):
        pass  # raises inside a transaction: the provider may take all of its seconds
    makes, failure = 0, None
    try:
        makes = provider.try_access(act=asker.act)
    except ProviderFailure as error:
        failure = error
    write_free_calls(asker)
    return AccessTried(asker.act.calls[-1].duration_ms, makes, failure)


@transaction.atomic
def reseal_credentials() -> int:
    """Moves the credentials of every entity to the newest key; returns how many. What no key opens any more stays: its
    page asks for it again."""
    rows = ProviderCredentials.objects.select_for_update(of=("self",)).order_by("pk")
    readable = [one for one in rows if opened(one).client_id]
    for row in readable:
        row.client_id, row.client_secret = reseal(row.client_id), reseal(row.client_secret)
        row.save(update_fields=["client_id", "client_secret"])
    return len(readable)
