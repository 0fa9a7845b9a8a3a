"""Who administers some places and not others: what they are offered, and what they do not hear of."""

import pytest

from openflex.core.errors import Refused
from settings_admin.access.services.holdings import built_in_group
from settings_admin.access.services.memberships import add_member, remove_member
from settings_admin.models import Entity, Membership, User, UserGroup
from settings_admin.registries import BuiltInGroup
from tests.settings_admin.way import group_url, places, user_url, words
from tests.support.htmx import parse

pytestmark = pytest.mark.usefixtures("everything")
NEW = "/parametres/groupes/nouveau/"


@pytest.fixture
def admins(cast):
    return built_in_group(cast.holding, BuiltInGroup.ENTITY_ADMIN)


def test_everywhere_is_not_offered_where_the_reader_does_not_see_all_of_it(cast, client_for, sellers, admins):
    east = Entity.objects.create(holding=cast.holding, name="Est-Secret")
    for entity in (cast.north, cast.south, east):
        add_member(actor=None, user=cast.nobody, group=sellers, entity=entity)
    add_member(actor=None, user=cast.eve, group=admins, entity=cast.north)
    client = client_for(cast.eve, scope="all")
    address = group_url(sellers, f"retirer/{cast.nobody.pk}/")
    page = client.get(address)
    assert [one["value"] for one in parse(page).select("[name=where]")] == [str(cast.north.pk), str(cast.south.pk)]
    forged = client.post(address, {"where": "everywhere"})
    assert forged.status_code == 422
    assert "Est-Secret" not in page.text + forged.text
    with pytest.raises(Refused, match="là où vous n’administrez pas") as refusal:
        remove_member(actor=cast.eve, user=cast.nobody, group=sellers, entity=None)
    assert "Est-Secret" not in refusal.value.message
    assert len(places(cast.nobody, sellers)) == 3
    # Once nothing is left there, everywhere is where she administers.
    Membership.objects.filter(user=cast.nobody, entity=east).delete()
    client.post(address, {"where": "everywhere"})
    assert places(cast.nobody, sellers) == set()


def test_no_group_is_made_where_one_manages_some_sites_only(cast, client_for, sellers, admins):
    add_member(actor=None, user=cast.eve, group=admins, entity=cast.north, points_of_sale=[cast.north_1])
    client = client_for(cast.eve, scope=f"e{cast.north.pk}")
    for address in (NEW, f"{NEW}?copie={sellers.pk}"):
        assert client.get(address).status_code == 403
    assert "Dupliquer" not in words(client.get(group_url(sellers)))
    assert client_for(cast.eve, scope="all").get(f"{NEW}?copie={sellers.pk}").status_code == 200


def test_what_may_be_ticked_is_that_of_the_entity_whose_group_it_will_be(cast, client_for):
    few = UserGroup.objects.create(
        holding=cast.holding, entity=cast.north, name="Peu", rights=["settings.manage_groups", "vehicles.view"]
    )
    add_member(actor=None, user=cast.eve, group=few, entity=cast.north)
    client = client_for(cast.eve, scope="all")

    def disabled(entity):
        page = parse(client.post(NEW, {"name": "", "entity": entity.pk}))
        return {box["value"] for box in page.select("[name=rights]") if box.has_attr("disabled")}

    assert "vehicles.edit" in disabled(cast.north)
    assert "vehicles.view" not in disabled(cast.north)
    assert "vehicles.edit" not in disabled(cast.south)


def test_a_closed_account_enters_no_group_until_it_is_opened_again(cast, client_for, sellers):
    User.objects.filter(pk=cast.nobody.pk).update(is_active=False)
    invited = {"who": "invite", "email": cast.nobody.email, "first_name": "N", "last_name": "N"}
    for address, data in (
        (group_url(sellers, "ajouter/"), invited | {"entity": cast.north.pk, "answer": "non"}),
        (user_url(cast.nobody, "groupes/ajouter/"), {"group": sellers.pk, "entity": cast.north.pk, "answer": "non"}),
    ):
        response = client_for(cast.alice).post(address, data)
        assert response.status_code == 422, address
        assert "Ce compte est désactivé\u00a0: réactivez-le d’abord." in response.text, address
    assert places(cast.nobody, sellers) == set()


def test_two_groups_that_give_the_same_say_so(cast, client_for, sellers):
    client = client_for(cast.alice)
    same = f"/parametres/groupes/comparer/?a={sellers.pk}&b={sellers.pk}"
    assert "Ces deux groupes donnent les mêmes droits." in words(client.get(f"{same}&differences=1"))
    assert "Ces deux groupes donnent les mêmes droits." not in words(client.get(same))
