"""Each misbehaviour, by the admin endpoint and by its special plate, seen from the caller's side."""

import itertools
from typing import Any

import httpx
import pytest

from sandbox import faults
from tests.sandbox.conftest import asked


def plate(api: httpx.Client, number: int, stage: str = "PL") -> httpx.Response:
    return api.get(f"/v1/plates/FR/ZZ-{number}-{stage}")


def valuation(api: httpx.Client, number: int, stage: str) -> httpx.Response:
    return api.post("/v1/valuations", json=asked(api, f"ZZ-{number}-{stage}"))


def call(api: httpx.Client, number: int, stage: str) -> httpx.Response:
    """The call that a special plate strikes, after the calls that lead to it."""
    if stage == "PL":
        return plate(api, number)
    if stage == "VA":
        return valuation(api, number, stage)
    if stage in ("LS", "MK"):
        made = valuation(api, number, stage).raise_for_status().json()["id"]
        return api.get(f"/v1/valuations/{made}/{'listings' if stage == 'LS' else 'market'}")
    code = plate(api, number, stage).raise_for_status().json()["candidates"][0]["version_code"]
    return api.get(f"/v1/versions/{code}/{'equipment' if stage == 'EQ' else 'colours'}")


@pytest.mark.parametrize("stage", faults.STAGES.values())
@pytest.mark.parametrize(
    ("number", "status", "code"),
    [
        (401, 401, "invalid_token"),
        (403, 403, "forbidden"),
        (404, 404, "not_found"),
        (410, 410, "valuation_expired"),
        (422, 422, "validation_failed"),
        (429, 429, "rate_limited"),
        (430, 429, "quota_exceeded"),
        (500, 500, "server_error"),
        (502, 502, "bad_gateway"),
        (503, 503, "unavailable"),
        (504, 504, "gateway_timeout"),
    ],
)
def test_a_special_plate_gives_its_problem_at_its_call(
    api: httpx.Client, number: int, stage: str, status: int, code: str
) -> None:
    answer = call(api, number, stage)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["retryable"] is (code in ("rate_limited", "bad_gateway", "unavailable", "gateway_timeout"))


def test_429_comes_with_retry_after_and_quota_headers(api: httpx.Client) -> None:
    limited, exhausted = plate(api, 429).headers, plate(api, 430).headers
    assert limited["Retry-After"] == limited["RateLimit-Reset"] == "2"
    assert int(exhausted["Retry-After"]) <= 86_400
    for headers in (limited, exhausted):
        assert (headers["RateLimit-Limit"], headers["RateLimit-Remaining"]) == ("100000", "0")


@pytest.mark.parametrize(("number", "status"), [(411, 401), (439, 429), (513, 503)])
def test_some_special_plates_succeed_at_the_second_try(
    api: httpx.Client, admin: httpx.Client, number: int, status: int
) -> None:
    assert [call(api, number, "VA").status_code for _ in range(4)] == [status, 200, status, 200]


def test_the_error_rate_strikes_about_half_of_the_calls(api: httpx.Client) -> None:
    struck = sum(plate(api, 603).status_code == 503 for _ in range(60))
    assert 12 <= struck <= 48


def test_latency_outlasts_an_impatient_reader(api: httpx.Client) -> None:
    with pytest.raises(httpx.ReadTimeout):
        api.get("/v1/plates/FR/ZZ-602-PL", timeout=0.4)


def test_latency_answers_in_the_end(api: httpx.Client, admin: httpx.Client) -> None:
    admin.post("/admin/faults", json={"kind": "latency", "route": "makes", "seconds": 0.5})
    with pytest.raises(httpx.ReadTimeout):
        api.get("/v1/makes", timeout=0.1)
    assert api.get("/v1/makes").status_code == 200


@pytest.mark.parametrize("number", [701, 702, 706, 707])
def test_a_body_that_is_no_json(api: httpx.Client, number: int) -> None:
    answer = plate(api, number)
    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r"."):
        answer.json()
    assert ("html" in answer.headers["content-type"]) is (number == 707)


