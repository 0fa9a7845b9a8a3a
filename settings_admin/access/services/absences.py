"""People are away for a while, and a colleague receives what would have come to them."""

from datetime import date, timedelta
from typing import Final

from openflex.core.constraints import refusing
from openflex.core.errors import Refused
from openflex.core.french import of_name
from settings_admin.access.models import Absence, User
from settings_admin.access.selectors.belonging import belonging_of
from settings_admin.access.services.guarding import changing_access, holding_of, locked_person
from settings_admin.records.services import record_event


def plan_absence(*, actor: User, user: User, substitute: User, starts_on: date, ends_on: date, today: date) -> Absence:
    """From a day to a day (Europe/Paris, both included) `substitute` receives what would have come to `user`.

    By the person, or by who oversees them; the same one twice is one. Raises Refused: "ends_before", "over",
    "substitute", "overlaps", "beyond_own_rights".
    """
    with changing_access(holding_of(user)):
        user = locked_person(actor, user, or_self=True)
        if ends_on < starts_on:
            raise Refused("ends_before", "L’absence finit avant de commencer.", "ends_on")
        if ends_on < today:
            raise Refused("over", "Cette absence serait déjà finie.", "ends_on")
        check_receiver(user, substitute, field="substitute")
        planned = {"user": user, "substitute": substitute, "starts_on": starts_on, "ends_on": ends_on}
        if (already := Absence.objects.filter(**planned).first()) is not None:
            return already
        overlap = Refused("overlaps", "Une autre absence est déjà prévue sur ces jours.", "starts_on")
        with refusing({"absence_one_at_a_time": overlap}):
            absence = Absence.objects.create(holding_id=holding_of(user), created_by=actor, **planned)
        details = {"substitute": substitute.full_name, "from": starts_on.isoformat(), "to": ends_on.isoformat()}
        record_event(user, kind="absence_planned", actor=actor, details=details)
        return absence


def cancel_absence(*, actor: User, absence: Absence) -> None:
    """Takes a planned or running absence back; doing it twice changes nothing. Raises Refused("beyond_own_rights")."""
    with changing_access(absence.holding_id):
        user = locked_person(actor, absence.user, or_self=True)
        deleted, _ = Absence.objects.filter(pk=absence.pk).delete()
        if deleted:
            details = {"from": absence.starts_on.isoformat(), "to": absence.ends_on.isoformat()}
            record_event(user, kind="absence_cancelled", actor=actor, details=details)


def check_receiver(user: User, receiver: User, *, field: str) -> None:
    """May `receiver` stand in for `user` at all? An open account of the holding, somewhere where `user` works: what
    comes to a person is not shown to who belongs elsewhere. Raises Refused beside `field`, with the field as its code.
    """
    if receiver.pk == user.pk or receiver.holding_id != user.holding_id or not receiver.is_active:
        raise Refused(field, "Choisissez un collègue dont le compte est actif.", field)
    if not belonging_of(receiver).widest & belonging_of(user).widest:
        raise Refused(
            field,
            f"{receiver.full_name} ne travaille dans aucune des entités {of_name(user.full_name)}\u00a0: "
            "choisissez quelqu’un qui y a accès.",
            field,
        )


KEPT_FOR: Final = timedelta(days=365)


def forget_old(*, today: date) -> int:
    """Deletes absences that ended more than a year ago; the histories keep that they were planned. Returns how many."""
    deleted, _ = Absence.objects.filter(ends_on__lt=today - KEPT_FOR).delete()
    return deleted
