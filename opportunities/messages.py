"""The places of a message to a customer that an opportunity fills: « Bonjour {civilité} {nom} ». Pure: knows no
table."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from customers.enums import Civility
from customers.identity import Names, company_title


@dataclass(frozen=True)
class Place:
    """What stands between the braces, what fills it, and what stands there in a preview."""

    key: str
    label: str
    sample: str


PLACES: Final = (
    Place("civilité", "Monsieur, Madame, Docteur…\u00a0; rien pour une société", "Madame"),
    Place("nom", "nom du client, ou de la société", "DUVAL"),
    Place("client", "prénom et nom du client, ou la société", "Claire DUVAL"),
    Place("véhicule", "véhicule souhaité, sinon ce que cherche le client", "PEUGEOT 3008"),
    Place("vendeur", "prénom et nom du vendeur", "Gilles VENDEUR"),
    Place("téléphone", "téléphone du vendeur", "03\u00a085\u00a000\u00a000\u00a001"),
    Place("point de vente", "point de vente, sinon l’entité", "Chalon-sur-Saône"),
)
SAMPLES: Final[Mapping[str, str]] = {place.key: place.sample for place in PLACES}

# How one begins a letter; « M. » alone would be curt.
_SALUTATIONS: Final[Mapping[str, str]] = {
    Civility.MR: "Monsieur",
    Civility.MRS: "Madame",
    Civility.DOCTOR: "Docteur",
    Civility.PROFESSOR: "Professeur",
    Civility.LAWYER: "Maître",
}

_PLACE = re.compile(r"\{([^{}\n]*)\}( ?)")


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its places filled; one that is empty takes the space behind it along, one that `values` does not
    know stays as it was typed."""

    def put(found: re.Match[str]) -> str:
        value = values.get(_key(found[1]))
        if value is None:
            return found[0]
        return f"{value}{found[2]}" if value else ""

    return _PLACE.sub(put, text)


def names_of(names: Names) -> dict[str, str]:
    """What a customer's names fill; a company has no civility."""
    if names.company_name:
        return {"civilité": "", "nom": company_title(names), "client": company_title(names)}
    return {
        "civilité": _SALUTATIONS.get(names.civility, ""),
        "nom": names.last_name,
        "client": f"{names.first_name} {names.last_name}".strip(),
    }


def email_url(address: str, *, subject: str, body: str) -> str:
    """Opens the person's own mail with it (RFC 6068: lines end with CRLF)."""
    return f"mailto:{quote(address, safe='@')}?subject={quote(subject)}&body={quote(_crlf(body))}"


def sms_url(number: str, *, body: str) -> str:
    """Opens the person's own messages with it. iOS reads what follows &, Android what follows ?."""
    return f"sms:{number}?&body={quote(_crlf(body))}"


def _crlf(text: str) -> str:
    return "\r\n".join(text.splitlines())


def unknown_places(text: str) -> list[str]:
    """« {prix} »: what is written like a place and is none, each once."""
    return list(dict.fromkeys(f"{{{found[1]}}}" for found in _PLACE.finditer(text) if _key(found[1]) not in SAMPLES))


def _key(typed: str) -> str:
    """Whatever the capitals, the spaces, and the way in which a keyboard writes its accents."""
    return " ".join(unicodedata.normalize("NFC", typed).casefold().split())
