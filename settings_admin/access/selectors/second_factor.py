"""Who signs in with a second factor."""

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from settings_admin.access.models import User


def has_second_factor(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


def accounts(holding_id: int) -> QuerySet[User]:
    """The people of a holding whose account is open, each with `equipped_at`: since when they have a second factor,
    None without one."""
    theirs = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    open_accounts = User.objects.filter(holding_id=holding_id, is_active=True)
    return open_accounts.annotate(equipped_at=Subquery(theirs.values("created_at")[:1]))


EQUIPPED = Q(equipped_at__isnull=False)
UNEQUIPPED = Q(equipped_at__isnull=True)


@dataclass(frozen=True)
class Coverage:
    """How many open accounts a holding has, and how many of them a second factor."""

    total: int
    with_it: int

    @property
    def without_it(self) -> int:
        return self.total - self.with_it


def coverage_of(holding_id: int) -> Coverage:
    """One statement."""
    return Coverage(**accounts(holding_id).aggregate(total=Count("pk"), with_it=Count("pk", filter=EQUIPPED)))
