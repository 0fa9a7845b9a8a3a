from django.apps import AppConfig


class VehiclesConfig(AppConfig):
    name = "vehicles"
    verbose_name = "Véhicules"

    def ready(self) -> None:
        from settings_admin.registries import NavEntry, register_export, register_nav, register_vehicle_kinds
        from vehicles import enums, exports, rights

        rights.register()
        register_export(exports.STOCK)
        register_vehicle_kinds(enums.VehicleKind.choices)
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
