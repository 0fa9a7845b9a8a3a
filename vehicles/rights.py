"""The rights of the stock, and the built-in groups that get them."""

from settings_admin.registries import ADMINS, EVERY_GROUP, BuiltInGroup, Right, register_rights

_MANAGERS = (BuiltInGroup.SALES_MANAGER, BuiltInGroup.USED_CAR_MANAGER, *ADMINS)


def register() -> None:
    register_rights(
        "Véhicules",
        Right("vehicles.view", "voir", EVERY_GROUP),
        Right("vehicles.see_market_value", "voir la valeur de marché", (BuiltInGroup.SALESPERSON, *_MANAGERS)),
        Right("vehicles.edit", "modifier", (BuiltInGroup.BACK_OFFICE, *_MANAGERS)),
        Right("vehicles.edit_prices", "modifier les prix", _MANAGERS),
        Right("vehicles.see_margin", "voir les prix d’achat et les marges", (BuiltInGroup.ACCOUNTING, *_MANAGERS)),
        Right(
            "vehicles.export",
            "exporter",
            (BuiltInGroup.ACCOUNTING, BuiltInGroup.USED_CAR_MANAGER, *ADMINS),
        ),
    )
