"""What is done once an import is confirmed, once, and with what is true at that moment."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from settings_admin.access.services import groups, imports, people
from settings_admin.access.services.holdings import built_in_group
from settings_admin.access.services.memberships import add_member, remove_member
from settings_admin.access.tasks import forget_old_imports
from settings_admin.models import AccessLog, Membership, TimelineEntry, User, UserImport
from settings_admin.records.selectors import timeline_of
from settings_admin.registries import BuiltInGroup
from settings_admin.scoping import unscoped
from tests.make import PASSWORD, make_user
from tests.settings_admin.imports.way import PAGE, confirm, good, line, lines_on, preview_of, the_import, words
from tests.support.htmx import parse
from tests.support.xlsx import rows_of


@pytest.fixture(autouse=True)
def _everything(db):
    with unscoped("test data and answers"):
        yield


@pytest.fixture
def sellers(cast):
    return built_in_group(cast.holding, BuiltInGroup.SALESPERSON)


@pytest.fixture
def client(cast, client_for):
    return client_for(cast.alice)


def places(email):
    """(group, entity or None, sites or None for all of them) of each membership."""
    return {
        (
            one.group.name,
            one.entity and one.entity.name,
            None if one.is_whole else tuple(site.name for site in one.points_of_sale.order_by("name")),
        )
        for one in Membership.objects.filter(user__email=email).select_related("group", "entity")
    }


def test_good_lines_are_done_and_told(cast, client, sellers, mailoutbox, django_capture_on_commit_callbacks):
    address = preview_of(
        client,
        line("New@example.test", first="Zoé", phone="612345678", job="Vendeuse", sites="Nord 1, Nord 2"),
        line("two@example.test", groups="Vendeur, Comptabilité", entity="Sud"),
        line("boss@example.test", groups="Administrateur de holding", entity="Toutes"),
        line("momo@example.test", first="Autre", last="NOM"),
        line("sam@example.test"),
        line("bad"),
        line("adele@example.test", groups="Vendeur, vendeur,VENDEUR", sites="Nord 2"),
    )
    with django_capture_on_commit_callbacks(execute=True):
        assert confirm(client, address)["Location"] == address
    new = User.objects.get(email="new@example.test")
    assert (new.first_name, new.last_name, new.job_title) == ("Zoé", "MARTIN", "Vendeuse")
    assert (new.phone, new.holding, new.is_active, new.has_usable_password()) == (
        "06 12 34 56 78", cast.holding, True, False,
    )  # fmt: skip
    assert places("new@example.test") == {("Vendeur", "Nord", ("Nord 1", "Nord 2"))}
    assert places("two@example.test") == {("Vendeur", "Sud", None), ("Comptabilité", "Sud", None)}
    assert places("boss@example.test") == {("Administrateur de holding", None, None)}
    assert places("momo@example.test") == {("Vendeur", "Nord", None)}
    assert places("adele@example.test") == {("Comptabilité", "Nord", None), ("Vendeur", "Nord", ("Nord 2",))}
    assert User.objects.get(pk=cast.momo.pk).first_name == "Momo"
    assert sorted(mail.to[0] for mail in mailoutbox) == ["boss@example.test", "new@example.test", "two@example.test"]
    text = words(client.get(address)).replace("\u00a0", " ")
    assert "3 personnes invitées, 2 personnes ajoutées à des groupes, 1 ligne sans effet, 1 ligne refusée." in text
    kinds = {entry.kind for entry in timeline_of(new)}
    assert kinds == {"invited", "member_added"}
    added = timeline_of(sellers).filter(kind="member_added", details__user=new.pk).get()
    assert (added.actor, added.entity, added.details["place"]) == (cast.alice, cast.north, "Nord (Nord 1, Nord 2)")
    assert timeline_of(new).get(kind="invited").entity == cast.north
    log = AccessLog.objects.get(kind="users_imported")
    assert log.ip == "127.0.0.1"
    assert (log.user, log.details) == (cast.alice, {"invite": 3, "add": 2, "nothing": 1, "refused": 1})


def test_the_invitation_opens_the_account(client, mailoutbox, django_capture_on_commit_callbacks):
    address = preview_of(client, line("new@example.test"))
    with django_capture_on_commit_callbacks(execute=True):
        confirm(client, address)
    link = next(word for word in mailoutbox[0].body.split() if "/mot-de-passe/nouveau/" in word)
    browser = Client()
    page = browser.get(f"/{link.split('/', 3)[3]}", follow=True)
    chosen = {"password1": PASSWORD, "password2": PASSWORD}
    assert browser.post(page.redirect_chain[-1][0], chosen).status_code == 302
    assert User.objects.get(email="new@example.test").check_password(PASSWORD)


def test_it_is_done_once(client, mailoutbox, django_capture_on_commit_callbacks):
    address = preview_of(client, line("new@example.test"))
    lines = good(client, address)
    with django_capture_on_commit_callbacks(execute=True):
        first = client.post(address, {"lines": lines})
        told = TimelineEntry.objects.count()
        second = client.post(address, {"lines": lines})
    assert (first.status_code, second.status_code, second["Location"]) == (303, 303, address)
    assert (TimelineEntry.objects.count(), len(mailoutbox)) == (told, 1)
    assert AccessLog.objects.filter(kind="users_imported").count() == 1


def test_the_same_file_in_two_tabs_does_nothing_the_second_time(client, mailoutbox, django_capture_on_commit_callbacks):
    tabs = [preview_of(client, line("new@example.test")) for _ in range(2)]
    with django_capture_on_commit_callbacks(execute=True):
        for address in tabs:
            confirm(client, address)
    assert len(mailoutbox) == 1
    assert "0 personne invitée, 0 personne ajoutée" in words(client.get(tabs[1])).replace("\u00a0", " ")


@pytest.mark.parametrize("lines", ["", "x", "2,x", "-2", "9" * 20, "2;3"])
def test_a_forged_confirmation_changes_nothing(client, lines):
    address = preview_of(client, line("new@example.test"))
    assert client.post(address, {"lines": lines}).status_code == 422
    assert not User.objects.filter(email="new@example.test").exists()
    assert the_import().confirmed_at is None


# --- What changed between the preview and its confirmation ---------------------------------------------------


def test_an_address_taken_by_another_holding_meanwhile_is_told(cast, client):
    address = preview_of(client, line("new@example.test"), line("other@example.test"))
    lines = good(client, address)
    make_user("new@example.test", holding=cast.other_holding)
    confirm(client, address, lines=lines)
    assert "appartient déjà à un autre compte" in lines_on(client, address)[2]
    assert places("other@example.test") == {("Vendeur", "Nord", None)}
    assert places("new@example.test") == set()


def test_an_address_taken_while_the_lines_are_written_is_told(cast, client, monkeypatch):
    """Another holding is not held by this one's lock: its account may come after the last look."""
    address = preview_of(client, line("new@example.test"), line("other@example.test"))
    open_accounts = people.open_accounts

    def taken_first(newcomers, **options):
        make_user("new@example.test", holding=cast.other_holding)
        return open_accounts(newcomers, **options)

    monkeypatch.setattr(imports, "open_accounts", taken_first)
    confirm(client, address)
    assert "appartient déjà à un autre compte" in lines_on(client, address)[2]
    assert places("other@example.test") == {("Vendeur", "Nord", None)}
    assert User.objects.get(email="new@example.test").holding == cast.other_holding


