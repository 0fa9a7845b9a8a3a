from django.apps import AppConfig


class OpportunitiesConfig(AppConfig):
    name = "opportunities"
    verbose_name = "Opportunités"

    def ready(self) -> None:
        from customers.registry import Panel, register_panels
        from opportunities import exports, hand_over, notices, rights, todos, topics
        from opportunities.services.reasons import give_usual_reasons
        from settings_admin.registries import (
            NavEntry,
            SheetAction,
            register_entity_start,
            register_export,
            register_nav,
            register_sheet_actions,
        )

        rights.register()
        notices.register()
        topics.register()
        hand_over.register()
        todos.register()
        register_entity_start(give_usual_reasons)
        register_export(exports.OPPORTUNITIES)
        register_panels(
            Panel(
                key="opportunities",
                title="Opportunités",
                url_name="opportunities:of_customer",
                right=rights.VIEW,
                order=10,
            )
        )
        register_sheet_actions(
            SheetAction(
                sheet="quotation.Quotation",
                label="Créer une estimation de reprise",
                icon="arrows-exchange",
                url_name="opportunities:trade_in_create",
                right=rights.EDIT,
                order=10,
                is_page=True,
            )
        )
        register_nav(
            NavEntry(
                key="opportunities",
                label="Opportunités",
                icon="target-arrow",
                url_name="opportunities:list",
                right=rights.VIEW,
                order=30,
                shortcut="o",
                url_prefixes=("opportunities:",),
            )
        )
