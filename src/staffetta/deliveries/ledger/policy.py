"""What an answer to a send means for its row, by the retry table (retry_table.py).

What an error does to the channel, the template or the communication is done by sending.py, dispatch.py and breaker.py.
"""

from datetime import datetime, timedelta

from staffetta.connectors.errors import ConnectorError
from staffetta.connectors.messages import Accepted
from staffetta.deliveries.ledger.marks import Answer, Marked
from staffetta.deliveries.ledger.retry_table import UNREACHABLE, rule_of
from staffetta.deliveries.models import DeliveryState
from staffetta.work.retry import wait_before

ACCEPTED = "accepted"
RELEASED = "released"
"""Marked, but never sent: the channel paused, the worker stopped or lost its lease, the person was written to just now.
Not an attempt anybody made."""

FIRST_LOOK = timedelta(seconds=5)
"""An uncertain one is looked up so long after it became uncertain, at the earliest."""


def accepted(row: Marked, answer: Accepted) -> Answer:
    """The provider took it."""
    message_id = answer.message_id[:200]
    return Answer(row.id, row.attempt, DeliveryState.SENT, ACCEPTED, message_id=message_id, variant_id=row.variant_id)


def refused(row: Marked, error: ConnectorError, present: datetime) -> Answer:
    """The provider, or the way to it, said no. A retry's wait is set by `again`, which knows the attempts.

    Without an answer (no HTTP status) there are no words of the provider to keep: the reason says all.
    """
    state, answered = rule_of(error).state, error.status is not None
    return Answer(
        row.id,
        row.attempt,
        state,
        error.code,
        reason="" if state == DeliveryState.WAITING else error.code,
        provider_code=error.provider_code[:40] if answered else "",
        provider_reason=error.provider_reason[:500] if answered else "",
        not_before=present + FIRST_LOOK if state == DeliveryState.UNCERTAIN else None,
        communication_id=row.communication_id,
        variant_id=row.variant_id,
    )


def unexpected(row: Marked, present: datetime) -> Answer:
    """Our own code failed around the send: whether anything left is not known."""
    not_before = present + FIRST_LOOK
    return Answer(row.id, row.attempt, DeliveryState.UNCERTAIN, "unexpected", "unexpected", not_before=not_before)


def released(row: Marked, not_before: datetime | None = None) -> Answer:
    """Give a marked row back, until `not_before`: nothing of it left this machine."""
    return Answer(row.id, row.attempt, DeliveryState.WAITING, RELEASED, not_before=not_before)


def again(answer: Answer, attempts: int, first_at: datetime, present: datetime, jitter: float) -> Answer:
    """Set when a row that did not get through is attempted again, or fail it when it has expired.

    `attempts` counts those that did not get through, this one included; `first_at` is when the first was made.
    """
    if UNREACHABLE.expires is not None and present - first_at >= timedelta(seconds=UNREACHABLE.expires):
        return answer._replace(state=DeliveryState.FAILED, reason=answer.outcome)
    wait = wait_before(attempts, jitter, UNREACHABLE.first, UNREACHABLE.longest)
    return answer._replace(not_before=present + timedelta(seconds=wait))
