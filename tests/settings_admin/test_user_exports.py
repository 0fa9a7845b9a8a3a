"""Users as files: the list as it is filtered, and who has which right where, as far as the reader may see it."""

import io

import openpyxl
import pytest

from settings_admin.access.services import groups
from settings_admin.access.services.holdings import built_in_group
from settings_admin.access.services.memberships import add_member
from settings_admin.exports import views
from settings_admin.models import AccessLog, Export, Membership, User, UserGroup
from settings_admin.registries import BuiltInGroup, all_rights, right_label
from settings_admin.scoping import unscoped
from tests.make import make_user
from tests.support.htmx import content, parse, swap
from tests.support.xlsx import rows_of

LIST, RIGHTS = "/mes-exports/utilisateurs/", "/mes-exports/droits/"


@pytest.fixture(autouse=True)
def _everything(db):
    with unscoped("test data and answers"):
        yield


@pytest.fixture
def sellers(cast):
    return built_in_group(cast.holding, BuiltInGroup.SALESPERSON)


def listed(client, query=""):
    return {row["E-mail"].split("@")[0]: row for row in rows_of(client.post(f"{LIST}{query}"))}


def book_of(response):
    return openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))


def sheet(book, title):
    head, *rows = book[title].iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def rights(client, query=""):
    book = book_of(client.post(f"{RIGHTS}{query}"))
    return {row["E-mail"].split("@")[0]: row for row in sheet(book, "Droits")}


def memberships(client):
    rows = sheet(book_of(client.post(RIGHTS)), "Affectations")
    return {(row["E-mail"].split("@")[0], row["Groupe"], row["Entité"], row["Points de vente"]) for row in rows}


# --- The list ------------------------------------------------------------------------------------------------


def test_the_list_is_exported_as_it_is_filtered_and_sorted(cast, client_for, sellers):
    client = client_for(cast.alice, scope="all")
    assert set(listed(client)) >= {"alice", "eve", "sam", "momo", "nobody"}
    assert set(listed(client, f"?group={sellers.pk}")) == {"sam", "momo"}
    assert set(listed(client, "?q=momo")) == {"momo"}
    assert list(listed(client, f"?group={sellers.pk}&sort=-email")) == ["sam", "momo"]
    User.objects.filter(pk=cast.sam.pk).update(is_active=False)
    assert {name: row["État"] for name, row in listed(client, "?tab=left").items()} == {"sam": "Désactivé"}


def test_its_columns_are_those_of_the_list_as_values(cast, client_for, sellers):
    add_member(actor=cast.alice, user=cast.momo, group=sellers, entity=cast.south)
    client = client_for(cast.alice, scope="all")
    page = parse(client.get("/parametres/utilisateurs/"))
    heads = [" ".join(head.text.split()) for head in page.select("#list thead th")]
    momo = listed(client)["momo"]
    assert list(momo) == heads
    assert (momo["Nom"], momo["Groupes"], momo["Portée"], momo["Fonction"]) == (
        "Momo Nom",
        "Vendeur",
        "Nord, Sud",
        None,
    )
    assert momo["Depuis"].year >= 2024
    nobody = listed(client)["nobody"]
    assert (nobody["Groupes"], nobody["Portée"], nobody["Dernière connexion"]) == (None, None, None)


def test_one_exports_whom_one_sees(cast, client_for, sellers):
    add_member(actor=None, user=cast.sam, group=sellers, entity=cast.south)
    of_eve = listed(client_for(cast.eve))
    assert set(of_eve) == {"alice", "eve", "sam"}
    assert of_eve["sam"]["Portée"] == "Sud"
    assert set(listed(client_for(cast.otto))) == {"otto"}


@pytest.mark.parametrize("address", [LIST, RIGHTS])
def test_only_who_manages_users_exports_them_and_it_is_written_down(cast, client_for, address):
    assert client_for(cast.sam).post(address).status_code == 403
    assert client_for(cast.max).post(address).status_code == 404
    assert client_for(cast.alice).get(address).status_code == 405
    assert not AccessLog.objects.filter(kind="exported").exists()
    assert client_for(cast.alice).post(f"{address}?q=sam").status_code == 200
    log = AccessLog.objects.get(kind="exported")
    assert (log.user, log.details["query"]) == (cast.alice, "q=sam")


