"""No route to a row of another scope: held or refused on every way a queryset can be run."""

import pgtrigger
import pytest
from asgiref.sync import async_to_sync
from django.db import models
from django.db.models import Count, Exists, OuterRef
from django.http import Http404

from settings_admin import scoping
from settings_admin.models import Entity, PointOfSale, UserGroup
from settings_admin.scoping import NOWHERE, OutOfScope, Reach, ScopeMissing
from tests.make import make_vehicle
from vehicles.models import Hold, Vehicle


async def _async_list(rows: models.QuerySet) -> list[object]:
    return [row async for row in rows]


ROUTES = {
    "iteration": lambda rows: list(rows),
    "count": lambda rows: rows.count(),
    "exists": lambda rows: rows.exists(),
    "aggregate": lambda rows: rows.aggregate(n=Count("pk")),
    "iterator": lambda rows: list(rows.iterator()),
    "values": lambda rows: list(rows.values("pk")),
    "values_list": lambda rows: list(rows.values_list("pk", flat=True)),
    "first": lambda rows: rows.first(),
    "get": lambda rows: rows.get(pk=0),
    "update": lambda rows: rows.update(body="x"),
    "delete": lambda rows: rows.delete(),
    "in_bulk": lambda rows: rows.in_bulk([0]),
    "union": lambda rows: list(rows.union(rows)),
    "explain": lambda rows: rows.explain(),
    "async": lambda rows: async_to_sync(_async_list)(rows),
    "subquery": lambda rows: list(Entity.objects.filter(Exists(rows.filter(entity=OuterRef("pk"))))),
    "in": lambda rows: list(Entity.objects.filter(pk__in=rows.values("entity"))),
    "locked": lambda rows: rows.select_for_update().first(),
}


@pytest.mark.parametrize("route", ROUTES)
def test_without_a_scope_every_route_raises(cast, route):
    make_vehicle(entity=cast.north)
    with pytest.raises(ScopeMissing):
        ROUTES[route](Vehicle.objects.all())


SEEING = {
    "iteration": lambda rows: len(list(rows)),
    "count": lambda rows: rows.count(),
    "exists": lambda rows: int(rows.exists()),
    "aggregate": lambda rows: rows.aggregate(n=Count("pk"))["n"],
    "iterator": lambda rows: len(list(rows.iterator())),
    "update": lambda rows: rows.update(body="x"),
    "delete": lambda rows: rows.delete()[1].get("vehicles.Vehicle", 0),
    "union": lambda rows: len(list(rows.union(rows))),
    "async": lambda rows: len(async_to_sync(_async_list)(rows)),
    "base manager": lambda rows: Vehicle._base_manager.count(),
}


@pytest.mark.parametrize("route", SEEING)
def test_a_strangers_rows_are_not_there_and_mine_are(cast, as_user, route):
    make_vehicle(entity=cast.north)
    make_vehicle(entity=cast.south)
    make_vehicle(entity=cast.elsewhere)
    as_user(cast.sam)
    assert SEEING[route](Vehicle.objects.all()) == 1


def test_a_queryset_built_before_the_scope_is_held_by_the_scope_it_runs_in(cast, as_user):
    built_at_import = Vehicle.objects.filter(make="RENAULT")
    mine = make_vehicle(entity=cast.north)
    make_vehicle(entity=cast.elsewhere)
    as_user(cast.sam)
    assert list(built_at_import) == [mine]
    with scoping.unscoped("test"):
        assert built_at_import.all().count() == 2


def test_related_rows_and_prefetches_are_held(cast, as_user):
    mine = make_vehicle(entity=cast.north)
    # As neither a verb nor the database would let it be written.
    with scoping.unscoped("a row that points abroad"), pgtrigger.ignore():
        foreign = make_vehicle(entity=cast.elsewhere)
        Vehicle.objects.filter(pk=mine.pk).update(previous_stay=foreign)
        Hold.objects.create(entity=cast.elsewhere, vehicle=mine, kind="order", label="Ailleurs")
    as_user(cast.sam)
    row = Vehicle.objects.prefetch_related("holds").get()
    assert list(row.holds.all()) == []
    with pytest.raises(Vehicle.DoesNotExist):
        _ = row.previous_stay


