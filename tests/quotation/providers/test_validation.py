"""Every field is checked: take a good answer, spoil one field at a time, and it must be refused."""

import contextlib
import copy
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quotation.providers import autovista, market_answers, vehicle_answers
from quotation.providers.autovista import Autovista
from quotation.providers.base import ListingState
from quotation.providers.columns import Columns
from quotation.providers.fields import Fields, FieldWrong
from quotation.providers.wire import JsonObject
from tests.quotation.providers.support import GOLF_PLUS, provider_at

Path = tuple[str | int, ...]
Reader = Callable[[Fields], object]
TODAY: Final = date(2026, 11, 24)


def _read_items(read: Reader) -> Reader:
    return lambda answer: [read(item) for item in answer.children("items")]


def _read_listings(is_sold: bool) -> Reader:
    def read(answer: Fields) -> object:
        found = market_answers.read_listings(Columns.of(answer, "items"), is_sold=is_sold, today=TODAY)
        autovista._check_listings(answer, found)
        return found

    return read


READERS: Final[dict[str, Reader]] = {
    "plate": lambda answer: vehicle_answers.read_vehicle(answer, plate="GD-642-JM", today=TODAY),
    "makes": _read_items(vehicle_answers.read_make),
    "models": _read_items(vehicle_answers.read_model),
    "versions": _read_items(vehicle_answers.read_version),
    "equipment": vehicle_answers.read_equipment,
    "colours": vehicle_answers.read_colours,
    "valuation": lambda answer: market_answers.read_valuation(answer, today=TODAY),
    "listings": _read_listings(False),
    "sold": _read_listings(True),
    "market": market_answers.read_market,
}
# Fields that the contract does not have, and nobody reads.
UNREAD: Final = frozenset({"kinds", "model_code", "next"})
# What a vendor may leave unknown: absent, null or empty.
OPTIONAL: Final = {
    *("vin", "genre", "energy", "gearbox", "fiscal_power", "power_kw", "power_hp", "co2", "colour", "doors", "seats"),
    *("cnit", "catalogue_date", "catalogue_end", "price_new", "body", "from", "to", "group", "pack", "confidence"),
    *("data_version", "reason", "city", "postcode", "distance_km", "url", "name", "overall", "like_mine", "trend"),
}


@pytest.fixture(scope="module")
def good(request: pytest.FixtureRequest) -> dict[str, JsonObject]:
    """One good answer of each call, cut to a few items: what holds for one holds for its neighbours."""
    provider: Autovista = provider_at(request.getfixturevalue("sandbox").url)
    act = provider.begin_act()
    valued = provider.value(GOLF_PLUS, idempotency_key="good", act=act)
    radar = provider.radar(valued.value.id, state=ListingState.ON_SALE, act=act)
    sold = provider.listings(valued.value.id, state=ListingState.SOLD, act=act)
    found = {
        "plate": provider.identify("GD-642-JM", act=act).raw,
        "makes": provider.makes(kind=None, act=act).raw,
        "models": provider.models(kind=None, make="VOLKSWAGEN", act=act).raw,
        "versions": provider.versions(model="VOLKSWAGEN-GOLF-PLUS", act=act).raw,
        "equipment": provider.equipment(GOLF_PLUS.version_code, act=act).raw,
        "colours": provider.colours(GOLF_PLUS.version_code, act=act).raw,
        "valuation": valued.raw,
        "listings": radar.listings.raw,
        "sold": sold.raw,
        "market": radar.market.raw,
    }
    return {name: _cut(raw[0].data) for name, raw in found.items()}


def _cut(answer: JsonObject) -> JsonObject:
    shorter = {
        name: value[:2] if isinstance(value, list) and name != "price_to_days" else value
        for name, value in answer.items()
    }
    return shorter | ({"total": len(shorter["items"])} if "total" in shorter else {})


def _leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, (*path, name))
    elif isinstance(value, list) and value:
        for rank, inner in enumerate(value):
            yield from _leaves(inner, (*path, rank))
    else:
        yield path, value


