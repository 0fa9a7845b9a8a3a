"""The rights of the stock, and the built-in groups that get them."""

from settings_admin.registries import ADMINS, EVERY_GROUP, Act, BuiltInGroup, Right, register_acts, register_rights

_MANAGERS = (BuiltInGroup.SALES_MANAGER, BuiltInGroup.USED_CAR_MANAGER, *ADMINS)


def register() -> None:
    register_rights(
        "Véhicules",
        Right("vehicles.view", "voir", EVERY_GROUP),
        Right(
            "vehicles.see_market_value",
            "voir la valeur de marché",
            (BuiltInGroup.SALESPERSON, *_MANAGERS),
            lets=("voir la position sur le marché et la valeur de marché ajustée d’un véhicule",),
        ),
        Right("vehicles.edit", "modifier", (BuiltInGroup.BACK_OFFICE, *_MANAGERS)),
        Right(
            "vehicles.edit_prices",
            "modifier les prix",
            _MANAGERS,
            lets=("modifier les prix sur la fiche d’un véhicule",),
        ),
        Right(
            "vehicles.see_margin",
            "voir les prix d’achat et les marges",
            (BuiltInGroup.ACCOUNTING, *_MANAGERS),
            lets=("voir le prix d’achat, ce que coûte la remise en état et la marge d’un véhicule",),
        ),
        Right(
            "vehicles.export",
            "exporter",
            (BuiltInGroup.ACCOUNTING, BuiltInGroup.USED_CAR_MANAGER, *ADMINS),
        ),
    )
    register_acts(
        Act("vehicles:list", "voir la liste du stock, la chercher, la filtrer et la trier"),
        Act("vehicles:capital", "voir le capital immobilisé par ancienneté du stock"),
        Act("vehicles:export", "exporter la liste du stock"),
        Act("vehicles:choose_columns", "choisir les colonnes de la liste"),
        Act("vehicles:pick", "choisir un véhicule du stock dans un formulaire"),
        Act("vehicles:add", "ajouter un véhicule"),
        Act("vehicles:sheet", "ouvrir la fiche d’un véhicule et son historique"),
        Act("vehicles:history", "lire la suite de l’historique d’un véhicule"),
        Act("vehicles:save_section", "modifier la fiche d’un véhicule", right="vehicles.edit"),
        Act("vehicles:propose_inspection", "se faire proposer la date du prochain contrôle technique"),
        Act(
            "vehicles:propose_inspection_of_new",
            "se faire proposer la date du contrôle technique d’un véhicule qu’on ajoute",
        ),
        Act(
            "vehicles:propose_inspection_on_entry",
            "se faire proposer la date du contrôle technique à l’entrée physique d’un véhicule",
        ),
        Act("vehicles:move", "changer le statut d’un véhicule"),
        Act("vehicles:correct_exit", "corriger ou annuler la sortie d’un véhicule"),
        Act("vehicles:change_site", "déplacer un véhicule vers un autre point de vente"),
        Act("vehicles:reserve", "réserver un véhicule"),
        Act("vehicles:release", "libérer un véhicule réservé"),
        Act("vehicles:photo", "voir les photos d’un véhicule"),
        Act("vehicles:add_photos", "ajouter des photos à un véhicule"),
        Act("vehicles:move_photo", "ranger les photos d’un véhicule et choisir sa couverture"),
        Act("vehicles:remove_photo", "retirer une photo d’un véhicule"),
        Act("vehicles:damage_photo", "voir les photos des défauts d’un véhicule"),
        Act("vehicles:add_damage_photos", "photographier un défaut d’un véhicule"),
        Act("vehicles:remove_damage_photo", "retirer la photo d’un défaut d’un véhicule"),
        Act("vehicles:add_part", "noter un défaut ou des frais de remise en état d’un véhicule"),
        Act("vehicles:edit_part", "modifier un défaut ou des frais de remise en état d’un véhicule"),
        Act("vehicles:remove_part", "retirer un défaut ou des frais de remise en état d’un véhicule"),
        Act("vehicles:start_preparation", "mettre un véhicule en préparation"),
        Act("vehicles:tick_task", "cocher une ligne de la préparation d’un véhicule"),
        Act("vehicles:add_task", "ajouter une ligne à la préparation d’un véhicule"),
        Act("vehicles:remove_task", "retirer une ligne de la préparation d’un véhicule"),
        Act("vehicles:close_preparation", "terminer la préparation d’un véhicule avant sa dernière ligne"),
        Act("vehicles:archive", "archiver un véhicule"),
        Act("vehicles:settings_entities", "voir les entités dont on règle les véhicules"),
        Act("vehicles:settings_of", "voir ce qu’une entité décide de ses véhicules"),
        Act("vehicles:settings_save", "modifier ce qu’une entité décide de ses véhicules"),
    )
