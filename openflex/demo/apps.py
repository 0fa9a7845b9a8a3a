from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "openflex.demo"
    label = "demo"
