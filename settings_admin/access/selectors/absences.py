"""Who is away, and who receives in their place."""

from collections.abc import Collection
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from settings_admin.access.models import Absence, Membership, User
from settings_admin.access.selectors.belonging import belonging_of
from settings_admin.access.selectors.hand_over import grants_of
from settings_admin.scoping import NOWHERE, unscoped


def absences_around(user: User, *, today: date) -> tuple[list[Absence], list[Absence]]:
    """The person's own, and those in which they are the substitute, that run or are to come, the first one first; one
    statement."""
    rows = Absence.objects.filter(Q(user=user) | Q(substitute=user), ends_on__gte=today).order_by("starts_on", "pk")
    found = list(rows.select_related("user", "substitute"))
    return [one for one in found if one.user_id == user.pk], [one for one in found if one.substitute_id == user.pk]


def possible_substitutes(user: User) -> QuerySet[User]:
    """The colleagues, as far as the reader may see them, who work somewhere where `user` does."""
    if user.holding_id is None:
        return User.objects.none()
    here = belonging_of(user).widest.entities
    # The scope holds the memberships when it runs.
    beside = Membership.objects.filter(Q(entity=None) | Q(entity__in=here), user=OuterRef("pk"))
    return User.objects.filter(Exists(beside), holding_id=user.holding_id, is_active=True).exclude(pk=user.pk)


def receiver_of(user: User, *, on: date, right: str, entity_id: int, point_of_sale_id: int | None = None) -> User:
    """Who receives on this day (Europe/Paris) what would come to `user` in this place: the person, or who stands in for
    them and holds `right` there, without which it could not be shown to them.

    A substitute who is away too passes it on to theirs; a circle of absent people ends with the person.
    """
    chain = substitutes_of(user, on=on)
    if not chain:
        return user
    grants = grants_of(user.holding_id, [one.pk for one in chain])
    able = [one for one in chain if grants[one.pk].get(right, NOWHERE).covers(entity_id, point_of_sale_id)]
    return able[-1] if able else user


def substitutes_of(user: User, *, on: date) -> list[User]:
    """Who stands in for this person on this day, then who does for them, and so on; nobody in a circle of absent
    people, nor while the person is there."""
    chain = [user]
    with unscoped("absences are the application's to follow"):
        while (substitute := _substitute_of(chain[-1], on=on)) is not None:
            if substitute in chain:
                return []
            chain.append(substitute)
    return chain[1:]


def received_for(user_id: int, *, on: date) -> QuerySet[User]:
    """For whom this person receives: themselves, and those who are away on this day and have them as substitute."""
    running = Absence.objects.filter(substitute=user_id, starts_on__lte=on, ends_on__gte=on)
    return User.objects.filter(Q(pk=user_id) | Q(pk__in=running.order_by().values("user")))


def absent_among(users: Collection[int], *, on: date) -> list[int]:
    """Which of these people are away on this day and have a substitute; one statement. Call it unscoped."""
    running = Absence.objects.filter(user__in=users, starts_on__lte=on, ends_on__gte=on, substitute__is_active=True)
    return list(running.values_list("user_id", flat=True).order_by("user_id"))


def _substitute_of(user: User, *, on: date) -> User | None:
    running = Absence.objects.filter(user=user, starts_on__lte=on, ends_on__gte=on, substitute__is_active=True)
    absence = running.select_related("substitute").first()
    return absence.substitute if absence else None
