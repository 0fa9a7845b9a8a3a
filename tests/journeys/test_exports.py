"""A large export: asked for on the list, waited for on *Mes exports*, downloaded; stopped and tried again."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from settings_admin.exports import views
from settings_admin.exports.enums import ExportState
from settings_admin.models import Export
from settings_admin.scoping import Reach, unscoped
from tests.journeys.conftest import DESK, PHONE
from tests.make import make_export, make_vehicle


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path, monkeypatch):
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = {**settings.STORAGES, "exports": {"BACKEND": backend, "OPTIONS": {"location": tmp_path}}}
    monkeypatch.setattr(views, "MOST_ROWS_AT_ONCE", 2)


def test_a_large_export_is_asked_for_and_downloaded(cast, visit):
    for number in range(3):
        make_vehicle(entity=cast.north, model=f"M{number}")
    desk = visit(cast.vera)
    page = desk.go("/vehicules/")
    page.get_by_role("button", name="Exporter").click()
    expect(page).to_have_url(desk.base + "/mes-exports/")
    expect(page.get_by_text("Prêt")).to_be_visible()
    desk.check()
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger").click()
    assert download.value.suggested_filename == "vehicules-2026-11-24.xlsx"


def test_few_rows_are_downloaded_at_once_and_again(cast, visit):
    make_vehicle(entity=cast.north)
    page = visit(cast.vera).go("/vehicules/")
    for _ in range(2):
        with page.expect_download() as download:
            page.get_by_role("button", name="Exporter").click()
        assert download.value.suggested_filename == "vehicules-2026-11-24.xlsx"
    expect(page).to_have_url(page.url.split("?")[0])


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_progress_moves_by_itself_and_ends(cast, visit, size):
    started = timezone.now() - timedelta(seconds=20)
    make_export(user=cast.vera, state=ExportState.RUNNING, total=100000, done=25000, started_at=started)
    desk = visit(cast.vera, size=size)
    page = desk.go("/mes-exports/")
    expect(page.get_by_text("25\u202f000\u00a0lignes sur 100\u202f000")).to_be_visible()
    desk.check()
    with unscoped("the worker goes on"):
        Export.objects.update(done=75000)
    expect(page.get_by_text("75\u202f000\u00a0lignes sur 100\u202f000")).to_be_visible()
    with unscoped("the worker ends"):
        Export.objects.update(state=ExportState.DONE, done=100000)
    expect(page.get_by_role("link", name="Télécharger")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_count(0)
    desk.check()


def test_it_is_stopped_and_tried_again_by_the_keyboard(cast, visit):
    make_export(user=cast.vera, state=ExportState.WAITING, reach=Reach(frozenset({cast.north.pk})).to_json())
    desk = visit(cast.vera)
    page = desk.go("/mes-exports/")
    page.get_by_role("button", name="Annuler").press("Enter")
    expect(page.get_by_text("Arrêté à votre demande")).to_be_visible()
    desk.check()
    page.get_by_role("button", name="Relancer").press("Enter")
    expect(page.get_by_role("link", name="Télécharger")).to_be_visible()