def _spoiled(answer: JsonObject, path: Path, value: Any) -> JsonObject:
    changed: Any = copy.deepcopy(answer)
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return dict(changed)


def _without(answer: JsonObject, path: Path) -> JsonObject:
    changed: Any = copy.deepcopy(answer)
    place = changed
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    return dict(changed)


def _name(path: Path) -> str:
    return next(str(step) for step in reversed(path) if isinstance(step, str))


def _wrong_values(value: Any) -> list[Any]:
    wrong: list[Any] = [{"a": 1}, [[1]], "\x00", "x" * 5000, float("nan")]
    if isinstance(value, bool):
        return [*wrong, 0, 1, "true"]
    if isinstance(value, int | float):
        return [*wrong, True, "beaucoup", "1e3", "12,5", -(10**13), 10**13]
    return [*wrong, True, 12.5, "<script>\x07"]


@pytest.mark.parametrize("call", READERS)
def test_a_good_answer_is_read(good: dict[str, JsonObject], call: str) -> None:
    assert READERS[call](Fields(good[call]))


@pytest.mark.parametrize("call", READERS)
def test_each_field_of_the_wrong_type_or_range_is_refused(good: dict[str, JsonObject], call: str) -> None:
    accepted = []
    for path, value in _leaves(good[call]):
        if UNREAD & set(map(str, path)):
            continue
        for wrong in _wrong_values(value):
            try:
                READERS[call](Fields(_spoiled(good[call], path, wrong)))
            except FieldWrong:
                continue
            accepted.append((path, wrong))
    assert accepted == []


@pytest.mark.parametrize("call", READERS)
def test_each_missing_field_is_refused_or_known_to_be_optional(good: dict[str, JsonObject], call: str) -> None:
    accepted = []
    optional = OPTIONAL - {"from", "to"} if call == "market" else OPTIONAL  # the ends of a bin are not a model's years
    for path, value in _leaves(good[call]):
        if UNREAD & set(map(str, path)) or isinstance(path[-1], int) or _name(path) in optional or value == []:
            continue
        for empty in (_without(good[call], path), _spoiled(good[call], path, None), _spoiled(good[call], path, "")):
            try:
                READERS[call](Fields(empty))
            except FieldWrong:
                continue
            accepted.append(path)
    assert accepted == []


@pytest.mark.parametrize("name", ["market_value", "adjusted_value"])
@pytest.mark.parametrize("cents", [-100, -1, 1, 100])
def test_a_sum_that_is_a_cent_off_is_refused(good: dict[str, JsonObject], name: str, cents: int) -> None:
    for call, path in (("valuation", (name,)), ("listings", ("items", 1, name))):
        value = good[call]["items"][1][name] if call == "listings" else good[call][name]
        with pytest.raises(FieldWrong):
            READERS[call](Fields(_spoiled(good[call], path, value + cents)))


