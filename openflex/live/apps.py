from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "openflex.live"
    label = "live"
    verbose_name = "Direct"

    def ready(self) -> None:
        from openflex.core.realtime import keep_ledger_with
        from openflex.live import ledger, rights

        keep_ledger_with(ledger.write)
        rights.register()
