import gc
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from oms.office.demo.load import demo_load, is_empty


class Command(BaseCommand):
    help = "Load the demo retailer Casa Verde into an empty database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing if there is a retailer already"
        )
        parser.add_argument("--scale", type=int, default=1, help="so many times the usual orders")

    def handle(self, *_args: Any, if_empty: bool, scale: int, **_options: Any) -> None:
        if not is_empty():
            if if_empty:
                return
            raise CommandError(
                "There is a retailer in this database already. `make reset` starts over."
            )
        start = time.monotonic()
        # Millions of objects, of which hardly any lie in circles: looking for those so often took
        # a seventh of the time. The process ends with the load.
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)
        made = demo_load(scale=scale)
        for name, number in made.items():
            self.stdout.write(f"  {number:6,} {name}")
        self.stdout.write(f"Loaded Casa Verde in {time.monotonic() - start:.1f} s")
