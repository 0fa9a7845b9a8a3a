from django.apps import AppConfig


class VehiclesConfig(AppConfig):
    name = "vehicles"
    verbose_name = "Véhicules"

    def ready(self) -> None:
        from customers.registry import Keeper, register_dealings, register_keepers
        from openflex.core.document_numbers import NumberFormat
        from settings_admin.organisation.selectors import MANAGE
        from settings_admin.registries import (
            HistorySource,
            NavEntry,
            NumberingSeries,
            SettingsPage,
            SettingsSection,
            register_audit_targets,
            register_export,
            register_history_sources,
            register_nav,
            register_numbering,
            register_settings,
            register_vehicle_kinds,
        )
        from vehicles import dealings, entity_settings, enums, exports, finding, rights, selectors, todos

        rights.register()
        todos.register()
        finding.register()
        register_dealings(dealings.DEALINGS)
        register_keepers(Keeper("police_register", dealings.SELLER_COLUMNS, dealings.kept_by_the_register))
        register_export(exports.STOCK)
        register_audit_targets(entity_settings.SETTINGS)
        register_settings(
            SettingsPage(
                key="vehicles",
                section=SettingsSection.TRADE,
                label="Véhicules",
                description="Coût de détention, et ce qui est à faire avant de montrer un véhicule",
                icon="car",
                url_name="vehicles:settings_entities",
                right=MANAGE,
                order=15,
                url_prefix="vehicles:settings_",
            )
        )
        register_history_sources(HistorySource("vehicles.vehicle", "vehicles:sheet", "vehicles.view"))
        register_vehicle_kinds(enums.VehicleKind.choices)
        register_numbering(
            NumberingSeries(
                key=selectors.STOCK_NUMBERS,
                label="N° de stock",
                description="Donné à l’entrée d’un véhicule en stock, à lui seul dans l’entité",
                family="stock",
                default=NumberFormat(year_digits=2),
                restarts_each_year=True,
                is_legal=False,
                max_length=20,
                taken=selectors.taken_stock_numbers,
            )
        )
        register_nav(
            NavEntry(
                key="vehicles",
                label="Véhicules",
                icon="car",
                url_name="vehicles:list",
                right="vehicles.view",
                order=20,
                shortcut="v",
                url_prefixes=("vehicles:",),
            )
        )
