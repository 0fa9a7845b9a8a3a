"""People enter groups and leave them: who may do it, where, and that it can be done again."""

import pytest
from django.contrib.auth.hashers import make_password

from openflex.core.errors import Refused
from settings_admin.access.selectors.belonging import belonging_of
from settings_admin.access.services import people
from settings_admin.access.services.holdings import built_in_group
from settings_admin.access.services.memberships import add_member, remove_member, set_sites
from settings_admin.models import Entity, Membership, TimelineEntry, User, UserGroup
from settings_admin.registries import BuiltInGroup
from settings_admin.scoping import Reach
from tests.settings_admin.way import places

pytestmark = pytest.mark.usefixtures("everything")


def refused(code, act, **arguments):
    with pytest.raises(Refused) as refusal:
        act(**arguments)
    assert refusal.value.code == code
    return refusal.value


# --- Oui and Non ----------------------------------------------------------------------------------------------


def test_yes_covers_every_entity_and_those_created_later(cast, sellers):
    add_member(actor=cast.alice, user=cast.nobody, group=sellers, entity=None)
    later = Entity.objects.create(holding=cast.holding, name="Est")
    assert belonging_of(cast.nobody).grants["quotation.use"] == Reach(
        frozenset({cast.north.pk, cast.south.pk, later.pk})
    )


def test_no_covers_one_entity_only(cast, sellers):
    add_member(actor=cast.alice, user=cast.nobody, group=sellers, entity=cast.south)
    Entity.objects.create(holding=cast.holding, name="Est")
    assert belonging_of(cast.nobody).grants["quotation.use"] == Reach(frozenset({cast.south.pk}))


def test_yes_after_no_widens_and_no_after_yes_changes_nothing(cast, sellers):
    add_member(actor=cast.alice, user=cast.nobody, group=sellers, entity=cast.south)
    add_member(actor=cast.alice, user=cast.nobody, group=sellers, entity=None)
    assert places(cast.nobody, sellers) == {None}
    before = TimelineEntry.objects.count()
    add_member(actor=cast.alice, user=cast.nobody, group=sellers, entity=cast.south)
    add_member(actor=cast.alice, user=cast.nobody, group=sellers, entity=None)
    assert places(cast.nobody, sellers) == {None}
    assert TimelineEntry.objects.count() == before


def test_adding_widens_from_sites_to_the_entity_and_never_narrows(cast, sellers):
    add_member(actor=cast.alice, user=cast.nobody, group=sellers, entity=cast.north, points_of_sale=[cast.north_1])
    add_member(actor=cast.alice, user=cast.nobody, group=sellers, entity=cast.north, points_of_sale=[cast.north_2])
    membership = Membership.objects.get(user=cast.nobody)
    assert set(membership.points_of_sale.all()) == {cast.north_1, cast.north_2}
    add_member(actor=cast.alice, user=cast.nobody, group=sellers, entity=cast.north)
    add_member(actor=cast.alice, user=cast.nobody, group=sellers, entity=cast.north, points_of_sale=[cast.north_1])
    membership.refresh_from_db()
    assert membership.is_whole
    assert not membership.points_of_sale.exists()


def test_both_histories_tell_it_with_the_other_and_the_place(cast, sellers):
    add_member(actor=cast.alice, user=cast.nobody, group=sellers, entity=cast.south)
    lines = TimelineEntry.objects.filter(kind="member_added", actor=cast.alice)
    assert {line.target_type for line in lines} == {"settings_admin.user", "settings_admin.usergroup"}
    assert {line.entity for line in lines} == {cast.south}
    assert {line.details["place"] for line in lines} == {"Sud"}


# --- Who may -----------------------------------------------------------------------------------------------


def test_an_entity_administrator_never_causes_the_effect_of_yes(cast, sellers):
    refused("right_missing", add_member, actor=cast.eve, user=cast.nobody, group=sellers, entity=None)
    assert places(cast.nobody, sellers) == set()


def test_nor_does_one_who_administers_every_entity_but_not_the_holding(cast, sellers):
    admins = built_in_group(cast.holding, BuiltInGroup.ENTITY_ADMIN)
    add_member(actor=cast.alice, user=cast.marc, group=admins, entity=None)
    refused("right_missing", add_member, actor=cast.marc, user=cast.nobody, group=sellers, entity=None)
    add_member(actor=cast.marc, user=cast.nobody, group=sellers, entity=cast.south)


