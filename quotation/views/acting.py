"""What the views share: the provider, and one act of a page towards it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db.models import QuerySet
from django.utils import timezone

from openflex.core.dates import today_paris
from openflex.core.french import NBSP, format_time, long_instant
from quotation import selectors
from quotation.models import Quotation
from quotation.providers import autovista
from quotation.providers.act import PageAct
from quotation.providers.base import ValuationProvider
from quotation.providers.failures import ProviderFailure
from quotation.services.asking import Asker
from settings_admin.access.requests import StaffRequest
from settings_admin.guards import RightMissing, get_for
from settings_admin.models import Entity
from settings_admin.scoping import current_scope
from vehicles.models import Vehicle

USE = "quotation.use"
MANAGE = "quotation.manage"
SEE_VEHICLES = "vehicles.view"
DRAFT_IS_KEPT = "Votre saisie est conservée."
VALUE_IS_KEPT = "La cote est enregistrée."


def the_provider() -> ValuationProvider:
    """For its name, its sandbox and its outages, which are the same for everybody; it is asked by `provider_of`."""
    return autovista.provider_from_settings()


def asker_for(request: StaffRequest, *, entity: Entity, quotation: Quotation | None, act: PageAct) -> Asker:
    """One page, one act: all its calls share the provider's seconds."""
    return Asker(
        entity=entity,
        user=request.user,
        act=act,
        now=timezone.now(),
        quotation=quotation,
    )


def fetch(request: StaffRequest, pk: int, rows: QuerySet[Quotation] | None = None) -> Quotation:
    """To be read, by any colleague who values vehicles there: any screen can be sent to a colleague."""
    return get_for(request, selectors.for_pages() if rows is None else rows, pk, right=USE)


def fetch_to_change(request: StaffRequest, pk: int, rows: QuerySet[Quotation] | None = None) -> Quotation:
    """To be changed: by whoever made it, or by those who manage everybody's; RightMissing for other colleagues."""
    quotation = fetch(request, pk, rows)
    if not may_change(quotation):
        raise RightMissing(MANAGE, quotation.entity_id)
    return quotation


def may_change(quotation: Quotation) -> bool:
    scope = current_scope()
    if quotation.created_by_id == scope.user_id:
        return True
    return scope.allows(MANAGE, quotation.entity_id, quotation.point_of_sale_id)


def page_context(quotation: Quotation | None, **more: Any) -> dict[str, Any]:
    return {
        "quotation": quotation,
        "vehicle": _vehicle_to_open(quotation) if quotation else None,
        "site": selectors.site_of(quotation) if quotation else None,
        "names_entity": len(current_scope().widest.entities) > 1,
        "provider": the_provider(),
        "may_change": quotation is None or may_change(quotation),
        "form_key": uuid4(),
        **more,
    }


def _vehicle_to_open(quotation: Quotation) -> Vehicle | None:
    """The vehicle in stock that it is about, for who may open its sheet."""
    vehicle = selectors.vehicle_of(quotation)
    if vehicle is None or not current_scope().allows(SEE_VEHICLES, vehicle.entity_id, vehicle.point_of_sale_id):
        return None
    return vehicle


def sent_key(request: StaffRequest) -> UUID | None:
    """The key of a form that may be sent twice; None when it carries none that can be read."""
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return None


def kept_at(quotation: Quotation | None, now: datetime) -> str:
    """When the draft was last kept, as "à 14:42", or with its day when that is not today."""
    if quotation is None or quotation.pk is None:
        return ""
    kept = quotation.changed_at
    if today_paris(kept) == today_paris(now):
        return f"à{NBSP}{format_time(kept)}"
    return f"le {long_instant(kept)}"


def tell(request: StaffRequest, failures: Sequence[ProviderFailure], *, kept: str) -> None:
    """On the page that comes next: what the provider did not give and why, each call by its name; what is `kept`."""
    for sentence in dict.fromkeys(one.message for one in failures):
        messages.warning(request, f"{sentence} {kept}")