CONTRADICTIONS: Final[dict[str, tuple[str, Path, Any]]] = {
    "another plate": ("plate", ("plate",), "AA-123-AA"),
    "registered tomorrow": ("plate", ("first_registration",), "2026-11-25"),
    "no such day": ("plate", ("first_registration",), "2023-02-30"),
    "a probability above 1": ("plate", ("candidates", 0, "match"), 1.01),
    "an energy that is none": ("plate", ("energy",), "steam"),
    "a VIN with an O": ("plate", ("vin",), "WWWZZZ1KZAW59995O"),
    "a version sold backwards": ("versions", ("items", 0, "catalogue_end"), "1999-01-01"),
    "a colour that is none": ("colours", ("exterior", 0, "hex"), "url(x)"),
    "a pack that is no option": ("equipment", ("options", 0, "pack"), "NOPACK"),
    "dollars": ("valuation", ("currency",), "USD"),
    "valued tomorrow": ("valuation", ("as_of",), "2026-11-25"),
    "a range beside the value": ("valuation", ("range", "low"), 921_001),
    "a range below the value": ("valuation", ("range", "high"), 920_999),
    "a negative market": ("valuation", ("sample", "on_sale"), -1),
    "a certainty above 1": ("valuation", ("confidence",), 1.5),
    "a reason beside a value": ("valuation", ("reason",), {"code": "not_enough_market", "detail": "Trop peu"}),
    "six stars": ("listings", ("items", 0, "similarity", "stars"), 6),
    "half a star": ("listings", ("items", 0, "similarity", "stars"), 4.5),
    "an address that runs": ("listings", ("items", 0, "url"), "javascript:alert(1)"),
    "sold but on sale": ("listings", ("items", 0, "sold_at"), "2024-12-01"),
    "on sale but sold": ("sold", ("items", 0, "sold_at"), None),
    "sold before it was seen": ("sold", ("items", 0, "sold_at"), "2001-01-01"),
    "another last price": ("listings", ("items", 0, "price_history", 2, "price"), 649_100),
    "a history in disorder": ("listings", ("items", 0, "price_history", 0, "date"), "2024-11-30"),
    "another total": ("listings", ("total",), 3),
    "a mean outside of all prices": ("market", ("mean_price",), 10),
    "a median outside of all prices": ("market", ("median",), 1_000_001),
    "percentiles in disorder": ("market", ("percentiles", "p10"), 940_000),
    "three percentiles": ("market", ("percentiles", "p10"), None),
    "a bin more than the total": ("market", ("histograms", "year", 0, "count"), 4),
    "bins with a hole": ("market", ("histograms", "mileage", 0, "to"), 89_000),
    "a bin upside down": ("market", ("histograms", "price", 7, "to"), 900_000),
    "no bins": ("market", ("histograms", "price"), []),
    "per cents in disorder": ("market", ("price_to_days", 0, "price_to_market_pct"), 100),
}


@pytest.mark.parametrize("case", CONTRADICTIONS)
def test_what_contradicts_itself_is_refused(good: dict[str, JsonObject], case: str) -> None:
    call, path, value = CONTRADICTIONS[case]
    with pytest.raises(FieldWrong):
        READERS[call](Fields(_spoiled(good[call], path, value)))


@pytest.mark.parametrize(("call", "name"), [("equipment", "options"), ("colours", "exterior"), ("plate", "candidates")])
def test_one_code_twice_is_refused(good: dict[str, JsonObject], call: str, name: str) -> None:
    doubled = _spoiled(good[call], (name,), [*good[call][name], good[call][name][0]])
    with pytest.raises(FieldWrong):
        READERS[call](Fields(doubled))


@pytest.mark.parametrize(("name", "cents"), [("mean_price", 100), ("median", 2)])
def test_statistics_must_be_those_of_the_listings(provider: Autovista, name: str, cents: int) -> None:
    act = provider.begin_act()
    valued = provider.value(GOLF_PLUS, idempotency_key="against", act=act).value
    radar = provider.radar(valued.id, state=ListingState.ON_SALE, act=act)
    listings = radar.listings.value
    raw = radar.market.raw[0].data
    market_answers.check_against_listings(Fields(raw), radar.market.value, listings)
    spoiled = Fields(_spoiled(raw, (name,), raw[name] + cents))
    with pytest.raises(FieldWrong):
        market_answers.check_against_listings(spoiled, market_answers.read_market(spoiled), listings)
    with pytest.raises(FieldWrong):
        market_answers.check_against_listings(Fields(raw), radar.market.value, listings[1:])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("call", READERS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_comes_is_read_or_refused_and_nothing_else(
    good: dict[str, JsonObject], call: str, data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from([path for path, _ in _leaves(good[call])]))
    cut = data.draw(st.integers(1, len(path)))
    spoiled = _spoiled(good[call], path[:cut], data.draw(json_values))
    with contextlib.suppress(FieldWrong):
        READERS[call](Fields(spoiled))
