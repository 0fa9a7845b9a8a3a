"""A long file of customers: looked at and created by workers, with its progress; killed, sent twice, given up."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customers import tasks
from customers.models import CustomerImport, CustomerImportLine
from customers.services import import_runs, imports
from openflex.notifications.models import Notification
from settings_admin.models import TimelineEntry
from settings_admin.registries import BuiltInGroup
from settings_admin.scoping import unscoped
from tests.customers.test_import import confirm, preview_of, said, send
from tests.customers.way import customers
from tests.settings_admin.exports.way import take_away
from tests.support.htmx import content, parse, swap

PEOPLE = [["", f"PERSONNE{number}", "Rose", "", "", "", "", "", "", ""] for number in range(1, 8)]
HTMX = {"HX-Request": "true"}
WRONG = ["Sire", "REFUSÉ", "Luc", "", "", "", "", "", "", ""]
TWICE = PEOPLE[0]


class Killed(BaseException):
    """As a worker that is told to stop, or whose process ends."""


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch):
    monkeypatch.setattr(import_runs, "AT_ONCE", 0)
    monkeypatch.setattr(import_runs, "BATCH", 3)


@pytest.fixture
def works(django_capture_on_commit_callbacks):
    """What is done within is gone on with by a worker."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def kept():
    with unscoped("the test looks at what was written"):
        return CustomerImport.objects.latest("pk")


def told(user):
    with unscoped("the test looks at what was written"):
        return [(one.title, one.sentence, one.count) for one in Notification.objects.filter(recipient=user)]


def killed_in(monkeypatch, name, *, after):
    """A run is killed in its `after`+1st batch, before that is committed."""
    calls, verb = [], getattr(import_runs, name)

    def dies(*args, **options):
        calls.append(1)
        if len(calls) > after:
            raise Killed
        return verb(*args, **options)

    monkeypatch.setattr(import_runs, name, dies)
    return lambda: monkeypatch.setattr(import_runs, name, verb)


def later(**delta):
    return timezone.now() + timedelta(**delta)


def swept(works, **delta):
    with works(), unscoped("the beat"):
        return import_runs.restart_stuck(now=later(**delta))


def test_it_waits_shows_how_far_it_is_and_says_when_it_ends(cast, client_for, works):
    client = client_for(cast.sam)
    address = preview_of(client, *PEOPLE, WRONG, TWICE)
    page = parse(client.get(address))
    assert "Le travail commence dès qu’une place se libère." in page.text
    assert page.select_one("#import")["hx-trigger"].startswith("every 2s")
    assert client.post(address).status_code == 303  # there is nothing to confirm yet
    with unscoped("a worker has begun"):
        CustomerImport.objects.update(run_id="0" * 32, started_at=timezone.now(), done=6)
    swap(page, client.get(address, headers=HTMX), target="#import")
    assert content(page) == content(parse(client.get(address)))
    assert "6\u00a0lignes sur 9" in page.text
    assert (page.progress["max"], page.progress["value"]) == ("9", "6")
    assert swept(works, seconds=50) == 0
    assert swept(works, seconds=70) == 1
    assert customers() == []
    assert "Créer 7\u00a0clients" in client.get(address).text
    assert said(client, address, "alike") == {10: "la ligne 2 du fichier"}
    assert list(said(client, address, "refused")) == [9]
    sentence = "L’aperçu de votre fichier «\u00a0clients.csv\u00a0» est prêt\u00a0: rien n’est encore créé."
    assert told(cast.sam) == [("Aperçu prêt", sentence, 1)]
    with works():
        confirm(client, address)
    assert [one.birth_name for one in customers()] == [f"PERSONNE{number}" for number in range(1, 8)]
    assert "7\u00a0clients créés, 1\u00a0ligne ressemblante laissée, 1\u00a0ligne refusée." in client.get(address).text
    assert [title for title, _, _ in told(cast.sam)] == ["Import terminé"]