def test_a_colleague_invited_meanwhile_is_added_without_a_second_invitation(
    cast, client, sellers, mailoutbox, django_capture_on_commit_callbacks
):
    address = preview_of(client, line("new@example.test", groups="Comptabilité"))
    make_user("new@example.test", holding=cast.holding)
    with django_capture_on_commit_callbacks(execute=True):
        confirm(client, address)
    assert (places("new@example.test"), mailoutbox) == ({("Comptabilité", "Nord", None)}, [])
    assert "1 personne ajoutée" in words(client.get(address)).replace("\u00a0", " ")


def test_rights_lost_meanwhile_give_nothing(cast, client_for, sellers):
    eve = client_for(cast.eve)
    address = preview_of(eve, line("new@example.test", entity="Sud"), line("sam@example.test", entity="Sud"))
    lines = good(eve, address)
    admins = built_in_group(cast.holding, BuiltInGroup.ENTITY_ADMIN)
    stay = make_user("stay@example.test", holding=cast.holding, group=BuiltInGroup.ENTITY_ADMIN, entity=cast.south)
    # Still somebody who manages users, but without the right that sellers have.
    local = groups.create_group(actor=cast.alice, entity=cast.south, name="Accueil", rights=["settings.manage_users"])
    add_member(actor=cast.alice, user=cast.eve, group=local, entity=cast.south)
    remove_member(actor=stay, user=cast.eve, group=admins, entity=None)
    confirm(eve, address, lines=lines)
    refused = lines_on(eve, address)
    assert ["Il vous manque sur Sud" in refused[number] for number in (2, 3)] == [True, True]
    assert (places("new@example.test"), places("sam@example.test")) == (set(), {("Vendeur", "Nord", None)})


