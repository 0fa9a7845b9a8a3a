"""The kinds of notifications that the apps above register, and who may still read one."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.apps import apps

from openflex.notifications.enums import EmailChoice
from settings_admin.guards import seen_among


@dataclass(frozen=True)
class NotificationKind:
    """One kind, « Nouveau commentaire », with what its entries look like and when they are also sent by e-mail.

    `stays`: its toast waits to be closed, others leave after 8 s. `can_see(user, notification)` is asked at each
    reading, in the scope of all the reader's entities; one that has `among` (see `TargetSeen`) is asked once for many.
    `verb` is the button that leads to the target. It is offered in the preferences of the staff, of merchants, or both.
    """

    key: str
    label: str
    icon: str
    stays: bool
    email_default: EmailChoice
    can_see: Callable[[Any, Any], bool]
    verb: str = "Ouvrir"
    is_for_staff: bool = True
    is_for_merchants: bool = False


class TargetSeen:
    """`can_see` of a kind whose notifications target rows of one model: whoever holds `right` on the row reads them."""

    def __init__(self, model: str, *, right: str) -> None:
        self.model, self.right = model, right

    def __call__(self, user: Any, notification: Any) -> bool:
        return notification.target_id in self.among({notification.target_id})

    def among(self, targets: Collection[int]) -> set[int]:
        """Those of these targets that the person of the current scope may open; one statement."""
        rows: Any = apps.get_model(self.model)._default_manager.all()
        return seen_among(rows, targets, right=self.right)


_kinds: dict[str, NotificationKind] = {}


def register_kind(kind: NotificationKind) -> None:
    _kinds[kind.key] = kind


def kind_of(key: str) -> NotificationKind:
    """Raises KeyError for a kind that no app has registered: a defect of who notifies."""
    return _kinds[key]


def all_kinds() -> dict[str, NotificationKind]:
    return dict(_kinds)


def kinds_for(user: Any) -> list[NotificationKind]:
    """What may come to this person, in alphabetical order of the labels."""
    is_merchant = user.merchant_id is not None
    kinds = [kind for kind in _kinds.values() if (kind.is_for_merchants if is_merchant else kind.is_for_staff)]
    return sorted(kinds, key=lambda kind: kind.label)
