from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "openflex.dashboard"
    label = "dashboard"
    verbose_name = "Accueil"

    def ready(self) -> None:
        from openflex.dashboard import rights, selectors
        from settings_admin.registries import NavEntry, register_nav

        rights.register()
        register_nav(
            NavEntry(
                key="home",
                label="Accueil",
                icon="home",
                url_name="dashboard:home",
                right="",
                opens=selectors.is_of_use,
                order=10,
                shortcut="a",
                url_prefixes=("dashboard:",),
            )
        )
