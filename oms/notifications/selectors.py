"""Reading messages."""

from django.db.models import QuerySet

from oms.notifications.models import Message


def messages_about(subject_type: str, subject_id: str) -> QuerySet[Message]:
    """What was written about one thing (e.g. "order", its uid), oldest first."""
    return Message.objects.filter(subject_type=subject_type, subject_id=subject_id).order_by("id")
