"""The rights over customers, and the built-in groups that get them."""

from settings_admin.registries import ADMINS, Act, BuiltInGroup, Right, register_acts, register_rights

_SELLERS = (BuiltInGroup.SALESPERSON, BuiltInGroup.SALES_MANAGER)


def register() -> None:
    register_rights(
        "Clients",
        Right(
            "customers.view",
            "voir",
            (*_SELLERS, BuiltInGroup.USED_CAR_MANAGER, BuiltInGroup.BACK_OFFICE, *ADMINS),
        ),
        Right("customers.edit", "créer et modifier", (*_SELLERS, BuiltInGroup.BACK_OFFICE, *ADMINS)),
        Right("customers.merge", "fusionner", (BuiltInGroup.BACK_OFFICE, *ADMINS)),
        Right("customers.export", "exporter", (BuiltInGroup.SALES_MANAGER, *ADMINS)),
        Right("customers.erase", "effacer", ADMINS),
    )
    register_acts(
        Act("customers:list", "voir la liste des clients, la chercher, la filtrer et la trier"),
        Act("customers:choose_columns", "choisir les colonnes de la liste des clients"),
        Act("customers:add", "créer un client, après avoir vu ceux qui lui ressemblent"),
        Act("customers:duplicates", "voir les clients qui ressemblent à celui que l’on saisit"),
        Act("customers:pick", "chercher un client dans un formulaire"),
        Act("customers:pick_new", "ouvrir la saisie d’un nouveau client dans un formulaire"),
        Act("customers:pick_create", "créer un client dans un formulaire"),
        Act("customers:page", "ouvrir la fiche d’un client et son historique"),
        Act("customers:save_section", "modifier la fiche d’un client", right="customers.edit"),
        Act("customers:contact_add", "ajouter un contact à un client"),
        Act("customers:contact_edit", "modifier un contact d’un client"),
        Act("customers:contact_remove", "retirer un contact d’un client"),
        Act("customers:consent", "noter un consentement d’un client, ou son retrait"),
        Act("customers:vehicle_add", "ajouter un véhicule que possède un client"),
        Act("customers:vehicle_edit", "modifier un véhicule que possède un client"),
        Act("customers:vehicle_remove", "retirer un véhicule que possède un client"),
        Act("customers:merge_find", "chercher la fiche à fusionner avec celle d’un client"),
        Act("customers:merge", "comparer deux fiches d’un client et les fusionner"),
        Act("customers:everything", "recevoir tout ce qui est conservé d’un client"),
        Act("customers:keep", "garder la fiche d’un client dont l’effacement est annoncé, avec un motif"),
        Act("customers:erase", "effacer un client, sauf ce que la loi garde"),
        Act("customers:import", "importer des clients d’un fichier, après un aperçu ligne par ligne"),
        Act("customers:import_model", "recevoir le modèle du fichier de clients"),
        Act("customers:import_preview", "voir ce que fait chaque ligne d’un fichier de clients, et la confirmer"),
        Act("customers:import_resume", "reprendre l’import d’un fichier de clients qui a été interrompu"),
        Act("customers:import_refused", "recevoir les lignes refusées d’un fichier de clients"),
        Act("customers:export", "exporter la liste des clients"),
    )
