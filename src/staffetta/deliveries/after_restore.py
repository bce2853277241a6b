"""After a restore nobody knows what was sent since the backup was made: nothing goes out again on its own.

Invariant 1 (a send is never repeated blindly) holds over a restore too: communications under way are held for a person,
and single messages that were waiting then are held back for good: whoever asked for them has their answer from the time
after the backup. Rows that were `sending` become `uncertain` by the sweep, as after a crash.
"""

from itertools import batched

from staffetta.communications.hold import HOLDABLE, Trouble, hold
from staffetta.communications.models import Communication
from staffetta.deliveries import states
from staffetta.deliveries.models import Delivery, DeliveryKind, DeliveryState

REASON = "restored"
PIECE = 5000


def hold_what_waits() -> None:
    """Hold every communication under way, paused or scheduled, and hold back every single message that waits."""
    for pk in Communication.objects.filter(state__in=HOLDABLE).values_list("pk", flat=True):
        hold(pk, Trouble.RESTORED)
    singles = Delivery.objects.filter(state=DeliveryState.WAITING).exclude(kind=DeliveryKind.COMMUNICATION)
    for ids in batched(singles.values_list("pk", flat=True), PIECE):
        states.hold_back(ids, REASON)
