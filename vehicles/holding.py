"""What holds a vehicle, in words, as far as the reader may know."""

from dataclasses import dataclass

from customers.selectors import name_for_reader
from vehicles import enums
from vehicles.models import Hold


def holder_of(hold: Hold) -> str:
    """Whom a vehicle is held for, as far as the reader may know."""
    return name_for_reader(hold.customer) if hold.customer else hold.label


@dataclass(frozen=True)
class HoldWords:
    """« réservé pour » « Mme Martin », « retenu par le » « bon de commande 1042 »: what leads to `name`, and the name,
    which may be a link. `space` stands between them."""

    lead: str
    name: str
    space: str = " "

    def __str__(self) -> str:
        return f"{self.lead}{self.space}{self.name}"


def hold_words(hold: Hold) -> HoldWords:
    """What keeps a vehicle, after « Ce véhicule est »."""
    kind, name = enums.HoldKind(hold.kind), holder_of(hold)
    if kind == enums.HoldKind.RESERVATION:
        return HoldWords("réservé pour", name)
    named, unnamed = enums.HOLD_ARTICLES[kind]
    if not name.lower().startswith(kind.label.lower()):
        return HoldWords(f"retenu par {unnamed} pour", name)
    return HoldWords(f"retenu par {named}", f"{name[0].lower()}{name[1:]}", "" if named.endswith("’") else " ")
