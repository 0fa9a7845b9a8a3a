"""The link by which somebody chooses a password, and what is written to those who sign in in vain."""

from allauth.account import app_settings as account_settings
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse

from openflex.core import mail
from settings_admin.access.models import User


def password_link(user: User) -> str:
    """It serves once, and for `PASSWORD_RESET_TIMEOUT`."""
    key = account_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
    return f"{settings.PUBLIC_URL}{path}"


def send_password_link(email: str) -> None:
    """An address without an open account gets an e-mail too: one that never comes would say something."""
    user = User.objects.filter(email=email.lower(), is_active=True).first()
    if user is None:
        mail.send("account/email/unknown_account", to=[email], context={"email": email})
        return
    context = {"password_reset_url": password_link(user)}
    mail.send("account/email/password_reset_key", to=[user.email], context=context)


def tell_locked_out(email: str) -> None:
    """To who has an account: the failures were theirs, or somebody else's, and what to do in each case."""
    user = User.objects.filter(email=email.lower(), is_active=True).first()
    if user is not None:
        context = {"user": user, "url": f"{settings.PUBLIC_URL}{reverse('account_reset_password')}"}
        mail.send("access/email/locked_out", to=[user.email], context=context)
