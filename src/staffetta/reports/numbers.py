"""The numbers of a communication, from the counters the ledger keeps beside its rows. They sum to the audience."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from staffetta.communications.models import Communication
from staffetta.deliveries.models import TAKEN, DeliveryCount, DeliveryState

ALWAYS = (
    DeliveryState.SENT,
    DeliveryState.NOT_SENT,
    DeliveryState.FAILED,
    DeliveryState.UNCERTAIN,
    DeliveryState.WAITING,
    DeliveryState.CANCELLED,
)
"""The terms of the closing sum that are told even when they are 0."""
ORDER = (
    DeliveryState.SENT,
    DeliveryState.DELIVERED,
    DeliveryState.READ,
    DeliveryState.NOT_SENT,
    DeliveryState.FAILED,
    DeliveryState.UNDELIVERED,
    DeliveryState.UNCERTAIN,
    DeliveryState.SENDING,
    DeliveryState.WAITING,
    DeliveryState.CANCELLED,
)
"""States of messages the provider took."""
MISSED = (DeliveryState.NOT_SENT, DeliveryState.FAILED, DeliveryState.UNDELIVERED)
TROUBLED = (*MISSED, DeliveryState.UNCERTAIN, DeliveryState.CANCELLED)
UNSETTLED = (DeliveryState.WAITING, DeliveryState.SENDING)


@dataclass(frozen=True, slots=True)
class ReasonNumber:
    """How many people are in `state` for `reason` (a code of deliveries/ledger/reasons.py, "" when there is none)."""

    state: DeliveryState
    reason: str
    number: int


@dataclass(frozen=True, slots=True)
class Numbers:
    """`by_state` holds every state; `audience` is their sum, at every moment."""

    by_state: Mapping[DeliveryState, int]
    reasons: tuple[ReasonNumber, ...]

    @property
    def audience(self) -> int:
        return sum(self.by_state.values())

    @property
    def sent(self) -> int:
        """Taken by the provider, whatever became of it later."""
        return sum(self.by_state[state] for state in TAKEN)

    @property
    def unsettled(self) -> int:
        """Waiting or sending: what is still to be done."""
        return sum(self.by_state[state] for state in UNSETTLED)

    @property
    def settled(self) -> int:
        return self.audience - self.unsettled

    @property
    def uncertain(self) -> int:
        return self.by_state[DeliveryState.UNCERTAIN]

    @property
    def not_delivered(self) -> int:
        """Held back here, refused by the provider, or not delivered later."""
        return sum(self.by_state[state] for state in MISSED)

    def behind(self, state: str = "", reason: str = "") -> int:
        """Return how many are in a state, for a reason; all of them without."""
        if not reason:
            return self.by_state[DeliveryState(state)] if state else self.audience
        return sum(row.number for row in self.reasons if row.reason == reason and state in ("", row.state))

    @property
    def terms(self) -> tuple[tuple[DeliveryState, int], ...]:
        """The terms of the closing sum: the usual ones always, the others when somebody is in them."""
        return tuple((state, self.by_state[state]) for state in ORDER if state in ALWAYS or self.by_state[state])

    @property
    def troubled(self) -> tuple[ReasonNumber, ...]:
        """Whoever did not get it, by reason, the largest group first."""
        rows = [row for row in self.reasons if row.state in TROUBLED]
        return tuple(sorted(rows, key=lambda row: (-row.number, row.state, row.reason)))


def numbers(communication: Communication) -> Numbers:
    """Return the numbers of one communication; all 0 while nothing is planned."""
    return numbers_of([communication.pk])[communication.pk]


def numbers_of(communications: Iterable[int]) -> dict[int, Numbers]:
    """Return the numbers of several communications, in one query."""
    rows: dict[int, list[ReasonNumber]] = {pk: [] for pk in communications}
    counts = DeliveryCount.objects.filter(communication__in=rows, number__gt=0)
    for pk, state, reason, number in counts.values_list("communication_id", "state", "reason", "number"):
        rows[pk].append(ReasonNumber(DeliveryState(state), reason, number))
    return {pk: _folded(found) for pk, found in rows.items()}


def _folded(rows: list[ReasonNumber]) -> Numbers:
    by_state = dict.fromkeys(DeliveryState, 0)
    for row in rows:
        by_state[row.state] += row.number
    return Numbers(by_state, tuple(rows))
