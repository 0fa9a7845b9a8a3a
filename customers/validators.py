"""What may be typed about a customer, and how it is kept."""

import re
from typing import Final

from customers.identity import FRANCE
from openflex.core.errors import Refused
from openflex.core.french import parse_postcode

_SPACES: Final = re.compile(r"\s+")
# Two figures (20 is Corsica before 1976), or 2A and 2B, or three overseas; 99 for who was born abroad.
_DEPARTMENT: Final = re.compile(r"0[1-9]|[1-8][0-9]|9[0-5]|2[AB]|97[1-8]|98[4678]|99")


def tidy(text: str) -> str:
    """One space at a time, and the straight apostrophe of the registers: searches need not know two."""
    return _SPACES.sub(" ", text.replace("’", "'")).strip()


def last_name(text: str) -> str:
    """In capitals, as on a registration certificate."""
    return tidy(text).upper()


def first_names(text: str) -> str:
    """Parted by commas; « claire,marie » → « Claire, Marie ». What has capitals keeps them."""
    names = (tidy(part) for part in text.split(","))
    return ", ".join(name.title() if name == name.lower() or name == name.upper() else name for name in names if name)


def email(text: str) -> str:
    return text.strip().lower()


def department(text: str) -> str:
    """ "1" → "01", "2a" → "2A"."""
    code = re.sub(r"\s", "", text).upper()
    code = f"0{code}" if re.fullmatch("[1-9]", code) else code
    if not _DEPARTMENT.fullmatch(code):
        raise Refused("department", "Un département a deux ou trois caractères\u00a0: 71, 2A, 971, ou 99 à l’étranger.")
    return code


def postcode(text: str, *, country: str) -> str:
    """Five figures in France, anything elsewhere. Raises Refused beside `postcode`."""
    if not text or country.strip().casefold() not in ("", FRANCE.casefold()):
        return tidy(text).upper()
    return parse_postcode(text)
