"""Pause a communication (Pausa): nobody new is written to, who waits goes on waiting, until a person resumes.

What is in flight gets its answer. `hold.resume` is the way back. Paused is a person's wish and held is trouble: what is
paused is well.
"""

from django.db import transaction

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.communications.hold import UNDER_WAY
from staffetta.communications.models import Communication, CommunicationState
from staffetta.work.clock import now
from staffetta.work.wake import wake


def pause(communication: Communication, by: User | None) -> bool:
    """Pause what is being prepared or sent. Returns False when there is nothing to pause."""
    with transaction.atomic():
        paused = Communication.objects.filter(pk=communication.pk, state__in=UNDER_WAY).update(
            state=CommunicationState.PAUSED, paused_at=now(), updated_at=now()
        )
        if paused:
            audit.record(by, "communication_paused", communication)
            wake()
    return bool(paused)
