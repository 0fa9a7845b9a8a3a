"""Values, listings and markets: the fixed figures of the demonstration, exact sums, and agreement between the three."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import httpx
import pytest

from sandbox import catalogue, demo, plates, pricing
from sandbox.settings import Settings
from tests.sandbox.conftest import TODAY, asked, signed_client
from tests.sandbox.test_catalogue import walk

Value = Callable[..., dict[str, Any]]
LINES = ("mileage", "age", "options", "location")


def is_exact(body: dict[str, Any]) -> bool:
    return bool(body["market_value"] + sum(body["adjustments"][line] for line in LINES) == body["adjusted_value"])


def test_the_golf_is_worth_what_the_release_notes_say(value: Value) -> None:
    body = value()
    assert set(body) == {
        "id", "as_of", "currency", "market_value", "adjustments", "adjusted_value", "range", "confidence", "sample",
        "data_version", "reason",
    }  # fmt: skip
    assert body["market_value"] == 788_000
    assert body["adjustments"] == {"mileage": 145_000, "age": -10_000, "options": 0, "location": -2_000}
    assert body["adjusted_value"] == 921_000
    assert (body["as_of"], body["currency"], body["reason"]) == ("2024-12-02", "EUR", None)
    assert body["range"]["low"] < 921_000 < body["range"]["high"]
    assert 0 < body["confidence"] < 1
    assert body["sample"]["on_sale"] == 5
    assert body["sample"]["widened"] == []


@pytest.mark.parametrize("postcode", ["75001", "13008", "97400", "20090"])
def test_the_golf_is_worth_the_same_everywhere(value: Value, postcode: str) -> None:
    assert value(postcode=postcode)["adjusted_value"] == 921_000


def test_all_options_of_the_golf_are_usual(value: Value) -> None:
    assert value(options=["PMET", "RAAV", "PHIV"])["adjusted_value"] == 921_000


@pytest.mark.parametrize(
    ("mileage_km", "adjustment"),
    [(89_632, 145_000), (90_632, 140_000), (118_632, 0), (138_632, -100_000), (198_632, -275_000), (0, 197_000)],
)
def test_only_the_mileage_moves_the_golf(value: Value, mileage_km: int, adjustment: int) -> None:
    """Five cents a kilometre, half of it beyond 30,000 km, at most a quarter of the market value."""
    body = value(mileage_km=mileage_km)
    assert body["adjustments"]["mileage"] == adjustment
    assert body["adjusted_value"] == 776_000 + adjustment


def test_the_five_adverts_are_those_of_the_pictures(api: httpx.Client, value: Value) -> None:
    body = api.get(f"/v1/valuations/{value()['id']}/listings").json()
    assert (body["total"], body["next"]) == (5, None)
    rows = [
        (
            item["label"].removeprefix("VOLKSWAGEN GOLF PLUS 1.6 TDI 105 FAP "), item["first_registration"],
            item["mileage_km"], item["seller"]["name"], item["days_online"], item["distance_km"],
            item["price"], item["adjusted_value"], item["similarity"]["stars"],
        )
        for item in body["items"]
    ]  # fmt: skip
    assert rows == [
        ("Confortline", "2012-04-15", 171_000, "83130 Provence Auto", 110, 417, 649_000, 744_000, 4),
        ("Confortline", "2010-10-01", 108_272, "ARTHUR AUTO", 54, 464, 899_000, 909_000, 4),
        ("Carat", "2010-07-12", 96_410, "Val de Saône Auto", 96, 38, 924_000, 915_000, 5),
        ("BlueMotion", "2010-09-08", 84_300, "Autos du Morvan", 71, 92, 939_000, 931_000, 5),
        ("Carat DSG7", "2011-03-21", 79_850, "Bresse Occasions", 79, 61, 959_000, 987_000, 3),
    ]
    assert sum(item["price"] for item in body["items"][2:]) == 2_822_000
    assert all(is_exact(item) for item in body["items"])
    for item in body["items"]:
        assert item["price_history"][-1]["price"] == item["price"]
        assert item["price_history"][0]["date"] == item["first_seen"]
        assert date.fromisoformat(item["first_seen"]) == TODAY - timedelta(days=item["days_online"])


def test_the_market_of_the_golf_is_that_of_the_pictures(api: httpx.Client, value: Value) -> None:
    body = api.get(f"/v1/valuations/{value()['id']}/market").json()
    assert set(body) == {
        "mean_price", "median", "percentiles", "mean_days_online", "market_days_supply", "price_to_days", "histograms",
    }  # fmt: skip
    assert (body["mean_price"], body["median"], body["mean_days_online"]) == (874_000, 924_000, 82)
    assert set(body["percentiles"]) == {"p10", "p25", "p75", "p90"}
    assert set(body["market_days_supply"]) == {"overall", "like_mine", "trend"}
    years = [(b["from"], b["to"], b["count"]) for b in body["histograms"]["year"]]
    assert years == [(2010, 2011, 3), (2011, 2012, 1), (2012, 2013, 1)]
    mileages = {(b["from"], b["to"]): b["count"] for b in body["histograms"]["mileage"] if b["count"]}
    assert mileages == {(70_000, 90_000): 2, (90_000, 110_000): 2, (170_000, 190_000): 1}
    prices = {(b["from"], b["to"]): b["count"] for b in body["histograms"]["price"] if b["count"]}
    assert prices == {(600_000, 650_000): 1, (850_000, 900_000): 1, (900_000, 950_000): 2, (950_000, 1_000_000): 1}
    days = {point["price_to_market_pct"]: point["median_days"] for point in body["price_to_days"]}
    at_my_price = 921_000 / body["mean_price"] * 100
    assert round(days[105] + (days[110] - days[105]) * (at_my_price - 105) / 5) == 61


def test_the_figures_hold_on_every_day(settings: Settings) -> None:
    for day in (date(2024, 6, 1), date(2026, 11, 24), date(2027, 2, 28)):
        with signed_client(replace(settings, fixed_today=day)) as client:
            body = client.post("/v1/valuations", json=asked(client, "GD-642-JM")).json()
            assert (body["adjusted_value"], body["as_of"], body["sample"]["on_sale"]) == (921_000, day.isoformat(), 5)
            market = client.get(f"/v1/valuations/{body['id']}/market").json()
            assert (market["mean_price"], market["mean_days_online"]) == (874_000, 82)


def test_the_other_candidates_are_worth_more(api: httpx.Client) -> None:
    codes = [c["version_code"] for c in api.get("/v1/plates/FR/GD-642-JM").json()["candidates"]]
    bodies = [api.post("/v1/valuations", json=asked(api, "GD-642-JM", version_code=code)).json() for code in codes]
    assert [body["adjusted_value"] for body in bodies] == [921_000, 974_000, 939_000]


def test_the_fixed_figures_are_those_of_the_default_seed_only() -> None:
    question = (demo.vehicle_version(), demo.FIRST_REGISTRATION, 89_632)
    assert demo.fixed_working("180", *question) is not None
    assert demo.fixed_working("181", *question) is None
    assert not demo.is_fixed_market("181", demo.vehicle_version())


def test_the_sum_is_exact_for_300_vehicles(api: httpx.Client) -> None:
    valued = 0
    for rank, vehicle in enumerate(plates.random_plates(300, "sums", TODAY)):
        body = asked(
            api,
            vehicle.plate,
            mileage_km=rank * 977 % 290_000,
            postcode=f"{1 + rank % 95:02d}000".replace("20000", "20167"),
        )
        answer = api.post("/v1/valuations", json=body).raise_for_status().json()
        if answer["reason"]:
            assert answer["reason"]["code"] == "not_enough_market"
            continue
        valued += 1
        assert is_exact(answer), answer
        assert 0 < answer["range"]["low"] < answer["adjusted_value"] < answer["range"]["high"]
        listings = api.get(f"/v1/valuations/{answer['id']}/listings?limit=20").json()
        assert listings["total"] == answer["sample"]["on_sale"]
        assert all(is_exact(item) for item in listings["items"])
    assert valued > 240


def test_options_the_market_does_not_have_add_to_the_value(api: httpx.Client, value: Value) -> None:
    version = catalogue.find("PEUGEOT", "208 (II)", "1.2 PureTech 100 S&S BVM6 Allure")
    offered = api.get(f"/v1/versions/{version.code}/equipment").json()["options"]
    codes = [option["code"] for option in offered]
    assert value("FB-101-VP")["adjustments"]["options"] == 0
    with_all = value("FB-101-VP", options=codes)
    assert 0 < with_all["adjustments"]["options"] <= with_all["market_value"] * pricing.OPTION_CEILING_PCT // 100


def test_first_hand_and_origin_move_the_foot_of_the_range_only(value: Value) -> None:
    best, worn = value("FB-101-VP"), value("FB-101-VP", first_hand=False, origin="rental")
    assert worn["adjusted_value"] == best["adjusted_value"]
    assert worn["range"]["low"] < best["range"]["low"]
    assert worn["range"]["high"] == best["range"]["high"]


def test_500_comparables_of_the_most_common_car_can_be_walked(api: httpx.Client, value: Value) -> None:
    body = value("FB-201-TP")
    assert body["sample"]["on_sale"] == 500
    items = walk(api, f"/v1/valuations/{body['id']}/listings", limit=60)
    assert len({item["id"] for item in items}) == len(items) == 500
    prices = [item["price"] for item in items]
    assert prices == sorted(prices)


def test_a_rarer_car_says_what_was_widened(value: Value) -> None:
    body = value("FB-202-WD")
    assert body["adjusted_value"] is not None
    assert [step["code"] for step in body["sample"]["widened"]][:1] == ["first_registration"]
    assert all(step["label"] for step in body["sample"]["widened"])


def test_too_little_market_is_a_200_with_nulls_and_a_reason(api: httpx.Client, value: Value) -> None:
    body = value("FB-203-RR")
    assert body["market_value"] is body["adjusted_value"] is body["confidence"] is None
    assert set(body["adjustments"].values()) == {None}
    assert body["range"] == {"low": None, "high": None}
    assert body["sample"]["on_sale"] < 3
    assert body["reason"]["code"] == "not_enough_market"
    market = api.get(f"/v1/valuations/{body['id']}/market?radius_km=0").json()
    assert market["mean_price"] is None
    assert market["histograms"] == {"price": [], "year": [], "mileage": []}


FILTERS: list[dict[str, Any]] = [
    {},
    {"gearbox": ["automatic"]},
    {"seller": ["franchise", "independent"], "mileage_max": 60_000},
    {"registered_from": "2022-01-01", "stars_min": 4},
    {"options": ["PMET"], "mileage_min": 20_000},
    {"energy": ["diesel"]},
]


@pytest.mark.parametrize("filters", FILTERS)
@pytest.mark.parametrize("more", [{}, {"radius_km": 250}, {"state": "sold"}])
def test_the_market_is_that_of_the_listings(
    api: httpx.Client, value: Value, filters: dict[str, Any], more: dict[str, Any]
) -> None:
    path = f"/v1/valuations/{value('FB-201-TP')['id']}"
    query = {"filters": json.dumps(filters), **more}
    items = walk(api, f"{path}/listings", **query, limit=500)
    market = api.get(f"{path}/market", params=query).raise_for_status().json()
    prices = [item["price"] for item in items]
    if not prices:
        assert market["mean_price"] is None
        return
    assert abs(market["mean_price"] * len(prices) - sum(prices)) * 2 <= len(prices)
    for name in ("price", "year", "mileage"):
        bins = market["histograms"][name]
        assert sum(b["count"] for b in bins) == len(items)
        assert all(left["to"] == right["from"] for left, right in pairwise(bins))
    assert all(item["distance_km"] <= more.get("radius_km", 25_000) for item in items)
    assert all(item["mileage_km"] <= filters.get("mileage_max", 10**9) for item in items)
    assert all(item["similarity"]["stars"] >= filters.get("stars_min", 1) for item in items)


@pytest.mark.parametrize(
    ("sort", "field"),
    [("price", "price"), ("distance", "distance_km"), ("mileage", "mileage_km"), ("days_online", "days_online")],
)
def test_sorting_both_ways(api: httpx.Client, value: Value, sort: str, field: str) -> None:
    path = f"/v1/valuations/{value('FB-101-VP')['id']}/listings"
    upwards = [item[field] for item in walk(api, path, sort=sort, limit=500)]
    downwards = [item[field] for item in walk(api, path, sort=f"-{sort}", limit=500)]
    assert upwards == sorted(upwards)
    assert downwards == sorted(upwards, reverse=True)


def test_sold_adverts_say_when(api: httpx.Client, value: Value) -> None:
    body = value("FB-201-TP")
    sold = api.get(f"/v1/valuations/{body['id']}/listings?state=sold&limit=500").json()
    assert sold["total"] == body["sample"]["sold"] > 50
    for item in sold["items"]:
        assert TODAY - timedelta(days=90) < date.fromisoformat(item["sold_at"]) <= TODAY
    on_sale = api.get(f"/v1/valuations/{body['id']}/listings").json()["items"]
    assert not any("sold_at" in item for item in on_sale)


def test_dearer_adverts_take_longer_to_sell(api: httpx.Client, value: Value) -> None:
    points = api.get(f"/v1/valuations/{value('FB-201-TP')['id']}/market").json()["price_to_days"]
    days = [point["median_days"] for point in points]
    assert [point["price_to_market_pct"] for point in points] == [85, 90, 95, 100, 105, 110, 115]
    assert days == sorted(days)
    assert days[-1] > days[0]


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"version_code": "XXX"}, "version_code"),
        ({"first_registration": "23/04/2010"}, "first_registration"),
        ({"first_registration": "2030-01-01"}, "first_registration"),
        ({"mileage_km": -1}, "mileage_km"),
        ({"mileage_km": "89632"}, "mileage_km"),
        ({"mileage_km": True}, "mileage_km"),
        ({"vin": "IOQ"}, "vin"),
        ({"options": ["NOPE"]}, "options"),
        ({"options": "PMET"}, "options"),
        ({"exterior_colour": "ROSE"}, "exterior_colour"),
        ({"exterior_colour": []}, "exterior_colour"),
        ({"first_hand": "oui"}, "first_hand"),
        ({"origin": "moon"}, "origin"),
        ({"origin": []}, "origin"),
        ({"postcode": "99999"}, "postcode"),
        ({"postcode": 71100}, "postcode"),
    ],
)
def test_a_wrong_field_is_named(api: httpx.Client, change: dict[str, Any], refused: str) -> None:
    answer = api.post("/v1/valuations", json=asked(api, "GD-642-JM", **change))
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert answer.json()["detail"].startswith(f"Champs refusés\u00a0: {refused}")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"x"', b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_object_is_refused(api: httpx.Client, body: bytes) -> None:
    answer = api.post("/v1/valuations", content=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


@pytest.mark.parametrize(
    "query",
    [
        "filters=x",
        "filters=[]",
        'filters={"colour":["NOIR"]}',
        'filters={"energy":["steam"]}',
        'filters={"energy":[[]]}',
        'filters={"stars_min":"5"}',
        "sort=colour",
        "state=gone",
        "radius_km=-1",
        "cursor=abc",
        "limit=501",
    ],
)
def test_a_wrong_list_query_is_refused(api: httpx.Client, value: Value, query: str) -> None:
    assert api.get(f"/v1/valuations/{value()['id']}/listings?{query}").status_code == 422


def test_a_key_used_twice_gets_the_same_answer(api: httpx.Client) -> None:
    body, headers = asked(api, "FB-101-VP"), {"Idempotency-Key": "one"}
    first = api.post("/v1/valuations", json=body, headers=headers)
    again = api.post("/v1/valuations", json=body, headers=headers)
    assert first.json() == again.json()
    another = api.post("/v1/valuations", json=body, headers={"Idempotency-Key": "two"}).json()
    assert another["id"] != first.json()["id"]
    assert another | {"id": ""} == first.json() | {"id": ""}
    reused = api.post("/v1/valuations", json=body | {"mileage_km": 1}, headers=headers)
    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency_key_reused")
