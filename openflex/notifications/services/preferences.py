"""Where a person chooses to be told."""

from collections.abc import Mapping

from django.db import transaction

from openflex.notifications.enums import EmailChoice
from openflex.notifications.models import Notification, Preference
from openflex.notifications.selectors import Wanted
from settings_admin.access.models import User


@transaction.atomic
def choose(*, user: User, choices: Mapping[str, Wanted]) -> None:
    """Keeps where each of these kinds is told. What was still to be sent by e-mail of one that is no longer wanted
    there is not sent; what was told in the application stays there."""
    rows = [
        Preference(user=user, kind=kind, choice=wanted.email, is_in_app=wanted.is_in_app)
        for kind, wanted in choices.items()
    ]
    Preference.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["user", "kind"], update_fields=["choice", "is_in_app"]
    )
    unwanted = [kind for kind, wanted in choices.items() if wanted.email == EmailChoice.NEVER]
    Notification.objects.filter(recipient=user, kind__in=unwanted).exclude(email_due=EmailChoice.NEVER).update(
        email_due=EmailChoice.NEVER
    )
