"""What we change in allauth: words, no signing up, every sign-in and its failure in the access log."""

import hashlib
import time
from typing import Any

from allauth.account import app_settings as account_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ReauthenticateForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    UserTokenForm,
)
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context as allauth_context
from allauth.core import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base import forms as second_factor_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse

from openflex.core import mail
from openflex.core.sealing import seal, unseal
from settings_admin import scoping
from settings_admin.access import tasks
from settings_admin.access.models import User
from settings_admin.access.requests import origin_of
from settings_admin.access.services.sessions import end_sessions, tell_session_ended
from settings_admin.records.enums import AccessKind
from settings_admin.records.services import record_seen

# By the e-mail that allauth sends of it.
_TOLD = {
    "password_changed": AccessKind.PASSWORD_CHANGED,
    "password_set": AccessKind.PASSWORD_CHANGED,
    "password_reset": AccessKind.PASSWORD_CHANGED,
    "totp_activated": AccessKind.SECOND_FACTOR_ON,
    "totp_deactivated": AccessKind.SECOND_FACTOR_OFF,
    "recovery_codes_generated": AccessKind.RECOVERY_CODES,
}


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "Adresse e-mail ou mot de passe incorrect.",
        "too_many_login_attempts": "Trop d’essais. Attendez quelques minutes avant de recommencer, "
        "ou choisissez un nouveau mot de passe.",
        "enter_current_password": "Ce n’est pas votre mot de passe actuel.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False  # people are invited by their administrator

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """allauth's own e-mails leave by the one door of the application."""
        mail.send(template_prefix, to=[email], context=context)

    def set_password(self, user: Any, password: str) -> None:
        """Whoever was signed in with the old password is no more, and may no longer be locked out by guesses at it."""
        super().set_password(user, password)
        end_sessions(user, keep=self.request.session.session_key)
        self._delete_login_attempts_cached_email(self.request, email=user.email)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever typed their password a moment ago, to sign in, is not asked for it again."""
        oldest = time.time() - account_settings.REAUTHENTICATION_TIMEOUT
        records = get_authentication_records(self.request, self.request.user)
        return not any(record["method"] == "password" and record["at"] > oldest for record in records)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> Any:
        response = super().post_login(request, user, **kwargs)
        with scoping.unscoped("the scope starts with the next request"):
            record_seen(user=user, kind=AccessKind.SIGNED_IN, **origin_of(request))
        return response

    def logout(self, request: HttpRequest) -> None:
        if request.user.is_authenticated:
            with scoping.unscoped("signing out happens outside of every entity"):
                record_seen(user=request.user, kind=AccessKind.SIGNED_OUT, **origin_of(request))
        user_id = request.user.pk
        super().logout(request)
        if user_id is not None:
            tell_session_ended(user_id)

    def send_notification_mail(self, template_prefix: str, user: Any, *args: Any, **kwargs: Any) -> None:
        """What allauth tells a person about the safety of their account stands in the access log too."""
        super().send_notification_mail(template_prefix, user, *args, **kwargs)
        if kind := _TOLD.get(template_prefix.rpartition("/")[2]):
            with scoping.unscoped("an account is outside of every entity"):
                record_seen(user=user, kind=kind, **origin_of(self.request))

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        super().authentication_failed(request, **credentials)
        email = str(credentials.get("email", "")).lower()
        with scoping.unscoped("nobody is signed in"):
            # Under the account's holding where there is such an account: its administrators read the audit.
            user = User.objects.filter(email=email).first()
            record_seen(user=user, kind=AccessKind.SIGN_IN_FAILED, **origin_of(request), email=email)
        key = self._get_login_attempts_cache_key(request, email=email)
        self.count_failure(request, key=key, email=email, user=user)

    def count_failure(self, request: HttpRequest, *, key: str, email: str, user: User | None) -> None:
        """The failure that closes the account for a while is written down, and told to its owner, once an hour at
        most."""
        closes = not ratelimit.consume(request, action="login_failed_before_lock", key=key)
        if closes:
            with scoping.unscoped("nobody is signed in"):
                record_seen(user=user, kind=AccessKind.LOCKED_OUT, **origin_of(request))
        if closes and ratelimit.consume(request, action="lock_told", key=key):
            transaction.on_commit(lambda: tasks.tell_locked_out.delay(email))

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """The address alone. allauth adds the host that the request names, port included: each port that a guesser
        makes up would be five guesses more."""
        return str(credentials.get("email", "")).strip().lower()

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("my_account")

    def add_message(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Signing in and out say enough by themselves: no toast. One's own new password does not: the page of the
        account looks as before, and the other devices were signed out."""
        if request.resolver_match is not None and request.resolver_match.view_name == "account_change_password":
            messages.success(request, "Votre mot de passe est changé\u00a0: vos autres appareils sont déconnectés.")


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets of the second factor are sealed in the database; it stays where the holding requires it."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "Ce code n’est pas le bon, ou il a déjà servi. Prenez celui qui s’affiche maintenant.",
        "cannot_delete_authenticator": "Votre holding demande un second facteur\u00a0: il ne peut pas être désactivé.",
        "cannot_generate_recovery_codes": "Activez d’abord le second facteur.",
    }

    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        holding = authenticator.user.holding
        return holding is None or not holding.requires_second_factor


