"""The fixed cast: everybody a test may need, always in the same places.

Groupe Saône holds two entities. *Nord* has two sites, *Sud* one. Alice administers the holding; Marc manages
sales, Vera the used cars, Sam sells, Adèle keeps the books, all in Nord; Momo sells in Nord's second site only;
Eve administers Sud. Otto administers another holding. Max buys for a merchant company. Nobody has no group at all.
"""

from dataclasses import dataclass
from typing import Any

from settings_admin.access.services.holdings import create_holding
from settings_admin.models import Entity, Holding, Merchant, PointOfSale, User
from settings_admin.registries import BuiltInGroup
from settings_admin.scoping import unscoped
from tests.make import make_user
from tests.support.rows import on_stage


@dataclass(frozen=True)
class Cast:
    holding: Holding
    north: Entity
    south: Entity
    north_1: PointOfSale
    north_2: PointOfSale
    south_1: PointOfSale
    alice: User
    marc: User
    vera: User
    sam: User
    adele: User
    momo: User
    eve: User
    nobody: User
    other_holding: Holding
    elsewhere: Entity
    elsewhere_1: PointOfSale
    otto: User
    merchant: Merchant
    max: User


def build_cast() -> Cast:
    with unscoped("test data"):
        holding = create_holding(name="Groupe Saône")
        north = Entity.objects.create(holding=holding, name="Nord")
        south = Entity.objects.create(holding=holding, name="Sud")
        north_1 = PointOfSale.objects.create(entity=north, name="Nord 1", postcode="71100")
        north_2 = PointOfSale.objects.create(entity=north, name="Nord 2", postcode="71000")
        south_1 = PointOfSale.objects.create(entity=south, name="Sud 1", postcode="69000")
        other = create_holding(name="Autre groupe")
        elsewhere = Entity.objects.create(holding=other, name="Ailleurs")
        elsewhere_1 = PointOfSale.objects.create(entity=elsewhere, name="Ailleurs 1", postcode="75000")
        merchant = Merchant.objects.create(name="Négoce Auto")

    def staff(name: str, group: BuiltInGroup | None, entity: Entity | None, **options: Any) -> User:
        return make_user(
            f"{name}@example.test", holding=holding, group=group, entity=entity, first_name=name.title(), **options
        )

    return Cast(
        holding=holding,
        north=north,
        south=south,
        north_1=north_1,
        north_2=north_2,
        south_1=south_1,
        alice=staff("alice", BuiltInGroup.HOLDING_ADMIN, None),
        marc=staff("marc", BuiltInGroup.SALES_MANAGER, north),
        vera=staff("vera", BuiltInGroup.USED_CAR_MANAGER, north),
        sam=staff("sam", BuiltInGroup.SALESPERSON, north),
        adele=staff("adele", BuiltInGroup.ACCOUNTING, north),
        momo=staff("momo", BuiltInGroup.SALESPERSON, north, sites=(north_2,)),
        eve=staff("eve", BuiltInGroup.ENTITY_ADMIN, south),
        nobody=staff("nobody", None, None),
        other_holding=other,
        elsewhere=elsewhere,
        elsewhere_1=elsewhere_1,
        otto=make_user(
            "otto@example.test", holding=other, group=BuiltInGroup.HOLDING_ADMIN, entity=None, first_name="Otto"
        ),
        merchant=merchant,
        max=make_user("max@example.test", merchant=merchant, first_name="Max"),
    )


def cast_on_stage() -> Cast:
    """The cast, with its rows in the database: building it takes a hundred and fifty statements, and most tests begin
    with it."""
    return on_stage(build_cast, build_cast)
