from typing import Any

from django.core.management.base import BaseCommand

from oms.core.api.authentication import digest_of
from oms.core.models import ApiKey
from oms.office.demo.people import API_TOKEN
from oms.office.demo_logins import demo_logins_present


class Command(BaseCommand):
    help = "Print who can sign in to the demo retailer, and the e-shop's API key."

    def handle(self, *_args: Any, **_options: Any) -> None:
        logins = demo_logins_present()
        for login in logins:
            self.stdout.write(f"{login.username:10}{login.password:8}{login.label}")
        if logins and ApiKey.objects.filter(digest=digest_of(API_TOKEN), is_active=True).exists():
            self.stdout.write(f"API key   {API_TOKEN}  (channel eshop)")
