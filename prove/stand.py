"""What the proofs share: an installation with communications under way, and the comparison of all books afterwards."""

import argparse
import json
import os
import secrets
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from bench import account
from engage_simulator.testing import Engage
from tests.processes import ROOT, Installation, Started, installation, wait_until

CONCURRENCY = 16
SETTINGS: dict[str, Any] = {
    "STAFFETTA_SEND_PACE": "0",
    "STAFFETTA_SEND_CONCURRENCY": str(CONCURRENCY),
    "STAFFETTA_READ_TIMEOUT": "3",
    "STAFFETTA_IN_FLIGHT_TIMEOUT": "6",
    "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}",
}
LANES = ("plan", "dispatch", "watch", "look_up", "sweep")
"""Four workers of all lanes hold more connections than the hundred a PostgreSQL server gives."""
START = """
import sys
from bench import stage
from staffetta.events.models import ReadMark
from staffetta.work.clock import now
stage.people(int(sys.argv[2]))
for number in range(int(sys.argv[1])):
    on = stage.channel(number)
    stage.communication(on)
    read = now()  # a worker that starts believes no reading of the future
    ReadMark.objects.update_or_create(channel=on, defaults={"at": read, "customers_at": read})
"""
STATES = "SELECT state, count(*) FROM deliveries_delivery GROUP BY state"
UNSETTLED = "SELECT coalesce(sum(number), 0) FROM deliveries_deliverycount WHERE state IN ('waiting', 'sending')"
"""By the counters, whatever the size; `judge` compares them with the rows."""
MARKED = "SELECT coalesce(sum(number), 0) FROM deliveries_deliverycount WHERE state NOT IN ('waiting', 'not_sent')"
UNPLANNED = "SELECT count(*) FROM communications_communication WHERE started_at IS NULL"
HELD = "SELECT held_reason FROM communications_communication WHERE state = 'held'"
COUNTED = "SELECT state, sum(number) FROM deliveries_deliverycount GROUP BY state"
ROWS = "SELECT channel_provider_id, address, state FROM deliveries_delivery"
UNANSWERED = """SELECT a.worker, d.state, d.settled_by, d.attempt - a.number
FROM deliveries_attempt a JOIN deliveries_delivery d ON d.id = a.delivery_id WHERE a.answered_at IS NULL"""
Person = tuple[str, str]


class Disproved(Exception):
    """What must never happen did; the text says what."""


@contextmanager
def house(engage: Engage, channels: int, people: int, postgres: str = "") -> Iterator[Installation]:
    """Give an installation with one communication to `people` on each of so many channels, all asked to start."""
    os.environ["STAFFETTA_DATABASE_URL"] = postgres
    # Empty, and not copied from the suite's: that one is dropped at our end, when a cluster of our own is gone.
    with installation(empty=True, STAFFETTA_ENGAGE_URL=engage.url, **SETTINGS) as staffetta:
        staffetta.python("from staffetta.work.database import schema\nschema.bring_up_to_date()")
        start(staffetta, channels, people)
        yield staffetta


def start_worker(staffetta: Installation) -> Started:
    """Start a worker without waiting for it: what happens may strike while it starts."""
    return staffetta.start_python(f"from staffetta.work.worker import serve\nserve({LANES})", name="worker")


def start(staffetta: Installation, channels: int, people: int) -> None:
    staffetta.python(START, str(channels), str(people), seconds=1800)


def unsettled(staffetta: Installation) -> int:
    """Return how many people still wait or are under way; -1 while something is not planned."""
    if staffetta.rows(UNPLANNED)[0][0]:
        return -1
    return int(staffetta.rows(UNSETTLED)[0][0])


def marked(staffetta: Installation) -> int:
    """Return how many people were marked and do not wait again."""
    return int(staffetta.rows(MARKED)[0][0])


def wait_until_settled(staffetta: Installation, seconds: float) -> None:
    def settled() -> bool:
        if held := staffetta.rows(HELD):
            raise Disproved(f"held: {held}")
        return unsettled(staffetta) == 0

    wait_until(settled, seconds, 0.5, "for everybody to be settled")


def received(engage: Engage) -> Counter[Person]:
    """Return how often each person was accepted, read line by line: the ledger may hold a million."""
    times: Counter[Person] = Counter()
    with urllib.request.urlopen(f"{engage.url}/_control/ledger.ndjson", timeout=600) as lines:
        for line in lines:
            row = json.loads(line)
            times[row["channel"], row["recipient"]] += 1
    return times


def judge(staffetta: Installation, accepted: Counter[Person], people: int) -> dict[str, Any]:
    """Compare the provider's ledger with ours: nobody twice, nobody missing, the sums close. Raises Disproved."""
    staffetta.end()  # else the look-up settles uncertain ones between two questions
    time.sleep(1)  # a database server may still be committing
    ours = {(str(channel), str(address)): str(state) for channel, address, state in staffetta.rows(ROWS)}
    _want(len(ours) == people, f"{len(ours)} people have a row, {people} should")
    doubled = [who for who, times in accepted.items() if times > 1]
    _want(not doubled, f"{len(doubled)} people were written to twice: {doubled[:5]}")
    strangers = accepted.keys() - ours.keys()
    _want(not strangers, f"{len(strangers)} people were written to without a row")
    lying = [who for who, state in ours.items() if state == "sent" and who not in accepted]
    _want(not lying, f"{len(lying)} are `sent` that the provider did not accept: {lying[:5]}")
    silent = [who for who in accepted if ours[who] not in ("sent", "uncertain")]
    _want(not silent, f"{len(silent)} were accepted and are neither sent nor uncertain: {silent[:5]}")
    states = Counter(ours.values())
    counted = {state: int(number) for state, number in staffetta.rows(COUNTED) if number}
    _want(counted == dict(states), f"the counters say {counted}, the rows {dict(states)}")
    without = unanswered(staffetta)
    return {"people": people, "states": dict(states), "accepted": accepted.total(), "without_answer": without.total()}


def unanswered(staffetta: Installation) -> Counter[str]:
    """Count by worker the attempts without an answer; each must be uncertain, or settled since by evidence."""
    workers: Counter[str] = Counter()
    for worker, state, settled_by, later in staffetta.rows(UNANSWERED):
        listed = state == "uncertain" or settled_by in ("history", "event")
        _want(listed and not later, f"an attempt without an answer is {state}, settled by {settled_by!r}")
        workers[str(worker)] += 1
    return workers


def _want(true: bool, otherwise: str) -> None:
    if not true:
        raise Disproved(otherwise)


def world(channels: int) -> dict[str, Any]:
    return account.world(channels)


def run(parser: argparse.ArgumentParser, prove: Callable[[argparse.Namespace], dict[str, Any]]) -> int:
    """Read --seed and --postgres, prove, print one line of JSON; 1 when it is disproved."""
    parser.add_argument("--seed", type=int, default=None, help="the dice; another every time without it")
    parser.add_argument("--postgres", default="", help="a PostgreSQL server instead of SQLite")
    asked = parser.parse_args()
    if asked.seed is None:
        asked.seed = secrets.randbelow(1_000_000)
    try:
        told = prove(asked)
    except (Disproved, AssertionError) as problem:
        told = {"disproved": str(problem)[:4000]}
    print(json.dumps({"seed": asked.seed, "database": "postgresql" if asked.postgres else "sqlite", **told}))
    sys.stdout.flush()
    return 1 if "disproved" in told else 0
