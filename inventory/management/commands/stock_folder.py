"""`manage.py stock_folder`: one pass over the watched folder, as beat starts them."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from inventory.services.folder import stock_folder_pass


class Command(BaseCommand):
    help = "Receive the stock batches in STOCK_FOLDER, and put away those that are finished."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if not settings.STOCK_FOLDER:
            raise CommandError("STOCK_FOLDER is not set")
        seen = stock_folder_pass(Path(settings.STOCK_FOLDER))
        self.stdout.write(
            f"{seen.received} received, {seen.waiting} waiting, "
            f"{seen.done} done, {seen.refused} refused"
        )
