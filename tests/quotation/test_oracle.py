"""Random plates and manual paths, cars and motorcycles: the pages say what an oracle reads in the provider's raw JSON.

The oracle asks the sandbox by itself, over HTTP, and reckons by its own code: nothing of `quotation` is imported below
but the rows that the application wrote.
"""

import json
import random
import re
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import pytest

from quotation.models import Quotation
from tests.quotation.way import GOLF, Way, soup, text
from tests.support.sandbox_process import Sandbox, running_sandbox

SEED: Final = "oracle-50"
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass
class Oracle:
    """A reader of the provider's JSON. Amounts are whole cents throughout."""

    url: str
    token: str = ""

    def ask(self, path: str, body: dict[str, Any] | None = None, **query: str) -> dict[str, Any]:
        if not self.token:
            form = b"grant_type=client_credentials&client_id=openflex&client_secret=sandbox"
            with _opener.open(f"{self.url}/oauth/token", form, timeout=20) as answer:
                self.token = json.load(answer)["access_token"]
        request = urllib.request.Request(  # noqa: S310 — always our own process, over http
            f"{self.url}{path}?{urllib.parse.urlencode(query)}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        with _opener.open(request, timeout=20) as answer:
            return dict(json.load(answer))

    def plates(self, count: int) -> list[str]:
        request = urllib.request.Request(  # noqa: S310
            f"{self.url}/admin/plates?count={count}&seed={SEED}", headers={"Authorization": "Bearer sandbox-admin"}
        )
        with _opener.open(request, timeout=20) as answer:
            return [item["plate"] for item in json.load(answer)["items"]]

    def value(self, quotation: Quotation) -> dict[str, Any]:
        """The same question as the quotation holds it, put by the oracle."""
        return self.ask(
            "/v1/valuations",
            {
                "version_code": quotation.version_code,
                "first_registration": quotation.first_registration.isoformat(),
                "mileage_km": quotation.mileage_km,
                "vin": quotation.vin or None,
                "options": [],
                "exterior_colour": quotation.exterior_colour or None,
                "interior_colour": quotation.interior_colour or None,
                "first_hand": bool(quotation.first_hand),
                "origin": quotation.origin or "private",
                "postcode": "71100",
            },
        )

    def listings(self, valuation_id: str, state: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = self.ask(
                f"/v1/valuations/{valuation_id}/listings",
                state=state,
                limit="100",
                **({"cursor": cursor} if cursor else {}),
            )
            found += page["items"]
            if not page["next"]:
                return found
            cursor = page["next"]


@pytest.fixture
def oracle(provider: Sandbox) -> Oracle:
    return Oracle(provider.url)


@pytest.fixture(scope="module")
def other_market() -> Iterator[Sandbox]:
    with running_sandbox(seed="181") as sandbox:
        yield sandbox


def euros(cents: int) -> str:
    """As the pages write it, with plain spaces: 921000 is 9 210,00 €."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'−' if cents < 0 else ''}{whole:,}".replace(",", " ") + f",{rest:02} €"


def half_up(total: int, count: int) -> int:
    return (2 * total + count) // (2 * count)


def cents_of(amount: Any) -> int:
    return round(amount * 100)


def agrees(way: Way, oracle: Oracle, quotation: Quotation, *, states: tuple[str, ...] = ("on_sale",)) -> bool:
    """The row, both tabs and the details against the oracle's own reading; whether there was a value to compare."""
    said = oracle.value(quotation)
    if said["adjusted_value"] is None:
        assert quotation.state == "no_market"
        assert quotation.adjusted_value is None
        page = text(way.get("study", quotation.pk))
        assert said["reason"]["detail"].replace("\u00a0", " ") in page
        assert "9 394,20" not in page
        return False
    lines = [said["market_value"], *(said["adjustments"][name] for name in ("mileage", "age", "options", "location"))]
    assert sum(lines) == said["adjusted_value"]
    written = (
        quotation.market_value, quotation.mileage_adjustment, quotation.age_adjustment, quotation.options_adjustment,
        quotation.location_adjustment,
    )  # fmt: skip
    assert [cents_of(line) for line in written] == lines
    assert cents_of(quotation.adjusted_value) == said["adjusted_value"]
    study = text(way.get("study", quotation.pk))
    for figure in (*lines, said["adjusted_value"], half_up(said["adjusted_value"] * 102, 100)):
        assert euros(figure) in study
    on_sale = oracle.listings(said["id"], "on_sale")
    prices = [one["price"] for one in on_sale]
    assert euros(half_up(sum(prices), len(prices))) in study
    assert f"{half_up(sum(one['days_online'] for one in on_sale), len(on_sale))} jours" in study
    cheaper = sum(price < said["adjusted_value"] for price in prices)
    assert f"{cheaper + 1}{'er' if cheaper == 0 else 'e'} sur {len(prices) + 1}" in study
    for state in states:
        _radar_agrees(way, quotation, state, oracle.listings(said["id"], state))
    return True


def _radar_agrees(way: Way, quotation: Quotation, state: str, adverts: list[dict[str, Any]]) -> None:
    page = way.get("radar", quotation.pk, state=state, sort="price", shown=len(adverts))
    plural = "s" if len(adverts) > 1 else ""
    assert f"{len(adverts)} véhicule{plural}" in text(page)
    rows = [re.sub(r"\s+", " ", row.get_text(" ")) for row in soup(page).select("table.adverts tbody tr")][1:]
    assert len(rows) == len(adverts)
    for advert, row in zip(sorted(adverts, key=lambda one: (one["price"], one["id"])), rows, strict=True):
        assert euros(advert["price"]) in row
        assert euros(advert["adjusted_value"]) in row
        difference = advert["price"] - advert["adjusted_value"]
        assert f"{'+' if difference > 0 else ''}{euros(difference)}" in row
        assert f"{advert['mileage_km']:,} km".replace(",", " ") in row
        assert f"{advert['distance_km']:,} km".replace(",", " ") in row
        assert "/".join(reversed(advert["first_registration"].split("-"))) in row


@pytest.mark.parametrize("part", range(10))
def test_random_plates_agree_with_the_oracle(way, oracle, part):
    """Fifty of them, five a test; nearly all have a market to compare."""
    compared = 0
    for plate in oracle.plates(50)[part * 5 : part * 5 + 5]:
        draft = way.draft(plate)
        known = oracle.ask(f"/v1/plates/FR/{plate}")
        codes = [one["version_code"] for one in known["candidates"]]
        best = max(known["candidates"], key=lambda one: one["match"])["version_code"]
        assert draft.version_code == best
        assert (draft.make, draft.model, draft.kind) == (known["make"], known["model"], known["kind"])
        assert (draft.vin or None, str(draft.first_registration)) == (known["vin"], known["first_registration"])
        shown = [radio["value"] for radio in soup(way.get("configure", draft.pk)).select("input[name=version_code]")]
        assert shown == codes
        km = str(random.Random(plate).randrange(1_000, 220_000))
        way.post(
            "value", draft.pk, plate=plate, vin=draft.vin, first_registration=known["first_registration"],
            mileage_km=km, origin="private", exterior_colour=draft.exterior_colour,
        )  # fmt: skip
        compared += agrees(way, oracle, way.latest())
    assert compared >= 4


KINDS: Final = ("car", "motorcycle", "scooter", "light_commercial", "quad")


@pytest.mark.parametrize("part", range(20))
def test_random_ways_down_the_catalogue_agree_with_the_oracle(way, oracle, part):
    """Ways that lead to no version, or to one without a market, are compared too, but are none of the twenty."""
    pick = random.Random(f"{SEED}-{part}")
    kind = KINDS[part % 2] if part < 12 else KINDS[part % len(KINDS)]
    assert any(_way_down_agrees(way, oracle, pick, kind, names_year=part % 3 == 0) for _ in range(5))


def _way_down_agrees(way: Way, oracle: Oracle, pick: random.Random, kind: str, *, names_year: bool) -> bool:
    make = pick.choice(oracle.ask("/v1/makes", kind=kind, limit="500")["items"])["code"]
    model = pick.choice(oracle.ask("/v1/models", kind=kind, make=make, limit="500")["items"])
    asked = {"kind": kind, "make": make, "model": model["code"]}
    if names_year:
        asked["year"] = pick.choice([*range(int(model["from"][:4]), int((model["to"] or "2024")[:4]) + 1)])
    versions = oracle.ask("/v1/versions", **asked, limit="500")["items"]
    page = way.get("catalogue", **asked)
    assert [radio["value"] for radio in soup(page).select("input[name=version_code]")] == [v["code"] for v in versions]
    if not versions:
        assert "Aucune version avec ces choix" in text(page)
        return False
    version = pick.choice(versions)
    way.post("choose_from_catalogue", version_code=version["code"], **asked)
    draft = way.latest()
    assert (draft.version_code, draft.kind, draft.make) == (version["code"], kind, version["make"])
    assert draft.price_new is not None
    assert cents_of(draft.price_new) == version["price_new"]
    day = f"15/07/{max(int(version['catalogue_date'][:4]) + 1, 2005)}"
    day = day if day[-4:] < "2024" else "15/07/2024"
    km = str(pick.randrange(500, 120_000))
    way.post("value", draft.pk, has_no_plate="on", first_registration=day, mileage_km=km, origin="company")
    return agrees(way, oracle, way.latest(), states=("on_sale", "sold"))


def test_with_another_seed_the_figures_change_and_agree_again(way, oracle, other_market, asks_at):
    here = way.valued(GOLF)
    asks_at(other_market.url)
    way.post("redo", here.pk)
    there = way.latest()
    assert there.pk != here.pk
    assert there.adjusted_value != here.adjusted_value
    assert agrees(way, Oracle(other_market.url), there)
    assert here.adjusted_value == 9210


def test_the_oracle_would_see_a_difference_of_one_cent(way, oracle):
    quotation = way.valued(GOLF)
    quotation.age_adjustment += Decimal("0.01")
    with pytest.raises(AssertionError):
        agrees(way, oracle, quotation)