def test_a_line_that_the_preview_refused_stays_refused(cast, client):
    """Nobody has confirmed it: the group it names exists only since."""
    address = preview_of(client, line("a@example.test"), line("b@example.test", groups="Atelier"))
    lines = good(client, address)
    groups.create_group(actor=cast.alice, entity=cast.north, name="Atelier", rights=[])
    confirm(client, address, lines=lines)
    assert list(lines_on(client, address)) == [3]
    assert "renvoyez-la" in lines_on(client, address)[3]
    assert places("b@example.test") == set()


def test_a_group_deleted_meanwhile_is_told(cast, client):
    atelier = groups.create_group(actor=cast.alice, entity=cast.north, name="Atelier", rights=[])
    address = preview_of(client, line("a@example.test", groups="Atelier"))
    lines = good(client, address)
    groups.delete_group(actor=cast.alice, group=atelier)
    confirm(client, address, lines=lines)
    assert "Aucun de vos groupes" in lines_on(client, address)[2]
    assert not User.objects.filter(email="a@example.test").exists()


# --- What is kept of the file --------------------------------------------------------------------------------


def test_of_a_confirmed_file_only_the_refused_lines_are_kept(client):
    address = preview_of(client, line("secret@example.test", first="Ondine"), line("bad", first="Perle"))
    confirm(client, address)
    kept = str(the_import().lines) + str(the_import().outcome)
    assert ("secret@example.test" in kept, "Ondine" in kept, "Perle" in kept) == (False, False, True)
    (row,) = rows_of(client.get(f"{address}refus/"))
    assert (row["Prénom"], row["Ligne"]) == ("Perle", 3)
    assert not parse(client.get(address)).select("[name=lines]")


def test_after_a_day_the_file_is_forgotten(cast, client, time_machine):
    time_machine.move_to("2026-11-24T10:00:00+01:00", tick=False)
    address = preview_of(client, line("new@example.test"))
    lines = good(client, address)
    time_machine.move_to("2026-11-25T09:59:00+01:00", tick=False)
    forget_old_imports()
    assert client.get(address).status_code == 200
    time_machine.move_to("2026-11-25T10:00:00+01:00", tick=False)
    # The beat has not come by yet: it is not shown any more, nor done.
    assert client.get(address).status_code == 404
    assert client.post(address, {"lines": lines}).status_code == 404
    assert UserImport.objects.exists()
    forget_old_imports()
    assert not UserImport.objects.exists()
    assert not User.objects.filter(email="new@example.test").exists()


def test_confirmed_imports_are_forgotten_too(client):
    address = preview_of(client, line("bad"), line("new@example.test"))
    confirm(client, address)
    assert imports.forget_old(now=timezone.now() + timedelta(days=1)) == 1
    assert client.get(address).status_code == 404
    assert client.get(PAGE).status_code == 200


@pytest.mark.parametrize("known", [False, True])
def test_500_lines_are_written_with_few_statements(cast, client, known, django_assert_max_num_queries):
    if known:
        User.objects.bulk_create(User(email=f"p{number}@example.test", holding=cast.holding) for number in range(500))
    lines = [line(f"p{number}@example.test", groups="Vendeur, Comptabilité", sites="Nord 1") for number in range(500)]
    address = preview_of(client, *lines)
    numbers = good(client, address)
    with django_assert_max_num_queries(60):
        confirm(client, address, lines=numbers)
    assert Membership.objects.filter(user__email__startswith="p", points_of_sale=cast.north_1).count() == 1000


def test_who_left_or_accepted_meanwhile_gets_no_invitation(
    cast, client, mailoutbox, django_capture_on_commit_callbacks
):
    address = preview_of(client, *(line(f"p{number}@example.test") for number in range(3)))
    with django_capture_on_commit_callbacks() as callbacks:
        confirm(client, address)
    User.objects.filter(email="p0@example.test").update(is_active=False)
    accepted = User.objects.get(email="p1@example.test")
    accepted.set_password(PASSWORD)
    accepted.save()
    with django_capture_on_commit_callbacks(execute=True):
        for callback in callbacks:
            callback()
    assert [mail.to for mail in mailoutbox] == [["p2@example.test"]]
