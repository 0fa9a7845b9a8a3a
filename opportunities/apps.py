from django.apps import AppConfig


class OpportunitiesConfig(AppConfig):
    name = "opportunities"
    verbose_name = "Opportunités"

    def ready(self) -> None:
        from customers.registry import Panel, register_dealings, register_ending, register_panels, register_photos
        from opportunities import (
            dealings,
            dossier,
            exports,
            finding,
            hand_over,
            notices,
            rights,
            targets,
            todos,
            topics,
        )
        from opportunities.services.follow_up import drop_of_erased
        from opportunities.services.messages import give_usual_messages
        from opportunities.services.reasons import give_usual_reasons
        from opportunities.services.trade_ins import condition_changed, lock_opportunity
        from settings_admin.organisation.selectors import MANAGE
        from settings_admin.registries import (
            HistorySource,
            NavEntry,
            SettingsPage,
            SettingsSection,
            SheetAction,
            register_audit_targets,
            register_entity_start,
            register_export,
            register_history_sources,
            register_nav,
            register_settings,
            register_sheet_actions,
        )
        from vehicles.registry import Above, register_above

        rights.register()
        notices.register()
        topics.register()
        hand_over.register()
        todos.register()
        finding.register()
        register_entity_start(give_usual_reasons)
        register_entity_start(give_usual_messages)
        register_audit_targets(targets.SETTINGS)
        register_history_sources(HistorySource("opportunities.tradein", "opportunities:trade_in", rights.VIEW))
        register_settings(
            *(
                SettingsPage(
                    key=f"opportunity_{page}",
                    section=SettingsSection.TRADE,
                    label=label,
                    description=description,
                    icon=icon,
                    url_name=f"opportunities:settings_{page}",
                    right=MANAGE,
                    order=order,
                    url_prefix="opportunities:settings_",
                )
                for page, label, description, icon, order in (
                    ("figures", "Opportunités", "Délais, validité des offres, photos exigées", "target-arrow", 20),
                    (
                        "reasons",
                        "Motifs de clôture",
                        "Pourquoi une opportunité est gagnée, perdue, abandonnée",
                        "checklist",
                        21,
                    ),
                    ("messages", "Modèles de messages", "E-mails et SMS pour relancer les clients", "mail", 22),
                )
            )
        )
        register_export(exports.OPPORTUNITIES)
        register_export(exports.ESTIMATES)
        register_dealings(dealings.DEALINGS)
        register_photos("opportunities", dossier.photos_of)
        register_ending("opportunities", drop_of_erased)
        register_above("opportunities.tradein", Above(lock=lock_opportunity, changed=condition_changed))
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
