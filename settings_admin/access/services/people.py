"""People get an account by invitation, change it, leave and come back."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from openflex.core import mail
from openflex.core.constraints import refusing
from openflex.core.errors import Refused
from settings_admin.access.authority import MANAGE_USERS, Place, check_may_grant, check_may_place, knows
from settings_admin.access.models import User, UserGroup
from settings_admin.access.selectors.belonging import Belonging, gifts_of
from settings_admin.access.selectors.hand_over import left_open_by, missing_right
from settings_admin.access.services import invitations
from settings_admin.access.services.absences import check_receiver
from settings_admin.access.services.guarding import (
    changing_access,
    holding_of,
    keep_open,
    locked_group,
    locked_person,
    power_of,
)
from settings_admin.access.services.memberships import add_member, check_belongs_together
from settings_admin.access.services.sessions import end_sessions
from settings_admin.organisation.models import Entity, Holding, PointOfSale
from settings_admin.records.services import apply_edit, event_of, record_event, record_events, save_changes
from settings_admin.registries import right_label

EMAIL_TAKEN = Refused(
    "email_taken", "Cette adresse e-mail appartient déjà à un autre compte. Choisissez-en une autre.", "email"
)
# Said of an account of another holding too, and of a merchant's: it does not tell which it is.
EMAIL_UNSEEN = Refused(
    "email_taken",
    "Cette adresse e-mail a déjà un compte, que vous ne voyez pas. Si c’est celle d’un collègue, un administrateur de "
    "la holding peut l’ajouter.",
    "email",
)
# A double click, or two administrators at once, send one letter.
_NOT_AGAIN_WITHIN = timedelta(seconds=10)
_SAME_EMAIL = {"settings_admin_user_email_key": EMAIL_TAKEN}


def invite(
    *,
    actor: User,
    group: UserGroup,
    entity: Entity | None,
    points_of_sale: Iterable[PointOfSale] | None = None,
    email: str,
    first_name: str,
    last_name: str,
    job_title: str = "",
    phone: str = "",
) -> User:
    """Makes an account without a password, puts it into the group; its invitation is sent once this is committed.

    An address that has an account whom the actor knows: that person is put into the group, nothing else of theirs
    changes and no invitation leaves. Raises Refused: "email_taken" (somebody else's), and as `add_member` does.
    """
    email = email.strip().lower()
    place = Place(entity, None if points_of_sale is None else tuple(points_of_sale))
    with changing_access(group.holding_id):
        user = User.objects.filter(email=email).first()
        if user is None:
            user = User(
                email=email,
                first_name=first_name.strip(),
                last_name=last_name.strip(),
                job_title=job_title.strip(),
                phone=phone.strip(),
                holding_id=group.holding_id,
            )
            invitations.make_due(user, now=timezone.now())
            _open_account(user, actor=actor, group=group, place=place)
            invitations.send_on_commit([user])
        elif user.holding_id != group.holding_id or not knows(power_of(actor), gifts_of(user.pk).get(user.pk, [])):
            raise unknown_account(power_of(actor))
        add_member(actor=actor, user=user, group=group, entity=entity, points_of_sale=place.sites)
        return user


def unknown_account(actor: Belonging) -> Refused:
    """What is said of an address whose account the actor does not know (docs/adr/005). Whoever manages the users of
    the whole holding knows all of its people: for them it is an account of somebody else."""
    return EMAIL_TAKEN if MANAGE_USERS in actor.holding_rights else EMAIL_UNSEEN


def _open_account(new: User, *, actor: User, group: UserGroup, place: Place) -> None:
    """Checked before anything is written: only who may put the person into the group opens an account for them."""
    group = locked_group(group)
    check_belongs_together(user=new, group=group, place=place)
    power = power_of(actor)
    check_may_place(power, place)
    check_may_grant(power, group.rights, place, field="group")
    new.set_unusable_password()
    with refusing(_SAME_EMAIL):
        new.save(force_insert=True)
    record_event(new, kind="invited", actor=actor, entity=place.entity)


def open_accounts(
    newcomers: Iterable[tuple[User, Entity | None]], *, actor: User, holding: Holding, now: datetime
) -> list[User]:
    """Makes many accounts without a password, each told in the history of this entity (None: of the holding); the
    worker writes their invitations once this is committed. Returns those that were made: whoever got an account of
    another holding in this very moment is left out.

    Inside `changing_access`, by a verb that has checked what `invite` checks.
    """
    wanted = {user.email: (user, entity) for user, entity in newcomers}
    for user, _ in wanted.values():
        user.holding = holding
        invitations.make_due(user, now=now)
        user.set_unusable_password()
    User.objects.bulk_create((user for user, _ in wanted.values()), ignore_conflicts=True)
    # A statement that ignores conflicts does not say which rows it wrote.
    made = list(User.objects.filter(email__in=wanted, holding=holding, invited_at=now).order_by("pk"))
    record_events(event_of(user, kind="invited", actor=actor, entity=wanted[user.email][1]) for user in made)
    invitations.send_on_commit(made)
    return made


def invite_again(*, actor: User, user: User) -> None:
    """Sends a new link to somebody who has not accepted yet; raises Refused("accepted") or "beyond_own_rights"."""
    with changing_access(holding_of(user)):
        user = locked_person(actor, user)
        if user.has_usable_password():
            raise Refused("accepted", "Cette personne a déjà choisi son mot de passe.")
        if user.invited_at is not None and timezone.now() - user.invited_at < _NOT_AGAIN_WITHIN:
            return
        _invite_anew(user, actor=actor)


def _invite_anew(user: User, *, actor: User) -> None:
    invitations.make_due(user, now=timezone.now())
    user.save(update_fields=["invited_at", "invitation_due_at"])
    record_event(user, kind="invited_again", actor=actor)
    invitations.send_on_commit([user])


def edit_person(*, actor: User, user: User, base: dict[str, Any], mine: dict[str, Any]) -> User:
    """Changes names, function, phone or e-mail address of somebody whom the actor oversees, or of oneself.

    A changed address is told to the old one: whoever reads it could otherwise lose an account without a word. Who has
    not accepted their invitation yet has none to lose, and the link that they were sent opens nothing any more: they
    are invited again, at the new one.
    Raises EditConflict (see `apply_edit`); Refused: "email_taken", "beyond_own_rights".
    """
    with changing_access(holding_of(user)):
        user = locked_person(actor, user, or_self=True)
        old_email = user.email
        if "email" in mine:
            mine = {**mine, "email": mine["email"].strip().lower()}
        fields = apply_edit(user, base=base, mine=mine)  # type: ignore[arg-type]
        with refusing(_SAME_EMAIL):
            save_changes(user, fields=fields, actor=actor, kind="person_changed")  # type: ignore[arg-type]
        if user.email != old_email and user.has_usable_password():
            mail.send("access/email/address_changed", to=[old_email], context={"user": user, "changed_by": actor})
        elif user.email != old_email and user.is_active:
            _invite_anew(user, actor=actor)
        return user


def leave(*, actor: User, user: User, successor: User | None) -> dict[str, int]:
    """A leaver in one act: the account is closed everywhere and its sessions end; what it leaves open goes to
    `successor`. Memberships and history stay, so that the person can come back.

    Returns how many of each registered kind were handed over. Raises Refused: "successor" (needed, or not able to),
    "last_administrator", "beyond_own_rights", "oneself".
    """
    with changing_access(holding_of(user)):
        user = locked_person(actor, user)
        if user.pk == actor.pk:
            raise Refused("oneself", "Vous ne pouvez pas désactiver votre propre compte.")
        if successor is not None:
            keep_open(successor, field="successor")
        if was_active := user.is_active:
            # First: an open page of the leaver hears nothing of what is handed over.
            end_sessions(user)
        moved = _hand_over(user, successor=successor, actor=actor)
        if was_active:
            user.is_active = False
            save_changes(
                user,  # type: ignore[arg-type]
                fields=["is_active"],
                actor=actor,
                kind="left",
                details={"successor": successor.full_name if successor else "", "moved": moved},
            )
        return moved


def _hand_over(user: User, *, successor: User | None, actor: User) -> dict[str, int]:
    left_open = left_open_by(user)
    if not left_open:
        return {}
    if successor is None:
        labels = ", ".join(one.label for one, _ in left_open)
        raise Refused(
            "successor", f"Choisissez qui reprend ce que cette personne laisse ouvert\u00a0: {labels}.", "successor"
        )
    check_receiver(user, successor, field="successor")
    for one, _ in left_open:
        if missing_right(user, successor, one):
            raise Refused(
                "successor",
                f"{successor.full_name} n’a pas partout le droit qu’il faut pour reprendre ceci\u00a0: {one.label} "
                f"(«\u00a0{right_label(one.right)}\u00a0»).",
                "successor",
            )
    return {one.key: one.move(user, to=successor, actor=actor) for one, _ in left_open}


def come_back(*, actor: User, user: User) -> None:
    """Opens a closed account again, with the memberships it had."""
    with changing_access(holding_of(user)):
        user = locked_person(actor, user)
        user.is_active = True
        save_changes(user, fields=["is_active"], actor=actor, kind="came_back")  # type: ignore[arg-type]
