"""What the stock answers to « Rechercher partout », and what one begins there."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Subquery, Value
from django.urls import reverse

from openflex.core.finding import Beginning, FindSource, Hit, register_beginnings, register_sources
from openflex.core.french import NBSP
from vehicles.models import Vehicle
from vehicles.models.vehicle import IN_STOCK
from vehicles.selectors import COVER, of_customers


def _find(text: str, limit: int) -> Sequence[Hit]:
    """What stands in stock first, then what came last. Each half is read in its own order until there are enough:
    sorted together, all that have a make would be."""
    rows = _pictured().search(text, also=of_customers(text)).order_by("-entered_on", "-pk")
    stock = rows.filter(IN_STOCK).annotate(half=Value(0))[:limit]
    gone = rows.exclude(IN_STOCK).annotate(half=Value(1))[:limit]
    both = stock.union(gone, all=True).order_by("half", "-entered_on", "-pk")
    return [_told(vehicle) for vehicle in both[:limit]]


def _pictured() -> Any:
    return Vehicle.objects.annotate(cover=Subquery(COVER))  # type: ignore[no-redef]  # the model says that it may be


def _told(vehicle: Vehicle) -> Hit:
    number = f"n°{NBSP}{vehicle.stock_number}" if vehicle.stock_number else ""
    foreign = vehicle.plate_display if vehicle.is_foreign else ""
    return Hit(
        str(vehicle),
        reverse("vehicles:sheet", args=[vehicle.pk]),
        about=" · ".join(part for part in (vehicle.get_status_display(), foreign, vehicle.version, number) if part),
        plate="" if foreign else vehicle.plate_display,
        department=vehicle.plate_department,
        shape=vehicle.kind.replace("_", "-"),
        picture=reverse("vehicles:photo", args=[vehicle.cover, "petite"]) if vehicle.cover else "",
        entity_id=vehicle.entity_id,
    )


def register() -> None:
    register_sources(
        FindSource(
            key="vehicles",
            label="Véhicules",
            icon="car",
            right="vehicles.view",
            order=10,
            find=_find,
            rows=_pictured,
            told=_told,
            pages=frozenset({"vehicles:sheet"}),
            list_url="vehicles:list",
        )
    )
    register_beginnings(
        Beginning("Ajouter un véhicule", "car", "vehicles:add", "vehicles.edit", 30, words="stock VO VN")
    )
