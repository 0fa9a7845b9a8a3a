"""What a vendor's JSON can look like when it is wrong or odd: each function gives back a changed copy of an answer."""

import copy
import re
from collections.abc import Callable
from itertools import count
from typing import Any

ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
# Fields a vendor may not know: it then sends an empty string where the contract has a value.
OFTEN_UNKNOWN = {"vin", "cnit", "co2", "colour", "fiscal_power", "seats", "price_new", "city", "pack", "confidence"}


def wrong_sum(body: Any) -> Any:
    """1,00 € too much: on the adjusted value, on that of the first advert, or on the mean price."""
    changed = copy.deepcopy(body)
    for place in (changed, *changed.get("items", [])[:1]):
        for name in ("adjusted_value", "mean_price"):
            if place.get(name) is not None:
                place[name] += 100
    return changed


def inconsistent(body: Any) -> Any:
    """Well-formed values that cannot be true together."""
    changed = copy.deepcopy(body)
    if "candidates" in changed:
        changed |= {"first_registration": "2099-12-31", "power_kw": -1}
        changed["candidates"][0]["match"] = 1.7
    if "range" in changed:
        changed["range"] = {"low": changed["range"]["high"], "high": changed["range"]["low"]}
        changed["sample"]["on_sale"] = -1
    for item in changed.get("items", [])[:1]:
        item |= {"days_online": -3, "price": -100}
    if "total" in changed:
        changed["total"] = 0
    if "histograms" in changed:
        changed["percentiles"] = dict(zip(changed["percentiles"], [9, 7, 5, 3], strict=True))
        for bins in changed["histograms"].values():
            bins[:1] = [first | {"count": first["count"] + 3} for first in bins[:1]]
    for name in ("options", "standard", "exterior"):
        if changed.get(name):
            changed[name].append(changed[name][0])
    return changed


def numbers_as_strings(body: Any) -> Any:
    def as_string(value: Any) -> Any:
        return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value

    return _mapped(body, lambda name, value: as_string(value))


def empty_strings(body: Any) -> Any:
    """An empty string for every null and for what vendors often do not know."""
    return _mapped(body, lambda name, value: "" if value is None or name in OFTEN_UNKNOWN else value)


def error_in_200(body: Any) -> Any:
    return {
        "status": "KO",
        "error": {"code": "E-1204", "message": "Erreur interne\N{NO-BREAK SPACE}: le référentiel ne répond pas"},
    }


def two_date_formats(body: Any) -> Any:
    """Every other date as 23/04/2010."""
    seen = count(1)

    def turned(value: Any) -> Any:
        if isinstance(value, str) and ISO_DATE.fullmatch(value) and next(seen) % 2:
            return "/".join(reversed(value.split("-")))
        return value

    return _mapped(body, lambda name, value: turned(value))


def doors_zero(body: Any) -> Any:
    return _mapped(body, lambda name, value: "0" if name == "doors" else value)


def missing_fields(body: Any) -> Any:
    """Without the first field that the answer cannot do without."""
    for name in ("candidates", "adjusted_value", "items", "mean_price", "options", "exterior", "access_token"):
        if name in body:
            return {key: value for key, value in body.items() if key != name}
    return body


MUTATIONS: dict[str, Callable[[Any], Any]] = {
    "wrong_sum": wrong_sum,
    "inconsistent": inconsistent,
    "numbers_as_strings": numbers_as_strings,
    "empty_strings": empty_strings,
    "error_in_200": error_in_200,
    "two_date_formats": two_date_formats,
    "doors_zero": doors_zero,
    "missing_fields": missing_fields,
}


def _mapped(body: Any, change: Callable[[str, Any], Any], name: str = "") -> Any:
    """A copy whose leaves went through `change(name of the field, value)`."""
    if isinstance(body, dict):
        return {key: _mapped(value, change, key) for key, value in body.items()}
    if isinstance(body, list):
        return [_mapped(value, change, name) for value in body]
    return change(name, body)
