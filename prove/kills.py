"""Workers killed at random moments of one communication: afterwards the provider's ledger against ours.

The worker is a real process and every kill a real SIGKILL. Nobody may be written to twice, nobody may be missing, and
whatever was in flight must have become *da verificare*: a run in which nothing did has proved nothing and fails.
"""

import random
import time
from typing import Any

from engage_simulator.testing import Engage, running
from tests.crash import test_ledgers_agree as crash
from tests.deliveries.ledger import WORLD
from tests.processes import Installation, Started, installation, wait_until

PEOPLE_PER_KILL = 300
MOST_AHEAD = 2 * int(crash.SETTINGS["STAFFETTA_SEND_CONCURRENCY"])
LATENCIES = (5, 20, 60)  # milliseconds the provider takes, one of them at a time
UNANSWERED = "SELECT count(*) FROM deliveries_attempt WHERE answered_at IS NULL"
PLANNED = "SELECT count(*) FROM communications_communication WHERE started_at IS NOT NULL"
KILL_SECONDS = 60.0


class Disproved(Exception):
    """What must never happen did; the text says what."""


def prove(seed: int, kills: int) -> dict[str, Any]:
    """Return what happened. Raises Disproved."""
    begun, people = time.monotonic(), PEOPLE_PER_KILL * kills
    with (
        running(seed=WORLD) as engage,
        installation(STAFFETTA_ENGAGE_URL=engage.url, **crash.SETTINGS) as staffetta,
    ):
        crash.start(staffetta, engage, people)
        in_flight = _kill_workers(staffetta, engage, random.Random(seed), kills)
        engage.clear_faults()
        staffetta.start_worker()
        crash.wait_until_settled(staffetta, 300)
        _judge(staffetta, engage, people, kills)
        return {
            "seed": seed,
            "kills": kills,
            "people": people,
            "in_flight_at_kill": in_flight,
            "without_answer": staffetta.rows(UNANSWERED)[0][0],
            "states": dict(crash.states(staffetta)),
            "accepted_by_the_provider": engage.summary()["accepted"],
            "seconds": round(time.monotonic() - begun, 1),
        }


def _kill_workers(staffetta: Installation, engage: Engage, dice: random.Random, kills: int) -> list[int]:
    """Start a worker and kill it, again and again; return how many messages each kill found in flight."""
    found = []
    for number in range(1, kills + 1):
        engage.clear_faults()
        engage.fault("latency", ms=dice.choice(LATENCIES))
        worker = staffetta.start_worker()
        _wait_for_the_moment(staffetta, engage, worker, dice)
        worker.kill()
        found.append(crash.states(staffetta)["sending"])
        print(f"kill {number} of {kills}: {found[-1]} in flight, {engage.summary()['accepted']} accepted", flush=True)
    return found


def _wait_for_the_moment(staffetta: Installation, engage: Engage, worker: Started, dice: random.Random) -> None:
    """Three times of four somewhere in the sending, else at any moment: starting, planning, taking over."""
    if dice.random() < 0.25:
        time.sleep(dice.uniform(0, 4))
        return
    enough = engage.summary()["accepted"] + dice.randint(1, PEOPLE_PER_KILL)

    def reached() -> bool:
        if worker.popen.poll() is not None or engage.summary()["accepted"] >= enough:
            return True
        return bool(staffetta.rows(PLANNED)[0][0]) and not staffetta.rows(crash.UNSETTLED)[0][0]

    wait_until(reached, KILL_SECONDS, 0.005, "for a worker to send")
    time.sleep(dice.uniform(0, 0.05))


def _judge(staffetta: Installation, engage: Engage, people: int, kills: int) -> None:
    try:
        crash.assert_books_agree(staffetta, engage, people)
    except AssertionError as error:
        raise Disproved(f"the ledgers do not agree: {error}") from error
    uncertain = staffetta.rows(UNANSWERED)[0][0]
    if not uncertain:
        raise Disproved("nothing became uncertain: no kill struck while something was in flight")
    if uncertain > kills * MOST_AHEAD:
        raise Disproved(
            f"{uncertain} messages were left without an answer by {kills} workers, {MOST_AHEAD} each may be"
        )
