"""What each line of a file of customers would do, or why it is refused: looked at alike for the preview and at its
confirmation. Writes nothing."""

from collections import ChainMap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db.models import Q

from customers import validators
from customers.enums import Civility, CustomerKind, LegalForm, LineEffect
from customers.identity import FRANCE, Names, display_name
from customers.models import Customer, CustomerImportLine
from openflex.core.csv_import import Column, Line, folded
from openflex.core.dates import parse_day
from openflex.core.errors import Refused
from openflex.core.fields import field_of
from openflex.core.french import NBSP, parse_phone, parse_siret
from openflex.core.search import fold

COLUMNS: Final = (
    Column("civility", "Civilité", ("Titre",)),
    Column("birth_name", "Nom", ("Nom de naissance", "Nom de famille")),
    Column("used_name", "Nom d’usage", ("Nom d'usage",)),
    Column("first_names", "Prénoms", ("Prénom",)),
    Column("born_on", "Date de naissance", ("Né le", "Née le")),
    Column("company_name", "Raison sociale", ("Société", "Entreprise")),
    Column("legal_form", "Forme juridique"),
    Column("siret", "SIRET"),
    Column("email", "Adresse e-mail", ("E-mail", "Email", "Mail", "Courriel")),
    Column("mobile", "Mobile", ("Portable",)),
    Column("phone", "Téléphone", ("Tél", "Tél.", "Fixe")),
    Column("street_number", "Numéro", ("N°", "N° de la voie")),
    Column("street_type", "Type de voie"),
    Column("street_name", "Nom de la voie", ("Voie", "Adresse", "Rue")),
    Column("address_extra", "Étage, bâtiment", ("Complément", "Complément d’adresse")),
    Column("postcode", "Code postal", ("CP",)),
    Column("city", "Ville", ("Commune",)),
    Column("country", "Pays"),
    Column("notes", "Notes", ("Remarques", "Commentaire")),
)
LABELS: Final = {column.key: column.label for column in COLUMNS}
_CIVILITIES: Final = {folded(word): one for one in Civility for word in (one.label, one.value)} | {
    folded("Monsieur"): Civility.MR, folded("M"): Civility.MR,
    folded("Madame"): Civility.MRS, folded("Mme."): Civility.MRS,
    folded("Docteur"): Civility.DOCTOR, folded("Professeur"): Civility.PROFESSOR, folded("Maître"): Civility.LAWYER,
}  # fmt: skip
_LEGAL_FORMS: Final = {folded(word): one for one in LegalForm for word in (one.label, one.value)}


@dataclass(frozen=True)
class Problem:
    """Why a line is refused, beside this column (empty: the whole line)."""

    column: str
    message: str

    @property
    def label(self) -> str:
        return LABELS.get(self.column, "")


@dataclass(frozen=True)
class JudgedLine:
    """`values` are the columns of the customer it would create, `contact` the name of the person that stands beside a
    company; `alike` says whom it resembles: « Claire DUVAL »."""

    line: Line
    values: Mapping[str, Any]
    problems: tuple[Problem, ...] = ()
    alike: str = ""
    contact: str = ""

    @property
    def number(self) -> int:
        return self.line.number

    @property
    def name(self) -> str:
        cells = self.line.cells
        return cells.get("company_name") or f"{cells.get('first_names', '')} {cells.get('birth_name', '')}".strip()

    @property
    def effect(self) -> LineEffect:
        if self.problems:
            return LineEffect.REFUSED
        return LineEffect.ALIKE if self.alike else LineEffect.CREATE


def as_told(row: CustomerImportLine) -> JudgedLine:
    """What was found of a line when it was last looked at."""
    problems = tuple(Problem(column, message) for column, message in row.problems)
    return JudgedLine(Line(row.number, row.cells), {}, problems, row.alike)


_OF_PERSON: Final = ("civility", "birth_name", "used_name", "first_names")

# Two customers with one of these are told to be the same: ("email", "claire@x.fr").
Mark = tuple[str, str]


def judge(
    lines: Sequence[Line], *, entity_id: int, today: date, before: dict[Mark, str] | None = None
) -> list[JudgedLine]:
    """Every line in its order, compared with the entity's customers and the lines before it; one statement. `before`
    are the marks of the file's earlier lines, to which those of these are added."""
    judged = [_judged(line, today) for line in lines]
    known: ChainMap[Mark, str] = ChainMap({} if before is None else before, _known(judged, entity_id))
    for place, one in enumerate(judged):
        if one.problems:
            continue
        marks = _marks(one.values)
        alike = next((known[mark] for mark in marks if mark in known), "")
        judged[place] = replace(one, alike=alike)
        for mark in marks:
            known.setdefault(mark, f"la ligne {one.number} du fichier")
    return judged


