from django.apps import AppConfig


class ReturnsConfig(AppConfig):
    name = "oms.returns"
    label = "returns"
