"""An export that was written in the background tells who asked for it that it has ended."""

from typing import Any, Final

from django.urls import reverse

from openflex.core.french import NBSP, counted
from openflex.notifications.enums import EmailChoice
from openflex.notifications.models import Notification
from openflex.notifications.registry import NotificationKind
from openflex.notifications.services.inbox import notify
from settings_admin.access.models import User
from settings_admin.exports.enums import ExportState
from settings_admin.registries import export_kind


def _is_ones_own(user: User, notification: Notification) -> bool:
    """Nobody else can open it, a substitute neither; the list of exports asks itself what may be downloaded."""
    return notification.meant_for_id is None


EXPORT_ENDED: Final = NotificationKind(
    key="export_ended",
    label="Export terminé",
    icon="file-export",
    stays=False,
    email_default=EmailChoice.NEVER,
    can_see=_is_ones_own,
    verb="Mes exports",
)


def tell_of_export(export: Any) -> None:
    """Called by the exports, in the transaction that ends one (`registries.register_export_end`)."""
    label = f"«{NBSP}{export_kind(export.kind).label}{NBSP}»"
    if export.state == ExportState.DONE:
        title, sentence = "Export prêt", f"Votre export {label} est prêt{NBSP}: {counted(export.total or 0, 'ligne')}."
    else:
        title, sentence = "Export interrompu", f"Votre export {label} n’a pas pu être préparé."
    notify(
        recipients=[export.user],
        kind=EXPORT_ENDED.key,
        title=title,
        sentence=sentence,
        text=export.failure,
        url=reverse("exports:list"),
        target=export,
    )
