from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "openflex.core"
    label = "core"

    def ready(self) -> None:
        from django.core.validators import EmailValidator

        from openflex.core import checks  # noqa: F401  (registers the system checks)

        # Django says « adresse de courriel »; the labels beside it, and people, say e-mail.
        EmailValidator.message = "Saisissez une adresse e-mail valide."
