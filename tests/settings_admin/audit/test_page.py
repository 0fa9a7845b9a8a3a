"""The log as a list: whose lines one reads, words, search, filters, tabs, pages, and its export."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from openflex.core.lists import PAGE_SIZE
from opportunities.models import OpportunitySettings
from quotation.models import QuotationSettings
from quotation.providers.wire import Credentials
from quotation.services import access
from settings_admin.access.services import groups, people
from settings_admin.access.services.holdings import built_in_group
from settings_admin.access.services.memberships import add_member
from settings_admin.audit.enums import GROUP, HOLDING, TABS, USER
from settings_admin.audit.selectors import audit_lines
from settings_admin.exports import views
from settings_admin.models import AuditLine, UserGroup
from settings_admin.records.enums import AccessKind
from settings_admin.records.services import event_of, record_event
from settings_admin.registries import BuiltInGroup, audit_targets
from settings_admin.scoping import current_scope, unscoped
from tests.make import make_customer, make_user
from tests.settings_admin.audit.way import PAGE, acts_of, note, rows_of
from tests.support.htmx import content, parse, swap
from tests.support.xlsx import rows_of as sheet_of
from vehicles.models import VehicleSettings

FAILED, SEEN = AccessKind.SIGN_IN_FAILED, AccessKind.PERSONAL_DATA_SEEN


def people_in(response):
    return {who for who, _, _ in acts_of(response)}


@pytest.fixture
def quiet(cast):
    """The cast, whose own arrival is not looked at here: only people's accesses are."""
    return f"{PAGE}?tab=connexions"


# --- Whose lines ---------------------------------------------------------------------------------------------


def test_sign_ins_are_those_of_the_people_one_sees(cast, client_for, quiet):
    for user in (cast.alice, cast.sam, cast.eve, cast.nobody, cast.otto, cast.max):
        note(user)
    assert people_in(client_for(cast.eve).get(quiet)) == {"Alice Nom", "Eve Nom"}
    everybody = client_for(cast.alice, scope="all").get(quiet)
    assert people_in(everybody) == {"Alice Nom", "Sam Nom", "Eve Nom", "Nobody Nom"}
    south = client_for(cast.alice, scope=f"e{cast.south.pk}").get(quiet)
    assert people_in(south) == {"Alice Nom", "Eve Nom", "Nobody Nom"}
    assert people_in(client_for(cast.otto).get(quiet)) == {"Otto Nom"}


def test_a_guess_at_an_unknown_address_is_shown_to_nobody(cast, client_for, quiet):
    note(None, FAILED, email="inconnu@example.test")
    note(cast.sam, FAILED, email="sam@example.test")
    for user in (cast.alice, cast.otto, cast.eve):
        page = client_for(user, scope="all").get(quiet)
        assert "inconnu" not in page.text
        assert people_in(page) == ({"Sam Nom"} if user == cast.alice else set())


def test_lines_of_an_entity_are_its_own(cast, client_for):
    with unscoped("test data"):
        for entity, user in ((cast.north, cast.marc), (cast.south, cast.eve)):
            note(user, AccessKind.EXPORTED, entity=entity, list="vehicles", label="Véhicules", query="q=dupont", rows=3)
    page = f"{PAGE}?tab=exports"
    assert acts_of(client_for(cast.eve).get(page)) == [
        ("Eve Nom", "a exporté la liste (3\u00a0lignes)".replace("\u00a0", " "), "Véhicules Liste")
    ]
    assert "Marc" not in client_for(cast.alice, scope=f"e{cast.south.pk}").get(page).text
    assert people_in(client_for(cast.alice, scope="all").get(page)) == {"Marc Nom", "Eve Nom"}


