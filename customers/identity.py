"""How a customer is named and addressed: composed of parts, never taken apart again. Pure: knows no table."""

from dataclasses import dataclass
from typing import Final

from customers.enums import ABBREVIATED, TITLES, Civility, LegalForm

FRANCE: Final = "France"
ERASED: Final = "Client effacé"


@dataclass(frozen=True)
class Names:
    """What stands on an identity card, or in the register of companies; only one of the two has its parts filled."""

    civility: str = ""
    birth_name: str = ""
    used_name: str = ""
    first_names: str = ""
    company_name: str = ""
    legal_form: str = ""

    @property
    def last_name(self) -> str:
        """The one a person goes by."""
        return self.used_name or self.birth_name

    @property
    def first_name(self) -> str:
        """The one a person goes by, of several parted by commas."""
        return self.first_names.partition(",")[0].strip()


def display_name(names: Names) -> str:
    """« Pr RINO », « Claire DUVAL », « Mme PERRIN », « SARL Bâti Saône »; empty when nothing is known."""
    if names.company_name:
        return company_title(names)
    title = Civility(names.civility).label if names.civility else ""
    if names.first_name and names.civility not in TITLES:
        title = ""
    return " ".join(part for part in (title, names.first_name, names.last_name) if part)


def company_title(names: Names) -> str:
    form = LegalForm(names.legal_form).label if names.legal_form in ABBREVIATED else ""
    if form and names.company_name.upper().split()[0] == form:
        form = ""
    return f"{form} {names.company_name}".strip()


def identity_line(names: Names) -> str:
    """The one field « NOM, NOM D’USAGE le cas échéant et PRÉNOM ou RAISON SOCIALE » of the official forms:
    « MARTIN, nom d’usage DUVAL, Claire Marie »."""
    if names.company_name:
        return company_title(names)
    birth_name = names.birth_name or names.used_name
    used_name = f"nom d’usage {names.used_name}" if names.used_name not in ("", birth_name) else ""
    given = " ".join(part.strip() for part in names.first_names.split(",") if part.strip())
    if used_name:
        return ", ".join(part for part in (birth_name, used_name, given) if part)
    return f"{birth_name} {given}".strip()


@dataclass(frozen=True)
class Address:
    """In the parts that the official forms ask for: « 12 », « bis », « rue », « de la Paix »."""

    number: str = ""
    extension: str = ""
    street_type: str = ""
    street_name: str = ""
    extra: str = ""  # floor, building, staircase
    hamlet: str = ""  # lieu-dit
    postcode: str = ""
    city: str = ""
    country: str = ""

    @property
    def street(self) -> str:
        """« 12 bis rue de la Paix »"""
        return " ".join(part for part in (self.number, self.extension, self.street_type, self.street_name) if part)


def postal_lines(address: Address) -> list[str]:
    """As on an envelope; France is not named at home."""
    country = "" if address.country.casefold() == FRANCE.casefold() else address.country.upper()
    lines = (address.extra, address.street, address.hamlet, f"{address.postcode} {address.city}".strip(), country)
    return [line for line in lines if line]
