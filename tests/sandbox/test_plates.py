"""The register of plates: who is known, what is refused, and that a plate always names the same vehicle."""

from datetime import date, timedelta

import httpx
import pytest

from sandbox import plates
from sandbox.problems import Problem
from tests.sandbox.conftest import TODAY

FIELDS = {
    "plate", "vin", "first_registration", "kind", "genre", "make", "model", "energy", "fiscal_power", "power_kw", "co2",
    "colour", "doors", "seats", "gearbox", "cnit", "candidates",
}  # fmt: skip


@pytest.mark.parametrize("written", ["GD-642-JM", "gd 642 jm", "GD642JM", "gd-642 JM"])
def test_the_demonstration_plate_is_the_golf_of_the_release_notes(api: httpx.Client, written: str) -> None:
    body = api.get(f"/v1/plates/FR/{written}").json()
    assert set(body) == FIELDS
    assert (body["plate"], body["vin"], body["first_registration"]) == ("GD-642-JM", "WWWZZZ1KZAW599957", "2010-04-23")
    assert (body["kind"], body["genre"], body["make"], body["model"]) == ("car", "VP", "VOLKSWAGEN", "Golf Plus")
    assert (body["energy"], body["power_kw"], body["gearbox"], body["doors"]) == ("diesel", 77, "manual", 5)
    golf = "VOLKSWAGEN Golf Plus 1.6 TDI 105 FAP BlueMotion Carat"
    assert [c["label"] for c in body["candidates"]] == [golf, f"{golf} DSG7", f"{golf} Edition"]
    assert {(c["catalogue_date"], c["doors"]) for c in body["candidates"]} == {("2010-02-15", 5)}
    assert body["candidates"][0]["price_new"] == 2_687_000
    matches = [c["match"] for c in body["candidates"]]
    assert matches == sorted(matches, reverse=True)
    assert 0 <= matches[-1] < matches[0] <= 1


@pytest.mark.parametrize(
    ("plate", "kind", "genre"),
    [
        ("FB-101-VP", "car", "VP"),
        ("FB-102-CT", "light_commercial", "CTTE"),
        ("FB-103-ML", "motorcycle", "MTL"),
        ("FB-104-MA", "motorcycle", "MTT1"),
        ("FB-105-MB", "motorcycle", "MTT2"),
        ("FB-106-SC", "scooter", "MTL"),
        ("FB-107-QM", "quad", "QM"),
        ("FB-108-CL", "scooter", "CL"),
    ],
)
def test_each_kind_has_a_plate(api: httpx.Client, plate: str, kind: str, genre: str) -> None:
    body = api.get(f"/v1/plates/FR/{plate}").json()
    assert (body["kind"], body["genre"]) == (kind, genre)


def test_the_named_plates_of_the_demonstration_are_known() -> None:
    labels = {v.plate: v.version.full_label for v in plates.named_plates()}
    assert labels["AV-005-AV"] == "OPEL Cascada 2.0 CDTI 170 ch BlueInjection Suprême"
    assert labels["TG-569-VF"] == "ALPINE A110 1.8T 300 ch S"
    assert labels["AA-123-AA"] == "BMW Série 1 (E81) 118i 143 ch Première"
    assert labels["GR-338-NV"] == "AUDI A4 Avant 35 TDI 163 S tronic 7 S line"


@pytest.mark.parametrize("plate", ["ZY-404-ZY", "WW-123-AA", "W-123-AA", "1234 AB 56"])
def test_a_plate_that_is_not_in_the_register_is_a_404(api: httpx.Client, plate: str) -> None:
    answer = api.get(f"/v1/plates/FR/{plate}")
    assert (answer.status_code, answer.json()["code"]) == (404, "plate_not_found")


@pytest.mark.parametrize("plate", ["HELLO", "AA-000-AA", "AO-123-AA", "SS-123-AA", "AA-123-SS", "1234 AB 99", "12"])
def test_a_malformed_plate_is_a_422(api: httpx.Client, plate: str) -> None:
    answer = api.get(f"/v1/plates/FR/{plate}")
    assert (answer.status_code, answer.json()["code"]) == (422, "plate_malformed")


@pytest.mark.parametrize("plate", ["1235 AB 56", "A-11-A"])
def test_older_series_are_known_too(api: httpx.Client, plate: str) -> None:
    body = api.get(f"/v1/plates/FR/{plate}").raise_for_status().json()
    assert body["plate"] == plate


def test_drawn_vehicles_are_credible() -> None:
    drawn = plates.random_plates(600, "x", TODAY)
    assert {v.version.genre for v in drawn} == {"VP", "CTTE", "MTL", "MTT1", "MTT2", "CL", "QM"}
    assert len({v.vin for v in drawn}) == 600
    for vehicle in drawn:
        assert vehicle.version.first <= vehicle.first_registration <= TODAY
        assert len(vehicle.vin) == 17
        assert not set(vehicle.vin) & set("IOQ")
        assert 1 <= len(vehicle.candidates) <= 4
        assert vehicle.candidates[0][0] == vehicle.version
        assert all(candidate.energy == vehicle.version.energy for candidate, _ in vehicle.candidates)


def test_a_plate_names_the_same_vehicle_later() -> None:
    for vehicle in plates.random_plates(100, "later", TODAY):
        assert plates.identify(vehicle.plate, TODAY + timedelta(days=400)) == vehicle


def test_a_plate_of_the_future_is_not_known_yet() -> None:
    plate = next(v.plate for v in plates.random_plates(400, "new", date(2026, 11, 1)) if v.plate > "GX")
    with pytest.raises(Problem) as refused:
        plates.identify(plate, date(2012, 1, 1))
    assert refused.value.code == "plate_not_found"


def test_the_admin_lists_known_plates(admin: httpx.Client, api: httpx.Client) -> None:
    first = admin.get("/admin/plates?count=30&seed=x").json()
    assert first == admin.get("/admin/plates?count=30&seed=x").json()
    assert first["items"] != admin.get("/admin/plates?count=30&seed=y").json()["items"]
    assert len({item["plate"] for item in first["items"]}) == 30
    for item in first["items"][:5] + first["named"]:
        assert api.get(f"/v1/plates/FR/{item['plate']}").json()["genre"] == item["genre"]
