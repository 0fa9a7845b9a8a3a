"""Coordinates, in degrees (WGS 84), typed one by one or pasted as a pair from a map."""

import re
from decimal import Decimal
from typing import Final

from openflex.core.errors import Refused
from openflex.core.french import MINUS, NBSP

LIMITS: Final = {"latitude": 90, "longitude": 180}
_DECIMALS: Final = Decimal("0.000001")
_NUMBER = re.compile(r"[-+]?[0-9]{1,3}(?:[.,][0-9]{1,15})?")


def split_pair(text: str) -> tuple[str, str] | None:
    """ "46.7976, 4.8362" → its two halves; None when it is no pair. With commas for decimals, a space or a semicolon
    has to part them."""
    parts = re.split(r"\s*[,;]\s*|\s+" if "." in text else r"\s*;\s*|,?\s+", text.strip())
    return (parts[0], parts[1]) if len(parts) == 2 and all(_NUMBER.fullmatch(_plain(part)) for part in parts) else None


def parse_degrees(text: str, *, name: str) -> Decimal:
    """`name`: "latitude" or "longitude"."""
    compact = _plain(text)
    if not _NUMBER.fullmatch(compact):
        raise Refused("degrees", f"Coordonnée illisible{NBSP}: écrivez par exemple 46.7976.")
    degrees = Decimal(compact.replace(",", ".")).quantize(_DECIMALS)
    if abs(degrees) > LIMITS[name]:
        raise Refused("range", f"La {name} va de {MINUS}{LIMITS[name]} à {LIMITS[name]}.")
    return degrees


def format_degrees(degrees: Decimal) -> str:
    """46.797600 → "46.7976": with a point, as maps take it back."""
    return f"{degrees.normalize():f}"


def _plain(text: str) -> str:
    return text.strip().rstrip("°").replace(MINUS, "-")
