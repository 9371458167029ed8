from typing import Any

from django.core.management.base import BaseCommand

from oms.office.demo_logins import demo_logins_present


class Command(BaseCommand):
    help = "Print who can sign in to the demo retailer."

    def handle(self, *_args: Any, **_options: Any) -> None:
        for login in demo_logins_present():
            self.stdout.write(f"{login.username:10}{login.password:8}{login.label}")