@pytest.mark.parametrize("address", [LIST, RIGHTS])
def test_text_stays_text(cast, client_for, address):
    User.objects.filter(pk=cast.sam.pk).update(first_name="=1+1", last_name="@SUM(A1)")
    add_member(
        actor=None,
        user=cast.sam,
        group=UserGroup.objects.create(holding=cast.holding, name="=cmd|' /C calc'!A0", rights=["vehicles.view"]),
        entity=cast.north,
    )
    book = book_of(client_for(cast.alice).post(f"{address}?q=sam"))
    cells = [cell for page in book for row in page.iter_rows() for cell in row]
    assert "=1+1 @SUM(A1)" in {cell.value for cell in cells}
    assert any("=cmd" in str(cell.value) for cell in cells)
    assert {cell.data_type for cell in cells} <= {"s", "d", "n"}


def test_the_menu_leads_to_what_is_filtered_after_a_swap_too(cast, client_for):
    page = parse(client_for(cast.alice).get("/parametres/utilisateurs/"))
    address = "/parametres/utilisateurs/?q=momo&sort=-email"
    swapped = swap(page, client_for(cast.alice, htmx=True).get(address), target="#list")
    reloaded = parse(client_for(cast.alice).get(address))
    assert content(swapped) == content(reloaded)
    actions = [form["action"] for form in reloaded.select("form[id^=export-user]")]
    assert actions == [f"{LIST}?q=momo&sort=-email", f"{RIGHTS}?q=momo&sort=-email"]


# --- Who has which right where -------------------------------------------------------------------------------


def test_every_right_says_where_it_counts(cast, client_for, sellers):
    add_member(actor=None, user=cast.momo, group=sellers, entity=cast.south)
    local = groups.create_group(actor=cast.alice, entity=cast.north, name="Atelier", rights=["vehicles.edit"])
    add_member(actor=None, user=cast.momo, group=local, entity=cast.north)
    add_member(actor=None, user=cast.adele, group=sellers, entity=None)
    lines = rights(client_for(cast.alice, scope="all"))
    view, edit = right_label("vehicles.view"), right_label("vehicles.edit")
    assert (lines["momo"][view], lines["momo"][edit]) == ("Nord (Nord 2), Sud", "Nord")
    assert (lines["sam"][view], lines["sam"][edit]) == ("Nord", None)
    assert lines["adele"][view] == "Toutes les entités"
    assert lines["adele"][right_label("settings.consumption")] == "Nord"
    assert {lines["alice"][right_label(code)] for code in all_rights()} == {"Toutes les entités"}
    assert {lines["nobody"][right_label(code)] for code in all_rights()} == {None}
    assert list(lines["sam"]) == ["Utilisateur", "E-mail", "État", *map(right_label, all_rights())]


def test_rights_over_the_holding_count_in_the_whole_holding_only(cast, client_for):
    """As anywhere else: a membership of one entity gives none of them."""
    admins = built_in_group(cast.holding, BuiltInGroup.HOLDING_ADMIN)
    add_member(actor=None, user=cast.sam, group=admins, entity=cast.north)
    sam = rights(client_for(cast.alice, scope="all"))["sam"]
    assert (sam[right_label("settings.manage_users")], sam[right_label("holding.manage_entities")]) == ("Nord", None)


def test_several_sites_of_several_groups_add_up(cast, client_for, sellers):
    local = groups.create_group(actor=cast.alice, entity=cast.north, name="Atelier", rights=["vehicles.view"])
    add_member(actor=None, user=cast.momo, group=local, entity=cast.north, points_of_sale=[cast.north_1])
    momo = rights(client_for(cast.alice))["momo"]
    assert momo[right_label("vehicles.view")] == "Nord (Nord 1, Nord 2)"
    assert momo[right_label("quotation.use")] == "Nord (Nord 2)"


