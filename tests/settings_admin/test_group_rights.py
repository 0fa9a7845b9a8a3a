"""The rights of groups and their effects; groups made, copied, compared and removed."""

from uuid import uuid4

import pytest

from openflex.core.errors import Refused
from settings_admin.access.services.holdings import built_in_group
from settings_admin.access.services.memberships import add_member, remove_member
from settings_admin.models import Membership, TimelineEntry, UserGroup
from settings_admin.registries import BuiltInGroup
from settings_admin.scoping import unscoped
from tests.settings_admin.way import group_url, said, words
from tests.support.htmx import parse

pytestmark = pytest.mark.usefixtures("everything")


# --- Rights ------------------------------------------------------------------------------------------------


def test_changed_rights_say_first_who_gains_and_who_loses(cast, client_for, sellers):
    client = client_for(cast.alice)
    sent = {"base": sellers.rights, "rights": [*(set(sellers.rights) - {"quotation.use"}), "vehicles.export"]}
    asked = client.post(group_url(sellers, "droits/"), sent)
    text = words(asked)
    assert "Gagnent Véhicules : exporter Momo Nom, Sam Nom" in text
    assert "Perdent Cotations : coter un véhicule Momo Nom, Sam Nom" in text
    sellers.refresh_from_db()
    assert "vehicles.export" not in sellers.rights
    assert client.post(group_url(sellers, "droits/"), {**sent, "confirmed": "1"}).status_code == 303
    sellers.refresh_from_db()
    assert "vehicles.export" in sellers.rights
    assert "quotation.use" not in sellers.rights
    line = TimelineEntry.objects.get(kind="rights_changed")
    assert (line.actor, line.target_id) == (cast.alice, sellers.pk)


def test_a_right_that_another_group_gives_is_no_gain(cast, client_for, sellers):
    add_member(
        actor=None, user=cast.sam, group=built_in_group(cast.holding, BuiltInGroup.ACCOUNTING), entity=cast.north
    )
    asked = client_for(cast.alice).post(
        group_url(sellers, "droits/"), {"base": sellers.rights, "rights": [*sellers.rights, "vehicles.export"]}
    )
    text = words(asked)
    assert "exporter Momo Nom" in text
    assert "Sam Nom" not in text


def test_what_somebody_else_changed_meanwhile_stays(cast, client_for, preparation):
    opened = list(preparation.rights)
    UserGroup.objects.filter(pk=preparation.pk).update(rights=["vehicles.view", "vehicles.edit", "quotation.use"])
    client_for(cast.alice).post(
        group_url(preparation, "droits/"), {"base": opened, "rights": ["vehicles.view"], "confirmed": "1"}
    )
    preparation.refresh_from_db()
    assert preparation.rights == ["vehicles.view", "quotation.use"]


def test_a_right_one_lacks_enters_no_group(cast, client_for, preparation):
    client = client_for(cast.eve)
    # What one lacks is refused in the dialog; what no app has registered is a forged request.
    for code, status in (("holding.manage_shared_groups", 422), ("vehicles.fly", 409)):
        sent = {"base": preparation.rights, "rights": [*preparation.rights, code], "confirmed": "1"}
        assert client.post(group_url(preparation, "droits/"), sent).status_code == status
    preparation.refresh_from_db()
    assert preparation.rights == ["vehicles.view", "vehicles.edit"]


@pytest.mark.parametrize("act", ["droits/", "supprimer/", "modifier/"])
def test_an_entity_administrator_changes_no_shared_group(cast, client_for, sellers, act):
    before = (sellers.name, list(sellers.rights))
    sent = {"rights": ["vehicles.view"], "base": sellers.rights, "name": "À moi", "confirmed": "1"}
    assert client_for(cast.eve).post(group_url(sellers, act), sent).status_code == 403
    sellers.refresh_from_db()
    assert (sellers.name, sellers.rights) == before


def test_taking_the_last_administrators_right_is_refused(cast, client_for):
    admins = built_in_group(cast.holding, BuiltInGroup.HOLDING_ADMIN)
    sent = {"base": admins.rights, "rights": ["vehicles.view"], "confirmed": "1"}
    response = client_for(cast.alice).post(group_url(admins, "droits/"), sent)
    assert response.status_code == 422
    assert "dernière personne qui administre" in said(response)


def test_a_right_that_nobody_holds_any_more_is_given_again_by_the_holdings_administrator(cast, client_for):
    admins = built_in_group(cast.holding, BuiltInGroup.HOLDING_ADMIN)
    client, all_of_them = client_for(cast.alice), list(admins.rights)
    with unscoped("the last groups that gave it everywhere"):
        for group in UserGroup.objects.filter(rights__contains=["vehicles.export"]):
            group.rights = [code for code in group.rights if code != "vehicles.export"]
            group.save()
    admins.refresh_from_db()
    sent = {"base": admins.rights, "rights": all_of_them, "confirmed": "1"}
    assert client.post(group_url(admins, "droits/"), sent).status_code in (200, 303)
    admins.refresh_from_db()
    assert "vehicles.export" in admins.rights


