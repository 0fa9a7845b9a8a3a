from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "openflex.search"
    label = "search"
    verbose_name = "Rechercher partout"

    def ready(self) -> None:
        from openflex.search import rights

        rights.register()
