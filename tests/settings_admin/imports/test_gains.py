"""Line by line, which rights would come to whom, and where: to people who have an account, only what they lack."""

import pytest

from settings_admin.access.services import groups
from settings_admin.access.services.holdings import built_in_group
from settings_admin.access.services.memberships import add_member
from settings_admin.models import UserGroup
from settings_admin.registries import BuiltInGroup, right_label
from tests.settings_admin.imports.way import gains_on, line, preview_of
from tests.support.htmx import parse

pytestmark = pytest.mark.usefixtures("everything")

VIEW, EDIT, EXPORT = (right_label(f"vehicles.{code}") for code in ("view", "edit", "export"))
OVER_HOLDING = {right_label("holding.manage_entities"), right_label("holding.manage_shared_groups")}


@pytest.fixture
def workshop(cast):
    """A shared group with three rights of which Momo, who sells in Nord 2, has one."""
    rights = ["vehicles.view", "vehicles.edit", "vehicles.export"]
    return UserGroup.objects.create(holding=cast.holding, name="Atelier", rights=rights)


def labels(group):
    return {right_label(code) for code in group.rights}


def test_somebody_who_has_an_account_gains_what_they_lack_where_they_lack_it(cast, client_for, workshop):
    lines = [
        line("momo@example.test", groups="Atelier", entity="Nord", sites="Nord 2"),
        line("sam@example.test", groups="Atelier", entity="Sud"),
        line("nobody@example.test", groups="Atelier", entity="Nord", sites="Nord 1, Nord 2"),
        line("vera@example.test", groups="Atelier", entity="Toutes"),
        line("adele@example.test", groups="Atelier", entity="Nord", sites="Nord 1"),
    ]
    add_member(actor=None, user=cast.nobody, group=workshop, entity=cast.north, points_of_sale=[cast.north_1])
    client = client_for(cast.alice)
    told = gains_on(client, preview_of(client, *lines), "add")
    assert told[2] == {"2 droits de plus sur Nord (Nord 2)": {EDIT, EXPORT}}
    assert told[3] == {"3 droits de plus sur Sud": {VIEW, EDIT, EXPORT}}
    assert told[4] == {"3 droits de plus sur Nord (Nord 2)": {VIEW, EDIT, EXPORT}}
    # Vera, who answers for the used cars of Nord, has them all there.
    assert told[5] == {"3 droits de plus sur Sud, entités créées plus tard": {VIEW, EDIT, EXPORT}}
    # Adèle keeps the books there, and sees and exports already.
    assert told[6] == {"1 droit de plus sur Nord (Nord 1)": {EDIT}}


def test_rights_that_come_at_different_places_are_told_apart(cast, client_for, sellers, workshop):
    """Momo sells in Nord 2: in the whole of Nord he sees vehicles at the other sites, and edits them at all."""
    client = client_for(cast.alice)
    address = preview_of(client, line("momo@example.test", groups="Atelier"))
    assert gains_on(client, address, "add")[2] == {
        "1 droit de plus sur Nord (Nord 1, points de vente ouverts plus tard)": {VIEW},
        "2 droits de plus sur Nord": {EDIT, EXPORT},
    }


def test_who_gains_nothing_is_said_to_gain_nothing(cast, client_for, workshop):
    UserGroup.objects.create(holding=cast.holding, name="Sans droit", rights=[])
    client = client_for(cast.alice)
    lines = [line("vera@example.test", groups="Atelier"), line("new@example.test", groups="Sans droit")]
    address = preview_of(client, *lines)
    for view, said in (("add", "Aucun droit de plus qu’aujourd’hui."), ("invite", "Aucun droit.")):
        (row,) = parse(client.get(f"{address}?vue={view}")).select("#import-lines tbody tr")
        assert row.select_one(".cell-reasons .caption").text == said
        assert row.details is None


def test_somebody_who_is_invited_gets_what_their_groups_give(cast, client_for, sellers, workshop):
    boss = built_in_group(cast.holding, BuiltInGroup.HOLDING_ADMIN)
    client = client_for(cast.alice)
    lines = [
        line("a@example.test", groups="Atelier, Vendeur", sites="Nord 1"),
        line("b@example.test", groups="Administrateur de holding", entity="Toutes"),
        line("c@example.test", groups="Administrateur de holding"),
    ]
    told = gains_on(client, preview_of(client, *lines), "invite")
    both = labels(workshop) | labels(sellers)
    assert told[2] == {f"{len(both)} droits sur Nord (Nord 1)": both}
    assert told[3] == {f"{len(boss.rights)} droits sur toutes les entités": labels(boss)}
    # Rights over the holding count in the whole of it only.
    assert told[4] == {f"{len(boss.rights) - 2} droits sur Nord": labels(boss) - OVER_HOLDING}


def test_an_entity_administrator_reads_of_nobody_what_they_hold_elsewhere(cast, client_for, workshop):
    """Sam sells in Nord and is put into a group of Sud too; Eve, of Sud, reads what comes to Sud and no other name."""
    groups.create_group(actor=cast.alice, entity=cast.south, name="Renfort", rights=["vehicles.view"])
    add_member(actor=None, user=cast.sam, group=UserGroup.objects.get(name="Renfort"), entity=cast.south)
    client = client_for(cast.eve)
    address = preview_of(client, line("sam@example.test", groups="Atelier", entity="Sud"))
    assert gains_on(client, address, "add") == {2: {"2 droits de plus sur Sud": {EDIT, EXPORT}}}
    assert "Nord" not in parse(client.get(address)).select_one("main").text