def _judged(line: Line, today: date) -> JudgedLine:
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    is_company = bool(line.cells.get("company_name"))
    for column in COLUMNS:
        text = line.cells.get(column.key, "")
        try:
            values[column.key] = _clean(column.key, text)
        except Refused as refusal:
            problems.append(Problem(column.key, refusal.message))
    if (born_on := values.get("born_on")) is not None and born_on > today:
        problems.append(Problem("born_on", "Cette date est dans le futur\u00a0: relisez l’année."))
    try:
        values["postcode"] = _postcode(values.get("postcode", ""), country=values.get("country", ""))
    except Refused as refusal:
        problems.append(Problem("postcode", refusal.message))
    if not is_company and not line.cells.get("birth_name") and not line.cells.get("used_name"):
        problems.append(Problem("", "Ni nom ni raison sociale."))
    values |= {"kind": CustomerKind.COMPANY if is_company else CustomerKind.PERSON}
    values["country"] = values.get("country") or FRANCE
    values["is_sole_trader"] = bool(values.get("siret")) and not is_company
    contact = _contact(values) if is_company else ""
    return JudgedLine(line, values, tuple(problems), contact=contact)


def _contact(values: dict[str, Any]) -> str:
    """Takes the person out of the columns of their company, whose page shows none of them, and names them."""
    person = {name: values.pop(name, "") for name in _OF_PERSON}
    values.pop("born_on", None)
    return display_name(Names(**person))


def _postcode(text: str, *, country: str) -> str:
    # As of a telephone number: a spreadsheet takes 01000 for a number, and its first figure for nothing.
    is_french = country.strip().casefold() in ("", FRANCE.casefold())
    is_number = is_french and len(text) == 4 and text.isdecimal()
    return validators.postcode(f"0{text}" if is_number else text, country=country)


def _clean(name: str, text: str) -> Any:
    """As the column keeps it; raises Refused for what cannot be read or is too long."""
    if text.startswith("="):
        raise Refused("formula", "Une formule n’est pas un texte\u00a0: écrivez sa valeur.")
    if not text:
        return None if name == "born_on" else ""
    value = _READERS.get(name, validators.tidy)(text)
    try:
        field_of(Customer, name).run_validators(value)
    except ValidationError as error:
        raise Refused("invalid", " ".join(error.messages)) from None
    return value


def _phone(text: str) -> str:
    # A spreadsheet takes 0612345678 for a number, and its first figure for nothing.
    return parse_phone(f"0{text}" if len(text) == 9 and text.isdecimal() else text)


def _born_on(text: str) -> date:
    return parse_day(text)


def _among(words: Mapping[str, Any], what: str) -> Any:
    def read(text: str) -> str:
        try:
            return str(words[folded(text)].value)
        except KeyError:
            raise Refused("unknown", f"{what} inconnue{NBSP}: «{NBSP}{text[:40]}{NBSP}».") from None

    return read


_READERS: Final[Mapping[str, Any]] = {
    "civility": _among(_CIVILITIES, "Civilité"),
    "legal_form": _among(_LEGAL_FORMS, "Forme juridique"),
    "birth_name": validators.last_name,
    "used_name": validators.last_name,
    "first_names": validators.first_names,
    "born_on": _born_on,
    "siret": parse_siret,
    "email": validators.email,
    "mobile": _phone,
    "phone": _phone,
}


# --- Who resembles --------------------------------------------------------------------------------------


def _marks(values: Mapping[str, Any]) -> list[Mark]:
    """By what two customers are told to be the same, the surest first."""
    marks = [("siret", values.get("siret")), ("email", values.get("email"))]
    marks += [("phone", values.get(name)) for name in ("mobile", "phone")]
    marks.append(("name", _whole_name(values)))
    return [(kind, value) for kind, value in marks if value]


def _whole_name(values: Mapping[str, Any]) -> str:
    if values.get("company_name"):
        return fold(values["company_name"])
    name, first = values.get("used_name") or values.get("birth_name"), values.get("first_names")
    return fold(f"{name} {first}") if name and first else ""


def _known(judged: Iterable[JudgedLine], entity_id: int) -> dict[Mark, str]:
    """The entity's customers with a mark of one of these lines, by it."""
    wanted: dict[str, set[str]] = {"siret": set(), "email": set(), "phone": set(), "name": set()}
    for one in judged:
        for kind, value in _marks(one.values):
            wanted[kind].add(value)
    rows = Customer.objects.listed().filter(
        Q(siret__in=wanted["siret"])
        | Q(email__in=wanted["email"])
        | Q(phone__in=wanted["phone"])
        | Q(mobile__in=wanted["phone"])
        | Q(sort_name__in=wanted["name"]),
        entity=entity_id,
    )
    known: dict[Mark, str] = {}
    for row in rows.order_by("pk"):
        for mark in (("siret", row.siret), ("email", row.email), ("phone", row.phone), ("phone", row.mobile)):
            if mark[1]:
                known.setdefault(mark, row.display_name)
        known.setdefault(("name", row.sort_name), row.display_name)
    return known