def test_an_entity_administrator_adds_at_home_only(cast, sellers):
    add_member(actor=cast.eve, user=cast.nobody, group=sellers, entity=cast.south)
    refused("right_missing", add_member, actor=cast.eve, user=cast.nobody, group=sellers, entity=cast.north)
    assert places(cast.nobody, sellers) == {cast.south.pk}


def test_nobody_gives_rights_they_lack(cast):
    admins = built_in_group(cast.holding, BuiltInGroup.HOLDING_ADMIN)
    refusal = refused("beyond_own_rights", add_member, actor=cast.eve, user=cast.eve, group=admins, entity=cast.south)
    assert refusal.field == "group"
    assert "Holding" in refusal.message


def test_whoever_manages_no_users_adds_nobody(cast, sellers):
    refused("right_missing", add_member, actor=cast.marc, user=cast.nobody, group=sellers, entity=cast.north)


def test_a_local_group_serves_in_its_entity_only(cast, preparation):
    for entity in (None, cast.north):
        refused("local_group", add_member, actor=cast.alice, user=cast.nobody, group=preparation, entity=entity)


def test_strangers_and_foreign_places_are_refused(cast, sellers):
    refused("other_holding", add_member, actor=cast.alice, user=cast.otto, group=sellers, entity=cast.north)
    refused("other_holding", add_member, actor=cast.alice, user=cast.nobody, group=sellers, entity=cast.elsewhere)
    refused("other_holding", add_member, actor=cast.alice, user=cast.max, group=sellers, entity=cast.north)
    for sites in ([cast.south_1], []):
        refused(
            "other_entity",
            add_member,
            actor=cast.alice,
            user=cast.nobody,
            group=sellers,
            entity=cast.north,
            points_of_sale=sites,
        )


def test_a_group_that_is_gone_says_so(cast, preparation):
    gone = UserGroup.objects.get(pk=preparation.pk)
    preparation.delete()
    refused("group_gone", add_member, actor=cast.alice, user=cast.nobody, group=gone, entity=cast.south)


# --- Leaving a group ---------------------------------------------------------------------------------------


def test_removing_everywhere_and_here(cast, sellers):
    for entity in (cast.north, cast.south):
        add_member(actor=cast.alice, user=cast.nobody, group=sellers, entity=entity)
    remove_member(actor=cast.alice, user=cast.nobody, group=sellers, entity=cast.south)
    assert places(cast.nobody, sellers) == {cast.north.pk}
    remove_member(actor=cast.alice, user=cast.nobody, group=sellers, entity=cast.south)
    remove_member(actor=cast.alice, user=cast.nobody, group=sellers, entity=None)
    assert places(cast.nobody, sellers) == set()


def test_out_of_one_entity_the_whole_holding_becomes_the_others(cast, sellers):
    add_member(actor=cast.alice, user=cast.nobody, group=sellers, entity=None)
    remove_member(actor=cast.alice, user=cast.nobody, group=sellers, entity=cast.south)
    assert places(cast.nobody, sellers) == {cast.north.pk}
    Entity.objects.create(holding=cast.holding, name="Est")
    assert belonging_of(cast.nobody).widest == Reach(frozenset({cast.north.pk}))


def test_an_entity_administrator_takes_nobody_out_elsewhere(cast, sellers):
    add_member(actor=cast.alice, user=cast.nobody, group=sellers, entity=cast.north)
    add_member(actor=cast.alice, user=cast.nobody, group=sellers, entity=cast.south)
    refused("right_missing", remove_member, actor=cast.eve, user=cast.nobody, group=sellers, entity=None)
    refused("right_missing", remove_member, actor=cast.eve, user=cast.nobody, group=sellers, entity=cast.north)
    remove_member(actor=cast.eve, user=cast.nobody, group=sellers, entity=cast.south)
    assert places(cast.nobody, sellers) == {cast.north.pk}


def test_nor_one_of_the_whole_holding(cast, sellers):
    add_member(actor=cast.alice, user=cast.nobody, group=sellers, entity=None)
    refused("right_missing", remove_member, actor=cast.eve, user=cast.nobody, group=sellers, entity=cast.south)
    assert places(cast.nobody, sellers) == {None}


def test_sites_are_chosen_anew(cast, sellers):
    membership = add_member(actor=cast.alice, user=cast.nobody, group=sellers, entity=cast.north)
    set_sites(actor=cast.alice, membership=membership, points_of_sale=[cast.north_2])
    assert belonging_of(cast.nobody).widest == Reach(partial={cast.north.pk: frozenset({cast.north_2.pk})})
    set_sites(actor=cast.alice, membership=membership, points_of_sale=None)
    assert belonging_of(cast.nobody).widest == Reach(frozenset({cast.north.pk}))
    refused("right_missing", set_sites, actor=cast.eve, membership=membership, points_of_sale=[cast.north_1])


