"""Each act that the log promises is really written, by the requests that people send."""

from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client

from settings_admin.access.services.holdings import built_in_group
from settings_admin.models import AccessLog, TimelineEntry
from settings_admin.registries import BuiltInGroup
from settings_admin.scoping import unscoped
from tests.make import PASSWORD, make_quotation, make_vehicle
from tests.settings_admin.audit.way import written, written_lines
from tests.settings_admin.organisation.way import send
from tests.settings_admin.test_second_factor import code_of

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
DEVICE = "Firefox sur Linux"


@pytest.fixture
def browser(cast):
    return Client(headers={"User-Agent": FIREFOX}, REMOTE_ADDR="192.0.2.7")


def sign_in(client, email="sam@example.test", password=PASSWORD):
    return client.post("/connexion/", {"login": email, "password": password})


def test_a_sign_in_a_refused_one_and_the_end(browser):
    sign_in(browser, password="pas le bon")
    sign_in(browser)
    browser.post("/deconnexion/")
    assert written() == [
        ("sign_in_failed", "Sam", DEVICE),
        ("signed_in", "Sam", DEVICE),
        ("signed_out", "Sam", DEVICE),
    ]
    with unscoped("the test looks at what was written"):
        assert set(AccessLog.objects.values_list("ip", flat=True)) == {"192.0.2.7"}


def test_the_failure_that_locks_an_account(browser):
    for _ in range(5):
        sign_in(browser, password="pas le bon")
    assert [kind for kind, _, _ in written()] == ["sign_in_failed"] * 5 + ["locked_out"]
    assert written()[-1] == ("locked_out", "Sam", DEVICE)


def test_guesses_at_an_unknown_address_belong_to_nobody(browser):
    sign_in(browser, email="inconnu@example.test")
    with unscoped("the test looks at what was written"):
        assert list(AccessLog.objects.values_list("kind", "user", "holding", "entity")) == [
            ("sign_in_failed", None, None, None)
        ]


def test_a_new_password_by_its_owner_and_by_the_link(browser, django_capture_on_commit_callbacks):
    sign_in(browser)
    new = "un-autre-mot-de-passe-1"
    sent = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert browser.post("/mot-de-passe/", sent).status_code == 302
    assert written()[-1] == ("password_changed", "Sam", DEVICE)
    with django_capture_on_commit_callbacks(execute=True):
        browser.post("/deconnexion/")
        browser.post("/mot-de-passe/oublie/", {"email": "sam@example.test"})
    link = next(word for word in mail.outbox[-1].body.split() if "/mot-de-passe/nouveau/" in word)
    page = browser.get(link.removeprefix("http://testserver"), follow=True)
    newer = "encore-un-mot-de-passe-2"
    browser.post(page.redirect_chain[-1][0], {"password1": newer, "password2": newer})
    assert [kind for kind, _, _ in written()] == ["signed_in", "password_changed", "signed_out", "password_changed"]


@pytest.mark.usefixtures("templates_watched")
def test_the_second_factor_of_its_owner(browser, django_capture_on_commit_callbacks):
    def post(path, **sent):
        with django_capture_on_commit_callbacks(execute=True):
            return browser.post(path, sent)

    sign_in(browser)
    secret = browser.get("/compte/second-facteur/activer/").context["form"].secret
    post("/compte/second-facteur/activer/", code=code_of(secret))
    post("/deconnexion/")
    sign_in(browser)
    post("/connexion/code/", code="000000")
    post("/connexion/code/", code=code_of(secret, later=1))
    post("/compte/codes-de-secours/nouveaux/")
    post("/compte/second-facteur/desactiver/")
    assert written() == [
        (kind, "Sam", DEVICE)
        for kind in (
            "signed_in", "second_factor_on", "signed_out", "second_factor_failed", "signed_in", "recovery_codes",
            "second_factor_off",
        )
    ]  # fmt: skip


def test_sessions_that_are_closed_from_afar(browser, cast):
    other = Client()
    for client in (other, browser):
        sign_in(client)
        client.get("/vehicules/")
    browser.post("/compte/sessions/fermer/")
    assert written()[-1] == ("sessions_ended", "Sam", DEVICE)
    browser.post("/compte/sessions/fermer/", {"this_one_too": "on"})
    assert [kind for kind, _, _ in written()][-2:] == ["sessions_ended", "signed_out"]


def test_every_export_says_which_list_how_much_and_where(cast, client_for):
    make_vehicle(entity=cast.north)
    make_quotation(entity=cast.north, created_by=cast.marc)
    client_for(cast.vera).post("/vehicules/export/?sort=model")
    client_for(cast.marc).post("/cotations/export/")
    client_for(cast.alice).post("/cotations/consommation/export/")
    client_for(cast.alice, scope="all").post("/vehicules/export/")
    with unscoped("the test looks at what was written"):
        rows = AccessLog.objects.filter(kind="exported").order_by("id")
        found = [(row.user.first_name, row.details["label"], row.entity_id, row.details.get("rows")) for row in rows]
        assert rows[0].details["query"] == "sort=model"
    assert found == [
        ("Vera", "Véhicules", cast.north.pk, 1),
        ("Marc", "Cotations", cast.north.pk, 1),
        ("Alice", "Appels au fournisseur de cotes", cast.north.pk, 0),
        ("Alice", "Véhicules", None, 1),
    ]


