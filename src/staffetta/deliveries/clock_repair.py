"""What this room does when the clock was set: nothing waits for a moment that only a wrong clock could name."""

from datetime import datetime

from django.db.models import F

from staffetta.communications.models import Communication, CommunicationState
from staffetta.deliveries.ledger import states
from staffetta.deliveries.models import Breaker, SentNoted
from staffetta.work.clock import now
from staffetta.work.wake import wake

PIECE = 2000


def repair(after: datetime) -> None:
    """Bring what was planned, paced, asked for or noted in the future to the present."""
    while states.bring_to_present(after, PIECE) == PIECE:
        pass
    present = now()
    Communication.objects.filter(paced_to__gt=after, updated_at__lte=F("paced_to")).update(paced_to=None)
    planning = Communication.objects.filter(state=CommunicationState.PLANNING, updated_at__gt=after)
    planning.update(updated_at=present)
    SentNoted.objects.filter(settled_at__gt=after).update(settled_at=present, delivery=0)
    Breaker.objects.filter(opened_at__gt=after, retry_at__gt=after).update(retry_at=present, opened_at=present)
    wake()
