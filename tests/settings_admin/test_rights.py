"""Rights: handed out once to the built-in groups, taken back for good; what a person may do where."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from settings_admin.access.selectors.belonging import belonging_of
from settings_admin.access.services.holdings import built_in_group, create_holding, distribute_rights
from settings_admin.access.services.memberships import add_member
from settings_admin.models import DistributedRight, Entity, Membership, TimelineEntry, UserGroup
from settings_admin.registries import BuiltInGroup, Right, all_rights, right_label
from settings_admin.scoping import Reach, unscoped
from tests.make import make_user


@pytest.fixture(autouse=True)
def _everything(db):
    """After a migration: a test with real transactions empties every table behind it, this one too."""
    with unscoped("rights of every holding"):
        call_command("migrate", verbosity=0)
        yield


@pytest.fixture
def new_right(monkeypatch):
    """A right that came with this version, for two of the groups."""
    right = Right("vehicles.fly", "faire voler", (BuiltInGroup.SALESPERSON, BuiltInGroup.HOLDING_ADMIN))
    rights = {**all_rights(), right.code: right}
    monkeypatch.setattr("settings_admin.access.services.holdings.all_rights", lambda: rights)
    return right.code


def rights_of(holding, group):
    return built_in_group(holding, group).rights


def test_a_holding_is_born_with_its_groups_and_their_rights(db):
    holding = create_holding(name="Nouveau")
    assert UserGroup.objects.filter(holding=holding, entity=None).count() == len(BuiltInGroup)
    assert "vehicles.see_margin" not in rights_of(holding, BuiltInGroup.SALESPERSON)
    assert set(rights_of(holding, BuiltInGroup.HOLDING_ADMIN)) == set(all_rights())
    entity_admin = set(rights_of(holding, BuiltInGroup.ENTITY_ADMIN))
    assert entity_admin == {code for code in all_rights() if not code.startswith("holding.")}


# The table of the product, by hand: what is registered for a group must stand here too.
USUAL = {
    BuiltInGroup.SALESPERSON: {
        "vehicles": "view see_market_value", "quotation": "use", "opportunities": "view edit", "customers": "view edit",
    },
    BuiltInGroup.SALES_MANAGER: {
        "vehicles": "view see_market_value edit edit_prices see_margin",
        "quotation": "use",
        "opportunities": "view edit reassign comment_as_manager set_trade_in_price export",
        "customers": "view edit export",
    },
    BuiltInGroup.USED_CAR_MANAGER: {
        "vehicles": "view see_market_value edit edit_prices see_margin export",
        "quotation": "use",
        "opportunities": "view comment_as_manager set_trade_in_price",
        "customers": "view",
    },
    BuiltInGroup.BACK_OFFICE: {"vehicles": "view edit", "opportunities": "view", "customers": "view edit merge"},
    BuiltInGroup.ACCOUNTING: {"vehicles": "view see_margin export", "settings": "consumption"},
}  # fmt: skip


@pytest.mark.parametrize("group", USUAL)
def test_each_built_in_group_gets_what_the_product_says(db, group):
    expected = {f"{module}.{name}" for module, names in USUAL[group].items() for name in names.split()}
    assert set(rights_of(create_holding(name="Nouveau"), group)) == expected


def test_migrate_hands_a_new_right_out_once(cast, new_right):
    assert distribute_rights() == [new_right]
    assert new_right in rights_of(cast.holding, BuiltInGroup.SALESPERSON)
    assert new_right in rights_of(cast.other_holding, BuiltInGroup.SALESPERSON)
    assert new_right not in rights_of(cast.holding, BuiltInGroup.ACCOUNTING)
    assert distribute_rights() == []
    with unscoped("the test looks at the history"):
        line = TimelineEntry.objects.get(
            kind="rights_changed", target_id=built_in_group(cast.holding, BuiltInGroup.SALESPERSON).pk
        )
    old, new = line.changes["rights"]
    assert (line.actor, set(new) - set(old)) == (None, {new_right})


def test_a_right_taken_back_stays_taken(cast, new_right):
    distribute_rights()
    group = built_in_group(cast.holding, BuiltInGroup.SALESPERSON)
    group.rights = [code for code in group.rights if code != new_right]
    group.save()
    call_command("migrate", verbosity=0)
    assert new_right not in rights_of(cast.holding, BuiltInGroup.SALESPERSON)
    assert new_right in rights_of(cast.other_holding, BuiltInGroup.SALESPERSON)


def test_a_new_right_is_not_given_twice_to_a_group_that_has_it(cast, new_right):
    group = built_in_group(cast.holding, BuiltInGroup.SALESPERSON)
    group.rights = [*group.rights, new_right]
    group.save()
    distribute_rights()
    assert rights_of(cast.holding, BuiltInGroup.SALESPERSON).count(new_right) == 1


def test_every_right_of_the_site_was_handed_out_by_migrate(db):
    assert set(DistributedRight.objects.values_list("code", flat=True)) == set(all_rights())


def test_a_right_says_what_it_is_in_french():
    assert right_label("vehicles.edit") == "Véhicules\u00a0: modifier"


def test_adding_somebody_twice_changes_nothing(cast):
    group = built_in_group(cast.holding, BuiltInGroup.SALESPERSON)
    before = Membership.objects.count()
    add_member(actor=None, user=cast.sam, group=group, entity=cast.north)
    assert Membership.objects.count() == before


def test_rights_of_the_holding_count_only_for_the_whole_of_it(cast):
    user = make_user("x@example.test", holding=cast.holding, group=BuiltInGroup.HOLDING_ADMIN, entity=cast.north)
    grants = belonging_of(user).grants
    assert "holding.manage_entities" not in grants
    assert grants["vehicles.edit"] == Reach(frozenset({cast.north.pk}))


def test_the_whole_holding_covers_an_entity_made_tomorrow(cast):
    tomorrow = Entity.objects.create(holding=cast.holding, name="Demain")
    assert tomorrow.pk in belonging_of(cast.alice).widest.whole


def test_the_first_of_a_new_holding_may_make_its_first_entity(db):
    holding = create_holding(name="Nouveau")
    with unscoped("who founds it"):
        user = make_user("premier@example.test", holding=holding, group=BuiltInGroup.HOLDING_ADMIN)
    belonging = belonging_of(user)
    assert belonging.places == []
    assert "holding.manage_entities" in belonging.holding_rights


def test_several_memberships_add_up(cast):
    add_member(
        actor=None, user=cast.momo, group=built_in_group(cast.holding, BuiltInGroup.ACCOUNTING), entity=cast.south
    )
    belonging = belonging_of(cast.momo)
    assert belonging.grants["vehicles.view"] == Reach(
        frozenset({cast.south.pk}), {cast.north.pk: frozenset({cast.north_2.pk})}
    )
    assert belonging.grants["vehicles.see_margin"] == Reach(frozenset({cast.south.pk}))
    assert [place.entity for place in belonging.places] == [cast.north, cast.south]
    assert [point for place in belonging.places for point in place.points_of_sale] == [cast.north_2, cast.south_1]


def test_a_group_of_another_holding_has_no_member_here(cast):
    """The database itself refuses it, whichever holding the row says it belongs to."""
    foreign = built_in_group(cast.other_holding, BuiltInGroup.HOLDING_ADMIN)
    for holding in (cast.holding, cast.other_holding):
        with pytest.raises(IntegrityError), transaction.atomic():
            Membership.objects.create(holding=holding, user=cast.nobody, group=foreign)
    assert belonging_of(cast.nobody).grants == {}
