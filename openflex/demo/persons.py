"""People and companies that could live around the demonstration's towns; telephones and addresses that nobody has."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from stdnum import luhn

from customers.enums import Civility, CustomerKind, LegalForm
from customers.models import Customer
from openflex.core.search import fold

_WOMEN = (
    "Claire", "Sandrine", "Amandine", "Nadia", "Françoise", "Inès", "Élodie", "Marie-Laure", "Camille", "Léa", "Julie",
    "Nathalie", "Aurélie", "Céline", "Sophie", "Chloé", "Manon", "Fatima", "Hélène", "Pauline", "Agnès", "Lucie",
)  # fmt: skip
_MEN = (
    "Thierry", "Lucas", "Olivier", "Hugo", "Patrick", "Jean-Marc", "Samir", "Antoine", "Nicolas", "Julien", "Karim",
    "Philippe", "Mathieu", "Romain", "Sébastien", "Alain", "Maxime", "Théo", "Yves", "Bruno", "Cédric", "Étienne",
)  # fmt: skip
SURNAMES = (
    "FONTAINE", "GAUTHIER", "PETITJEAN", "MERCIER", "ROCHE", "BRUNET", "BENALI", "LACROIX", "MICHAUD", "COLIN", "CARRÉ",
    "PAGEAUT", "BOUVIER", "HADDAD", "PRUDHON", "DESCHAMPS", "MARTIN", "BERNARD", "DUBOIS", "MOREL", "GIRARD", "PERRIN",
    "LEFÈVRE", "ROUX", "FAURE", "BLANC", "GUÉRIN", "MULLER", "HENRY", "ROUSSEL", "CHEVALIER", "GARNIER", "D'ARCY",
    "LE GOFF", "DA SILVA", "NGUYEN", "TRAORÉ", "KOWALSKI", "VINCENT", "MASSON", "JOLY", "REY", "BARBIER", "RENAUD",
    "PICARD", "LEMAIRE", "AUBERT", "VIDAL", "COLLET", "BOURGEOIS", "BRETON", "POIRIER", "CHARPENTIER", "GUILLOT",
)  # fmt: skip
_TRADES = (
    "Menuiserie", "Garage", "Boulangerie", "Transports", "Plomberie", "Électricité", "Paysages", "Bâti", "Charpente",
    "Ambulances", "Auto-école", "Peinture", "Élagage", "Carrelage", "Maçonnerie", "Nettoyage",
)  # fmt: skip
_PLACES = (
    "Saône",
    "Vion",
    "Bourgogne",
    "du Val",
    "des Cordeliers",
    "Morvan",
    "Bresse",
    "du Centre",
    "Chalon",
    "du Pont",
)
_STREETS = (
    ("rue", "de la Paix"), ("avenue", "de Paris"), ("rue", "des Lilas"), ("place", "de la Mairie"),
    ("chemin", "du Moulin"),
    ("rue", "Gambetta"), ("boulevard", "de la République"), ("impasse", "des Vignes"), ("rue", "du Port"),
    ("route", "de Lyon"), ("quai", "des Messageries"), ("rue", "Victor Hugo"),
)  # fmt: skip
FIRST_NAMES = (*_WOMEN, *_MEN)
TOWNS = (
    ("71100", "Chalon-sur-Saône"), ("71000", "Mâcon"), ("71700", "Tournus"), ("71400", "Autun"),
    ("71200", "Le Creusot"), ("71300", "Montceau-les-Mines"), ("21200", "Beaune"), ("21000", "Dijon"),
    ("39000", "Lons-le-Saunier"), ("01000", "Bourg-en-Bresse"), ("69400", "Villefranche-sur-Saône"), ("39100", "Dole"),
)  # fmt: skip
_ONE_IN = {"company": 6, "title": 40, "email": 4, "used_name": 6}


@dataclass(frozen=True)
class Numbers:
    """What makes the one of this serial unlike any other: telephones of the ranges kept for fiction, an address."""

    serial: int

    @property
    def mobile(self) -> str:
        return f"+336398{self.serial % 100_000:05d}"

    @property
    def phone(self) -> str:
        return f"+33352801{self.serial % 1000:03d}"

    def email(self, name: str) -> str:
        words = "".join(one if one.isascii() and one.isalnum() else "." for one in fold(name))
        return f"{'.'.join(part for part in words.split('.') if part)}{self.serial}@example.fr"

    @property
    def siret(self) -> str:
        siren = f"9{self.serial % 10_000_000:07d}"
        siren += luhn.calc_check_digit(siren)
        return (base := f"{siren}0001") + luhn.calc_check_digit(base)


def make_customer(random: Random, *, serial: int, today: date) -> Customer:
    """One plausible customer, without a place of their own yet: no entity, no dates, not saved."""
    numbers = Numbers(serial)
    is_company = random.randrange(_ONE_IN["company"]) == 0
    customer = _company(random, numbers) if is_company else _person(random, today)
    name = customer.company_name or f"{customer.names.first_name} {customer.names.last_name}"
    customer.mobile = numbers.mobile
    customer.phone = numbers.phone if random.randrange(3) == 0 else ""
    customer.email = numbers.email(name) if random.randrange(_ONE_IN["email"]) else ""
    customer.street_number = str(random.randrange(1, 120))
    customer.street_type, customer.street_name = random.choice(_STREETS)
    customer.postcode, customer.city = random.choice(TOWNS)
    return customer


def _company(random: Random, numbers: Numbers) -> Customer:
    form = random.choice((LegalForm.SARL, LegalForm.SAS, LegalForm.EURL, LegalForm.OTHER))
    return Customer(
        kind=CustomerKind.COMPANY.value,
        company_name=f"{random.choice(_TRADES)} {random.choice(_PLACES)}",
        legal_form=form.value,
        siret=numbers.siret,
    )


def _person(random: Random, today: date) -> Customer:
    is_woman = random.random() < 0.5
    first, second = random.sample(_WOMEN if is_woman else _MEN, 2)
    civility = Civility.MRS if is_woman else Civility.MR
    if random.randrange(_ONE_IN["title"]) == 0:
        civility = random.choice((Civility.DOCTOR, Civility.PROFESSOR, Civility.LAWYER))
    birth_name, other = random.sample(SURNAMES, 2)
    return Customer(
        kind=CustomerKind.PERSON.value,
        civility=civility.value,
        birth_name=birth_name,
        used_name=other if is_woman and random.randrange(_ONE_IN["used_name"]) == 0 else "",
        first_names=f"{first}, {second}" if random.random() < 0.4 else first,
        sex="female" if is_woman else "male",
        born_on=today - timedelta(days=random.randrange(19 * 365, 82 * 365)),
    )
