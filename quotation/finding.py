"""What the quotations answer to « Rechercher partout », and what one begins there: a plate can be valued at once."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.http import urlencode

from openflex.core.dates import in_paris
from openflex.core.finding import Beginning, FindSource, Hit, register_beginnings, register_sources
from openflex.core.french import format_day
from quotation.enums import QuotationState
from quotation.models import Quotation
from quotation.selectors import quotation_rows
from settings_admin.scoping import current_scope
from vehicles.validators import Plate, parse_plate

USE = "quotation.use"


def _find(text: str, limit: int) -> Sequence[Hit]:
    rows = quotation_rows().search(text).order_by("-changed_at", "-pk")  # type: ignore[attr-defined]
    hits = [_told(row) for row in rows[:limit]]
    # A quotation is begun in what the top bar shows.
    plate = _plate(text) if current_scope().allows_somewhere(USE) else None
    return [_to_value(plate), *hits][:limit] if plate else hits


def _plate(text: str) -> Plate | None:
    try:
        return parse_plate(text)
    except ValidationError:
        return None


def _to_value(plate: Plate) -> Hit:
    return Hit(
        "Coter ce véhicule",
        f"{reverse('quotation:start')}?{urlencode({'plaque': plate.normalised})}",
        about="Nouvelle cotation",
        plate=plate.display,
        department=plate.department,
        icon="plus",
    )


def _told(row: Quotation) -> Hit:
    foreign = row.plate_display if row.is_foreign else ""
    day = format_day(in_paris(row.changed_at).date())
    parts = (str(QuotationState(row.state).label), foreign, day, row.created_by.full_name)
    return Hit(
        str(row),
        reverse("quotation:open", args=[row.pk]),
        about=" · ".join(part for part in parts if part),
        plate="" if foreign else row.plate_display,
        entity_id=row.entity_id,
    )


def register() -> None:
    register_sources(
        FindSource(
            key="quotation",
            label="Cotations",
            icon="gauge",
            right=USE,
            order=40,
            find=_find,
            rows=quotation_rows,
            told=_told,
            pages=frozenset({"quotation:details", "quotation:radar", "quotation:study"}),
            list_url="quotation:list",
        )
    )
    register_beginnings(
        Beginning("Nouvelle cotation", "gauge", "quotation:start", USE, 10, words="coter estimer valeur")
    )
