"""2,000 people, one communication: our ledger against the provider's, with and without a worker killed in the middle.

The worker is a real process, the kill a real SIGKILL while the simulator holds requests open.
"""

import signal
import time
from collections import Counter

import pytest

from engage_simulator.testing import Engage
from tests.crash import books
from tests.processes import Installation, wait_until

pytestmark = [pytest.mark.crash, pytest.mark.xdist_group("crash")]


def test_two_thousand_people_are_written_to_once_each_by_two_workers(staffetta: Installation, engage: Engage) -> None:
    books.start(staffetta, engage)
    staffetta.start_sender()
    staffetta.start_sender()
    books.wait_until_settled(staffetta)
    assert books.states(staffetta) == {"sent": books.PEOPLE}
    assert len(engage.ledger()) == books.PEOPLE
    books.assert_books_agree(staffetta, engage)


def test_a_killed_worker_loses_nobody_and_repeats_nobody(staffetta: Installation, engage: Engage) -> None:
    books.start(staffetta, engage)
    # Of those held, half were accepted before they were held: no answer tells which.
    engage.fault("hang", match={**books.SENDS, "after": 600, "every": 2}, accepted=True, times=8)
    engage.fault("hang", match={**books.SENDS, "after": 300, "every": 2}, accepted=False, times=8)
    worker = staffetta.start_sender()
    engage.wait_until_held(8)
    worker.kill()
    time.sleep(1)  # a database server may still be committing what the killed worker had handed it
    in_flight = books.addresses(staffetta, "sending")
    assert 8 <= len(in_flight) <= 32, "at most twice the concurrency is marked ahead"
    engage.clear_faults()
    staffetta.start_sender()
    books.wait_until_settled(staffetta)
    uncertain = books.addresses(staffetta, "uncertain")
    assert uncertain, "a kill in the middle of sending must leave something to verify"
    assert uncertain <= in_flight
    books.assert_books_agree(staffetta, engage)


def test_a_worker_asked_to_stop_gets_the_answers_of_what_is_in_flight(staffetta: Installation, engage: Engage) -> None:
    books.start(staffetta, engage)
    engage.fault("hang", match={**books.SENDS, "after": 300}, accepted=True, times=16)
    worker = staffetta.start_sender()
    engage.wait_until_held(16)
    worker.send(signal.SIGTERM)
    time.sleep(0.5)
    engage.release()
    assert worker.popen.wait(20) == 0
    assert books.addresses(staffetta, "sending") == set(), "nothing is left for the sweeper"
    found = books.states(staffetta)
    assert found["uncertain"] == 0
    assert found["sent"] == len(engage.ledger())
    assert found["sent"] + found["waiting"] == books.PEOPLE
    books.assert_books_agree(staffetta, engage)


def test_a_worker_frozen_past_its_lease_doubles_nobody_when_it_wakes(staffetta: Installation, engage: Engage) -> None:
    books.start(staffetta, engage)
    engage.fault("latency", match=books.SENDS, ms=20)
    frozen = staffetta.start_sender()
    wait_until(lambda: len(engage.ledger()) > 100)
    staffetta.freeze(frozen)
    staffetta.start_sender()
    wait_until(lambda: books.states(staffetta)["sent"] > 600, 40, 0.1)
    frozen.send(signal.SIGCONT)
    books.wait_until_settled(staffetta)
    books.assert_books_agree(staffetta, engage)


def test_cut_and_timed_out_messages_are_never_repeated(staffetta: Installation, engage: Engage) -> None:
    books.start(staffetta, engage)
    engage.fault("reset", match={**books.SENDS, "every": 200}, accepted=True, times=5)
    engage.fault("reset", match={**books.SENDS, "every": 210}, accepted=False, times=5)
    engage.fault("hang", match={**books.SENDS, "every": 300}, accepted=True, seconds=5, times=3)
    staffetta.start_sender()
    books.wait_until_settled(staffetta)
    books.assert_books_agree(staffetta, engage)
    asked = Counter(row["json"]["id"] for row in engage.requests() if row["operation"] == "send_notification")
    assert max(asked.values()) == 1
    found = books.states(staffetta)
    assert 5 <= found["uncertain"] + found["sent"] - (books.PEOPLE - 13) <= 13
