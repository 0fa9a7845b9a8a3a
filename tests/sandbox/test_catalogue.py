"""Makes, models, versions, equipment and colours: size, shapes, paging and conditional requests."""

from typing import Any

import httpx
import pytest

from sandbox import catalogue, demo, equipment


def walk(api: httpx.Client, path: str, **query: Any) -> list[dict[str, Any]]:
    """Every item of a list, cursor after cursor."""
    items: list[dict[str, Any]] = []
    while True:
        page = api.get(path, params=query).raise_for_status().json()
        items += page["items"]
        if page["next"] is None:
            return items
        query["cursor"] = page["next"]


def test_the_catalogue_is_as_large_as_promised() -> None:
    known = catalogue.load()
    assert len({model.make for model in known.models.values()}) >= 25
    assert len(known.models) >= 150
    assert len(known.versions) >= 600
    assert {model.kind for model in known.models.values()} == set(catalogue.KINDS)
    assert {version.genre for version in known.versions.values()} == {"VP", "CTTE", "MTL", "MTT1", "MTT2", "CL", "QM"}


def test_versions_hold_credible_figures() -> None:
    for version in catalogue.load().versions.values():
        assert 100_000 <= version.price_new <= 15_000_000, version
        assert 2 <= version.power_hp <= 600, version
        assert 0 <= version.co2 <= 260, version
        assert version.first < version.last, version


def test_makes_models_versions_have_the_shapes_of_the_contract(api: httpx.Client) -> None:
    make = walk(api, "/v1/makes")[0]
    assert set(make) == {"code", "label", "kinds"}
    model = walk(api, "/v1/models", make="VOLKSWAGEN")[0]
    assert set(model) == {"code", "label", "make", "kind", "body", "from", "to"}
    version = walk(api, "/v1/versions", model="VOLKSWAGEN-GOLF-PLUS")[0]
    assert {"code", "label", "kind", "genre", "body", "energy", "gearbox", "catalogue_date", "price_new"} <= set(
        version
    )


def test_kind_keeps_the_makes_and_models_of_that_kind(api: httpx.Client) -> None:
    quads = walk(api, "/v1/models", kind="quad")
    assert len(quads) >= 5
    assert {model["make"] for model in quads} == {make["label"] for make in walk(api, "/v1/makes", kind="quad")}


def test_year_energy_and_gearbox_narrow_and_expand_adds_older_versions(api: httpx.Client) -> None:
    query = {"make": "VOLKSWAGEN", "model": "VOLKSWAGEN-POLO-V", "energy": "diesel"}
    in_2016 = walk(api, "/v1/versions", **query, year=2016)
    expanded = walk(api, "/v1/versions", **query, year=2016, expand="true")
    assert {v["catalogue_date"][:4] for v in in_2016} == {"2014"}
    assert {v["catalogue_date"][:4] for v in expanded} == {"2009", "2014"}
    assert {v["gearbox"] for v in walk(api, "/v1/versions", make="TOYOTA", gearbox="automatic")} == {"automatic"}


@pytest.mark.parametrize("limit", [1, 7, 500])
def test_walking_the_cursor_gives_every_item_once(api: httpx.Client, limit: int) -> None:
    codes = [item["code"] for item in walk(api, "/v1/models", kind="motorcycle", limit=limit)]
    assert len(codes) == len(set(codes))
    assert set(codes) == {m.code for m in catalogue.load().models.values() if m.kind == "motorcycle"}


def test_all_versions_can_be_walked(api: httpx.Client) -> None:
    codes = [item["code"] for item in walk(api, "/v1/versions", limit=500)]
    assert len(codes) == len(set(codes)) == len(catalogue.load().versions)


@pytest.mark.parametrize(
    ("path", "refused"),
    [
        ("/v1/makes?kind=boat", "kind"),
        ("/v1/versions?year=abc", "year"),
        ("/v1/versions?expand=maybe", "expand"),
        ("/v1/models?limit=0", "limit"),
    ],
)
def test_a_wrong_parameter_is_named(api: httpx.Client, path: str, refused: str) -> None:
    answer = api.get(path)
    assert answer.status_code == 422
    assert answer.json()["detail"] == f"Paramètre refusé\u00a0: {refused}."


@pytest.mark.parametrize("cursor", ["abc", "é", "%00", "MTAwOjA"])
def test_a_foreign_cursor_is_refused(api: httpx.Client, cursor: str) -> None:
    answer = api.get("/v1/models", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_cursor")


def test_a_cursor_serves_only_its_own_query(api: httpx.Client) -> None:
    cursor = api.get("/v1/models?kind=car&limit=5").json()["next"]
    assert api.get("/v1/models", params={"kind": "car", "limit": 5, "cursor": cursor}).status_code == 200
    assert api.get("/v1/models", params={"kind": "quad", "limit": 5, "cursor": cursor}).status_code == 422


def test_the_catalogue_answers_304_to_who_has_it(api: httpx.Client) -> None:
    code = demo.vehicle_version().code
    for path in ("/v1/makes", "/v1/models", "/v1/versions?limit=3", f"/v1/versions/{code}/equipment"):
        etag = api.get(path).headers["ETag"]
        again = api.get(path, headers={"If-None-Match": f'"other", W/{etag}'})
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)
        assert api.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_equipment_of_the_golf_is_that_of_the_picture(api: httpx.Client) -> None:
    body = api.get(f"/v1/versions/{demo.vehicle_version().code}/equipment").json()
    assert len(body["standard"]) == 42
    pictured = {"Climatisation automatique", "Jantes alliage 16 pouces", "Banquette coulissante", "ABS, ESP et ASR"}
    assert pictured <= {item["label"] for item in body["standard"]}
    assert [option["label"] for option in body["options"]] == [
        "Peinture métallisée",
        "Radar de stationnement AV / AR",
        "Pack Hiver",
    ]
    assert set(body["standard"][0]) == {"code", "label", "group"}
    assert set(body["options"][0]) == {"code", "label", "price_new", "group", "pack"}


def test_colours_have_both_sides_for_cars_only(api: httpx.Client) -> None:
    body = api.get(f"/v1/versions/{demo.vehicle_version().code}/colours").json()
    assert [c["label"] for c in body["exterior"] if c["frequent"]] == ["Noir", "Gris", "Argent", "Blanc", "Bleu"]
    assert [c["label"] for c in body["interior"] if c["frequent"]] == ["Noir", "Gris", "Beige"]
    assert set(body["exterior"][0]) == {"code", "label", "hex", "frequent"}
    bike = catalogue.find("YAMAHA", "MT-07", "689 cm³ 74 ch ABS")
    assert api.get(f"/v1/versions/{bike.code}/colours").json()["interior"] == []


def test_an_unknown_version_is_a_404(api: httpx.Client) -> None:
    answer = api.get("/v1/versions/XXX0000000/equipment")
    assert (answer.status_code, answer.json()["code"]) == (404, "version_not_found")


def test_an_option_of_a_pack_is_offered_with_its_pack() -> None:
    for version in catalogue.load().versions.values():
        codes = {option.code for option in equipment.options(version)}
        assert all(option.pack is None or option.pack in codes for option in equipment.options(version))
