"""Customers as many as the bars ask for, in the entities of the volume stock."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from django.db import connection, transaction

from customers.models import Customer
from openflex.demo.copying import copy_rows
from openflex.demo.persons import make_customer
from openflex.demo.world import World
from settings_admin.models import Entity, User

BATCH = 10_000
_DAYS = 1500


def fill_customers(
    world: World, shares: list[tuple[Entity, User, int]], customers: int, *, tell: Callable[[str], None]
) -> int:
    """Brings each entity up to its share (in percent) of that number in all; returns how many were added.

    Each batch is a transaction of its own: an interrupted run is taken up by the next one.
    """
    added = 0
    for entity, actor, share in shares:
        start, target = Customer.objects.filter(entity=entity).count(), customers * share // 100
        for first in range(start, target, BATCH):
            last = min(first + BATCH, target)
            with transaction.atomic():
                copy_rows([_customer(world, entity, actor, index) for index in range(first, last)])
            added += last - first
            tell(f"{entity.name}: {last} customers of {target}")
        if start < target:
            with transaction.atomic():
                _supply(entity)
    return added


def _customer(world: World, entity: Entity, actor: User, index: int) -> Customer:
    # Each has a seed of its own: the same whatever was added in which run.
    random = Random(f"customer {entity.name} {index}")
    customer = make_customer(random, serial=entity.pk * 1_000_000 + index, today=world.today)
    customer.entity, customer.created_by, customer.country = entity, actor, "France"
    customer.salesperson = actor if index % 500 == 0 else None
    at: datetime = world.now - timedelta(minutes=random.randrange(_DAYS * 24 * 60))
    customer.created_at = customer.changed_at = at
    return customer


def _supply(entity: Entity) -> None:
    """One vehicle in three was bought from a customer, and what is held is held for one."""
    customers = list(Customer.objects.filter(entity=entity).order_by("pk").values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE vehicles_vehicle SET supplier_id = (%s::bigint[])[1 + id * 7 %% %s] "
            "WHERE entity_id = %s AND supplier_id IS NULL AND id %% 3 = 0",
            [customers, len(customers), entity.pk],
        )
        cursor.execute(
            "UPDATE vehicles_hold SET customer_id = (%s::bigint[])[1 + id * 11 %% %s], label = '' "
            "WHERE entity_id = %s AND customer_id IS NULL",
            [customers, len(customers), entity.pk],
        )