def test_what_was_done_to_a_stranger_is_hidden_even_where_its_author_is_seen(cast, client_for):
    note(cast.alice, SEEN, target=cast.sam)
    note(cast.alice, SEEN, target=cast.eve)
    with unscoped("test data"):
        people.edit_person(actor=cast.alice, user=cast.sam, base={"phone": ""}, mine={"phone": "0385000000"})
    page = client_for(cast.eve).get(PAGE)
    assert "0385000000" not in page.text
    assert "Sam" not in page.text
    seen = acts_of(client_for(cast.eve).get(f"{PAGE}?tab=donnees"))
    assert seen == [("Alice Nom", "a consulté la fiche", "Eve Nom Personne")]
    assert len(acts_of(client_for(cast.alice, scope="all").get(f"{PAGE}?tab=donnees"))) == 2


def test_the_filters_of_an_export_are_for_who_sees_the_whole_holding(cast, client_for):
    note(cast.alice, AccessKind.EXPORTED, list="vehicles", label="Véhicules", query="q=dupont")
    assert "q=dupont" not in client_for(cast.eve).get(PAGE).text
    assert 'href="/vehicules/?q=dupont"' in client_for(cast.alice, scope="all").get(PAGE).text


@pytest.mark.parametrize("name", ["marc", "sam", "vera", "adele"])
def test_who_lacks_the_right_reads_nothing(cast, client_for, name):
    client = client_for(getattr(cast, name))
    assert (client.get(PAGE).status_code, client.post(f"{PAGE}export/").status_code) == (403, 403)
    assert "Journal" not in client_for(cast.sam).get("/parametres/").text


def test_the_entry_stands_in_the_settings(cast, client_for):
    assert f'href="{PAGE}"' in client_for(cast.eve).get("/parametres/").text


# --- Words ---------------------------------------------------------------------------------------------------


def test_a_line_says_when_who_what_where_and_from_where(cast, client_for, quiet, time_machine):
    time_machine.move_to("2026-07-14T08:05:09+00:00", tick=False)
    note(cast.sam, ip="192.0.2.7", device="Firefox sur Linux")
    (row,) = rows_of(client_for(cast.alice, scope="all").get(quiet))
    assert row == ["14/07/2026 à 10:05:09", "Sam Nom", "s’est connecté", "–", "–", "192.0.2.7 Firefox sur Linux"]


def test_changes_are_told_as_their_histories_tell_them(cast, client_for):
    with unscoped("test data"):
        sellers = built_in_group(cast.holding, BuiltInGroup.SALESPERSON)
        add_member(actor=cast.alice, user=cast.nobody, group=sellers, entity=cast.south)
        groups.change_rights(actor=cast.alice, group=sellers, give=["vehicles.export"], take=[])
        gone = groups.create_group(actor=cast.alice, entity=cast.south, name="Atelier")
        groups.delete_group(actor=cast.alice, group=gone)
    found = acts_of(client_for(cast.alice, scope="all").get(f"{PAGE}?tab=droits&person={cast.alice.pk}"))
    assert found[:4] == [
        ("Alice Nom", "a supprimé le groupe", "Atelier Groupe"),
        ("Alice Nom", "a créé le groupe", "–"),
        ("Alice Nom", "a changé les droits Véhicules : exporter : non → oui", "Vendeur Groupe"),
        ("Alice Nom", "l’a ajouté à Vendeur, Sud", "Nobody Nom Personne"),
    ]


def test_names_lead_where_the_reader_may_go(cast, client_for):
    note(cast.alice, SEEN, target=cast.eve)
    page = parse(client_for(cast.alice, scope="all").get(f"{PAGE}?tab=donnees"))
    assert [link["href"] for link in page.select("#list tbody a")] == [
        f"/parametres/utilisateurs/{user.pk}/" for user in (cast.alice, cast.eve)
    ]
    with unscoped("test data"):
        group = UserGroup.objects.create(
            holding=cast.holding, entity=cast.south, name="Audit", rights=["settings.audit"]
        )
        add_member(actor=None, user=cast.marc, group=group, entity=cast.south)
    page = parse(client_for(cast.marc, scope=f"e{cast.south.pk}").get(f"{PAGE}?tab=donnees"))
    assert page.select("#list tbody tr")
    assert not page.select("#list tbody a")


