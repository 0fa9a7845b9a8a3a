"""Who is away, and who receives in their place."""

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from settings_admin.access.models import Absence, Membership, User
from settings_admin.access.selectors.belonging import belonging_of
from settings_admin.scoping import unscoped


def absences_of(user: User, *, today: date) -> QuerySet[Absence]:
    """Those that run or are to come, the first one first."""
    return Absence.objects.filter(user=user, ends_on__gte=today).select_related("substitute").order_by("starts_on")


def stood_in_for_by(user: User, *, today: date) -> QuerySet[Absence]:
    """The absences in which this person is the substitute, running or to come."""
    return Absence.objects.filter(substitute=user, ends_on__gte=today).select_related("user").order_by("starts_on")


def possible_substitutes(user: User) -> QuerySet[User]:
    """The colleagues, as far as the reader may see them, who work somewhere where `user` does."""
    if user.holding_id is None:
        return User.objects.none()
    here = belonging_of(user).widest.entities
    # The scope holds the memberships when it runs.
    beside = Membership.objects.filter(Q(entity=None) | Q(entity__in=here), user=OuterRef("pk"))
    return User.objects.filter(Exists(beside), holding_id=user.holding_id, is_active=True).exclude(pk=user.pk)


def receiver_of(user: User, *, on: date) -> User:
    """Who receives on this day (Europe/Paris) what would come to `user`: the person, or who stands in for them.

    A substitute who is away too passes it on to theirs; a circle of absent people ends with the person.
    """
    receiver, seen = user, {user.pk}
    with unscoped("absences are the application's to follow"):
        while absence := (
            Absence.objects.filter(user=receiver, starts_on__lte=on, ends_on__gte=on, substitute__is_active=True)
            .select_related("substitute")
            .first()
        ):
            receiver = absence.substitute
            if receiver.pk in seen:
                return user
            seen.add(receiver.pk)
    return receiver