@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_worker_that_is_killed_while_it_creates_leaves_nothing_twice_and_nothing_out(
    cast, client_for, works, monkeypatch, after
):
    client = client_for(cast.sam)
    with works():
        address = preview_of(client, *PEOPLE)
    mend = killed_in(monkeypatch, "_progress", after=after)
    with pytest.raises(Killed), works():
        confirm(client, address)
    mend()
    assert len(customers()) == kept().created == 3 * after
    assert "Création des clients" in client.get(address).text
    assert swept(works, seconds=70) == 1
    assert [one.birth_name for one in customers()] == [f"PERSONNE{number}" for number in range(1, 8)]
    with unscoped("the test looks at what was written"):
        assert TimelineEntry.objects.filter(kind="imported").count() == 7
    assert kept().state == "done"
    assert swept(works, seconds=200) == 0


def test_a_worker_that_is_killed_while_it_looks_begins_again(cast, client_for, works, monkeypatch):
    client = client_for(cast.sam)
    mend = killed_in(monkeypatch, "judge", after=2)
    with pytest.raises(Killed), works():
        preview_of(client, *PEOPLE, WRONG)
    mend()
    assert kept().done == 6
    assert swept(works, seconds=70) == 1
    with unscoped("the test looks at what was written"):
        assert list(CustomerImportLine.objects.values_list("number", flat=True)) == list(range(2, 10))
    assert kept().cells == []


def test_interrupted_three_times_it_says_so_and_goes_on_when_asked(cast, client_for, works, monkeypatch):
    client = client_for(cast.sam)
    with works():
        address = preview_of(client, *PEOPLE)
    mend = killed_in(monkeypatch, "_make", after=1)
    with pytest.raises(Killed), works():
        confirm(client, address)
    for minutes in (2, 4):
        with pytest.raises(Killed):
            swept(works, minutes=minutes)
    mend()
    assert swept(works, minutes=6) == 0
    page = client.get(address).text
    assert "Le travail a été interrompu trois fois." in page
    assert "3\u00a0lignes sur 7 ont créé un client, aucune deux fois." in page
    assert told(cast.sam)[0][0] == "Import interrompu"
    with works():
        client.post(f"{address}reprendre/")
    assert len(customers()) == 7
    with works():
        client.post(f"{address}reprendre/")
    assert len(customers()) == 7


def test_a_run_that_was_taken_for_dead_stops_where_another_one_took_over(cast, client_for, works, monkeypatch):
    client = client_for(cast.sam)
    with works():
        address = preview_of(client, *PEOPLE)
    make, runs = import_runs._make, []

    def slow(run, lines):
        made = make(run, lines)
        if not runs:
            runs.append(run)
            with unscoped("the other one takes over before this batch ends"):
                CustomerImport.objects.update(run_id="1" * 32)
        return made

    monkeypatch.setattr(import_runs, "_make", slow)
    with works():
        confirm(client, address)
    # Its own batch was done as a whole, and it began no other.
    assert (len(customers()), kept().created) == (3, 3)
    assert swept(works, seconds=70) == 1
    assert len(customers()) == 7


def test_who_may_no_longer_create_customers_creates_none(cast, client_for, works):
    client = client_for(cast.sam)
    with works():
        address = preview_of(client, *PEOPLE)
    confirm(client, address)
    take_away(cast, BuiltInGroup.SALESPERSON, "customers.edit")
    tasks.work_on_import(kept().pk)
    assert customers() == []
    assert (kept().state, kept().failure) == (
        "failed", "Il vous manque désormais le droit «\u00a0Clients\u00a0: créer et modifier\u00a0»."
    )  # fmt: skip


def test_what_was_told_leads_to_the_customers_once_the_file_is_forgotten(cast, client_for, works):
    client = client_for(cast.sam)
    with works():
        preview_of(client, *PEOPLE)
    with unscoped("the sweep of the night"):
        imports.forget_old(now=later(hours=25))
        assert not CustomerImportLine.objects.exists()
        assert Notification.objects.get(recipient=cast.sam).url == "/clients/"


def test_ten_thousand_lines_are_taken_and_one_more_is_not(cast, client_for):
    client = client_for(cast.sam)
    lines = [["", f"N{number}", *[""] * 8] for number in range(imports.MAX_LINES)]
    preview_of(client, *lines)
    assert kept().total == 10_000
    assert "10\u202f000\u00a0lignes" in client.get("/clients/importer/").text
    refused = send(client, *lines, lines[0])
    assert refused.status_code == 422
    assert "plus de 10\u202f000 lignes" in refused.text