def test_memberships_are_told_with_since_when_and_by_whom(cast, client_for, sellers):
    add_member(actor=cast.alice, user=cast.momo, group=sellers, entity=cast.south)
    rows = sheet(book_of(client_for(cast.alice, scope="all").post(RIGHTS)), "Affectations")
    of_momo = [row for row in rows if row["E-mail"] == "momo@example.test"]
    assert [(row["Groupe"], row["Entité"], row["Points de vente"], row["Par"]) for row in of_momo] == [
        ("Vendeur", "Nord", "Nord 2", "OpenFlex"),
        ("Vendeur", "Sud", "Tous", "Alice Nom"),
    ]
    since = Membership.objects.get(user=cast.momo, entity=cast.south).created_at
    assert abs((of_momo[1]["Depuis"] - since.replace(tzinfo=None)).total_seconds()) < 3 * 3600
    assert ("alice", "Administrateur de holding", "Toutes les entités", "Tous") in memberships(client_for(cast.alice))


def test_an_entity_administrator_reads_nothing_of_other_entities(cast, client_for, sellers):
    add_member(actor=None, user=cast.sam, group=sellers, entity=cast.south)
    local = groups.create_group(actor=cast.alice, entity=cast.north, name="Atelier", rights=["vehicles.edit"])
    add_member(actor=None, user=cast.sam, group=local, entity=cast.north)
    client = client_for(cast.eve)
    lines = rights(client)
    assert set(lines) == {"alice", "eve", "sam"}
    assert (lines["sam"][right_label("vehicles.view")], lines["sam"][right_label("vehicles.edit")]) == ("Sud", None)
    assert memberships(client) == {
        ("alice", "Administrateur de holding", "Toutes les entités", "Tous"),
        ("eve", "Administrateur d’entité", "Sud", "Tous"),
        ("sam", "Vendeur", "Sud", "Tous"),
    }
    whole = str([row for page in book_of(client.post(RIGHTS)) for row in page.iter_rows(values_only=True)])
    assert not any(word in whole for word in ("Nord", "Atelier", "Momo", "Otto"))


def test_of_sites_that_one_does_not_see_only_that_there_are_some_is_told(cast, client_for):
    local = UserGroup.objects.create(
        holding=cast.holding, entity=cast.north, name="Recrues", rights=["settings.manage_users"]
    )
    rita = make_user("rita@example.test", holding=cast.holding)
    add_member(actor=None, user=rita, group=local, entity=cast.north, points_of_sale=[cast.north_1])
    momo = rights(client_for(rita))["momo"]
    assert momo[right_label("vehicles.view")] == "Nord (certains points de vente)"


@pytest.mark.parametrize("address", [LIST, RIGHTS])
def test_many_people_take_no_more_statements_than_few(
    cast, client_for, sellers, django_assert_max_num_queries, address
):
    for number in range(30):
        user = make_user(f"p{number}@example.test", holding=cast.holding)
        add_member(actor=cast.alice, user=user, group=sellers, entity=cast.north, points_of_sale=[cast.north_1])
    client = client_for(cast.alice)
    with django_assert_max_num_queries(16):
        client.post(address)


def test_a_large_file_is_written_in_the_background_with_the_same_people(
    cast, client_for, settings, tmp_path, monkeypatch, django_capture_on_commit_callbacks
):
    """People of nowhere too, whom only administrators of the holding see; both sheets."""
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = {**settings.STORAGES, "exports": {"BACKEND": backend, "OPTIONS": {"location": tmp_path}}}
    client = client_for(cast.alice, scope="all")
    at_once = book_of(client.post(RIGHTS))
    monkeypatch.setattr(views, "MOST_ROWS_AT_ONCE", 2)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(RIGHTS)["Location"] == "/mes-exports/"
    export = Export.objects.get()
    later = book_of(client.get(f"/mes-exports/{export.pk}/fichier/"))
    assert "nobody@example.test" in {row[1].value for row in later["Droits"]}
    for title in ("Droits", "Affectations"):
        assert sheet(later, title) == sheet(at_once, title)