# --- Never without administrators ---------------------------------------------------------------------------


def test_the_last_administrator_of_the_holding_stays(cast):
    admins = built_in_group(cast.holding, BuiltInGroup.HOLDING_ADMIN)
    refused("last_administrator", remove_member, actor=cast.alice, user=cast.alice, group=admins, entity=None)
    refused("last_administrator", remove_member, actor=cast.alice, user=cast.alice, group=admins, entity=cast.south)
    assert places(cast.alice, admins) == {None}
    add_member(actor=cast.alice, user=cast.marc, group=admins, entity=None)
    remove_member(actor=cast.marc, user=cast.alice, group=admins, entity=None)
    refused("last_administrator", remove_member, actor=cast.marc, user=cast.marc, group=admins, entity=None)


def test_the_last_administrator_of_an_entity_stays(cast):
    admins = built_in_group(cast.holding, BuiltInGroup.ENTITY_ADMIN)
    remove = {"actor": cast.alice, "user": cast.eve, "group": admins, "entity": cast.south}
    assert "Sud" in refused("last_administrator", remove_member, **remove).message
    refused("last_administrator", people.leave, actor=cast.alice, user=cast.eve, successor=None)
    assert User.objects.get(pk=cast.eve.pk).is_active
    membership = Membership.objects.get(user=cast.eve)
    refused("last_administrator", set_sites, actor=cast.alice, membership=membership, points_of_sale=[cast.south_1])
    add_member(actor=cast.alice, user=cast.nobody, group=admins, entity=cast.south)
    remove_member(**remove)


def test_yes_for_the_last_administrator_of_an_entity_keeps_it_administered(cast):
    admins = built_in_group(cast.holding, BuiltInGroup.ENTITY_ADMIN)
    add_member(actor=cast.alice, user=cast.eve, group=admins, entity=None)
    assert places(cast.eve, admins) == {None}


def test_a_holding_administrator_of_one_entity_becomes_one_everywhere_and_back(cast):
    """*Oui* after *Non*; and a *Non* by mistake is taken back: the entity had no administrator of its own by it."""
    admins = built_in_group(cast.holding, BuiltInGroup.HOLDING_ADMIN)
    add_member(actor=cast.alice, user=cast.marc, group=admins, entity=cast.north)
    remove_member(actor=cast.alice, user=cast.marc, group=admins, entity=cast.north)
    add_member(actor=cast.alice, user=cast.marc, group=admins, entity=cast.north)
    add_member(actor=cast.alice, user=cast.marc, group=admins, entity=None)
    assert places(cast.marc, admins) == {None}


def test_who_has_not_chosen_a_password_administers_nothing_yet(cast):
    """Invited, they could not sign in: the last administrator who can does not go."""
    admins = built_in_group(cast.holding, BuiltInGroup.HOLDING_ADMIN)
    User.objects.filter(pk=cast.marc.pk).update(password=make_password(None))
    add_member(actor=cast.alice, user=cast.marc, group=admins, entity=None)
    refused("last_administrator", remove_member, actor=cast.alice, user=cast.alice, group=admins, entity=None)
    set_password = make_password("un mot de passe choisi")
    User.objects.filter(pk=cast.marc.pk).update(password=set_password)
    remove_member(actor=cast.alice, user=cast.alice, group=admins, entity=None)


# --- Stronger accounts -------------------------------------------------------------------------------------


def test_nobody_closes_a_stronger_account_or_their_own(cast):
    admins = built_in_group(cast.holding, BuiltInGroup.ENTITY_ADMIN)
    add_member(actor=cast.alice, user=cast.marc, group=admins, entity=cast.north)
    add_member(actor=cast.alice, user=cast.sam, group=admins, entity=cast.south)
    for stronger in (cast.alice, cast.eve, cast.sam):  # the holding's, another entity's, one of both
        refused("beyond_own_rights", people.leave, actor=cast.marc, user=stronger, successor=None)
        refused("beyond_own_rights", people.edit_person, actor=cast.marc, user=stronger, base={}, mine={})
    refused("oneself", people.leave, actor=cast.alice, user=cast.alice, successor=None)
    people.leave(actor=cast.marc, user=cast.vera, successor=None)
