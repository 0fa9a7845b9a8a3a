"""Exports that are stopped, break, get stuck, are sent twice: one file or none, and always said."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from openflex.core import private_files
from settings_admin import registries
from settings_admin.exports import services
from settings_admin.exports.enums import ExportState
from settings_admin.models import Export
from settings_admin.scoping import current_scope, unscoped
from tests.make import make_export
from tests.settings_admin.exports.way import PAGE, export, file_of, three, write
from tests.support.htmx import parse
from tests.support.xlsx import rows_of
from vehicles.exports import STOCK


def interrupted(monkeypatch, during):
    """Before its last row is read, `during()` happens."""

    def sheet(*args):
        made = STOCK.sheet(*args)

        def rows():
            *first, last = made.rows
            yield from first
            during()
            yield last

        return replace(made, rows=rows())

    monkeypatch.setattr(services, "CHUNK", 1)
    monkeypatch.setitem(registries._exports, "vehicles", replace(STOCK, sheet=sheet))


def test_cancelled_while_it_is_written_it_stops_and_leaves_nothing(cast, client_for, ask, folder, monkeypatch):
    three(cast)
    client = client_for(cast.vera)
    interrupted(monkeypatch, lambda: client.post(f"{PAGE}{export().pk}/annuler/"))
    ask(client)
    row = export()
    assert (row.state, row.stored_as, list(folder.glob("*"))) == (ExportState.CANCELLED, "", [])
    page = parse(client.get(PAGE))
    assert "Annulé" in page.text
    assert not page.select("a[download]")


def test_cancelled_when_the_last_row_was_written_it_leaves_no_file(cast, client_for, ask, folder, monkeypatch):
    three(cast)
    client = client_for(cast.vera)
    keep = private_files.keep

    def keep_and_cancel(name, file):
        keep(name, file)
        client.post(f"{PAGE}{export().pk}/annuler/")

    monkeypatch.setattr(private_files, "keep", keep_and_cancel)
    ask(client)
    assert (export().state, list(folder.glob("*"))) == (ExportState.CANCELLED, [])


def test_a_failure_is_said_and_can_be_tried_again(
    cast, client_for, ask, monkeypatch, django_capture_on_commit_callbacks
):
    three(cast)
    client = client_for(cast.vera)
    interrupted(monkeypatch, lambda: 1 / 0)
    ask(client, works=False)
    with pytest.raises(ZeroDivisionError):
        write(export())
    assert services.BROKEN in parse(client.get(PAGE)).select_one("#exports").text
    monkeypatch.setitem(registries._exports, "vehicles", STOCK)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(f"{PAGE}{export().pk}/relancer/").status_code == 303
    row = export()
    assert (row.state, row.failure) == (ExportState.DONE, "")
    assert len(rows_of(file_of(client, row))) == 3


def test_what_is_done_is_not_tried_again(cast, client_for, ask, django_capture_on_commit_callbacks):
    three(cast)
    client = client_for(cast.vera)
    ask(client)
    with django_capture_on_commit_callbacks() as sent:
        client.post(f"{PAGE}{export().pk}/relancer/")
        client.post(f"{PAGE}{export().pk}/annuler/")
    assert (sent, export().state) == ([], ExportState.DONE)


def test_tried_again_while_the_same_one_is_under_way_is_refused(cast, client_for, ask):
    three(cast)
    client = client_for(cast.vera)
    ask(client, works=False)
    first = export()
    client.post(f"{PAGE}{first.pk}/annuler/")
    ask(client, works=False)
    refused = client.post(f"{PAGE}{first.pk}/relancer/")
    assert (refused.status_code, "Le même export est déjà en cours." in refused.text) == (409, True)


@pytest.mark.parametrize("state", [ExportState.RUNNING, ExportState.WAITING])
def test_a_worker_that_went_away_is_found_out_and_the_export_is_written(
    cast, client_for, ask, state, django_capture_on_commit_callbacks
):
    three(cast)
    client = client_for(cast.vera)
    ask(client, works=False)
    now = timezone.now()
    for silence, sent in ((timedelta(minutes=1), 0), (timedelta(minutes=3), 1)):
        with unscoped("a worker went away in the middle"), django_capture_on_commit_callbacks(execute=True):
            Export.objects.update(state=state, attempts=1, alive_at=now - silence, done=2)
            assert services.restart_stuck(now=now) == sent
    assert export().state == ExportState.DONE
    assert len(rows_of(file_of(client, export()))) == 3


def test_a_worker_that_goes_away_each_time_ends_it(cast, client_for, ask):
    three(cast)
    ask(client_for(cast.vera), works=False)
    now = timezone.now()
    with unscoped("a worker went away in the middle"):
        Export.objects.update(state=ExportState.RUNNING, attempts=3, alive_at=now - timedelta(minutes=3))
        assert services.restart_stuck(now=now) == 0
    assert services.INTERRUPTED in client_for(cast.vera).get(PAGE).text


def test_sent_twice_it_is_written_once(cast, client_for, ask, folder):
    three(cast)
    ask(client_for(cast.vera))
    first = export()
    assert write(first).run_id == first.run_id
    with unscoped("another worker writes it now"):
        Export.objects.update(state=ExportState.RUNNING, alive_at=timezone.now())
    assert write(first).run_id == first.run_id
    assert len(list(folder.glob("*"))) == 1


def test_a_run_that_was_taken_over_leaves_no_file(cast, client_for, ask, folder, monkeypatch):
    three(cast)

    def take_over():
        monkeypatch.setitem(registries._exports, "vehicles", STOCK)
        with unscoped("its worker was silent for too long"):
            Export.objects.update(alive_at=timezone.now() - timedelta(minutes=3))
        write(export())

    interrupted(monkeypatch, take_over)
    ask(client_for(cast.vera))
    row = export()
    assert (row.state, row.attempts) == (ExportState.DONE, 2)
    assert [path.name for path in folder.glob("*")] == [row.stored_as]


def test_the_scope_of_a_run_ends_with_it(cast, as_user):
    as_user(cast.vera)
    row = make_export(user=cast.vera, state=ExportState.WAITING)
    before = current_scope()
    write(row)
    assert current_scope() is before
