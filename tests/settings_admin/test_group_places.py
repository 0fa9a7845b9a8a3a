"""Who administers some places and not others: what they are offered, and what they do not hear of."""

import pytest

from openflex.core.errors import Refused
from settings_admin.access.services.holdings import built_in_group
from settings_admin.access.services.memberships import add_member, remove_member, set_sites
from settings_admin.models import Entity, Membership, PointOfSale, User, UserGroup
from settings_admin.registries import BuiltInGroup
from tests.make import make_user
from tests.settings_admin.organisation.way import errors_of
from tests.settings_admin.way import group_url, places, user_url, words
from tests.support.htmx import parse

pytestmark = pytest.mark.usefixtures("everything")
NEW, ADD = "/parametres/groupes/nouveau/", "groupes/ajouter/"
KEY = "5a4a3c0e-8f0a-4c38-9c86-0f1b6d5e2a11"


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


def test_the_boxes_follow_the_chosen_owner_at_once_and_what_is_ticked_stays(cast, client_for):
    few = UserGroup.objects.create(
        holding=cast.holding, entity=cast.north, name="Peu", rights=["settings.manage_groups", "vehicles.view"]
    )
    add_member(actor=None, user=cast.eve, group=few, entity=cast.north)
    client = client_for(cast.eve, scope="all")
    form = parse(client.get(NEW))
    spot = form.select_one("[hx-trigger*='name=entity']")
    assert spot.select("[name=rights]")
    typed = {"name": "Atelier", "rights": ["vehicles.view", "vehicles.edit"]}

    def boxes(entity):
        page = parse(client.get(spot["hx-get"], {**typed, "part": "gains", "entity": entity.pk}))
        assert not page.select("[name=name], html")
        found = page.select("[name=rights]")
        return {box["value"]: (box.has_attr("checked"), box.has_attr("disabled")) for box in found}

    there, here = boxes(cast.south), boxes(cast.north)
    assert there["vehicles.export"] == (False, False)
    assert here["vehicles.export"] == (False, True)
    for ticked in ("vehicles.view", "vehicles.edit"):
        assert there[ticked] == here[ticked] == (True, False)
    # One that cannot be given there stays ticked, says so, and the form is refused with it until it is unticked.
    refused = client.post(NEW, {**typed, "entity": cast.north.pk, "key": KEY})
    assert refused.status_code == 422
    assert "vous n’avez pas ce droit ici : décochez-le" in words(refused)
    assert not UserGroup.objects.filter(name="Atelier").exists()


@pytest.fixture
def deputy(cast, sellers):
    """Manages the users of Nord 1, and holds there what a salesperson does; there are three sites."""
    rights = ["settings.manage_users", *sellers.rights]
    group = UserGroup.objects.create(holding=cast.holding, entity=cast.north, name="Adjoints", rights=rights)
    deputy = make_user("deputy@example.test", holding=cast.holding, first_name="Dora")
    add_member(actor=None, user=deputy, group=group, entity=cast.north, points_of_sale=[cast.north_1])
    PointOfSale.objects.create(entity=cast.north, name="Nord-Caché")
    return deputy


def test_who_manages_some_sites_is_offered_what_they_may_do_and_told_no_other_site(cast, client_for, sellers, deputy):
    client = client_for(deputy)
    both, here = (make_user(f"{name}@example.test", holding=cast.holding, first_name=name) for name in ("Both", "Here"))
    hidden = PointOfSale.objects.get(name="Nord-Caché")
    for user, sites in ((both, [cast.north_1, hidden]), (here, [cast.north_1])):
        add_member(actor=None, user=user, group=sellers, entity=cast.north, points_of_sale=sites)
    page = client.get(group_url(sellers))
    links = {link["href"] for link in parse(page).select(".group-detail a[href*=retirer]")}
    assert links == {group_url(sellers, f"retirer/{here.pk}/")}
    assert "Nord 1, d’autres points de vente" in words(page)
    answers = [page.text]
    for user in (both, cast.sam):
        held = Membership.objects.get(user=user, group=sellers)
        shown = client.get(user_url(user))
        assert not parse(shown).select("a[href*='/affectations/'], a[href*=retirer]")
        answers.append(shown.text)
        for address in (group_url(sellers, f"retirer/{user.pk}/"), user_url(user, f"affectations/{held.pk}/")):
            sent = {"where": cast.north.pk, "points_of_sale": cast.north_1.pk}
            for response in (client.get(address), client.post(address, sent)):
                assert response.status_code == 403, address
                answers.append(response.text)
    for verb in (
        lambda held: remove_member(actor=deputy, user=both, group=sellers, entity=cast.north),
        lambda held: set_sites(actor=deputy, membership=held, points_of_sale=[cast.north_1]),
    ):
        with pytest.raises(Refused, match="vaut aussi là où") as refusal:
            verb(Membership.objects.get(user=both, group=sellers))
        answers.append(refusal.value.message)
    assert not any("Nord-Caché" in answer or "Nord 2" in answer for answer in answers)
    # What is offered works.
    assert client.post(group_url(sellers, f"retirer/{here.pk}/"), {"where": cast.north.pk}).status_code == 303


