from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "openflex.notifications"
    label = "notifications"
    verbose_name = "Notifications"

    def ready(self) -> None:
        from openflex.live.registry import register_topic
        from openflex.notifications import rights, topics
        from openflex.notifications.registry import register_kind
        from openflex.notifications.services.exports import EXPORT_ENDED, tell_of_export
        from settings_admin.registries import register_export_end

        rights.register()
        register_topic(topics.USER)
        register_kind(EXPORT_ENDED)
        register_export_end(tell_of_export)
