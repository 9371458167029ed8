"""The one clock. Everything stored is UTC; a location's zone is for screens and deadlines."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return timezone.now()


def retailer_zone() -> ZoneInfo:
    """The zone of pages that belong to no location."""
    return ZoneInfo(settings.RETAILER_TIME_ZONE)
