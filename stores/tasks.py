"""Sweeps of the pickups. Each is safe to run never, once, or twice at once."""

from celery import shared_task

from oms.core.actors import system_actor
from stores.services.ending import pickup_expire_due, pickup_remind_due


@shared_task
def pickup_expire() -> int:
    return pickup_expire_due(actor=system_actor())


@shared_task
def pickup_remind() -> int:
    return pickup_remind_due(actor=system_actor())