class SignInForm(LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "Adresse e-mail"
        self.fields["login"].widget = forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})
        self.fields["password"].label = "Mot de passe"
        self.fields["remember"].label = "Rester connecté sur cet appareil"
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class AskForPasswordForm(ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "Adresse e-mail"
        self.fields["email"].widget = forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """The worker finds out whether there is such an account: the page cannot tell, not by its time either."""
        email = str(self.cleaned_data["email"])
        transaction.on_commit(lambda: tasks.send_password_link.delay(email))
        return email


class LinkForm(UserTokenForm):
    """A link to choose a password serves open accounts only: one that was closed meanwhile takes no new password."""

    def _get_user(self, uidb36: str) -> User | None:
        user: User | None = super()._get_user(uidb36)
        return user if user is not None and user.is_active else None


class NewPasswordForm(ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say_new_password(self)


class ChangeMyPasswordForm(ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = "Mot de passe actuel"
        _say_new_password(self)


class ConfirmPasswordForm(ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = "Mot de passe"
        self.fields["password"].widget.attrs.pop("placeholder", None)
        self.fields["password"].widget.attrs["autofocus"] = True


class ActivateSecondFactorForm(ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say_code(self)

    @property
    def secret_in_groups(self) -> str:
        """As one types it into a telephone, four letters at a time."""
        return " ".join(self.secret[start : start + 4] for start in range(0, len(self.secret), 4))


class _CodeForm(forms.Form):
    """A code opens once: for as long as its telephone's clock may be off it would else open again."""

    CODE_MAY_OPEN_FOR = 90  # seconds: MFA_TOTP_TOLERANCE before and after its own half minute
    user: User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say_code(self, help_text="Celui de votre application, ou un de vos codes de secours.")

    def clean_code(self) -> str:
        try:
            code = str(super().clean_code())  # type: ignore[misc]
            used = hashlib.sha256(f"{self.user.pk}:{''.join(code.split())}".encode()).hexdigest()
            if not cache.add(f"second-factor-used:{used}", True, timeout=self.CODE_MAY_OPEN_FOR):
                raise SecondFactorAdapter().validation_error("incorrect_code")
        except ValidationError as error:
            if error.code == "incorrect_code":
                self._note_failure()
            raise
        return code

    def _note_failure(self) -> None:
        request = allauth_context.request
        adapter = AccountAdapter(request)
        with scoping.unscoped("nobody is signed in yet"):
            record_seen(user=self.user, kind=AccessKind.SECOND_FACTOR_FAILED, **origin_of(request))
        key = f"second-factor:{self.user.pk}"
        adapter.count_failure(request, key=key, email=self.user.email, user=self.user)


class SignInCodeForm(_CodeForm, second_factor_forms.AuthenticateForm):
    pass


class ConfirmCodeForm(_CodeForm, second_factor_forms.ReauthenticateForm):
    pass


def _say_code(form: forms.Form, *, help_text: str = "") -> None:
    field = form.fields["code"]
    field.label = "Code"
    field.help_text = help_text
    field.widget = forms.TextInput(
        attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True, "maxlength": 20}
    )


def _say_new_password(form: forms.Form) -> None:
    form.fields["password1"].label = "Nouveau mot de passe"
    form.fields["password2"].label = "Nouveau mot de passe, encore une fois"
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)
