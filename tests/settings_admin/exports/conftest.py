"""A folder of its own for the files, a list that is large from three rows on, and the button."""

import pytest

from settings_admin.exports import views


@pytest.fixture(autouse=True)
def _one_day(time_machine):
    time_machine.move_to("2026-11-24T10:00:00+01:00", tick=False)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = {**settings.STORAGES, "exports": {"BACKEND": backend, "OPTIONS": {"location": tmp_path / "x"}}}
    return tmp_path / "x"


@pytest.fixture(autouse=True)
def _two_are_many(monkeypatch):
    monkeypatch.setattr(views, "MOST_ROWS_AT_ONCE", 2)


@pytest.fixture
def ask(django_capture_on_commit_callbacks):
    """`ask(client)`: presses *Exporter*; the worker does its part at once unless `works` says no."""

    def press(client, address="", *, works=True):
        with django_capture_on_commit_callbacks(execute=works):
            return client.post(f"/vehicules/export/{address}")

    return press