def test_who_manages_some_sites_adds_there_without_saying_so(cast, client_for, sellers, deputy):
    client = client_for(deputy)
    offered = {option["value"] for option in parse(client.get(user_url(cast.adele, ADD))).select("optgroup option")}
    assert str(sellers.pk) in offered
    assert str(built_in_group(cast.holding, BuiltInGroup.ACCOUNTING).pk) not in offered
    assert "Ajouter un utilisateur" in words(client.get(group_url(sellers)))
    for beyond in (BuiltInGroup.ACCOUNTING, BuiltInGroup.HOLDING_ADMIN):
        assert "Ajouter un utilisateur" not in words(client.get(group_url(built_in_group(cast.holding, beyond))))
    for url, sent in (
        (group_url(sellers, "ajouter/"), {"who": "pick", "user": cast.adele.pk}),
        (user_url(cast.vera, ADD), {"group": sellers.pk}),
    ):
        # A form that was drawn when more was theirs meant more.
        for managed in ("", "0"):
            assert client.post(url, {**sent, "managed": managed}).status_code == 422
        managed = parse(client.get(url)).select_one("main [name=managed]")["value"]
        assert client.post(url, {**sent, "managed": managed}).status_code == 303
    for user in (cast.adele, cast.vera):
        held = Membership.objects.get(user=user, group=sellers)
        assert (held.is_whole, list(held.points_of_sale.all())) == (False, [cast.north_1])
    # At several sites: those ticked, or all of them; never « tous », which is more than theirs.
    group = Membership.objects.get(user=deputy)
    group.points_of_sale.add(cast.north_2)
    form = parse(client.get(group_url(sellers, "ajouter/")))
    boxes = {box["value"] for box in form.select("[name=points_of_sale]")}
    assert boxes == {str(cast.north_1.pk), str(cast.north_2.pk)}
    assert "Aucune case cochée\u00a0: tous ceux que vous administrez." in form.text
    managed = form.select_one("[name=managed]")["value"]
    client.post(group_url(sellers, "ajouter/"), {"who": "pick", "user": cast.marc.pk, "managed": managed})
    held = Membership.objects.get(user=cast.marc, group=sellers)
    assert set(held.points_of_sale.all()) == {cast.north_1, cast.north_2}
    choose = user_url(cast.marc, f"affectations/{held.pk}/")
    assert not parse(client.get(choose)).select("[name=is_whole]")
    assert client.post(choose, {"points_of_sale": cast.north_2.pk}).status_code == 303
    assert client.post(choose, {}).status_code == 422
    assert list(held.points_of_sale.all()) == [cast.north_2]


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


def test_of_several_owners_or_entities_none_is_chosen_unasked(cast, client_for, sellers):
    """Neither whose a new group is, nor where somebody enters a group: nothing chosen is refused beside the field."""
    alice, eve = client_for(cast.alice, scope="all"), client_for(cast.eve)
    new = parse(alice.get(NEW))
    assert not new.select("[name=entity][checked]")
    refused = alice.post(NEW, {"name": "Atelier", "rights": [], "key": KEY})
    assert refused.status_code == 422
    assert "Choisissez à qui il appartient." in words(refused)
    assert not UserGroup.objects.filter(name="Atelier").exists()
    assert len(parse(eve.get(NEW)).select("[name=entity][checked]")) == 1  # the only one there is

    add, join = group_url(sellers, "ajouter/"), user_url(cast.nobody, ADD)
    for url in (add, join):
        assert parse(alice.get(url)).select_one("[name=entity] option")["value"] == ""
        data = {"who": "pick", "user": cast.nobody.pk, "group": sellers.pk, "answer": "non"}
        assert errors_of(alice.post(url, data))["entity"] == "Choisissez une entité."
    assert not Membership.objects.filter(user=cast.nobody, group=sellers).exists()
    # A local group serves in its own entity: nothing is to be chosen.
    local = UserGroup.objects.create(holding=cast.holding, entity=cast.south, name="Local", rights=[])
    assert alice.post(join, {"group": local.pk}).status_code == 303
    assert Membership.objects.get(user=cast.nobody, group=local).entity == cast.south
