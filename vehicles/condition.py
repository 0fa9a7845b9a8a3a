"""Refurbishment costs added up, and what the history tells of damage, costs and photos. No query."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Protocol

from openflex.core.french import NBSP, counted, format_euros
from openflex.core.money import ZERO
from vehicles.enums import CostKind, DamageZone


class CostLine(Protocol):
    planned: Decimal
    actual: Decimal | None


def counted_cost(line: CostLine) -> Decimal:
    """The one rule of the FRE, EUR HT: what a line really cost as soon as that is known, what was planned until then.

    `vehicles.models.condition.COUNTED` is the same for the database.
    """
    return line.planned if line.actual is None else line.actual


@dataclass(frozen=True)
class Totals:
    """EUR HT. `actual` adds up what is known, `open_lines` counts the lines of which it is not; `counted` is what
    enters the cost price."""

    planned: Decimal = ZERO
    actual: Decimal = ZERO
    counted: Decimal = ZERO
    open_lines: int = 0


def totals(lines: Iterable[CostLine]) -> Totals:
    rows = list(lines)
    return Totals(
        planned=sum((line.planned for line in rows), ZERO),
        actual=sum((line.actual for line in rows if line.actual is not None), ZERO),
        counted=sum((counted_cost(line) for line in rows), ZERO),
        open_lines=sum(line.actual is None for line in rows),
    )


# Kind of the history line → what was done, icon.
SENTENCES: Final[Mapping[str, tuple[str, str]]] = {
    "photos_added": ("a ajouté", "photo-plus"),
    "photo_removed": ("a retiré une photo", "trash"),
    "cover_changed": ("a choisi une autre photo de couverture", "photo"),
    "damage_added": ("a ajouté un défaut", "plus"),
    "damage_photos_added": ("a photographié un défaut", "camera"),
    "damage_photo_removed": ("a retiré la photo d’un défaut", "trash"),
    "damage_changed": ("a modifié un défaut", "pencil"),
    "damage_removed": ("a retiré un défaut", "trash"),
    "cost_added": ("a ajouté des frais de remise en état", "plus"),
    "cost_changed": ("a modifié des frais de remise en état", "pencil"),
    "cost_removed": ("a retiré des frais de remise en état", "trash"),
}


def sentence_of(kind: str, details: Mapping[str, Any], *, with_amounts: bool) -> str:
    """What somebody did, of the kinds of `SENTENCES`: « a ajouté un défaut : Avant, rayure, 120,00 € »; without the
    amounts to those who may not see them."""
    sentence = SENTENCES[kind][0]
    if kind == "photos_added":
        return f"{sentence} {counted(details.get('count', 1), 'photo')}"
    lines = [_line(kind, details[state], with_amounts=with_amounts) for state in ("was", "is") if details.get(state)]
    if len(lines) == 2 and lines[0] == lines[1]:  # only an amount changed
        lines.pop()
    return f"{sentence}{NBSP}: {' → '.join(lines)}" if lines else sentence


def _line(kind: str, facts: Mapping[str, Any], *, with_amounts: bool) -> str:
    if kind.startswith("damage"):
        words = [_label(DamageZone, facts["zone"]), facts["description"]]
        amounts = [_amount(facts["cost"])] if facts["cost"] is not None else []
    else:
        words = [_label(CostKind, facts["kind"]), facts["description"]]
        amounts = [f"prévu {_amount(facts['planned'])}"]
        amounts += [f"réel {_amount(facts['actual'])}"] if facts["actual"] is not None else []
    return ", ".join(word for word in [*words, *(amounts if with_amounts else [])] if word)


def _label(choices: Any, code: str) -> str:
    return str(choices(code).label) if code in choices.values else code


def _amount(text: str) -> str:
    return format_euros(Decimal(text))
