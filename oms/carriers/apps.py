from django.apps import AppConfig


class CarriersConfig(AppConfig):
    name = "oms.carriers"
    label = "carriers"
