"""A topic that exists in measurements only: everybody may watch it, and its snapshot says nothing."""

from django.apps import AppConfig

TOPIC = "bench.1"


class BenchConfig(AppConfig):
    name = "bench"

    def ready(self) -> None:
        from openflex.live.registry import TopicKind, register_topic

        register_topic(TopicKind("bench", lambda user, topic: True, lambda user, topic: {}))
