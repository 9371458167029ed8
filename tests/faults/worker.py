"""The Celery application with leases of a second: no test waits for half a minute."""

from datetime import timedelta

import django

django.setup()

from oms.celery import app  # noqa: E402 - settings first
from oms.core import events  # noqa: E402
from oms.notifications import delivery  # noqa: E402

events.LEASE = delivery.LEASE = timedelta(seconds=1)

__all__ = ["app"]
