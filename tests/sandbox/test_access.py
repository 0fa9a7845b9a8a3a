"""Tokens, errors and the headers every answer has."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import httpx
import pytest

from sandbox.settings import Settings
from tests.sandbox.conftest import CREDENTIALS, asked, running, signed_client, token_of

PROBLEM_FIELDS = {"type", "title", "status", "code", "detail", "request_id", "retryable"}


class Clock:
    def __init__(self) -> None:
        self.seconds = 1_733_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timed(settings: Settings, clock: Clock) -> Iterator[str]:
    with running(replace(settings, clock=clock)) as base_url:
        yield base_url


def test_client_credentials_give_a_bearer_token_for_fifteen_minutes(timed: str) -> None:
    body = httpx.post(f"{timed}/oauth/token", data=CREDENTIALS).json()
    assert set(body) == {"access_token", "token_type", "expires_in"}
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 900)


def test_credentials_may_come_as_json_or_basic(timed: str) -> None:
    assert httpx.post(f"{timed}/oauth/token", json=CREDENTIALS).status_code == 200
    form = {"grant_type": "client_credentials"}
    assert httpx.post(f"{timed}/oauth/token", data=form, auth=("openflex", "sandbox")).status_code == 200


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"client_secret": "no"}, 401, "invalid_client"),
        ({"client_id": "é"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 422, "validation_failed"),
    ],
)
def test_wrong_credentials_are_refused(timed: str, change: dict[str, str], status: int, code: str) -> None:
    answer = httpx.post(f"{timed}/oauth/token", data=CREDENTIALS | change)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_token_is_refused_once_it_has_expired(timed: str, clock: Clock) -> None:
    headers = {"Authorization": f"Bearer {token_of(timed)}"}
    clock.seconds += 899
    assert httpx.get(f"{timed}/v1/makes", headers=headers).status_code == 200
    clock.seconds += 1
    answer = httpx.get(f"{timed}/v1/makes", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_expired")
    renewed = {"Authorization": f"Bearer {token_of(timed)}"}
    assert httpx.get(f"{timed}/v1/makes", headers=renewed).status_code == 200


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "missing_token"),
        ("Bearer", "missing_token"),
        ("Basic abc", "missing_token"),
        ("Bearer 99999999999.x.y", "invalid_token"),
        ("Bearer abc", "invalid_token"),
        ("Bearer sandbox-admin", "invalid_token"),
    ],
)
def test_every_other_call_needs_a_token(timed: str, header: str, code: str) -> None:
    for path in ("/v1/makes", "/v1/plates/FR/GD-642-JM", "/v1/valuations/x/market"):
        answer = httpx.get(f"{timed}{path}", headers={"Authorization": header} if header else {})
        assert (answer.status_code, answer.json()["code"]) == (401, code)


def test_a_token_outlives_a_restart(settings: Settings) -> None:
    with running(settings) as first:
        token = token_of(first)
    with running(settings) as second:
        assert httpx.get(f"{second}/v1/makes", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_the_admin_needs_its_own_token(api: httpx.Client) -> None:
    assert api.get("/admin/faults").status_code == 401
    wrong = base64.b64encode(b"x").decode()
    assert httpx.get(f"{api.base_url}/admin/faults", headers={"Authorization": f"Bearer {wrong}"}).status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/v1/plates/BE/1ABC123", 404, "not_found"),
        ("DELETE", "/v1/makes", 405, "method_not_allowed"),
        ("GET", "/v1/plates/FR/ZY-404-ZY", 404, "plate_not_found"),
    ],
)
def test_errors_are_problems_with_exact_fields(
    api: httpx.Client, method: str, path: str, status: int, code: str
) -> None:
    answer = api.request(method, path, headers={"X-Request-Id": "abc-123"})
    body = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(body) == PROBLEM_FIELDS
    assert (answer.status_code, body["status"], body["code"], body["retryable"]) == (status, status, code, False)
    assert body["request_id"] == answer.headers["X-Request-Id"] == "abc-123"


def test_answers_are_french_and_carry_a_request_id(api: httpx.Client) -> None:
    answer = api.get("/v1/makes")
    assert answer.headers["Content-Language"] == "fr"
    assert answer.headers["X-Request-Id"]


def test_paid_calls_count_against_the_quota(settings: Settings) -> None:
    with signed_client(replace(settings, daily_quota=2)) as client:
        remaining = [client.get("/v1/plates/FR/GD-642-JM").headers["RateLimit-Remaining"] for _ in range(2)]
        assert remaining == ["1", "0"]
        refused = client.get("/v1/plates/FR/GD-642-JM")
        assert (refused.status_code, refused.json()["code"]) == (429, "quota_exceeded")
        assert int(refused.headers["Retry-After"]) > 0
        assert refused.json()["retryable"] is False
        assert client.get("/v1/makes").status_code == 200


def test_a_repeated_valuation_is_charged_once(settings: Settings) -> None:
    with signed_client(replace(settings, daily_quota=2)) as client:
        body = asked(client, "GD-642-JM")  # its plate is the first paid call
        headers = {"Idempotency-Key": "once"}
        first, *again = [client.post("/v1/valuations", json=body, headers=headers) for _ in range(3)]
        assert [one.headers["RateLimit-Remaining"] for one in (first, *again)] == ["0", "0", "0"]
        assert [one.headers.get("Idempotent-Replayed") for one in (first, *again)] == [None, "true", "true"]
        assert {one.json()["id"] for one in again} == {first.json()["id"]}
        refused = {"Idempotency-Key": "refused"}
        assert [client.post("/v1/valuations", json=body, headers=refused).status_code for _ in range(2)] == [429, 429]


@pytest.mark.parametrize(
    ("now", "day", "left"),
    [
        (datetime(2026, 7, 1, 21, 59, 30, tzinfo=UTC), date(2026, 7, 1), 30),
        (datetime(2026, 7, 1, 22, 0, tzinfo=UTC), date(2026, 7, 2), 86_400),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), date(2027, 1, 1), 23 * 3600 + 1800),
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), date(2026, 10, 25), 25 * 3600),  # the night with an hour more
    ],
)
def test_the_calendar_is_that_of_paris(now: datetime, day: date, left: int) -> None:
    settings = Settings(clock=now.timestamp)
    assert (settings.today(), settings.calendar_day(), settings.seconds_to_midnight()) == (day, day, left)
    assert replace(settings, fixed_today=date(2024, 12, 2)).calendar_day() == day


def test_the_quota_starts_anew_at_midnight_in_paris(settings: Settings, clock: Clock) -> None:
    clock.seconds = datetime(2026, 7, 1, 21, 59, 58, tzinfo=UTC).timestamp()
    with signed_client(replace(settings, daily_quota=1, clock=clock)) as client:
        statuses = [client.get("/v1/plates/FR/GD-642-JM").status_code for _ in range(2)]
        clock.seconds += 2
        assert [*statuses, client.get("/v1/plates/FR/GD-642-JM").status_code] == [200, 429, 200]


def test_health_needs_no_token(api: httpx.Client) -> None:
    body = httpx.get(f"{api.base_url}/health").json()
    assert body == {"status": "ok", "seed": "180", "today": "2024-12-02"}
