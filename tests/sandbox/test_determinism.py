"""The same seed and day give the same market in every process; another seed or day gives another one."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from sandbox import market, plates
from sandbox.settings import Settings
from tests.sandbox.conftest import TODAY, asked, signed_client

ROOT = Path(__file__).resolve().parents[2]
PRINT_MARKET = """
import hashlib
from datetime import date
from sandbox import catalogue, market, plates, sample, study
from sandbox.settings import Settings

day, settings = date(2024, 12, 2), Settings(fixed_today=date(2024, 12, 2))
digest = hashlib.sha256()
for vehicle in plates.random_plates(40, "processes", day):
    digest.update(repr(vehicle).encode())
    asked = sample.Question(vehicle.version, vehicle.first_registration, 60000, (), True, "private", "69003", day)
    adverts = study.chosen(settings, asked, "on_sale", None, study.Filters())
    digest.update(repr(study.valuation(settings, asked)).encode())
    digest.update(repr([study.listing(asked, advert) for advert in adverts]).encode())
    digest.update(repr(study.market(settings, asked, adverts)).encode())
print(digest.hexdigest())
"""


def digest_with(hash_seed: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", PRINT_MARKET], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_two_processes_with_different_hash_seeds_agree() -> None:
    assert digest_with("1") == digest_with("4242")


def figures(client: httpx.Client, plate: str) -> dict[str, Any]:
    body = client.post("/v1/valuations", json=asked(client, plate)).raise_for_status().json()
    listings = client.get(f"/v1/valuations/{body['id']}/listings").json()
    return {"value": body["adjusted_value"], "prices": [item["price"] for item in listings["items"]]}


def test_another_seed_changes_the_figures(api: httpx.Client, other_seed: httpx.Client) -> None:
    for plate in ("GD-642-JM", "FB-101-VP", "FB-105-MB"):
        mine, theirs = figures(api, plate), figures(other_seed, plate)
        assert mine["value"] != theirs["value"]
        assert mine["prices"] != theirs["prices"]


def test_another_seed_leaves_the_register_of_plates(api: httpx.Client, other_seed: httpx.Client) -> None:
    for plate in ("GD-642-JM", "FB-101-VP"):
        assert api.get(f"/v1/plates/FR/{plate}").json() == other_seed.get(f"/v1/plates/FR/{plate}").json()


def test_an_id_of_another_seed_is_gone(value: Callable[..., dict[str, Any]], other_seed: httpx.Client) -> None:
    answer = other_seed.get(f"/v1/valuations/{value()['id']}/listings")
    assert (answer.status_code, answer.json()["code"]) == (410, "valuation_expired")


def test_a_valuation_outlives_a_restart(
    api: httpx.Client, value: Callable[..., dict[str, Any]], settings: Settings
) -> None:
    body = value("FB-101-VP", options=["PMET"])
    listings = api.get(f"/v1/valuations/{body['id']}/listings").json()
    with signed_client(replace(settings, fixed_today=TODAY + timedelta(days=10))) as restarted:
        assert restarted.get(f"/v1/valuations/{body['id']}").json() == body
        assert restarted.get(f"/v1/valuations/{body['id']}/listings").json() == listings


def test_a_valuation_expires_after_ninety_days(value: Callable[..., dict[str, Any]], settings: Settings) -> None:
    made = value("FB-101-VP")["id"]
    with signed_client(replace(settings, fixed_today=TODAY + timedelta(days=91))) as later:
        assert later.get(f"/v1/valuations/{made}/market").status_code == 410


def test_a_made_up_or_altered_id_is_unknown(api: httpx.Client, value: Callable[..., dict[str, Any]]) -> None:
    made = value()["id"]
    for altered in ("abc", "abc.def", f"A{made}", f"{made}0", "é.x"):
        answer = api.get(f"/v1/valuations/{altered}")
        assert (answer.status_code, answer.json()["code"]) == (404, "valuation_not_found")


def test_tomorrow_s_market_is_today_s_with_a_few_changes() -> None:
    def on_sale(days: int) -> dict[str, market.Listing]:
        day = TODAY + timedelta(days=days)
        found = market.adverts("180", "PEUGEOT-208-II", 2021, day)
        return {advert.id: advert for advert in found if advert.sold_at is None}

    today, tomorrow = on_sale(0), on_sale(1)
    stayed = today.keys() & tomorrow.keys()
    assert len(stayed) > 0.9 * len(today)
    assert stayed != today.keys() or stayed != tomorrow.keys()
    assert all(tomorrow[name].first_seen == today[name].first_seen for name in stayed)
    assert all(tomorrow[name].mileage_km == today[name].mileage_km for name in stayed)


def test_every_advert_is_credible() -> None:
    for vehicle in plates.random_plates(60, "credible", TODAY):
        year = vehicle.first_registration.year
        for advert in market.adverts("180", vehicle.version.model.code, year, TODAY):
            assert advert.first_registration.year == year
            assert advert.first_registration < advert.first_seen <= TODAY
            assert advert.sold_at is None or advert.first_seen < advert.sold_at <= TODAY
            assert 0 <= advert.mileage_km < 450_000
            assert advert.price > 0
            assert [when for when, _ in advert.prices] == sorted({when for when, _ in advert.prices})
            prices = [price for _, price in advert.prices]
            assert prices == sorted(prices, reverse=True)
            assert 0.6 < advert.price / advert.working.adjusted_value < 1.6, json.dumps(advert.id)
