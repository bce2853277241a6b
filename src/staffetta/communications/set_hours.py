"""Set the hours in which a communication may reach its people: before the start, and as long as it is not over."""

from django.db import transaction

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.communications.models import Communication, CommunicationState
from staffetta.work.clock import now
from staffetta.work.wake import wake

OVER = (CommunicationState.STOPPED, CommunicationState.DONE)


def set_hours(communication: Communication, hours: str, by: User | None) -> bool:
    """Let people be written to within `hours` ("09:00-20:00", checked; "" for any hour) of their own day.

    What is under way keeps to it within two seconds. Returns False when it is over.
    """
    with transaction.atomic():
        changed = (
            Communication.objects.filter(pk=communication.pk)
            .exclude(state__in=OVER)
            .update(hours=hours, updated_at=now())
        )
        if changed:
            audit.record(by, "communication_hours_changed", communication, hours=hours or "–")
            wake()
    return bool(changed)
