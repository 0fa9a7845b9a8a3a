"""How a vehicle is found by whom it came from or is held for, and what the stock answers to « Rechercher partout »."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Case, Exists, Q, QuerySet, Subquery, When
from django.urls import reverse

from customers.models import Customer
from customers.selectors import VIEW as VIEW_CUSTOMERS
from openflex.core.finding import Beginning, FindSource, Hit, register_beginnings, register_sources
from openflex.core.french import NBSP
from openflex.core.keys import SharedKeys, is_one_of, read_union
from openflex.core.search import contains_words, is_long_enough
from settings_admin.scoping import current_scope
from vehicles.models import Hold, Vehicle
from vehicles.models.vehicle import IN_STOCK
from vehicles.selectors import COVER

# Beyond, the words are too common to be a customer's.
MOST_OF_CUSTOMERS = 1000
# Of more words it is not tried which are the customer's and which the vehicle's.
MOST_MIXED_WORDS = 3


def of_customers(text: str) -> Q | None:
    """The vehicles that the customers with these words supplied, or that are held for them; of two or three words also
    those that have some while their customer has the others (« golf martin »). None when there are none.

    They are found first, from the customers' own index: together with the vehicles' own words this stays a union of
    index reads. Who may not see customers finds nothing by them.
    """
    scope = current_scope()
    places = (scope.reach & scope.granted(VIEW_CUSTOMERS)).entities
    if not places or not is_long_enough(text):
        return None
    people = Customer.objects.listed()
    if places != scope.reach.entities:
        people = people.filter(entity__in=places)
    named: dict[str, QuerySet[Customer]] = {}
    dealt_with: list[QuerySet[Any, Any]] = []
    for at, (name, rest) in enumerate(_names_in(text)):
        named_so = SharedKeys(f"named_{at}")
        found, supplied, held = people.search(name), Vehicle.objects.all(), Hold.objects.unreleased()
        if rest:
            # Of words that no vehicle has nobody is looked for.
            found = found.filter(Exists(Vehicle.objects.filter(contains_words(rest))))
            supplied = supplied.filter(contains_words(rest))
            held = held.filter(contains_words(rest, column="vehicle__search_text"))
        named[named_so.name] = found
        dealt_with.append(supplied.filter(is_one_of("supplier", named_so)).values("pk"))
        dealt_with.append(held.filter(is_one_of("customer", named_so)).values("vehicle"))
    keys = read_union(dealt_with, shared=named, limit=MOST_OF_CUSTOMERS)
    return is_one_of("pk", keys) if keys else None


def _names_in(text: str) -> Iterator[tuple[str, str]]:
    """What may be a customer's, and what is then the vehicle's. Beside a make a number is a model (« peugeot 208 »),
    not a part of somebody's telephone."""
    yield text, ""
    words = text.split()
    if len(words) <= MOST_MIXED_WORDS:
        for at in range(1, len(words)):
            parts = " ".join(words[:at]), " ".join(words[at:])
            yield from ((name, rest) for name, rest in (parts, parts[::-1]) if _may_be_a_name(name))


def _may_be_a_name(words: str) -> bool:
    return is_long_enough(words) and any(map(str.isalpha, words))


def _find(text: str, limit: int) -> Sequence[Hit]:
    """What stands in stock first, then what came last. Each half is read in its own order until there are enough:
    sorted together, all that have a make would be."""
    order = ("-entered_on", "-pk")
    rows = Vehicle.objects.search(text, also=of_customers(text)).order_by(*order).values("pk")
    both = rows.filter(IN_STOCK)[:limit].union(rows.exclude(IN_STOCK)[:limit], all=True)
    in_halves = Case(When(IN_STOCK, then=0), default=1)
    found = _pictured().filter(is_one_of("pk", both)).order_by(in_halves, *order)[:limit]
    return [_told(vehicle) for vehicle in found]


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
