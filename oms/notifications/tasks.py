"""Celery tasks; safe to run never, once, or twice at once."""

from celery import shared_task

from oms.notifications.delivery import messages_deliver


@shared_task
def message_deliver() -> int:
    return messages_deliver()
