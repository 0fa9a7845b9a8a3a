from django.apps import AppConfig


class QuotationConfig(AppConfig):
    name = "quotation"
    verbose_name = "Cotations"

    def ready(self) -> None:
        from quotation import exports, finding, rights, selectors
        from quotation.models import QuotationSettings
        from quotation.services.access import reseal_credentials
        from settings_admin.organisation.entity_settings import audit_target
        from settings_admin.registries import (
            NavEntry,
            SettingsPage,
            SettingsSection,
            SheetAction,
            register_audit_targets,
            register_export,
            register_nav,
            register_sealed,
            register_settings,
            register_sheet_actions,
        )

        rights.register()
        finding.register()
        register_export(exports.QUOTATIONS)
        register_export(exports.CALLS)
        register_sealed(reseal_credentials)
        register_audit_targets(
            audit_target(
                QuotationSettings,
                label="Fournisseur de cotes",
                told=selectors.told_of_settings,
                url_name="quotation:provider",
            )
        )
        register_nav(
            NavEntry(
                key="quotation",
                label="Cotations",
                icon="gauge",
                url_name="quotation:list",
                right="quotation.use",
                order=30,
                shortcut="q",
                url_prefixes=("quotation:",),
            ),
        )
        register_settings(
            SettingsPage(
                key="provider",
                section=SettingsSection.TRADE,
                label="Fournisseur de cotes",
                description="Identifiants de chaque entité, appels payants par jour, prix proposé",
                icon="key",
                url_name="quotation:providers",
                right="settings.manage_organisation",
                order=10,
                url_prefix="quotation:provider",
            ),
            SettingsPage(
                key="consumption",
                section=SettingsSection.WATCH,
                label="Consommation",
                description="Appels payants au fournisseur de cotes, par jour et par entité",
                icon="currency-euro",
                url_name="quotation:consumption",
                right="settings.consumption",
                order=10,
            ),
        )
        register_sheet_actions(
            SheetAction(
                sheet="vehicles.Vehicle",
                label="Coter ce véhicule",
                icon="gauge",
                url_name="quotation:value_vehicle",
                right="quotation.use",
                order=10,
            )
        )
