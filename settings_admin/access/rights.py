"""The rights of *Paramètres* and of the holding; their screens come with the modules."""

from settings_admin.registries import ADMINS, BuiltInGroup, Right, register_rights


def register() -> None:
    register_rights(
        "Paramètres",
        Right("settings.manage_users", "gérer les utilisateurs", ADMINS),
        Right("settings.manage_groups", "gérer les groupes", ADMINS),
        Right("settings.manage_organisation", "gérer les entités et points de vente", ADMINS),
        Right("settings.consumption", "voir les consommations", (*ADMINS, BuiltInGroup.ACCOUNTING)),
        Right("settings.audit", "consulter le journal d’audit", ADMINS),
    )
    register_rights(
        "Holding",
        Right("holding.manage_entities", "créer et gérer les entités", (BuiltInGroup.HOLDING_ADMIN,)),
        Right("holding.manage_shared_groups", "gérer les groupes partagés", (BuiltInGroup.HOLDING_ADMIN,)),
    )
