from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "customers"
    verbose_name = "Clients"

    def ready(self) -> None:
        from customers import exports, finding, rights, targets
        from customers.selectors import EDIT
        from customers.services import editing, import_notices
        from openflex.notifications.registry import register_kind
        from settings_admin.registries import (
            HandOver,
            NavEntry,
            register_audit_targets,
            register_export,
            register_hand_over,
            register_nav,
        )

        rights.register()
        finding.register()
        register_export(exports.CUSTOMERS)
        register_kind(import_notices.IMPORT)
        register_audit_targets(targets.CUSTOMERS)
        register_nav(
            NavEntry(
                key="customers",
                label="Clients",
                icon="users",
                url_name="customers:list",
                right="customers.view",
                order=40,
                shortcut="c",
                url_prefixes=("customers:",),
            )
        )
        register_hand_over(
            HandOver(
                key="customers",
                label="clients attitrés",
                right=EDIT,
                left=editing.followed_by,
                places=editing.places_followed,
                move=editing.hand_over,
            )
        )
