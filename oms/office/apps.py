from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "oms.office"
    label = "office"
