"""The second factor of a sign-in, as far as it is not its owner's alone."""

from allauth.mfa.models import Authenticator
from django.db import transaction

from openflex.core import mail
from openflex.core.errors import Refused
from openflex.core.sealing import reseal
from settings_admin.access.authority import MANAGE_HOLDING, Place, check_holds
from settings_admin.access.models import User
from settings_admin.access.selectors.second_factor import UNEQUIPPED, accounts
from settings_admin.access.services.guarding import (
    changing_access,
    holding_of,
    locked_person,
    power_of,
    tell_access_changed,
)
from settings_admin.access.services.sessions import end_sessions
from settings_admin.organisation.models import Holding
from settings_admin.records.services import record_event, save_changes

_SEALED = {Authenticator.Type.TOTP: "secret", Authenticator.Type.RECOVERY_CODES: "seed"}


def require_second_factor(*, actor: User, holding_id: int, required: bool) -> None:
    """Whether everybody of the holding needs one; who has none is led to activate it with their next request.

    Raises Refused("right_missing").
    """
    with changing_access(holding_id):
        check_holds(power_of(actor), MANAGE_HOLDING, Place())
        holding = Holding.objects.get(pk=holding_id)
        holding.requires_second_factor = required
        kind = "second_factor_required" if required else "second_factor_optional"
        save_changes(holding, fields=["requires_second_factor"], actor=actor, kind=kind)
        tell_access_changed(accounts(holding_id).filter(UNEQUIPPED).values_list("pk", flat=True))


def reset_second_factor(*, actor: User, user: User) -> None:
    """For a telephone that was lost: takes the second factor and its recovery codes away, ends the person's sessions,
    and tells them by e-mail. Raises Refused: "oneself", "beyond_own_rights", "no_second_factor"."""
    with changing_access(holding_of(user)):
        user = locked_person(actor, user)
        if user.pk == actor.pk:
            raise Refused("oneself", "Votre propre second facteur se désactive dans votre compte.")
        deleted, _ = Authenticator.objects.filter(user=user).delete()
        if not deleted:
            raise Refused("no_second_factor", "Cette personne n’a pas de second facteur.")
        end_sessions(user)
        record_event(user, kind="second_factor_reset", actor=actor)
        context = {"user": user, "reset_by": actor}
        mail.send("access/email/second_factor_reset", to=[user.email], context=context)


@transaction.atomic
def reseal_second_factors() -> int:
    """Moves every secret to the newest key (`openflex.core.sealing`); returns how many there are."""
    rows = list(Authenticator.objects.select_for_update(of=("self",)).filter(type__in=_SEALED).order_by("pk"))
    for row in rows:
        name = _SEALED[Authenticator.Type(row.type)]
        row.data[name] = reseal(row.data[name])
        row.save(update_fields=["data"])
    return len(rows)