def test_a_site_that_is_not_mine_is_a_strangers(cast, as_user):
    at_one = make_vehicle(entity=cast.north, point_of_sale=cast.north_1)
    at_two = make_vehicle(entity=cast.north, point_of_sale=cast.north_2)
    without = make_vehicle(entity=cast.north)
    as_user(cast.momo)
    assert set(Vehicle.objects.all()) == {at_two, without}
    assert at_one not in Vehicle.objects.all()


def test_shared_groups_are_the_holdings_and_local_ones_the_entitys(cast, as_user):
    with scoping.unscoped("test data"):
        local_south = UserGroup.objects.create(holding=cast.holding, entity=cast.south, name="Local sud")
        local_north = UserGroup.objects.create(holding=cast.holding, entity=cast.north, name="Local nord")
    as_user(cast.sam)
    names = set(UserGroup.objects.values_list("name", flat=True))
    assert local_north.name in names
    assert local_south.name not in names
    assert "Vendeur" in names
    assert set(UserGroup.objects.values_list("holding", flat=True)) == {cast.holding.pk}


@pytest.mark.parametrize("write", ["save", "create", "bulk_create"])
def test_a_row_outside_the_scope_cannot_be_written(cast, as_user, write):
    foreign = make_vehicle(entity=cast.elsewhere)
    as_user(cast.sam)
    fields = {"entity_id": cast.elsewhere.pk, "stock_number": "X", "kind": "car", "make": "A", "model": "B"}
    writers = {
        "save": foreign.save,
        "create": lambda: Vehicle.objects.create(**fields),
        "bulk_create": lambda: Vehicle.objects.bulk_create([Vehicle(**fields)]),
    }
    with pytest.raises(OutOfScope):
        writers[write]()


def test_a_merchant_sees_nothing_of_the_staffs(cast, as_user):
    make_vehicle(entity=cast.north)
    scoping.enter(scoping.Scope(user_id=cast.max.pk, merchant_id=cast.merchant.pk))
    try:
        assert Vehicle.objects.count() == 0
        assert PointOfSale.objects.count() == 0
        assert UserGroup.objects.count() == 0
    finally:
        scoping.enter(None)


def test_before_the_row_is_fetched_a_row_view_can_read_nothing(cast, rf, as_user):
    from settings_admin.guards import right

    make_vehicle(entity=cast.north)
    as_user(cast.sam)

    @right("vehicles.view", on="row")
    def forgetful(request):
        return Vehicle.objects.count()

    with pytest.raises(ScopeMissing, match="get_for"):
        forgetful(rf.get("/"))


def test_a_row_that_is_not_there_is_a_404_like_a_strangers(cast, rf, as_user):
    from settings_admin.guards import get_for

    foreign = make_vehicle(entity=cast.elsewhere)
    as_user(cast.sam)
    for pk in (foreign.pk, foreign.pk + 1000):
        with pytest.raises(Http404):
            get_for(rf.get("/"), Vehicle.objects.all(), pk, right="vehicles.view")


class TestReach:
    def test_whole_wins_over_partial(self):
        assert Reach(frozenset({1})) | Reach(partial={1: frozenset({5})}) == Reach(frozenset({1}))

    def test_two_partials_add_up(self):
        both = Reach(partial={1: frozenset({5})}) | Reach(partial={1: frozenset({6})})
        assert both == Reach(partial={1: frozenset({5, 6})})

    def test_a_common_part_is_the_smaller_one(self):
        assert Reach(frozenset({1, 2})) & Reach(partial={1: frozenset({5})}) == Reach(partial={1: frozenset({5})})

    def test_no_site_of_an_entity_is_a_part_of_it_and_of_no_other(self):
        # Held at one site while the top bar shows another: nothing is common but what has no site.
        left = Reach(partial={1: frozenset({5})}) & Reach(partial={1: frozenset({6})})
        assert left == Reach(partial={1: frozenset()})
        assert not NOWHERE.contains(left)
        assert not Reach(frozenset({2})).contains(left)
        assert Reach(partial={1: frozenset({7})}).contains(left)
        assert Reach(frozenset({1})).contains(left)

    def test_a_row_without_a_site_belongs_to_all_of_the_entity(self):
        reach = Reach(partial={1: frozenset({5})})
        assert reach.covers(1)
        assert reach.covers(1, 5)
        assert not reach.covers(1, 6)
        assert not reach.covers(2)