def test_who_administers_by_two_groups_is_the_last_administrator_too(cast):
    with unscoped("test data"):
        admins = built_in_group(cast.holding, BuiltInGroup.HOLDING_ADMIN)
        halves = [
            UserGroup.objects.create(holding=cast.holding, name=code, rights=[code])
            for code in ("settings.manage_users", "holding.manage_shared_groups")
        ]
        for half in halves:
            add_member(actor=None, user=cast.alice, group=half)
        Membership.objects.filter(group=admins).delete()
        with pytest.raises(Refused, match="dernière personne qui administre la holding"):
            remove_member(actor=cast.alice, user=cast.alice, group=halves[1], entity=None)


# --- Making, copying, removing groups ----------------------------------------------------------------------


def test_a_local_group_is_made_and_a_shared_one_only_by_the_holding(cast, client_for):
    sent = {
        "key": uuid4(),
        "name": "Livraison",
        "description": "",
        "entity": cast.south.pk,
        "rights": ["vehicles.view"],
    }
    assert client_for(cast.eve).post("/parametres/groupes/nouveau/", sent).status_code == 303
    assert UserGroup.objects.get(name="Livraison").entity == cast.south
    for entity in ("", cast.north.pk, cast.elsewhere.pk):
        forged = {**sent, "key": uuid4(), "name": "Autre", "entity": entity}
        assert client_for(cast.eve).post("/parametres/groupes/nouveau/", forged).status_code == 422
    shared = {**sent, "key": uuid4(), "name": "Partout", "entity": "holding"}
    assert client_for(cast.alice).post("/parametres/groupes/nouveau/", shared).status_code == 303
    assert UserGroup.objects.get(name="Partout").is_shared


def test_a_taken_name_is_said_beside_it_and_nothing_is_lost(cast, client_for, preparation):
    sent = {
        "key": uuid4(),
        "name": "préparation",
        "description": "Le matin",
        "entity": cast.south.pk,
        "rights": ["vehicles.view"],
    }
    response = client_for(cast.eve).post("/parametres/groupes/nouveau/", sent)
    assert response.status_code == 422
    page = parse(response)
    assert "Un autre groupe porte déjà ce nom." in said(response)
    assert page.select_one("[name=description]").text.strip() == "Le matin"
    assert [box["value"] for box in page.select("[name=rights][checked]")] == ["vehicles.view"]


def test_a_copy_starts_with_the_rights_one_holds(cast, client_for):
    admins = built_in_group(cast.holding, BuiltInGroup.HOLDING_ADMIN)
    response = client_for(cast.eve).get(f"/parametres/groupes/nouveau/?copie={admins.pk}")
    page = parse(response)
    ticked = {box["value"] for box in page.select("[name=rights][checked]")}
    assert not {code for code in ticked if code.startswith("holding.")}
    assert "vehicles.view" in ticked
    assert "2 droits" in words(response)
    assert client_for(cast.otto).get(f"/parametres/groupes/nouveau/?copie={admins.pk}").status_code == 404


def test_a_group_is_removed_with_its_people_and_remembered(cast, client_for, preparation):
    add_member(actor=None, user=cast.nobody, group=preparation, entity=cast.south)
    client = client_for(cast.eve)
    assert "1 personne" in words(client.get(group_url(preparation, "supprimer/")))
    assert client.post(group_url(preparation, "supprimer/")).status_code == 303
    assert not UserGroup.objects.filter(pk=preparation.pk).exists()
    assert not Membership.objects.filter(user=cast.nobody).exists()
    assert TimelineEntry.objects.filter(kind="member_removed", target_id=cast.nobody.pk).exists()
    # An open dialog of the group that is gone changes nothing and says so.
    sent = {"who": "pick", "user": cast.eve.pk}
    assert client.post(group_url(preparation, "ajouter/"), sent).status_code == 404


def test_groups_of_origin_stay(cast, client_for, sellers):
    response = client_for(cast.alice).post(group_url(sellers, "supprimer/"))
    assert response.status_code == 422
    assert UserGroup.objects.filter(pk=sellers.pk).exists()


def test_two_people_rename_a_group(cast, client_for, preparation):
    client = client_for(cast.alice)
    opened = {"initial-name": "Préparation", "initial-description": ""}
    client.post(group_url(preparation, "modifier/"), {**opened, "name": "Atelier", "description": ""})
    second = client.post(
        group_url(preparation, "modifier/"), {**opened, "name": "Lavage", "description": "Chaque jour"}
    )
    assert second.status_code == 422
    assert "« Atelier »" in said(second)
    assert parse(second).select_one("[name=name]")["value"] == "Lavage"
    client.post(group_url(preparation, "modifier/"), {**opened, "name": "Préparation", "description": "Chaque jour"})
    preparation.refresh_from_db()
    assert (preparation.name, preparation.description) == ("Atelier", "Chaque jour")


def test_two_groups_side_by_side(cast, client_for, sellers):
    other = built_in_group(cast.holding, BuiltInGroup.ACCOUNTING)
    address = f"/parametres/groupes/comparer/?a={sellers.pk}&b={other.pk}&differences=1"
    rows = parse(client_for(cast.alice).get(address)).select("tbody tr.differs")
    assert {row.th.text for row in rows} >= {"exporter", "coter un véhicule"}
    assert "modifier les prix" not in {row.th.text for row in rows}


def test_hostile_text_is_text(cast, client_for, preparation):
    preparation.name = "<script>alert(1)</script>{{ x }}"
    preparation.save()
    page = client_for(cast.eve).get(group_url(preparation)).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ x }}" in page
