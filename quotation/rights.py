"""The rights of quotations, and the built-in groups that get them."""

from settings_admin.registries import ADMINS, BuiltInGroup, Right, register_rights


def register() -> None:
    register_rights(
        "Cotations",
        Right(
            "quotation.use",
            "coter un véhicule",
            (BuiltInGroup.SALESPERSON, BuiltInGroup.SALES_MANAGER, BuiltInGroup.USED_CAR_MANAGER, *ADMINS),
        ),
        Right("quotation.manage", "voir les cotations de tous", ADMINS),
    )
