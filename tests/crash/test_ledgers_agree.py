"""2,000 people, one communication: our ledger against the provider's, with and without a worker killed in the middle.

The worker is a real process, the kill a real SIGKILL while the simulator holds requests open.
"""

import signal
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

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
from staffetta.work.schema import bring_up_to_date
bring_up_to_date()
channel = ledger.connected(Engage(sys.argv[1]))
ledger.people(int(sys.argv[2]))
print(ledger.draft(channel).pk)
"""
SETTINGS: dict[str, Any] = {
    "STAFFETTA_SEND_PACE": "0",
    "STAFFETTA_SEND_CONCURRENCY": "16",
    "STAFFETTA_READ_TIMEOUT": "3",
    "STAFFETTA_IN_FLIGHT_TIMEOUT": "6",
    "PYTHONPATH": f"{Path(__file__).resolve().parents[2]}:{Path(__file__).resolve().parents[2] / 'src'}",
}
UNSETTLED = "SELECT count(*) FROM deliveries_delivery WHERE state IN ('waiting', 'sending')"

pytestmark = [pytest.mark.crash, pytest.mark.xdist_group("crash")]


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


def test_two_thousand_people_are_written_to_once_each_by_two_workers(staffetta: Installation, engage: Engage) -> None:
    start(staffetta, engage)
    staffetta.start_sender()
    staffetta.start_sender()
    wait_until_settled(staffetta)
    assert states(staffetta) == {"sent": PEOPLE}
    assert len(engage.ledger()) == PEOPLE
    assert_books_agree(staffetta, engage)


def test_a_killed_worker_loses_nobody_and_repeats_nobody(staffetta: Installation, engage: Engage) -> None:
    start(staffetta, engage)
    # Of those held, half were accepted before they were held: no answer tells which.
    engage.fault("hang", match={**SENDS, "after": 600, "every": 2}, accepted=True, times=8)
    engage.fault("hang", match={**SENDS, "after": 300, "every": 2}, accepted=False, times=8)
    worker = staffetta.start_sender()
    engage.wait_until_held(8)
    worker.kill()
    time.sleep(1)  # a database server may still be committing what the killed worker had handed it
    in_flight = addresses(staffetta, "sending")
    assert 8 <= len(in_flight) <= 32, "at most twice the concurrency is marked ahead"
    engage.clear_faults()
    staffetta.start_sender()
    wait_until_settled(staffetta)
    uncertain = addresses(staffetta, "uncertain")
    assert uncertain, "a kill in the middle of sending must leave something to verify"
    assert uncertain <= in_flight
    assert_books_agree(staffetta, engage)


def test_a_worker_asked_to_stop_gets_the_answers_of_what_is_in_flight(staffetta: Installation, engage: Engage) -> None:
    start(staffetta, engage)
    engage.fault("hang", match={**SENDS, "after": 300}, accepted=True, times=16)
    worker = staffetta.start_sender()
    engage.wait_until_held(16)
    worker.send(signal.SIGTERM)
    time.sleep(0.5)
    engage.release()
    assert worker.popen.wait(20) == 0
    assert addresses(staffetta, "sending") == set(), "nothing is left for the sweeper"
    found = states(staffetta)
    assert found["uncertain"] == 0
    assert found["sent"] == len(engage.ledger())
    assert found["sent"] + found["waiting"] == PEOPLE
    assert_books_agree(staffetta, engage)


def test_a_worker_frozen_past_its_lease_doubles_nobody_when_it_wakes(staffetta: Installation, engage: Engage) -> None:
    start(staffetta, engage)
    engage.fault("latency", match=SENDS, ms=20)
    frozen = staffetta.start_sender()
    wait_until(lambda: len(engage.ledger()) > 100)
    staffetta.freeze(frozen)
    staffetta.start_sender()
    wait_until(lambda: states(staffetta)["sent"] > 600, 40, 0.1)
    frozen.send(signal.SIGCONT)
    wait_until_settled(staffetta)
    assert_books_agree(staffetta, engage)


def test_cut_and_timed_out_messages_are_never_repeated(staffetta: Installation, engage: Engage) -> None:
    start(staffetta, engage)
    engage.fault("reset", match={**SENDS, "every": 200}, accepted=True, times=5)
    engage.fault("reset", match={**SENDS, "every": 210}, accepted=False, times=5)
    engage.fault("hang", match={**SENDS, "every": 300}, accepted=True, seconds=5, times=3)
    staffetta.start_sender()
    wait_until_settled(staffetta)
    assert_books_agree(staffetta, engage)
    asked = Counter(row["json"]["id"] for row in engage.requests() if row["operation"] == "send_notification")
    assert max(asked.values()) == 1
    found = states(staffetta)
    assert 5 <= found["uncertain"] + found["sent"] - (PEOPLE - 13) <= 13
