"""What the apps above tell the stock: what hangs over an owner of a condition."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Above:
    """What an owner of a condition belongs to, as an estimate does to its opportunity.

    `lock(owner)` locks it before the owner itself, in the order of the app above; `changed(owner, actor)` is called
    once something of the condition was changed, in the same transaction.
    """

    lock: Callable[[Any], None]
    changed: Callable[[Any, Any], None]


_above: dict[str, Above] = {}


def register_above(label: str, above: Above) -> None:
    """`label`: of the owner's model, "opportunities.tradein"."""
    _above[label] = above


def above_of(owner: Any) -> Above | None:
    return _above.get(owner._meta.label_lower)
