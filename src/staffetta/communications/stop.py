"""Stop a communication for good (Interrompi): nobody new is written to, what is in flight gets its answer.

Cancelling the waiting rows is the ledger's business, which lies above: it registers itself in `when_stopped`.
"""

from collections.abc import Callable

from django.db import transaction

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.communications.models import Communication, CommunicationState
from staffetta.work.clock import now
from staffetta.work.wake import wake

STOPPABLE = (
    CommunicationState.PLANNING,
    CommunicationState.RUNNING,
    CommunicationState.PAUSED,
    CommunicationState.HELD,
)

_when_stopped: list[Callable[[int], None]] = []


def when_stopped(function: Callable[[int], None]) -> None:
    """Let `function(communication_id)` run within the transaction that stops a communication."""
    if function not in _when_stopped:
        _when_stopped.append(function)


def stop(communication: Communication, by: User | None) -> bool:
    """Stop what is under way or held. Returns False when there is nothing to stop."""
    with transaction.atomic():
        stopped = Communication.objects.filter(pk=communication.pk, state__in=STOPPABLE).update(
            state=CommunicationState.STOPPED,
            held_reason="",
            held_at=None,
            paused_at=None,
            finished_at=now(),
            updated_at=now(),
        )
        if not stopped:
            return False
        for function in _when_stopped:
            function(communication.pk)
        audit.record(by, "communication_stopped", communication)
        wake()
    return True
