from django.apps import AppConfig


class SettingsAdminConfig(AppConfig):
    name = "settings_admin"
    verbose_name = "Paramètres"

    def ready(self) -> None:
        from settings_admin.access import finding
        from settings_admin.access.exports import USER_RIGHTS, USERS
        from settings_admin.access.rights import register
        from settings_admin.access.services.memberships import PEOPLE_OF_SITE
        from settings_admin.audit.exports import AUDIT_LOG
        from settings_admin.audit.targets import TARGETS
        from settings_admin.organisation.services.copies import OWN_COPIES
        from settings_admin.registries import (
            NavEntry,
            SettingsPage,
            SettingsSection,
            opens_settings,
            register_audit_targets,
            register_export,
            register_nav,
            register_settings,
            register_site_copy,
        )

        register()
        finding.register()
        register_export(AUDIT_LOG)
        register_audit_targets(*TARGETS)
        register_export(USERS)
        register_export(USER_RIGHTS)
        register_site_copy(*OWN_COPIES, PEOPLE_OF_SITE)
        register_nav(
            NavEntry(
                key="settings",
                label="Paramètres",
                icon="settings",
                url_name="access:settings",
                right="",
                order=90,
                shortcut="g p",
                url_prefixes=("access:", "organisation:", "numbering:", "audit:"),
                opens=opens_settings,
            )
        )
        register_settings(
            SettingsPage(
                key="groups",
                section=SettingsSection.PEOPLE,
                label="Groupes, utilisateurs et droits",
                description="Qui fait partie de quel groupe, et ce que chaque groupe permet",
                icon="users",
                url_name="access:groups",
                right="settings.manage_users",
                order=10,
            ),
            SettingsPage(
                key="users",
                section=SettingsSection.PEOPLE,
                label="Utilisateurs",
                description="Chaque personne, ses affectations, et pourquoi elle a un droit",
                icon="user",
                url_name="access:users",
                right="settings.manage_users",
                order=20,
            ),
            SettingsPage(
                key="account_security",
                section=SettingsSection.PEOPLE,
                label="Sécurité des comptes",
                description="Qui a un second facteur, et s’il est obligatoire dans la holding",
                icon="shield-lock",
                url_name="access:account_security",
                right="holding.manage_entities",
                order=40,
            ),
            SettingsPage(
                key="organisation",
                section=SettingsSection.ORGANISATION,
                label="Entités et points de vente",
                description="Identité, adresse, horaires, logo",
                icon="building",
                url_name="organisation:list",
                right="settings.manage_organisation",
                order=10,
            ),
            SettingsPage(
                key="numbering",
                section=SettingsSection.ORGANISATION,
                label="Numérotation",
                description="Comment chaque entité écrit les numéros de ses documents, et où ils en sont",
                icon="tag",
                url_name="numbering:list",
                right="settings.manage_organisation",
                order=20,
            ),
            SettingsPage(
                key="audit",
                section=SettingsSection.WATCH,
                label="Journal d’audit",
                description="Connexions, exports, fiches consultées, droits et organisation\u00a0: qui, quand, d’où",
                icon="clipboard-list",
                url_name="audit:log",
                right="settings.audit",
                order=20,
            ),
        )
