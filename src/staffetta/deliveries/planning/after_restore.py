"""After a restore nobody knows what was sent since the backup was made: nothing goes out again on its own.

Invariant 1 (a send is never repeated blindly) holds over a restore too: communications under way are held for a person,
and single messages that were waiting then are held back for good: whoever asked for them has their answer from the time
after the backup. Rows that were `sending` become `uncertain` by the sweep, as after a crash.
"""

from itertools import batched

from staffetta.communications.hold import HOLDABLE, Trouble, hold
from staffetta.communications.models import Communication
from staffetta.deliveries.ledger import states
from staffetta.deliveries.models import Delivery, DeliveryCount, DeliveryKind, DeliveryState
from staffetta.deliveries.planning.rehearse import summary

REASON = "restored"
PIECE = 5000


def may_get_it_twice(communication: Communication) -> int:
    """Return how many people may have got it since the backup was made, and would get it if it went on.

    Before all are planned that is everybody who would get it, as far as they are known now.
    """
    if communication.started_at is None:
        return summary(communication).receive if communication.variant else 0
    waiting = DeliveryCount.objects.filter(communication=communication, state=DeliveryState.WAITING)
    return sum(waiting.values_list("number", flat=True))


def hold_what_waits() -> None:
    """Hold every communication under way, paused or scheduled, and hold back every single message that waits."""
    for pk in Communication.objects.filter(state__in=HOLDABLE).values_list("pk", flat=True):
        hold(pk, Trouble.RESTORED)
    singles = Delivery.objects.filter(state=DeliveryState.WAITING).exclude(kind=DeliveryKind.COMMUNICATION)
    for ids in batched(singles.values_list("pk", flat=True), PIECE):
        states.hold_back(ids, REASON)
