"""Reading what callers ask: the body of a valuation, and the parameters of the lists, each refused by name."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sandbox import catalogue, equipment, geography, signing
from sandbox.catalogue import Version
from sandbox.problems import Problem
from sandbox.sample import Question
from sandbox.study import Filters
from sandbox.tables import digest

VIN = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
OLDEST = date(1950, 1, 1)
MOST_KILOMETRES = 1_500_000
SELLER_KINDS = ("franchise", "independent", "private")
LIST_FILTERS = {
    "energy": tuple(catalogue.ENERGIES.values()),
    "gearbox": tuple(catalogue.GEARBOXES.values()),
    "seller": SELLER_KINDS,
}
NUMBER_FILTERS = ("mileage_min", "mileage_max", "stars_min")
DATE_FILTERS = ("registered_from", "registered_to")


def split_version_code(code: str) -> tuple[str, str]:
    """A version code and the fault that a special plate hung on it: "REN1234567.503VA"."""
    code, _, trigger = code.partition(".")
    return code, trigger


def version(code: str) -> Version:
    """The version of a code; raises Problem 404."""
    found = catalogue.load().versions.get(split_version_code(code)[0])
    if found is None:
        raise Problem(404, "version_not_found", "Cette version n'est pas au catalogue.")
    return found


def question(body: Mapping[str, Any], today: date, idempotency_key: str) -> Question:
    """The question of a valuation; raises Problem 422 naming every field that is wrong."""
    code, trigger = split_version_code(str(body.get("version_code", "")))
    asked = catalogue.load().versions.get(code)
    registered = _date(body.get("first_registration"))
    options = body.get("options", [])
    refused = [name for name, is_right in _checks(body, asked, registered, options, today).items() if not is_right]
    if refused or asked is None or registered is None:
        raise Problem(422, "validation_failed", f"Champs refusés\N{NO-BREAK SPACE}: {', '.join(refused)}.")
    known = [option.code for option in equipment.options(asked)]
    return Question(
        version=asked,
        first_registration=registered,
        mileage_km=body["mileage_km"],
        options=tuple(option for option in known if option in options),
        first_hand=body["first_hand"],
        origin=body["origin"],
        postcode=body["postcode"],
        as_of=today,
        trigger=trigger if re.fullmatch(r"\d{3}[A-Z]{2}", trigger) else "",
        nonce=f"{digest('nonce', idempotency_key):016x}"[:8] if idempotency_key else "",
    )


def _checks(
    body: Mapping[str, Any], asked: Version | None, registered: date | None, options: Any, today: date
) -> dict[str, bool]:
    mileage, vin = body.get("mileage_km"), body.get("vin")
    offered = {option.code for option in equipment.options(asked)} if asked else set()
    return {
        "version_code": asked is not None,
        "first_registration": registered is not None and OLDEST <= registered <= today,
        "mileage_km": type(mileage) is int and 0 <= mileage <= MOST_KILOMETRES,
        "vin": vin is None or (isinstance(vin, str) and VIN.fullmatch(vin) is not None),
        "options": isinstance(options, list) and all(isinstance(o, str) and o in offered for o in options),
        "exterior_colour": _is_colour(asked, "exterior", body.get("exterior_colour")),
        "interior_colour": _is_colour(asked, "interior", body.get("interior_colour")),
        "first_hand": isinstance(body.get("first_hand"), bool),
        "origin": body.get("origin") in signing.ORIGINS,
        "postcode": isinstance(body.get("postcode"), str) and geography.is_postcode(body["postcode"]),
    }


def _is_colour(asked: Version | None, side: str, code: Any) -> bool:
    if code is None or asked is None:
        return code is None
    return any(code == colour.code for colour in equipment.colours(asked, side))


def filters(text: str) -> Filters:
    """The JSON object of `filters=`; raises Problem 422 naming the filter that is wrong."""
    try:
        asked = json.loads(text or "{}")
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict):
        raise Problem(422, "validation_failed", "Le paramètre filters doit être un objet JSON.")
    values: dict[str, Any] = {}
    for name, value in asked.items():
        parsed = _filter_value(name, value)
        if parsed is None:
            raise Problem(422, "validation_failed", f"Filtre refusé\N{NO-BREAK SPACE}: {name}.")
        values[name] = parsed
    return Filters(**values)


def _filter_value(name: str, value: Any) -> Any:
    if name in NUMBER_FILTERS:
        return value if type(value) is int and value >= 0 else None
    if name in DATE_FILTERS:
        return _date(value)
    if name in LIST_FILTERS and isinstance(value, list):
        return tuple(value) if all(word in LIST_FILTERS[name] for word in value) else None
    if name == "options" and isinstance(value, list):
        return tuple(value) if all(isinstance(word, str) for word in value) else None
    return None


def whole(query: Mapping[str, str], name: str, low: int, high: int, default: int | None) -> int | None:
    """A whole number of the query string within limits; raises Problem 422."""
    return _read(query, name, default, lambda text: int(text) if low <= int(text) <= high else None)


def choice(query: Mapping[str, str], name: str, words: tuple[str, ...], default: str | None) -> str | None:
    return _read(query, name, default, lambda text: text if text in words else None)


def flag(query: Mapping[str, str], name: str) -> bool:
    return choice(query, name, ("true", "false", "1", "0"), "false") in ("true", "1")


def _read(query: Mapping[str, str], name: str, default: Any, read: Callable[[str], Any]) -> Any:
    text = query.get(name, "")
    if not text:
        return default
    try:
        value = read(text)
    except ValueError:
        value = None
    if value is None:
        raise Problem(422, "validation_failed", f"Paramètre refusé\N{NO-BREAK SPACE}: {name}.")
    return value


def _date(text: Any) -> date | None:
    if not isinstance(text, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
