"""What the opportunities answer to « Rechercher partout », and what one begins there."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils import timezone

from openflex.core.dates import today_paris
from openflex.core.finding import (
    Beginning,
    FindSource,
    FoundPage,
    Hit,
    register_beginnings,
    register_found_pages,
    register_sources,
)
from openflex.core.french import NBSP
from openflex.core.keys import read_by_keys
from opportunities import enums
from opportunities.models import Opportunity
from opportunities.rights import EDIT, SET_PRICE, VIEW
from opportunities.selectors import listed_rows, search, wanted


def _find(text: str, limit: int) -> Sequence[Hit]:
    """What changed last: the order of an index, in which the first of many are soon met."""
    order = ("-changed_at", "-pk")
    found = search(listed_rows(), text).order_by(*order)[:limit]
    return [_told(row) for row in read_by_keys(listed_rows(), found).order_by(*order)]


def _told(row: Opportunity) -> Hit:
    state = enums.status_label(row.status, is_overdue=row.is_overdue(today_paris(timezone.now())))
    return Hit(
        f"n°{NBSP}{row.number} · {row.customer_name}",
        reverse("opportunities:page", args=[row.pk]),
        about=" · ".join(part for part in (state, wanted(row), row.salesperson_name) if part),
        entity_id=row.entity_id,
    )


def register() -> None:
    register_sources(
        FindSource(
            key="opportunities",
            label="Opportunités",
            icon="target-arrow",
            right=VIEW,
            order=30,
            find=_find,
            rows=listed_rows,
            told=_told,
            pages=frozenset({"opportunities:page", "opportunities:tab"}),
            list_url="opportunities:list",
        )
    )
    register_beginnings(
        Beginning("Créer une opportunité", "target-arrow", "opportunities:create", EDIT, 20, words="ajouter nouvelle")
    )
    register_found_pages(
        FoundPage("Agenda", "calendar", "opportunities:calendar", VIEW, words="rdv rendez-vous essais calendrier"),
        FoundPage(
            "Estimations à valider", "gauge", "opportunities:trade_ins_to_approve", SET_PRICE, words="reprises prix"
        ),
    )
