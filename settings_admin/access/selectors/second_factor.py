"""Who signs in with a second factor."""

from dataclasses import dataclass

from allauth.mfa.models import Authenticator

from settings_admin.access.models import User


def has_second_factor(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


@dataclass(frozen=True)
class Equipped:
    """The people of a holding whose account is open: those who have a second factor, and those who do not."""

    with_it: list[User]
    without_it: list[User]

    @property
    def total(self) -> int:
        return len(self.with_it) + len(self.without_it)


def equipped_people(holding_id: int) -> Equipped:
    has = set(
        Authenticator.objects.filter(user__holding_id=holding_id, type=Authenticator.Type.TOTP).values_list(
            "user_id", flat=True
        )
    )
    people = list(User.objects.filter(holding_id=holding_id, is_active=True).order_by("last_name", "first_name", "pk"))
    return Equipped([one for one in people if one.pk in has], [one for one in people if one.pk not in has])
