"""What those who run the application see of it: logs, health, metrics, errors sent to Sentry."""

import io
import json
import logging
import os
import subprocess
import sys
import time
from types import SimpleNamespace
from typing import Any

import pytest
from celery.signals import heartbeat_sent
from django.core.cache import cache
from django.db import OperationalError
from redis.exceptions import RedisError

from openflex.core import views
from openflex.core.tasks import BEAT, WORKER_ALIVE, heartbeat


@pytest.fixture
def log_lines(settings: Any) -> Any:
    """What production would write while a test runs, by the formatter of the settings."""
    options = dict(settings.LOGGING["formatters"]["events"])
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(options.pop("()")(**options))
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(level)


class TestLogs:
    def test_a_request_is_one_event_that_says_who_and_where_and_no_query(self, cast, client_for, log_lines):
        client_for(cast.vera).get("/vehicules/?q=GD642JM")
        (line,) = [one for one in log_lines() if one["event"] == "request_finished"]
        assert line["request"] == "GET /vehicules/"
        assert (line["code"], line["user_id"], line["level"]) == (200, cast.vera.pk, "info")
        assert line["entities"] == [cast.north.pk]
        assert line["request_id"]
        assert line["timestamp"].endswith("Z")
        assert "GD642JM" not in json.dumps(log_lines())

    def test_a_failure_is_told_with_its_place_and_without_what_it_held(self, log_lines):
        secret = "-".join(["hunter", "2"])
        try:
            raise ValueError(f"{len(secret)} characters")
        except ValueError:
            logging.getLogger("openflex.tests").exception("it failed")
        (line,) = [one for one in log_lines() if one["event"] == "it failed"]
        assert line["exception"][0]["exc_type"] == "ValueError"
        assert line["exception"][0]["frames"][-1]["name"].startswith("test_a_failure")
        assert secret not in json.dumps(line)


@pytest.mark.django_db
class TestReady:
    def test_it_is_ready_with_a_worker_and_a_beat(self, client, time_machine):
        time_machine.move_to("2026-11-24T10:00:00+01:00", tick=False)
        heartbeat()
        time_machine.shift(7)
        heartbeat_sent.send(sender=None)  # as a worker does every other second
        response = client.get("/readyz")
        told = {"database": True, "cache": True, "worker": True, "beat_lag_seconds": 7.0}
        assert (response.status_code, response.json()) == (200, told)

    @pytest.mark.parametrize("age", [None, views.WORKER_IS_LATE_AFTER + 1])
    def test_a_worker_that_is_gone_and_a_late_beat_are_two_things_and_take_no_page_away(self, client, age):
        def told(kept: str) -> Any:
            cache.clear()
            cache.set(kept, time.time())
            if age is not None:
                cache.set({BEAT: WORKER_ALIVE, WORKER_ALIVE: BEAT}[kept], time.time() - age)
            response = client.get("/readyz")
            assert response.status_code == 200
            return response.json()

        without_worker, without_beat = told(BEAT), told(WORKER_ALIVE)
        assert (without_worker["worker"], without_worker["beat_lag_seconds"] < 5) == (False, True)
        assert without_beat["worker"] is True
        assert without_beat["beat_lag_seconds"] is None if age is None else without_beat["beat_lag_seconds"] >= age

    def test_without_its_database_or_its_cache_it_is_not_ready(self, client, monkeypatch):
        def fail(error: Exception) -> Any:
            def raises(*args: Any, **kwargs: Any) -> Any:
                raise error

            return raises

        with monkeypatch.context() as patched:
            patched.setattr(views, "connection", SimpleNamespace(cursor=fail(OperationalError())))
            response = client.get("/readyz")
            assert (response.status_code, response.json()["database"]) == (503, False)
        with monkeypatch.context() as patched:
            patched.setattr(views, "cache", SimpleNamespace(get_many=fail(RedisError())))
            response = client.get("/readyz")
            assert (response.status_code, response.json()["cache"]) == (503, False)
        assert client.get("/healthz").json()["status"] == "ok"


@pytest.mark.django_db
def test_metrics_count_what_was_answered(client):
    def answered() -> float:
        name = 'django_http_responses_total_by_status_view_method_total{method="GET",status="200",view="healthz"}'
        lines = client.get("/metrics").text.splitlines()
        return next((float(line.split()[-1]) for line in lines if line.startswith(name)), 0.0)

    before = answered()
    client.get("/healthz")
    client.get("/healthz")
    assert answered() == before + 2


SENDS_AN_ERROR = """
import openflex.settings_test
import sentry_sdk

sent = []
sentry_sdk.get_client().transport.capture_envelope = lambda envelope: sent.append(envelope.serialize().decode())

def fails():
    customer = "-".join(["hunter", "2"])  # by no name that the client takes out by itself
    raise ValueError(len(customer))

try:
    fails()
except ValueError:
    sentry_sdk.capture_exception()
print("".join(sent))
"""


def test_an_error_goes_to_sentry_without_the_locals_of_its_frames():
    environment = {**os.environ, "SENTRY_DSN": "http://key@127.0.0.1:9/1"}
    done = subprocess.run(
        [sys.executable, "-c", SENDS_AN_ERROR], env=environment, capture_output=True, text=True, timeout=120, check=True
    )
    assert '"ValueError"' in done.stdout
    assert "fails" in done.stdout
    assert "hunter-2" not in done.stdout