def test_a_slow_drip_never_trips_the_read_timeout_but_takes_for_ever(api: httpx.Client) -> None:
    with api.stream("GET", "/v1/plates/FR/ZZ-703-PL", timeout=20) as answer:
        first, second = itertools.islice(answer.iter_raw(), 2)
    assert len(first + second) < 100  # of a thousand


@pytest.mark.parametrize("number", [704, 705])
@pytest.mark.parametrize("stage", ["PL", "VA", "LS"])
def test_a_dropped_connection(api: httpx.Client, number: int, stage: str) -> None:
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        call(api, number, stage)
    assert api.get("/v1/makes").status_code == 200


def test_the_half_of_a_dropped_body_arrives(api: httpx.Client) -> None:
    received: list[bytes] = []
    with api.stream("GET", "/v1/plates/FR/ZZ-705-PL") as answer, pytest.raises(httpx.RemoteProtocolError):
        received.extend(answer.iter_raw())
    assert b"".join(received).startswith(b'{"plate"')


def test_a_wrong_sum(api: httpx.Client) -> None:
    body = valuation(api, 801, "VA").json()
    assert body["market_value"] + sum(body["adjustments"].values()) == body["adjusted_value"] - 100
    first, second, *_ = call(api, 801, "LS").json()["items"]
    assert first["market_value"] + sum(first["adjustments"].values()) == first["adjusted_value"] - 100
    assert second["market_value"] + sum(second["adjustments"].values()) == second["adjusted_value"]


def test_inconsistent_answers(api: httpx.Client) -> None:
    vehicle = plate(api, 802).json()
    assert vehicle["first_registration"] == "2099-12-31"
    assert vehicle["candidates"][0]["match"] > 1
    value = call(api, 802, "VA").json()
    assert value["range"]["low"] > value["range"]["high"]
    listings = call(api, 802, "LS").json()
    assert listings["total"] < len(listings["items"])
    assert listings["items"][0]["days_online"] < 0
    market = call(api, 802, "MK").json()
    assert market["percentiles"]["p10"] > market["percentiles"]["p90"]
    colours = call(api, 802, "CL").json()["exterior"]
    assert len({colour["code"] for colour in colours}) < len(colours)


def test_numbers_as_strings(api: httpx.Client) -> None:
    vehicle, value = plate(api, 803).json(), call(api, 803, "VA").json()
    assert isinstance(vehicle["power_kw"], str)
    assert isinstance(vehicle["candidates"][0]["match"], str)
    assert value["adjusted_value"].isdigit()


def test_empty_strings_for_what_is_not_known(api: httpx.Client) -> None:
    vehicle = plate(api, 804).json()
    assert vehicle["co2"] == vehicle["cnit"] == vehicle["candidates"][0]["price_new"] == ""
    assert call(api, 804, "VA").json()["reason"] == ""


def test_an_error_text_inside_a_200(api: httpx.Client) -> None:
    for stage in faults.STAGES.values():
        answer = call(api, 805, stage)
        assert answer.status_code == 200
        assert set(answer.json()) == {"status", "error"}


def test_two_date_formats(api: httpx.Client) -> None:
    vehicle = plate(api, 806).json()
    dates = [vehicle["first_registration"], *(c["catalogue_date"] for c in vehicle["candidates"])]
    assert dates[0] == "18/05/2021"
    items = call(api, 806, "LS").json()["items"]
    assert {"/" in item[name] for item in items for name in ("first_registration", "first_seen")} == {True, False}


def test_doors_zero(api: httpx.Client) -> None:
    vehicle = plate(api, 807).json()
    assert vehicle["doors"] == vehicle["candidates"][0]["doors"] == "0"


