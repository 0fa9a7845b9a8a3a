"""What an administrator does from the page of a person: into a group, away, signed out, second factor reset; and the
history of the person's rights."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from settings_admin.access.services.groups import change_rights
from settings_admin.access.services.holdings import built_in_group
from settings_admin.access.services.memberships import add_member, remove_member
from settings_admin.models import Absence, Membership, User, UserGroup
from settings_admin.registries import BuiltInGroup
from tests.make import make_user
from tests.settings_admin.organisation.way import errors_of
from tests.settings_admin.test_account import history
from tests.settings_admin.test_second_factor import activate
from tests.settings_admin.test_sign_in import sign_in
from tests.settings_admin.way import user_url as url
from tests.settings_admin.way import words
from tests.support.htmx import content, parse, swap

pytestmark = pytest.mark.usefixtures("everything")


@pytest.fixture
def local(cast):
    """Administers Nord and nothing else."""
    return make_user("local@example.test", holding=cast.holding, group=BuiltInGroup.ENTITY_ADMIN, entity=cast.north)


def places(user, group):
    return {membership.entity for membership in Membership.objects.filter(user=user, group=group)}


# --- Into a group ------------------------------------------------------------------------------------------


ADD = "groupes/ajouter/"


def test_into_a_shared_group_everywhere_or_here(cast, client_for, sellers):
    client = client_for(cast.alice)
    asked = client.post(url(cast.adele, ADD), {"group": sellers.pk})
    assert asked.status_code == 200
    assert places(cast.adele, sellers) == set()
    form = parse(asked).select_one("main form")
    carried = {one["name"]: one["value"] for one in form.select("input[type=hidden]")}
    assert form["action"] == url(cast.adele, ADD)
    assert "Non : seulement sur Nord" in words(asked)
    for _ in range(2):
        response = client.post(url(cast.adele, ADD), {**carried, "answer": "non"})
    assert places(cast.adele, sellers) == {cast.north}
    # Widened afterwards; the page of the person is where one comes back to.
    response = client.post(url(cast.adele, ADD), {**carried, "answer": "oui"})
    assert (response.status_code, response["Location"]) == (303, url(cast.adele))
    assert places(cast.adele, sellers) == {None}
    assert "Adele Nom est dans le groupe Vendeur sur toutes les entités." in words(client.get(url(cast.adele)))


def test_who_administers_one_entity_is_not_asked_and_never_causes_oui(cast, client_for, local, sellers):
    client = client_for(local)
    forged = client.post(url(cast.adele, ADD), {"group": sellers.pk, "answer": "oui"})
    assert forged.status_code == 403
    assert places(cast.adele, sellers) == set()
    assert client.post(url(cast.adele, ADD), {"group": sellers.pk}).status_code == 303
    assert places(cast.adele, sellers) == {cast.north}


def test_a_local_group_and_chosen_sites_ask_nothing(cast, client_for, sellers):
    group = UserGroup.objects.create(holding=cast.holding, entity=cast.south, name="Préparation", rights=[])
    client = client_for(cast.alice, scope="all")
    sent = {"group": group.pk, "entity": cast.north.pk}
    assert client.post(url(cast.adele, ADD), sent).status_code == 303
    assert places(cast.adele, group) == {cast.south}
    there = client_for(cast.alice)
    sent = {"group": sellers.pk, "points_of_sale": [cast.north_2.pk]}
    assert there.post(url(cast.adele, ADD), sent).status_code == 303
    assert list(Membership.objects.get(user=cast.adele, group=sellers).points_of_sale.all()) == [cast.north_2]


def groups_offered(client, user):
    page = parse(client.get(url(user, ADD)))
    return [
        (owner["label"], [option.text for option in owner.select("option")]) for owner in page.select("main optgroup")
    ]


def test_groups_in_which_one_is_everywhere_are_not_offered(cast, client_for, sellers):
    UserGroup.objects.create(holding=cast.holding, entity=cast.north, name="Préparation", rights=[])
    UserGroup.objects.create(holding=cast.holding, entity=cast.south, name="Atelier", rights=[])
    client = client_for(cast.alice)
    owners = dict(groups_offered(client, cast.sam))
    assert set(owners) == {"Partagés", "Nord"}
    assert owners["Nord"] == ["Préparation"]
    assert "Vendeur" in owners["Partagés"]
    add_member(actor=None, user=cast.sam, group=sellers, entity=None)
    assert "Vendeur" not in dict(groups_offered(client, cast.sam))["Partagés"]


def test_a_group_of_another_holding_or_beyond_ones_rights_is_refused(cast, client_for, local):
    theirs = built_in_group(cast.other_holding, BuiltInGroup.SALESPERSON)
    bosses = built_in_group(cast.holding, BuiltInGroup.HOLDING_ADMIN)
    client = client_for(local)
    for group in (theirs, bosses):
        response = client.post(url(cast.adele, ADD), {"group": group.pk})
        assert response.status_code == 422
        assert errors_of(response)["group"]
    assert client.post(url(cast.adele, ADD), {}).status_code == 422
    assert Membership.objects.filter(user=cast.adele).count() == 1


# --- Away ----------------------------------------------------------------------------------------------------


def test_an_absence_is_declared_and_taken_back_on_behalf_of_somebody(cast, client_for, time_machine):
    time_machine.move_to("2026-11-24T10:00:00+01:00")
    client = client_for(cast.alice)
    typed = {"starts_on": "21/12/2026", "ends_on": "24/12/2026", "substitute": cast.vera.pk}
    response = client.post(url(cast.sam, "absences/nouvelle/"), typed)
    assert (response.status_code, response["Location"]) == (303, url(cast.sam))
    absence = Absence.objects.get()
    assert (absence.user, absence.substitute, absence.created_by) == (cast.sam, cast.vera, cast.alice)
    page = words(client.get(url(cast.sam)))
    assert "Du 21/12/2026 au 24/12/2026 Remplacement par Vera Nom" in page
    assert "a prévu une absence du 21/12/2026 au 24/12/2026, remplacement par Vera Nom" in page
    assert "Remplace Sam Nom" in words(client.get(url(cast.vera)))
    # Of another person: not there, nothing changes.
    assert client.post(url(cast.vera, f"absences/{absence.pk}/annuler/")).status_code == 404
    assert client.post(url(cast.sam, f"absences/{absence.pk}/annuler/")).status_code == 303
    assert not Absence.objects.exists()


def test_nobody_declares_the_absence_of_a_stronger_account(cast, client_for, local, time_machine):
    time_machine.move_to("2026-11-24T10:00:00+01:00")
    typed = {"starts_on": "21/12/2026", "ends_on": "24/12/2026", "substitute": cast.vera.pk}
    client = client_for(local)
    response = client.post(url(cast.alice, "absences/nouvelle/"), typed)
    assert response.status_code == 422
    assert "que vous n’avez pas" in words(response)
    page = parse(client.get(url(cast.alice)))
    assert not page.select("[href$='absences/nouvelle/'], [action$='sessions/fermer/']")
    assert not Absence.objects.exists()


# --- Signed out, second factor -------------------------------------------------------------------------------


SESSIONS = "?onglet=sessions"


def browser(user="sam", *, ip="203.0.113.9"):
    client = Client(headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0"}, REMOTE_ADDR=ip)
    assert sign_in(client, f"{user}@example.test").status_code == 302
    client.get("/compte/")
    return client


def test_all_the_sessions_of_a_person_are_seen_and_ended(cast, client_for):
    there = browser()
    client = client_for(cast.alice)
    assert "Firefox sur Linux Adresse IP 203.0.113.9" in words(client.get(url(cast.sam, SESSIONS)))
    assert parse(client.get(url(cast.sam))).select_one("a[href$=sessions] .count").text == "1"
    response = client.post(url(cast.sam, "sessions/fermer/"))
    assert (response.status_code, response["Location"]) == (303, url(cast.sam, SESSIONS))
    assert there.get("/vehicules/").status_code == 302
    assert not UserSession.objects.filter(user=cast.sam).exists()
    assert history(cast.sam) == ["devices_signed_out"]
    assert "Aucun appareil connecté." in words(client.get(url(cast.sam, SESSIONS)))
    assert "Alice Nom a déconnecté tous les appareils" in words(client.get(url(cast.sam)))
    # Twice is once.
    assert client.post(url(cast.sam, "sessions/fermer/")).status_code == 303
    assert history(cast.sam) == ["devices_signed_out"]


def test_the_devices_of_a_stronger_colleague_are_neither_shown_nor_ended(cast, client_for, local):
    there = browser("alice")
    client = client_for(local)
    shown = client.get(url(cast.alice, SESSIONS))
    assert "203.0.113.9" not in shown.text
    assert not parse(shown).select("a[href$=sessions]")
    assert client.post(url(cast.alice, "sessions/fermer/")).status_code == 409
    assert there.get("/vehicules/").status_code == 200
    own = client_for(cast.alice)
    assert own.post(url(cast.alice, "sessions/fermer/")).status_code == 409
    assert own.get("/vehicules/").status_code == 200


def test_the_reset_says_what_it_does_and_leads_back_to_the_person(cast, client_for):
    client = client_for(cast.alice)
    address = url(cast.sam, "second-facteur/")
    assert address not in client.get(url(cast.sam)).text
    activate(cast.sam)
    assert f'href="{address}"' in client.get(url(cast.sam)).text
    asked = client.get(address)
    assert "toutes les sessions prennent fin" in words(asked)
    assert Authenticator.objects.filter(user=cast.sam).exists()
    response = client.post(address)
    assert (response.status_code, response["Location"]) == (303, url(cast.sam))
    assert not Authenticator.objects.filter(user=cast.sam).exists()
    assert "Second facteur Inactif" in words(client.get(url(cast.sam)))
    again = client.post(address)
    assert again.status_code == 422
    assert "Cette personne n’a pas de second facteur." in words(again)


# --- The history of rights -----------------------------------------------------------------------------------


def lines(client, user, query="?onglet=historique&droits=1"):
    return [
        " ".join(one.get_text(" ").split()) for one in parse(client.get(f"{url(user)}{query}")).select("main .what")
    ]


def test_it_tells_the_persons_groups_and_what_these_groups_gave_meanwhile(cast, client_for, sellers, time_machine):
    alice = cast.alice
    group = UserGroup.objects.create(holding=cast.holding, entity=cast.north, name="Préparation", rights=[])

    def at(day):
        time_machine.move_to(f"2027-01-{day:02}T10:00:00+01:00")

    at(1)
    change_rights(actor=alice, group=group, give=["vehicles.view"], take=[])  # before: not theirs
    at(2)
    add_member(actor=alice, user=cast.adele, group=group, entity=cast.north)
    at(3)
    change_rights(actor=alice, group=group, give=["vehicles.edit"], take=["vehicles.view"])
    at(4)
    remove_member(actor=alice, user=cast.adele, group=group, entity=None)
    at(5)
    change_rights(actor=alice, group=group, give=["vehicles.export"], take=[])  # after: no longer theirs
    change_rights(actor=alice, group=sellers, give=["vehicles.export"], take=[])  # never in it
    told = lines(client_for(alice), cast.adele)
    assert [line.split(" 2027")[0] for line in told[:3]] == [
        "Alice Nom l’a retiré de Préparation, Nord 4 janvier",
        "Alice Nom a changé les droits du groupe Préparation "
        "Véhicules : modifier : non → oui Véhicules : voir : oui → non 3 janvier",
        "Alice Nom l’a ajouté à Préparation, Nord 2 janvier",
    ]
    assert not any("exporter" in line for line in told)


def test_what_changes_no_right_is_left_out_when_only_rights_are_asked_for(cast, client_for):
    client = client_for(cast.alice)
    User.objects.filter(pk=cast.sam.pk).update(job_title="")
    form = parse(client.get(url(cast.sam, "modifier/"))).select_one("main form")
    data = {control["name"]: control.get("value", "") for control in form.select("input[name]")}
    client.post(url(cast.sam, "modifier/"), {**data, "job_title": "Vendeur"})
    assert any("a modifié le compte" in line for line in lines(client, cast.sam, "?onglet=historique"))
    only = lines(client, cast.sam)
    assert any("l’a ajouté à Vendeur" in line for line in only)
    assert not any("a modifié le compte" in line for line in only)


def test_an_entity_administrator_reads_nothing_of_other_entities(cast, client_for, sellers):
    add_member(actor=cast.alice, user=cast.eve, group=sellers, entity=cast.north)
    group = UserGroup.objects.create(holding=cast.holding, entity=cast.north, name="Préparation", rights=[])
    add_member(actor=cast.alice, user=cast.eve, group=group, entity=cast.north)
    change_rights(actor=cast.alice, group=group, give=["vehicles.edit"], take=[])
    assert any("Préparation" in line for line in lines(client_for(cast.alice), cast.eve))
    southern = make_user("south@example.test", holding=cast.holding, group=BuiltInGroup.ENTITY_ADMIN, entity=cast.south)
    assert not any("Préparation" in line or "Nord" in line for line in lines(client_for(southern), cast.eve))


def test_the_filtered_history_swapped_equals_the_reloaded_page(cast, client_for):
    address = f"{url(cast.sam)}?onglet=historique&droits=1"
    page = parse(client_for(cast.alice).get(url(cast.sam)))
    swapped = swap(page, client_for(cast.alice, htmx=True).get(address), target="#user")
    assert content(swapped) == content(parse(client_for(cast.alice).get(address)))


def test_the_page_takes_the_same_statements_for_a_long_history(cast, client_for, sellers):
    def statements():
        client = client_for(cast.alice)
        with CaptureQueriesContext(connection) as found:
            client.get(f"{url(cast.adele)}?onglet=historique&droits=1")
        return len(found)

    before = statements()
    for number in range(3):
        group = UserGroup.objects.create(holding=cast.holding, entity=cast.north, name=f"G{number}", rights=[])
        add_member(actor=cast.alice, user=cast.adele, group=group, entity=cast.north)
        change_rights(actor=cast.alice, group=group, give=["vehicles.edit"], take=[])
    # The names of groups are asked for once there are some.
    assert statements() <= before + 1
