from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "openflex.core"
    label = "core"

    def ready(self) -> None:
        from openflex.core import checks  # noqa: F401  (registers the system checks)