def test_a_line_whose_app_is_gone_still_says_who(cast, client_for):
    with unscoped("test data"):
        entry = event_of(cast.sam, kind="made_up", actor=cast.alice)
        entry.target_type = "gone.thing"
        entry.save()
    assert ("Alice Nom", "a fait un changement", "–") in acts_of(client_for(cast.alice, scope="all").get(PAGE))


def test_what_is_set_at_the_provider_is_told_and_leads_to_its_page(cast, client_for):
    with unscoped("test data"):
        for entity in (cast.north, cast.south):
            credentials = Credentials("client-7431", "secret-9f2e")
            access.save_credentials(entity=entity, credentials=credentials, actor=cast.alice, now=timezone.now())
        access.edit_settings(entity=cast.north, base={"daily_quota": None}, mine={"daily_quota": 7}, actor=cast.alice)
    response = client_for(cast.alice, scope="all").get(f"{PAGE}?tab=organisation")
    assert [(what, about) for _, what, about in acts_of(response)] == [
        ("a modifié les réglages Appels payants par jour : – → 7", "Nord Fournisseur de cotes"),
        ("a enregistré des identifiants", "Sud Fournisseur de cotes"),
        ("a enregistré des identifiants", "Nord Fournisseur de cotes"),
    ]
    assert "7431" not in response.text
    assert f'href="/cotations/fournisseur/{cast.north.pk}/"' in response.text
    # Of the other entity nothing.
    south = client_for(cast.eve).get(f"{PAGE}?tab=organisation")
    assert [about for _, _, about in acts_of(south)] == ["Sud Fournisseur de cotes"]


# --- Search, filters, tabs, pages ----------------------------------------------------------------------------


@pytest.mark.parametrize("many", [1000, -1])
def test_the_search_finds_what_a_person_did_and_what_was_done_to_them(cast, client_for, many, monkeypatch):
    monkeypatch.setattr("openflex.core.search.MANY", many)
    note(cast.sam)
    note(cast.marc)
    note(cast.alice, SEEN, target=cast.sam)
    client = client_for(cast.alice, scope="all")
    for words in ("sam", "SAM nom", "sam@example"):
        found = {(who, what) for who, what, _ in acts_of(client.get(PAGE, {"q": words}))}
        assert {("Sam Nom", "s’est connecté"), ("Alice Nom", "a consulté la fiche")} <= found
        assert not any(who == "Marc Nom" for who, _ in found)
    assert acts_of(client.get(PAGE, {"q": "zzz"})) == []
    assert acts_of(client_for(cast.eve).get(PAGE, {"q": "sam"})) == []


def test_filters_are_chips_that_can_be_taken_off(cast, client_for):
    note(cast.sam)
    note(cast.sam, FAILED)
    note(cast.marc, FAILED)
    client = client_for(cast.alice, scope="all")
    response = client.get(PAGE, {"act": "echec", "person": cast.sam.pk})
    assert acts_of(response) == [("Sam Nom", "Échec de connexion : mot de passe refusé", "–")]
    chips = parse(response).select(".toolbar .chip:not(.add)")
    assert [" ".join(chip.get_text(" ").split()) for chip in chips] == [
        "Acte Échec de connexion", "Personne Sam Nom"
    ]  # fmt: skip
    without = chips[1].select_one("a")["href"]
    assert people_in(client.get(PAGE + without)) == {"Sam Nom", "Marc Nom"}


def test_days_are_french_and_both_included(cast, client_for, quiet, time_machine):
    for instant in ("2026-07-13T21:59:59", "2026-07-13T22:00:00", "2026-07-14T21:59:59", "2026-07-14T22:00:00"):
        time_machine.move_to(f"{instant}+00:00", tick=False)
        note(cast.sam)
    client = client_for(cast.alice, scope="all")
    found = rows_of(client.get(quiet, {"tab": "connexions", "since": "14/07/2026", "until": "14072026"}))
    assert [row[0] for row in found] == ["14/07/2026 à 23:59:59", "14/07/2026 à 00:00:00"]
    wrong = client.get(quiet, {"tab": "connexions", "since": "hier"})
    assert "Date illisible" in wrong.text
    assert len(rows_of(wrong)) == 4


