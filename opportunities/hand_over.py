"""What a leaver hands over: the opportunities they follow that are open, appointments with them on those of colleagues,
and requests that they have not answered."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.utils import timezone

from opportunities.enums import AppointmentState
from opportunities.models import Appointment, Comment, Opportunity
from opportunities.rights import EDIT, VIEW
from opportunities.services.appointments import hand_on
from opportunities.services.comments import hand_on_requests
from opportunities.services.follow_up import reassign
from opportunities.services.keeping import keep
from opportunities.services.telling import tell_of_appointments, tell_of_hand_over
from settings_admin.models import User
from settings_admin.registries import HandOver, register_hand_over

_OF_OPPORTUNITY = ("opportunity__entity_id", "opportunity__point_of_sale_id")


def _lock(user: User) -> None:
    """All that the leaver's act will touch, in the order of the merge of two opportunities, which waits for it."""
    touched = Q(salesperson=user) | Q(pk__in=_appointments_of(user).values("opportunity"))
    touched |= Q(pk__in=_requests_to(user).values("opportunity"))
    list(Opportunity.objects.filter(touched).order_by("pk").select_for_update(of=("self",)).values_list("pk"))


# --- the opportunities they follow ---------------------------------------------------------------


def _open_of(user: User) -> QuerySet[Opportunity]:
    return Opportunity.objects.open().filter(salesperson=user)


def _places(user: User) -> Iterable[tuple[int, int | None]]:
    return list(_open_of(user).order_by().values_list("entity_id", "point_of_sale_id").distinct())


def _move(user: User, *, to: User, actor: User) -> int:
    """Inside the leaver's transaction; each keeps in its history who had it, and who has them all is told once."""
    _lock(user)
    rows, now, left = list(_open_of(user).select_related("vehicle").order_by("pk")), timezone.now(), []
    for opportunity in rows:
        left += reassign(opportunity=opportunity, to=to, actor=actor, now=now, is_told=False)
    if rows:
        tell_of_hand_over(rows, of_leaver=user, to=to, left=left, actor=actor)
    return len(rows)


# --- appointments with them on other opportunities: those on their own go along with these -----------


def _appointments_of(user: User) -> QuerySet[Appointment]:
    planned = Appointment.objects.filter(salesperson=user, state=AppointmentState.PLANNED, ends_at__gt=timezone.now())
    return planned.exclude(opportunity__in=_open_of(user))


def _places_of_appointments(user: User) -> Iterable[tuple[int, int | None]]:
    return list(_appointments_of(user).order_by().values_list(*_OF_OPPORTUNITY).distinct())


def _move_appointments(user: User, *, to: User, actor: User) -> int:
    _lock(user)
    rows, now, left = (
        list(_appointments_of(user).select_related("opportunity").order_by("starts_at", "pk")),
        timezone.now(),
        [],
    )
    touched = Opportunity.objects.filter(pk__in={row.opportunity_id for row in rows}).order_by("pk")
    for opportunity in touched:
        left += hand_on(opportunity, old=user, to=to, actor=actor, now=now)
        keep(opportunity, actor=actor, now=now)
    staying = {row.pk for row in left}
    moved = [row for row in rows if row.pk not in staying]
    if rows:
        tell_of_appointments(moved, of_leaver=user, to=to, left=left, actor=actor)
    return len(moved)


# --- requests they have not answered -------------------------------------------------------------


def _requests_to(user: User) -> QuerySet[Comment]:
    return Comment.objects.filter(asked_of=user, answered_by=None)


def _places_of_requests(user: User) -> Iterable[tuple[int, int | None]]:
    return list(_requests_to(user).order_by().values_list(*_OF_OPPORTUNITY).distinct())


def _move_requests(user: User, *, to: User, actor: User) -> int:
    _lock(user)
    return hand_on_requests(_requests_to(user), old=user, to=to, actor=actor)


def register() -> None:
    # In this order: an appointment that stays with the leaver is told once, with the opportunity it is of.
    register_hand_over(
        HandOver(
            key="appointments",
            label="rendez-vous sur les opportunités de collègues",
            right=EDIT,
            left=_appointments_of,
            places=_places_of_appointments,
            move=_move_appointments,
            stays="Reste à déplacer\u00a0: un rendez-vous à une heure où qui le reprend est déjà pris.",
        )
    )
    register_hand_over(
        HandOver(
            key="opportunities",
            label="opportunités en cours",
            right=EDIT,
            left=_open_of,
            places=_places,
            move=_move,
            stays="Leurs rendez-vous à venir suivent, sauf à une heure où qui les reprend est déjà pris.",
        )
    )
    register_hand_over(
        HandOver(
            key="requests",
            label="demandes sans réponse",
            right=VIEW,
            left=_requests_to,
            places=_places_of_requests,
            move=_move_requests,
        )
    )
