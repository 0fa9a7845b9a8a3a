from django.apps import AppConfig


class ErrandsConfig(AppConfig):
    name = "tests.errands"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from openflex.live.registry import register_topic
        from settings_admin.registries import HandOver, register_hand_over
        from tests.errands import selectors, services
        from tests.errands.topics import TOPICS

        register_topic(*TOPICS)

        register_hand_over(
            HandOver(
                key="errands",
                label="tâches ouvertes",
                right=services.RIGHT,
                left=selectors.open_of,
                places=selectors.places_of_open,
                move=services.hand_over,
            )
        )
