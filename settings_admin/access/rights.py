"""The rights of *Paramètres* and of the holding, and what its pages let one do, in words."""

from settings_admin.registries import ADMINS, Act, BuiltInGroup, Right, register_acts, register_rights

_MFA = ("index", "activate_totp", "deactivate_totp", "view_recovery_codes", "generate_recovery_codes")


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
        Right(
            "holding.manage_shared_groups",
            "gérer les groupes partagés",
            (BuiltInGroup.HOLDING_ADMIN,),
            lets=(
                "renommer un groupe partagé, changer ses droits",
                "ajouter quelqu’un à un groupe partagé dans toutes les entités\u00a0: répondre «\u00a0Oui\u00a0»",
            ),
        ),
    )
    register_acts(
        # Groups and people
        Act("access:groups", "voir les groupes, leurs membres et leurs droits"),
        Act("access:group", "voir les groupes, leurs membres et leurs droits"),
        Act("access:groups_compared", "comparer deux groupes"),
        Act("access:group_create", "créer un groupe, ou en copier un"),
        Act("access:group_edit", "renommer un groupe de l’entité"),
        Act("access:group_rights", "changer les droits d’un groupe de l’entité"),
        Act("access:group_delete", "supprimer un groupe de l’entité"),
        Act("access:group_add", "ajouter un collègue à un groupe, ou inviter une personne"),
        Act("access:group_remove", "retirer une personne d’un groupe"),
        Act("access:users", "voir les utilisateurs de ses entités"),
        Act("exports:users", "exporter la liste des utilisateurs"),
        Act("exports:user_rights", "exporter qui a quels droits, et où"),
        Act("access:user", "voir les affectations d’une personne, et pourquoi elle a un droit"),
        Act("access:user_edit", "modifier un compte"),
        Act("access:user_leave", "désactiver un compte, réactiver un compte"),
        Act("access:user_come_back", "désactiver un compte, réactiver un compte"),
        Act("access:user_invite_again", "renvoyer une invitation"),
        Act("access:user_sites", "choisir les points de vente d’une affectation"),
        *(
            Act(f"access:import{step}", "importer des utilisateurs d’un fichier, après un aperçu ligne par ligne")
            for step in ("", "_model", "_preview", "_refused")
        ),
        Act("access:user_add", "ajouter un collègue à un groupe, ou inviter une personne"),
        Act("access:user_absence", "prévoir ou annuler l’absence d’une personne"),
        Act("access:user_absence_cancel", "prévoir ou annuler l’absence d’une personne"),
        Act("access:user_sign_out", "voir les appareils d’une personne, et les déconnecter"),
        Act("access:reset_second_factor", "réinitialiser le second facteur d’une personne"),
        Act("access:account_security", "voir qui a un second facteur"),
        Act("access:require_second_factor", "rendre le second facteur obligatoire dans la holding"),
        # Entities and points of sale
        Act("organisation:list", "voir les entités et les points de vente"),
        Act("organisation:add_entity", "créer une entité"),
        Act("organisation:entity", "ouvrir la fiche d’une entité ou d’un point de vente"),
        Act("organisation:site", "ouvrir la fiche d’une entité ou d’un point de vente"),
        Act("organisation:save_entity", "modifier la fiche d’une entité ou d’un point de vente"),
        Act("organisation:save_site", "modifier la fiche d’une entité ou d’un point de vente"),
        Act("organisation:propose_vat_number", "se faire proposer le numéro de TVA"),
        Act("organisation:entity_logo", "changer le logo d’une entité ou d’un point de vente"),
        Act("organisation:site_logo", "changer le logo d’une entité ou d’un point de vente"),
        Act("organisation:add_site", "ajouter un point de vente"),
        Act("organisation:delete_site", "supprimer un point de vente qui ne sert plus"),
        *(
            Act(f"numbering:{page}", "voir comment les documents sont numérotés, et le changer")
            for page in ("list", "entity", "save", "preview")
        ),
        # What was done
        Act("audit:log", "lire le journal d’audit"),
        Act("audit:export", "exporter le journal d’audit"),
    )
    register_acts(
        # Whoever is signed in
        Act("landing", "arriver sur son premier module"),
        Act("access:settings", "ouvrir *Paramètres*, quand au moins une de ses pages est permise"),
        Act("switch_scope", "choisir l’entité ou le point de vente où l’on travaille"),
        Act("set_preference", "choisir le thème, la densité et les raccourcis"),
        Act("exports:list", "retrouver ses exports"),
        Act("exports:download", "télécharger, annuler ou relancer un de ses exports"),
        Act("exports:cancel", "télécharger, annuler ou relancer un de ses exports"),
        Act("exports:try_again", "télécharger, annuler ou relancer un de ses exports"),
        Act("news", "lire les nouveautés de chaque version, de ce qu’on peut ouvrir"),
        Act("open_news", "lire les nouveautés de chaque version, de ce qu’on peut ouvrir"),
        Act("my_account", "tenir à jour son compte et sa photo"),
        Act("save_my_photo", "tenir à jour son compte et sa photo"),
        Act("user_photo", "voir la photo de ceux avec qui l’on travaille"),
        Act("plan_my_absence", "prévoir ou annuler une absence, pendant laquelle un collègue reçoit à sa place"),
        Act("cancel_my_absence", "prévoir ou annuler une absence, pendant laquelle un collègue reçoit à sa place"),
        Act("my_sessions", "voir les appareils où l’on est connecté, et les déconnecter"),
        Act("end_my_session", "voir les appareils où l’on est connecté, et les déconnecter"),
        Act("end_my_sessions", "voir les appareils où l’on est connecté, et les déconnecter"),
        *(
            Act(f"mfa_{page}", "activer ou désactiver son second facteur, et voir ses codes de secours")
            for page in _MFA
        ),
        Act("account_reauthenticate", "confirmer que c’est bien soi"),
        Act("mfa_reauthenticate", "confirmer que c’est bien soi"),
        Act("account_change_password", "changer son mot de passe"),
        Act("priceback_home", "ouvrir PriceBack"),
        # Everybody
        Act("account_login", "se connecter, se déconnecter"),
        Act("mfa_authenticate", "se connecter, se déconnecter"),
        Act("account_logout", "se connecter, se déconnecter"),
        Act("account_inactive", "lire que le compte est désactivé"),
        *(
            Act(f"account_reset_password{step}", "choisir un nouveau mot de passe par le lien reçu par e-mail")
            for step in ("", "_done", "_from_key", "_from_key_done")
        ),
        Act("healthz", "savoir si l’application répond (surveillance)"),
        Act("readyz", "savoir si l’application répond (surveillance)"),
        Act("metrics", "lire les mesures, depuis le réseau interne seulement (surveillance)"),
        Act("outbox", "lire les e-mails et les composants, sur une machine de développement seulement"),
        Act("style_page", "lire les e-mails et les composants, sur une machine de développement seulement"),
    )
