"""What a person is told of the files of customers that they sent."""

from typing import Any, Final

from django.urls import reverse

from customers.enums import ImportState
from customers.models import CustomerImport
from customers.selectors import EDIT
from openflex.core.french import NBSP, counted
from openflex.notifications.enums import EmailChoice
from openflex.notifications.registry import NotificationKind
from openflex.notifications.services import notify
from settings_admin.scoping import current_scope


def _is_ones_own(user: Any, notification: Any) -> bool:
    """Nobody else can open it, a substitute neither."""
    return notification.meant_for_id is None and current_scope().allows(EDIT, notification.entity_id)


IMPORT: Final = NotificationKind(
    key="customer_import",
    label="Import de clients",
    icon="file-import",
    stays=False,
    email_default=EmailChoice.NEVER,
    can_see=_is_ones_own,
    verb="Voir l’import",
)


def tell_of_import(row: CustomerImport) -> None:
    """A run has ended; one entry for each file, updated in place. Call it last in the transaction that ends it."""
    file = f"«{NBSP}{row.filename}{NBSP}»"
    match row.state:
        case ImportState.CHECKED:
            title, sentence = "Aperçu prêt", f"L’aperçu de votre fichier {file} est prêt{NBSP}: rien n’est encore créé."
        case ImportState.DONE:
            created = counted(row.created, "client créé", "clients créés")
            title, sentence = "Import terminé", f"L’import de votre fichier {file} est terminé{NBSP}: {created}."
        case _:
            title, sentence = "Import interrompu", f"L’import de votre fichier {file} n’a pas pu être mené à son terme."
    notify(
        recipients=[row.created_by],
        kind=IMPORT.key,
        title=title,
        sentence=sentence,
        text=row.failure,
        url=reverse("customers:import_preview", args=[row.pk]),
        target=row,
        once=f"customer_import.{row.pk}",
    )
