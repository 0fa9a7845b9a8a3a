"""What stands around every verb that changes who may do what: one at a time in a holding, and never without
administrators afterwards."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import connection, transaction
from django.db.models import Q

from openflex.core.errors import Refused
from openflex.core.french import of_name
from openflex.core.realtime import ACCESS_CHANGED, publish_all_on_commit
from settings_admin.access.authority import MANAGE_SHARED_GROUPS, MANAGE_USERS, may_manage
from settings_admin.access.models import Membership, User, UserGroup
from settings_admin.access.selectors.belonging import Belonging, belonging_of
from settings_admin.organisation.models import Entity, Holding
from settings_admin.scoping import unscoped


@dataclass(frozen=True)
class Administered:
    """What has administrators now: the holding, and the entities that have some of their own."""

    holding: bool
    entities: frozenset[int]


@contextmanager
def changing_access(holding_id: int) -> Iterator[None]:
    """A transaction in which access changes, alone in its holding.

    Raises Refused("last_administrator"), and nothing is written, when the holding, or an entity that had
    administrators of its own, would be left with none.
    """
    with transaction.atomic(), unscoped("the verb checks its actor's authority itself"):
        Holding.objects.select_for_update(of=("self",), no_key=True).get(pk=holding_id)
        before = _administered(holding_id)
        yield
        after = _administered(holding_id)
        if before.holding and not after.holding:
            raise Refused(
                "last_administrator",
                "C’est la dernière personne qui administre la holding. Donnez d’abord ce rôle à quelqu’un d’autre.",
            )
        if lost := before.entities - after.entities:
            name = Entity.objects.get(pk=min(lost)).name.rstrip(".")
            raise Refused(
                "last_administrator",
                f"C’est la dernière personne qui administre {name}. Donnez d’abord ce rôle à quelqu’un d’autre.",
            )


def tell_access_changed(user_ids: Iterable[int]) -> None:
    """The open pages of these people ask again what they may watch, once this is committed."""
    publish_all_on_commit([f"user.{pk}" for pk in sorted(set(user_ids))], ACCESS_CHANGED, {})


def holding_of(user: User) -> int:
    """The holding that a member of staff belongs to; raises Refused("merchant") for a merchant's people."""
    if user.holding_id is None:
        raise Refused("merchant", "Ce compte est celui d’un marchand.")
    return user.holding_id


def power_of(actor: User) -> Belonging:
    """What the actor may do at this moment of the transaction, not when the page was opened."""
    return belonging_of(actor)


def locked_group(group: UserGroup) -> UserGroup:
    """The group as it is now, locked until the transaction ends; raises Refused("group_gone")."""
    try:
        return UserGroup.objects.select_for_update(of=("self",)).select_related("entity").get(pk=group.pk)
    except UserGroup.DoesNotExist:
        raise Refused("group_gone", "Ce groupe vient d’être supprimé. Rien n’a été changé.", "group") from None


def locked_person(actor: User, user: User, *, or_self: bool = False) -> User:
    """The person, locked, when the actor oversees them; raises Refused("beyond_own_rights")."""
    user = User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    if or_self and user.pk == actor.pk:
        return user
    if not may_manage(power_of(actor), user):
        raise Refused(
            "beyond_own_rights",
            "Ce compte a des droits, ou une entité, que vous n’avez pas\u00a0: "
            "demandez à un administrateur de la holding.",
        )
    return user


def keep_open(user: User, *, field: str) -> None:
    """Nobody closes this account until the transaction ends: what comes to a person at the instant they leave is there
    when it is handed over, or refused. Before any other row, for a leaver's account is the first that their act takes.
    Raises Refused("account_closed") beside `field`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT is_active FROM settings_admin_user WHERE id = %s FOR SHARE", [user.pk])
        is_active = cursor.fetchone() == (True,)
    if not is_active:
        raise Refused(
            "account_closed",
            f"Le compte {of_name(user.full_name)} est désactivé\u00a0: "
            "choisissez un collègue dont le compte est actif.",
            field,
        )


def _administered(holding_id: int) -> Administered:
    """An entity's own administrators manage its users and not the holding: the holding's administrators, wherever
    they are that, come and go without the entity being asked. Who was invited and has not chosen a password yet could
    not sign in to administer anything."""
    everyone = Membership.objects.filter(
        Q(entity=None) | Q(is_whole=True), holding_id=holding_id, user__is_active=True
    ).exclude(user__password__startswith=UNUSABLE_PASSWORD_PREFIX)
    memberships = everyone.filter(group__rights__contains=[MANAGE_USERS])
    # Both rights, be it by two groups.
    shared = everyone.filter(entity=None, group__rights__contains=[MANAGE_SHARED_GROUPS])
    holding = memberships.filter(entity=None, user__in=shared.values("user")).exists()
    local = memberships.exclude(group__rights__contains=[MANAGE_SHARED_GROUPS])
    entities = set(local.exclude(entity=None).values_list("entity_id", flat=True))
    if local.filter(entity=None).exists():
        entities |= set(Entity.objects.filter(holding_id=holding_id).values_list("pk", flat=True))
    return Administered(holding, frozenset(entities))
