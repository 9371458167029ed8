from django.apps import AppConfig


class SourcingConfig(AppConfig):
    name = "oms.sourcing"
    label = "sourcing"
