"""*Mes exports*, and what is left of it after a day."""

from datetime import timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone

from settings_admin.exports import services
from settings_admin.exports.enums import ExportState
from settings_admin.models import Export
from settings_admin.scoping import unscoped
from tests.make import make_export
from tests.settings_admin.exports.way import PAGE, export, file_of, three
from tests.support.htmx import content, parse, swap


def test_after_a_day_it_is_gone_and_its_file_too(cast, client_for, ask, folder, time_machine):
    three(cast)
    client = client_for(cast.vera)
    ask(client)
    row = export()
    orphan = storages["exports"].save("orphan.xlsx", ContentFile(b"a worker went away before it named this"))
    time_machine.shift(timedelta(hours=23))
    with unscoped("the beat"):
        assert services.throw_away_old(now=timezone.now()) == 0
    assert file_of(client, row).status_code == 200
    time_machine.shift(timedelta(hours=1))
    assert file_of(client, row).status_code == 404
    assert not parse(client.get(PAGE)).select("#exports .card")
    with unscoped("the beat"):
        # Files have the clock of the machine, which the test does not move.
        services.throw_away_old(now=max(timezone.now(), storages["exports"].get_modified_time(orphan)))
        assert not Export.objects.exists()
    assert not (folder / row.stored_as).exists()


def test_a_file_that_no_export_names_is_thrown_away_after_a_day(cast, folder):
    name = storages["exports"].save("orphan.xlsx", ContentFile(b"x"))
    written = storages["exports"].get_modified_time(name)
    with unscoped("the beat"):
        services.throw_away_old(now=written + timedelta(hours=23))
        assert [path.name for path in folder.glob("*")] == [name]
        services.throw_away_old(now=written + timedelta(hours=25))
    assert list(folder.glob("*")) == []


def test_nothing_to_throw_away(cast):
    with unscoped("the beat"):
        assert services.throw_away_old(now=timezone.now()) == 0


# --- The page ----------------------------------------------------------------------------------------------


def test_the_page_asks_again_only_while_something_is_under_way(cast, client_for):
    client = client_for(cast.vera)
    assert "Aucun export pour l’instant" in client.get(PAGE).text
    make_export(user=cast.vera, total=45000)
    page = parse(client.get(PAGE))
    assert not page.select("main [hx-trigger]")
    assert "45\u202f000\u00a0lignes" in page.text
    started = timezone.now() - timedelta(seconds=20)
    make_export(user=cast.vera, state=ExportState.RUNNING, total=100000, done=25000, started_at=started)
    page = parse(client.get(PAGE))
    assert page.select_one("#exports")["hx-trigger"] == "every 2s"
    bar = page.select_one("progress")
    assert (bar["value"], bar["max"]) == ("25000", "100000")
    assert "25\u202f000\u00a0lignes sur 100\u202f000, encore 60\u00a0secondes environ" in page.text


def test_a_silent_worker_is_said(cast, client_for):
    now = timezone.now()
    times = {"started_at": now - timedelta(seconds=60), "alive_at": now - timedelta(seconds=40)}
    make_export(user=cast.vera, state=ExportState.RUNNING, total=100000, done=25000, **times)
    assert "interruption\u00a0: la préparation reprendra d’elle-même" in client_for(cast.vera).get(PAGE).text


def test_the_part_that_is_asked_again_is_that_of_the_page(cast, client_for):
    make_export(user=cast.vera, state=ExportState.RUNNING, total=100000, done=25000, started_at=timezone.now())
    page = client_for(cast.vera).get(PAGE)
    fragment = client_for(cast.vera, htmx=True).get(PAGE, headers={"HX-Target": "exports"})
    assert content(swap(parse(page), fragment, target="#exports")) == content(parse(page))


def test_the_page_asks_no_more_of_three_than_of_one(cast, client_for, django_assert_num_queries):
    client = client_for(cast.vera)
    for _ in range(2):
        make_export(user=cast.vera)
        with django_assert_num_queries(5):
            client.get(PAGE)
