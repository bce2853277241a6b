"""The numbers of a communication, kept with its rows in one transaction, and the check that proves them.

Progress is then read in constant time whatever the size. A mover collects how many rows leave and reach each
(communication, state, reason); `write` adds it up in one statement.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count

from staffetta.deliveries.ledger.gains import Gains
from staffetta.deliveries.models import Delivery, DeliveryCount, DeliveryKind
from staffetta.work.database import databases

Place = tuple[int, str, str]

# One upsert for all places of a turn. Sorted by the caller, so that two transactions lock the rows in one order.
ADD = """
INSERT INTO deliveries_deliverycount (communication_id, state, reason, number) VALUES {places}
ON CONFLICT (communication_id, state, reason) DO UPDATE SET number = deliveries_deliverycount.number + excluded.number
"""


class Moves:
    """How many rows moved where, of communications only: test sends and transactional messages are no audience."""

    def __init__(self) -> None:
        self._moved: Counter[Place] = Counter()
        self.gains = Gains()

    def arrive(self, communication_id: int | None, kind: str, state: str, reason: str = "", number: int = 1) -> None:
        if communication_id is not None and kind == DeliveryKind.COMMUNICATION:
            self._moved[communication_id, state, reason] += number

    def leave(self, communication_id: int | None, kind: str, state: str, reason: str = "", number: int = 1) -> None:
        self.arrive(communication_id, kind, state, reason, -number)

    def write(self) -> None:
        """Add what was collected; call within the transaction that moved the rows, as its last statement."""
        places = sorted((place, number) for place, number in self._moved.items() if number)
        self._moved.clear()
        if not places:
            return
        values = ", ".join(["(%s, %s, %s, %s)"] * len(places))
        with databases.cursor_of_turn() as cursor:
            cursor.execute(ADD.format(places=values), [part for place, number in places for part in (*place, number)])


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the counter and the rows disagree."""

    communication_id: int
    state: str
    reason: str
    counted: int
    rows: int


def counts_of(communication_id: int) -> dict[tuple[str, str], int]:
    """Return the counters of one communication by (state, reason), without the empty ones."""
    rows = DeliveryCount.objects.filter(communication_id=communication_id).exclude(number=0)
    return {(row.state, row.reason): row.number for row in rows}


def reconcile(communication_ids: Iterable[int]) -> list[Difference]:
    """Compare counters and rows of these communications; an empty list is the proof that they agree."""
    return [difference for each in communication_ids for difference in _differences(each)]


def repair(communication_id: int) -> list[Difference]:
    """Set the counters to what the rows say and return what was wrong."""
    with transaction.atomic():
        wrong = _differences(communication_id)
        moves = Moves()
        for place in wrong:
            moves.arrive(
                communication_id, DeliveryKind.COMMUNICATION, place.state, place.reason, place.rows - place.counted
            )
        moves.write()
    return wrong


def _differences(communication_id: int) -> list[Difference]:
    with transaction.atomic():  # one picture of both on SQLite; on PostgreSQL the caller looks when it is quiet
        counted = counts_of(communication_id)
        rows = {
            (state, reason): number
            for state, reason, number in Delivery.objects.filter(
                communication_id=communication_id, kind=DeliveryKind.COMMUNICATION
            )
            .values_list("state", "reason")
            .annotate(number=Count("id"))
            .order_by()
        }
    places = sorted(counted.keys() | rows.keys())
    return [
        Difference(communication_id, state, reason, counted.get((state, reason), 0), rows.get((state, reason), 0))
        for state, reason in places
        if counted.get((state, reason), 0) != rows.get((state, reason), 0)
    ]
