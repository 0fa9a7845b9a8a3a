"""What a person chooses to get by e-mail."""

from collections.abc import Mapping

from django.db import transaction

from openflex.notifications.enums import EmailChoice
from openflex.notifications.models import EmailPreference, Notification
from settings_admin.access.models import User


@transaction.atomic
def choose_emails(*, user: User, choices: Mapping[str, EmailChoice]) -> None:
    """Keeps when each of these kinds is sent; what was still to be sent of one that is no longer wanted is not sent."""
    rows = [EmailPreference(user=user, kind=kind, choice=choice) for kind, choice in choices.items()]
    EmailPreference.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["user", "kind"], update_fields=["choice"]
    )
    unwanted = [kind for kind, choice in choices.items() if choice == EmailChoice.NEVER]
    Notification.objects.filter(recipient=user, kind__in=unwanted).exclude(email_due=EmailChoice.NEVER).update(
        email_due=EmailChoice.NEVER
    )
