"""What an answer to a send means for its row: the rulings of the connector's errors, as one table.

Facts: the Engage facts, "what an answer to a send means"; letters as in the messaging rules, section 5. What a ruling
does to the channel or the template is done by dispatch.py, what it does to the row stands here.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from staffetta.connectors.errors import ConnectorError, Ruling
from staffetta.connectors.messages import Accepted
from staffetta.deliveries.marks import Answer, Marked
from staffetta.deliveries.models import DeliveryState
from staffetta.work.retry import wait_before

ACCEPTED = "accepted"
RELEASED = "released"
"""Marked, but never sent: the channel paused, the worker stopped or lost its lease. Not an attempt anybody made."""

STATE_OF: dict[Ruling, DeliveryState] = {
    Ruling.RETRY: DeliveryState.WAITING,  # R: nothing left; again after a wait, until it expires
    Ruling.SLOW: DeliveryState.WAITING,  # R for the whole channel: the pace slows, no person fails by a limit
    Ruling.CHANNEL: DeliveryState.WAITING,  # X: everything of the channel is held
    Ruling.PERMANENT: DeliveryState.FAILED,  # P
    Ruling.TEMPLATE: DeliveryState.FAILED,  # T and C: the template is taken out, the communication held
    Ruling.UNKNOWN: DeliveryState.UNCERTAIN,  # U: never repeated by itself
}
FIRST_WAIT = 2.0
EXPIRES_AFTER = timedelta(hours=24)
"""A message that did not get through for so long after its first attempt fails: the expiry beats retries."""
FIRST_LOOK = timedelta(seconds=5)
"""An uncertain one is looked up so long after it became uncertain, at the earliest."""


def accepted(row: Marked, answer: Accepted) -> Answer:
    """The provider took it."""
    return Answer(row.id, row.attempt, DeliveryState.SENT, ACCEPTED, message_id=answer.message_id[:200])


def refused(row: Marked, error: ConnectorError, present: datetime) -> Answer:
    """The provider, or the way to it, said no. A retry's wait is set by `again`, which knows the attempts.

    Without an answer (no HTTP status) there are no words of the provider to keep: the reason says all.
    """
    state, answered = STATE_OF[error.ruling], error.status is not None
    return Answer(
        row.id,
        row.attempt,
        state,
        error.code,
        reason="" if state == DeliveryState.WAITING else error.code,
        provider_code=error.provider_code[:40] if answered else "",
        provider_reason=error.provider_reason[:500] if answered else "",
        not_before=present + FIRST_LOOK if state == DeliveryState.UNCERTAIN else None,
    )


def unexpected(row: Marked, present: datetime) -> Answer:
    """Our own code failed around the send: whether anything left is not known."""
    not_before = present + FIRST_LOOK
    return Answer(row.id, row.attempt, DeliveryState.UNCERTAIN, "unexpected", "unexpected", not_before=not_before)


def released(row: Marked) -> Answer:
    """Give a marked row back: nothing of it left this machine."""
    return Answer(row.id, row.attempt, DeliveryState.WAITING, RELEASED)


def again(answer: Answer, attempts: int, first_at: datetime, present: datetime, jitter: float) -> Answer:
    """Set when a row that did not get through is attempted again, or fail it when it has expired.

    `attempts` counts those that did not get through, this one included; `first_at` is when the first was made.
    """
    if present - first_at >= EXPIRES_AFTER:
        return replace(answer, state=DeliveryState.FAILED, reason=answer.outcome)
    return replace(answer, not_before=present + timedelta(seconds=wait_before(attempts, jitter, FIRST_WAIT)))
