"""What each attempt gained, communication by communication: counted with the records, read by the report.

Only what is out of the ordinary is written: what an attempt lost, what a later one than the first gained, and what was
settled without an answer. The first attempt's gain is the rest, so a run in which all goes well writes nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from staffetta.deliveries.ledger.marks import Answer
from staffetta.deliveries.ledger.policy import ACCEPTED, RELEASED
from staffetta.deliveries.ledger.retry_table import TABLE
from staffetta.deliveries.models import TAKEN, AttemptCount, DeliveryKind
from staffetta.work.database import databases

SETTLED = 0
"""The number under which stands what no attempt's answer settled: history, event, person."""
UNCOUNTED = tuple(sorted({RELEASED, *(code for code, rule in TABLE.items() if not rule.counts_as_attempt)}))

# Sorted by the caller, so that two transactions lock the rows in one order.
ADD = """
INSERT INTO deliveries_attemptcount (communication_id, number, outcome, total) VALUES {places}
ON CONFLICT (communication_id, number, outcome) DO UPDATE SET total = deliveries_attemptcount.total + excluded.total
"""
# How many attempts of a message were made: one that was given back, or met a limit, is none.
TRIES = """
SELECT delivery_id, COUNT(*) FROM deliveries_attempt
WHERE delivery_id {ids} AND outcome NOT IN ({uncounted}) GROUP BY delivery_id
"""


@dataclass(slots=True)
class Gains:
    """What the answers of one turn add; communications only."""

    answers: list[tuple[int, Answer]] = field(default_factory=list)
    added: Counter[tuple[int, int, str]] = field(default_factory=Counter)

    def answered(self, communication_id: int | None, kind: str, answer: Answer) -> None:
        """Note one recorded answer."""
        usual = answer.attempt == 1 and answer.outcome == ACCEPTED
        if usual or communication_id is None or kind != DeliveryKind.COMMUNICATION or answer.outcome in UNCOUNTED:
            return
        self.answers.append((communication_id, answer))

    def settled(self, communication_id: int | None, kind: str, old: str, new: str, by: str) -> None:
        """Note one message that counts as taken, or no longer, without an answer to an attempt."""
        if communication_id is not None and kind == DeliveryKind.COMMUNICATION and old not in TAKEN and new in TAKEN:
            self.added[communication_id, SETTLED, by] += 1

    def write(self, cursor: Any) -> None:
        """Add it up; call within the transaction of the records, after them."""
        tries = _tries(cursor, [answer.id for _, answer in self.answers if answer.attempt > 1])
        for communication_id, answer in self.answers:
            number = tries.get(answer.id, 1)
            if (number, answer.outcome) != (1, ACCEPTED):
                self.added[communication_id, number, answer.outcome] += 1
        places = sorted(self.added.items())
        if places:
            values = ", ".join(["(%s, %s, %s, %s)"] * len(places))
            cursor.execute(ADD.format(places=values), [part for place, total in places for part in (*place, total)])


@dataclass(frozen=True, slots=True)
class Gain:
    """One attempt of a communication: how many it gained, and how many it lost to which outcome."""

    number: int
    accepted: int
    lost: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Gained:
    """All attempts in their order, and how many were settled without an answer. Empty when one attempt did it all."""

    attempts: tuple[Gain, ...] = ()
    settled: int = 0


def gained(communication_id: int, taken: int) -> Gained:
    """Return what each attempt gained; `taken` is how many the provider took, whatever became of them. One query."""
    rows = AttemptCount.objects.filter(communication=communication_id, total__gt=0)
    return _folded(rows.values_list("number", "outcome", "total"), taken)


def _folded(rows: Iterable[tuple[int, str, int]], taken: int) -> Gained:
    counted: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for number, outcome, total in rows:
        counted[number][outcome] = total
    if not counted:
        return Gained()
    settled = sum(counted.pop(SETTLED, {}).values())
    later = sum(found.get(ACCEPTED, 0) for found in counted.values())
    counted[1][ACCEPTED] = max(0, taken - later - settled)
    return Gained(tuple(_gain(number, found) for number, found in sorted(counted.items())), settled)


def _gain(number: int, found: dict[str, int]) -> Gain:
    lost = sorted(((outcome, total) for outcome, total in found.items() if outcome != ACCEPTED), key=lambda x: -x[1])
    return Gain(number, found.get(ACCEPTED, 0), tuple(lost))


def _tries(cursor: Any, ids: list[int]) -> dict[int, int]:
    if not ids:
        return {}
    condition, parameters = databases.listed(ids)
    marks = ", ".join(["%s"] * len(UNCOUNTED))
    cursor.execute(TRIES.format(ids=condition, uncounted=marks), [*parameters, *UNCOUNTED])
    return {int(each): int(number) for each, number in cursor.fetchall()}