def test_the_entity_is_a_filter(cast, client_for):
    client = client_for(cast.alice, scope="all")
    note(cast.marc, AccessKind.EXPORTED, entity=cast.north, list="vehicles", label="Véhicules", query="")
    note(cast.eve, AccessKind.EXPORTED, entity=cast.south, list="vehicles", label="Véhicules", query="")
    assert people_in(client.get(PAGE, {"tab": "exports", "entity": cast.south.pk})) == {"Eve Nom"}
    assert len(acts_of(client.get(PAGE, {"tab": "exports", "entity": cast.elsewhere.pk}))) == 2


def test_each_line_stands_under_one_tab(cast, client_for):
    for kind in AccessKind:
        note(cast.sam, kind, target=cast.marc if kind == SEEN else None, list="x", label="X", query="")
    with unscoped("test data"):
        save_site_name(cast)
        total = AuditLine.objects.filter(holding=cast.holding).count()
    client = client_for(cast.alice, scope="all")
    everything = len(acts_of(client.get(PAGE)))
    assert everything == total
    counts = {key: len(acts_of(client.get(PAGE, {"tab": key}))) for key, _, _ in TABS[1:]}
    assert sum(counts.values()) == total
    assert all(counts.values()), counts


def save_site_name(cast):
    cast.north_2.name = "Nord 22"
    record_event(cast.north_2, kind="changed", actor=cast.alice, changes={"name": ["Nord 2", "Nord 22"]})


def test_pages_follow_each_other_without_a_gap(cast, client_for, quiet):
    for number in range(2 * PAGE_SIZE + 5):
        user = cast.sam if number % 2 else cast.marc
        note(user)
    client = client_for(cast.alice, scope="all")
    seen, address = [], quiet
    while address:
        page = parse(client.get(address))
        seen += [row.get_text() for row in page.select("#list tbody tr")]
        following = page.select_one("a[rel=next]")
        address = PAGE + following["href"] if following else ""
    assert len(seen) == 2 * PAGE_SIZE + 5


def test_lines_of_one_instant_are_all_on_one_of_the_pages(cast, client_for, time_machine):
    """Of both tables: their ids do not run into each other."""
    time_machine.move_to("2026-07-14T08:00:00+00:00", tick=False)
    for _ in range(PAGE_SIZE):
        note(cast.sam)
        with unscoped("test data"):
            record_event(cast.sam, kind="invited_again", actor=cast.alice)
    client = client_for(cast.alice, scope="all")
    address, found = f"{PAGE}?since=14/07/2026&until=14/07/2026", []
    while address:
        page = client.get(address)
        found += [what for _, what, _ in acts_of(page)]
        following = parse(page).select_one("a[rel=next]")
        address = PAGE + following["href"] if following else ""
    assert sorted(found) == ["l’a invité de nouveau"] * PAGE_SIZE + ["s’est connecté"] * PAGE_SIZE


def test_a_swapped_list_equals_the_reloaded_page(cast, client_for):
    note(cast.sam)
    address = f"{PAGE}?tab=connexions&person={cast.sam.pk}"
    page = parse(client_for(cast.alice, scope="all").get(PAGE))
    swapped = swap(page, client_for(cast.alice, scope="all", htmx=True).get(address), target="#list")
    assert content(swapped) == content(parse(client_for(cast.alice, scope="all").get(address)))


def test_the_same_statements_at_one_three_and_many_lines(cast, client_for):
    client = client_for(cast.alice, scope="all")
    counts = []
    for added in (1, 2, 60):
        for _ in range(added):
            note(cast.sam)
            note(cast.alice, SEEN, target=cast.sam)
        with CaptureQueriesContext(connection) as statements:
            client.get(PAGE)
        counts.append(len(statements))
    assert counts[0] == counts[1] == counts[2] <= 12, counts


def test_what_was_taken_of_one_customer_before_that_had_its_own_act_is_read_too(cast, client_for):
    customer = make_customer(entity=cast.north, birth_name="RINO")
    note(cast.marc, AccessKind.EXPORTED, target=customer, label="Un client")
    acts = acts_of(client_for(cast.alice, scope="all").get(f"{PAGE}?tab=exports"))
    assert acts == [("Marc Nom", "a exporté la liste", "RINO Client")]


