"""What crash tests share: many people to write to, fast settings, and our books against the provider's."""

from collections import Counter
from pathlib import Path
from typing import Any

from engage_simulator.testing import Engage
from tests.deliveries.ledger import FIRST
from tests.processes import Installation, wait_until

PEOPLE = 2000
SENDS = {"operation": "send_notification"}
PREPARE = """
import sys
from tests.deliveries import ledger
from engage_simulator.testing import Engage
from staffetta.communications.models import Communication
from staffetta.events.models import ReadMark
from staffetta.work.clock import now
from staffetta.work.database.schema import bring_up_to_date
bring_up_to_date()
channel = ledger.connected(Engage(sys.argv[1]))
ledger.people(int(sys.argv[2]))
communication = ledger.draft(channel)
ReadMark.objects.update(at=now(), customers_at=now())  # a worker that starts believes no reading of the future
print(communication.pk)
"""
OPT_OUTS_READ = """
from staffetta.events.models import ReadMark
from staffetta.work.clock import now
ReadMark.objects.update(at=now(), customers_at=now())
"""
"""For workers without the lane that reads them: a start waits for a reading begun after it was asked for or changed."""
SETTINGS: dict[str, Any] = {
    "STAFFETTA_SEND_PACE": "0",
    "STAFFETTA_SEND_CONCURRENCY": "16",
    "STAFFETTA_READ_TIMEOUT": "3",
    "STAFFETTA_IN_FLIGHT_TIMEOUT": "6",
    "PYTHONPATH": f"{Path(__file__).resolve().parents[2]}:{Path(__file__).resolve().parents[2] / 'src'}",
}
UNSETTLED = "SELECT count(*) FROM deliveries_delivery WHERE state IN ('waiting', 'sending')"


def start(staffetta: Installation, engage: Engage, people: int = PEOPLE) -> int:
    return int(staffetta.python(PREPARE, engage.url, str(people)))


def wait_until_settled(staffetta: Installation, seconds: float = 60) -> None:
    planned = "SELECT count(*) FROM communications_communication WHERE started_at IS NOT NULL"
    wait_until(lambda: staffetta.rows(planned)[0][0] and not staffetta.rows(UNSETTLED)[0][0], seconds, 0.1)


def states(staffetta: Installation) -> Counter[str]:
    return Counter(dict(staffetta.rows("SELECT state, count(*) FROM deliveries_delivery GROUP BY state")))


def addresses(staffetta: Installation, state: str) -> set[str]:
    return {str(row[0]) for row in staffetta.rows("SELECT address FROM deliveries_delivery WHERE state = %s", state)}


def assert_books_agree(staffetta: Installation, engage: Engage, people: int = PEOPLE) -> None:
    """Nobody twice, nobody missing, `sent` only where the provider accepted, and the counters equal the rows."""
    received = [row["recipient"] for row in engage.ledger(channel=FIRST)]
    # In this order: between the two questions the look-up may settle an uncertain one as sent.
    uncertain, sent = addresses(staffetta, "uncertain"), addresses(staffetta, "sent")
    assert [who for who, times in Counter(received).items() if times > 1] == []
    assert sent <= set(received)
    assert set(received) <= sent | uncertain
    assert sum(states(staffetta).values()) == people
    # Asked again for a moment: between the two questions the look-up may settle an uncertain one.
    wait_until(lambda: counted(staffetta) == dict(states(staffetta)), 5, 0.1, "for the counters to equal the rows")


def counted(staffetta: Installation) -> dict[str, int]:
    """Return the counters by state."""
    rows = staffetta.rows("SELECT state, sum(number) FROM deliveries_deliverycount GROUP BY state")
    return {state: int(number) for state, number in rows if number}