def test_who_opens_a_persons_sheet_once_for_all_its_tabs(cast, client_for):
    alice = client_for(cast.alice)
    for tab in ("", "?onglet=droits", "?onglet=historique", "modifier/"):
        alice.get(f"/parametres/utilisateurs/{cast.sam.pk}/{tab}")
    alice.get(f"/parametres/utilisateurs/{cast.momo.pk}/")
    client_for(cast.alice).get(f"/parametres/utilisateurs/{cast.alice.pk}/")  # one's own
    client_for(cast.eve).get(f"/parametres/utilisateurs/{cast.sam.pk}/")  # a stranger's is not there
    with unscoped("the test looks at what was written"):
        rows = AccessLog.objects.filter(kind="personal_data_seen").order_by("id")
        assert list(rows.values_list("user__first_name", "target_type", "target_id")) == [
            ("Alice", "settings_admin.user", cast.sam.pk),
            ("Alice", "settings_admin.user", cast.momo.pk),
        ]


def test_changes_of_rights_people_and_places(cast, client_for):
    alice = client_for(cast.alice)
    with unscoped("test data"):
        sellers = built_in_group(cast.holding, BuiltInGroup.SALESPERSON)
    before = len(written_lines())
    alice.post("/parametres/groupes/nouveau/", {"key": uuid4(), "name": "Atelier", "entity": cast.north.pk})
    alice.post(f"/parametres/groupes/{sellers.pk}/retirer/{cast.sam.pk}/", {"where": "everywhere"})
    alice.post(f"/parametres/utilisateurs/{cast.marc.pk}/depart/")
    send(alice, cast.north_2, "identite", name="Nord 22")
    alice.post("/parametres/securite/second-facteur/", {"required": "yes"})
    kinds = {(line.target_type.removeprefix("settings_admin."), line.kind) for line in written_lines()[before:]}
    assert kinds == {
        ("usergroup", "group_created"), ("user", "member_removed"), ("user", "left"), ("pointofsale", "changed"),
        ("holding", "second_factor_required"), ("user", "personal_data_seen"),
    }  # fmt: skip


def test_changes_of_rights_say_from_where_and_on_what(cast, browser):
    """Of memberships, groups, people, absences, the second factor, sessions, the organisation: as accesses do."""
    with unscoped("test data"):
        sellers = built_in_group(cast.holding, BuiltInGroup.SALESPERSON)
    browser.force_login(cast.alice)
    before = len(written_lines())
    person = f"/parametres/utilisateurs/{cast.marc.pk}/"
    absence = {"starts_on": "02/03/2099", "ends_on": "06/03/2099", "substitute": cast.vera.pk}
    for path, sent in (
        ("/parametres/groupes/nouveau/", {"key": uuid4(), "name": "Atelier", "entity": cast.north.pk}),
        (f"/parametres/groupes/{sellers.pk}/ajouter/", {"who": "pick", "user": cast.marc.pk, "answer": "oui"}),
        (f"{person}absences/nouvelle/", absence),
        (f"{person}sessions/fermer/", {}),
        (f"{person}depart/", {"successor": ""}),
        ("/parametres/securite/second-facteur/", {"required": "yes"}),
    ):
        assert browser.post(path, sent).status_code == 303, path
    lines = [line for line in written_lines()[before:] if line.is_change]
    assert {line.kind for line in lines} >= {
        "group_created", "member_added", "absence_planned", "left", "second_factor_required",
    }  # fmt: skip
    assert {(line.ip, line.device) for line in lines} == {("192.0.2.7", DEVICE)}


def test_what_the_application_does_by_itself_is_from_nowhere(cast):
    lines = [line for line in written_lines() if line.is_change]
    assert lines
    assert {(line.ip, line.device) for line in lines} == {(None, "")}


def test_histories_that_are_not_in_the_log_keep_no_address(cast, browser):
    vehicle = make_vehicle(entity=cast.north)
    browser.force_login(cast.vera)
    assert browser.post(f"/vehicules/{vehicle.pk}/reserver/", {"label": "x"}).status_code == 303
    with unscoped("the test looks at what was written"):
        entries = TimelineEntry.objects.filter(target_type="vehicles.vehicle")
        assert list(entries.values_list("is_audited", "ip", "device")) == [(False, None, "")]


def test_somebody_put_into_a_group_is_one_line(cast):
    added = [line for line in written_lines() if line.kind == "member_added" and line.target_id == cast.sam.pk]
    assert [line.target_type for line in added] == ["settings_admin.user"]
    assert not [line for line in written_lines() if line.target_type.endswith("usergroup")]


def test_histories_of_the_stock_are_not_in_it(cast, client_for):
    before = len(written_lines())
    vehicle = make_vehicle(entity=cast.north)
    client_for(cast.vera).post(f"/vehicules/{vehicle.pk}/reserver/", {"label": "x"})
    assert len(written_lines()) == before
