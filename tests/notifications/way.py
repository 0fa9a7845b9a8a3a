"""What the tests of notifications do again and again."""

from openflex.notifications.enums import EmailChoice
from openflex.notifications.models import Notification, Preference
from openflex.notifications.registry import NotificationKind, TargetSeen
from openflex.notifications.services import notify
from settings_admin.models import Absence, UserGroup
from settings_admin.scoping import unscoped

REMARK = "remark"
# About a vehicle, so that an access can be withdrawn; its toast stays, its e-mail leaves at once.
REMARK_KIND = NotificationKind(
    key=REMARK,
    label="Remarque sur un véhicule",
    icon="message-2",
    stays=True,
    email_default=EmailChoice.AT_ONCE,
    can_see=TargetSeen("vehicles.Vehicle", right="vehicles.view"),
    verb="Ouvrir le véhicule",
    is_for_merchants=True,
)
PAGE = "/notifications/"
NO_ACCESS = "Vous n’avez plus accès à ce contenu."
SECRET = "Revoir le prix de reprise"


def tell(*recipients, about, actor=None, **more):
    values = {
        "kind": REMARK,
        "title": "Nouvelle remarque",
        "sentence": f"{actor.full_name if actor else 'Quelqu’un'} a commenté le véhicule GD-642-JM",
        "text": SECRET,
        "url": f"/vehicules/{about.pk}/",
        **more,
    }
    return notify(recipients=recipients, target=about, actor=actor, **values)


def entries_of(user):
    with unscoped("the test looks at what was told"):
        return list(Notification.objects.filter(recipient=user).order_by("pk"))


def want(user, choice, kind=REMARK):
    with unscoped("test data"):
        Preference.objects.create(user=user, kind=kind, choice=choice)


def away(user, substitute, *, on):
    with unscoped("test data"):
        Absence.objects.create(
            holding=user.holding, user=user, substitute=substitute, starts_on=on, ends_on=on, created_by=user
        )


def lose_access(user):
    """All rights of the groups this person is in are withdrawn."""
    with unscoped("an administrator withdraws rights"):
        UserGroup.objects.filter(memberships__user=user).update(rights=[])