@pytest.mark.parametrize(
    ("stage", "missing"),
    [
        ("PL", "candidates"),
        ("EQ", "options"),
        ("CL", "exterior"),
        ("VA", "adjusted_value"),
        ("LS", "items"),
        ("MK", "mean_price"),
    ],
)
def test_missing_fields(api: httpx.Client, stage: str, missing: str) -> None:
    assert missing not in call(api, 808, stage).json()


def test_too_little_market_on_demand(api: httpx.Client) -> None:
    body = call(api, 809, "VA").json()
    assert body["adjusted_value"] is None
    assert body["reason"]["code"] == "not_enough_market"


def test_every_special_number_has_a_kind_that_exists() -> None:
    assert {kind for kind, _ in faults.SPECIAL_NUMBERS.values()} == set(faults.KINDS)


def test_the_steps_before_the_struck_one_are_sound(api: httpx.Client) -> None:
    vehicle = plate(api, 503, "MK").json()
    assert vehicle["model"] == "Clio V"
    assert all(c["version_code"].endswith(".503MK") for c in vehicle["candidates"])
    made = valuation(api, 503, "MK").json()["id"]
    assert api.get(f"/v1/valuations/{made}/listings").status_code == 200
    assert api.get(f"/v1/valuations/{made}/market").status_code == 503


def test_an_admin_fault_strikes_one_route_for_so_many_calls(api: httpx.Client, admin: httpx.Client) -> None:
    added = admin.post("/admin/faults", json={"kind": "unavailable", "route": "models", "calls": 2})
    assert added.status_code == 201
    assert api.get("/v1/makes").status_code == 200
    assert [api.get("/v1/models").status_code for _ in range(3)] == [503, 503, 200]
    assert admin.get("/admin/faults").json()["items"] == []


def test_an_admin_fault_without_a_route_strikes_all_but_the_admin(api: httpx.Client, admin: httpx.Client) -> None:
    admin.post("/admin/faults", json={"kind": "server_error"})
    token = httpx.post(f"{api.base_url}/oauth/token", data={"grant_type": "client_credentials"})
    assert {token.status_code, api.get("/v1/makes").status_code, plate(api, 401).status_code} == {500}
    assert admin.get("/admin/faults").json()["items"][0]["kind"] == "server_error"


def test_admin_faults_are_listed_and_removed(api: httpx.Client, admin: httpx.Client) -> None:
    ids = [admin.post("/admin/faults", json={"kind": kind}).json()["id"] for kind in ("gone", "forbidden")]
    listed = admin.get("/admin/faults").json()
    assert [item["id"] for item in listed["items"]] == ids
    assert set(listed["kinds"]) == set(faults.KINDS)
    assert admin.delete(f"/admin/faults/{ids[0]}").status_code == 204
    assert api.get("/v1/makes").status_code == 403
    assert admin.delete(f"/admin/faults/{ids[0]}").status_code == 404
    assert admin.delete("/admin/faults").status_code == 204
    assert api.get("/v1/makes").status_code == 200


def test_an_admin_fault_may_have_a_rate_and_a_retry_after(api: httpx.Client, admin: httpx.Client) -> None:
    admin.post("/admin/faults", json={"kind": "rate_limited", "route": "makes", "rate": 0.5, "retry_after": 7})
    answers = [api.get("/v1/makes") for _ in range(60)]
    struck = [answer for answer in answers if answer.status_code == 429]
    assert 12 <= len(struck) <= 48
    assert {answer.headers["Retry-After"] for answer in struck} == {"7"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"kind": "earthquake"},
        {"kind": "gone", "route": "nowhere"},
        {"kind": "gone", "calls": 0},
        {"kind": "gone", "calls": "2"},
        {"kind": "gone", "rate": 2},
        {"kind": "latency", "seconds": 600},
        {"kind": "gone", "colour": "red"},
    ],
)
def test_a_wrong_admin_fault_is_refused(admin: httpx.Client, body: dict[str, Any]) -> None:
    assert admin.post("/admin/faults", json=body).status_code == 422
    assert admin.get("/admin/faults").json()["items"] == []