def test_few_statements_name_whatever_the_lines_are_about(cast, client_for):
    """A line about a row of each model that the log knows; what an entity decided is called as the entity is."""
    with unscoped("test data"):
        about = {
            USER: cast.sam,
            GROUP: built_in_group(cast.holding, BuiltInGroup.SALESPERSON),
            HOLDING: cast.holding,
            "settings_admin.entity": cast.north,
            "settings_admin.pointofsale": cast.north_1,
            "customers.customer": make_customer(entity=cast.north, birth_name="RINO"),
            "opportunities.opportunitysettings": OpportunitySettings.objects.create(entity=cast.north),
            "quotation.quotationsettings": QuotationSettings.objects.create(entity=cast.north),
            "vehicles.vehiclesettings": VehicleSettings.objects.create(entity=cast.north),
        }
    assert set(about) == set(audit_targets())
    for target in about.values():
        note(cast.alice, SEEN, target=target, **({"entity": cast.north} if hasattr(target, "entity_id") else {}))
    client = client_for(cast.alice, scope="all")
    with CaptureQueriesContext(connection) as statements:
        page = client.get(f"{PAGE}?tab=donnees")
    named = {told for _, _, told in acts_of(page)}
    assert named == {
        "Sam Nom Personne", "Vendeur Groupe", f"{cast.holding.name} Holding", f"{cast.north.name} Entité",
        f"{cast.north_1.name} Point de vente", "RINO Client", f"{cast.north.name} Réglages des opportunités",
        f"{cast.north.name} Fournisseur de cotes", f"{cast.north.name} Réglages des véhicules",
    }  # fmt: skip
    assert len(statements) <= 12, len(statements)


def test_the_last_lines_are_read_in_their_order_and_not_sorted(cast, as_user):
    """Of both tables: one that was read whole and sorted would make the page slower with each day."""
    as_user(cast.alice, choice="all")
    with connection.cursor() as cursor:
        for setting in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{setting} = off")
    plan = audit_lines(current_scope()).order_by("-at", "-id")[:41].explain()
    assert "using access_log_by_time" in plan
    assert "using timeline_audited on" in plan
    assert not re.search(r"->\s+Sort ", plan), plan


# --- Its export ----------------------------------------------------------------------------------------------


def test_the_export_is_what_is_filtered_and_stands_in_the_log_itself(cast, client_for):
    note(cast.sam, ip="192.0.2.7", device="Firefox sur Linux")
    note(cast.marc)
    client = client_for(cast.alice, scope="all")
    (row,) = sheet_of(client.post(f"{PAGE}export/?tab=connexions&person={cast.sam.pk}"))
    assert (row["Qui"], row["Quoi"], row["D’où"], row["Appareil"]) == (
        "Sam Nom", "s’est connecté", "192.0.2.7", "Firefox sur Linux",
    )  # fmt: skip
    who, what, about = acts_of(client.get(PAGE))[0]
    assert (who, what, about) == ("Alice Nom", "a exporté la liste (1 ligne)", "Journal d’audit Liste")


def test_an_export_in_the_background_holds_what_the_screen_shows(
    cast, client_for, settings, tmp_path, monkeypatch, django_capture_on_commit_callbacks
):
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = {**settings.STORAGES, "exports": {"BACKEND": backend, "OPTIONS": {"location": tmp_path}}}
    monkeypatch.setattr(views, "MOST_ROWS_AT_ONCE", 2)
    lonely = make_user("seul@example.test", holding=cast.holding, first_name="Seul")
    for user in (lonely, cast.sam, cast.eve):
        note(user)
    client = client_for(cast.alice, scope="all")
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(f"{PAGE}export/?tab=connexions").status_code == 303
    link = parse(client.get("/mes-exports/")).select_one("a[download]")["href"]
    assert {row["Qui"] for row in sheet_of(client.get(link))} == {"Seul Nom", "Sam Nom", "Eve Nom"}
