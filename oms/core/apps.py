from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class CoreConfig(AppConfig):
    name = "oms.core"
    label = "core"


class StaticFiles(StaticFilesConfig):
    """Collects what pages use. Tabler's other style sheets name pictures it does not ship here."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "tabler-*"]  # noqa: RUF012
