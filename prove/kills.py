"""Workers killed at random moments of many communications: afterwards the provider's ledger against ours.

    python -m prove.kills [--seed N] [--kills N] [--channels N] [--people N] [--workers N] [--postgres URL]

Every worker is a real process and every kill a real SIGKILL, wherever it strikes: before the mark, after it, while the
request is under way, after the answer, in the middle of recording. Nobody may be written to twice, nobody may be
missing, and whatever was in flight must have become *da verificare*: a run in which nothing did has proved nothing and
fails. Whatever has no answer at the end must belong to a killed worker and be no more than that may have marked ahead.
"""

import argparse
import random
import sys
import time
from typing import Any

from engage_simulator.testing import Engage, running
from prove import stand
from tests.processes import Installation, Started, wait_until

LATENCIES = (5, 20, 60)
"""Milliseconds the provider takes, one of them at a time."""
KILL_SECONDS = 120.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--channels", type=int, default=8)
    parser.add_argument("--people", type=int, default=1000, help="of each channel's communication")
    parser.add_argument("--workers", type=int, default=4)
    return stand.run(parser, prove)


def prove(asked: argparse.Namespace) -> dict[str, Any]:
    """Return what happened. Raises Disproved."""
    begun, everybody = time.monotonic(), asked.people * asked.channels
    with (
        running(stand.world(asked.channels)) as engage,
        stand.house(engage, asked.channels, asked.people, asked.postgres) as staffetta,
    ):
        killed = _kill_workers(staffetta, engage, asked)
        engage.clear_faults()
        stand.wait_until_settled(staffetta, 120 + everybody / 200)
        told = stand.judge(staffetta, stand.received(engage), everybody)
        _judge_unanswered(staffetta, killed, asked.channels)
        seconds = round(time.monotonic() - begun, 1)
        return {"kills": len(killed), "channels": asked.channels, "workers": asked.workers, **told, "seconds": seconds}


def _kill_workers(staffetta: Installation, engage: Engage, asked: argparse.Namespace) -> list[int]:
    """Kill one of the workers and start another, again and again; return the numbers of the processes killed."""
    dice, killed = random.Random(asked.seed), list[int]()
    engage.fault("latency", ms=max(LATENCIES))
    workers = [stand.start_worker(staffetta) for _ in range(asked.workers)]
    piece = max(1, asked.people * asked.channels // asked.kills)
    while len(killed) < asked.kills and stand.unsettled(staffetta):
        engage.clear_faults()
        engage.fault("latency", ms=dice.choice(LATENCIES))
        victim = workers.pop(dice.randrange(len(workers)))
        _wait_for_the_moment(staffetta, victim, dice, piece)
        victim.kill()
        killed.append(victim.pid)
        print(f"kill {len(killed)} of {asked.kills}: {stand.marked(staffetta)} marked", file=sys.stderr, flush=True)
        workers.append(stand.start_worker(staffetta))
    if len(killed) < asked.kills:
        print(f"everybody was settled after {len(killed)} kills", file=sys.stderr, flush=True)
    return killed


def _wait_for_the_moment(staffetta: Installation, worker: Started, dice: random.Random, piece: int) -> None:
    """Four times of five somewhere in the sending, else at any moment: starting, planning, taking over."""
    if dice.random() < 0.2:
        time.sleep(dice.uniform(0, 3))
        return
    enough = stand.marked(staffetta) + dice.randint(1, piece)

    def reached() -> bool:
        return stand.marked(staffetta) >= enough or worker.popen.poll() is not None or not stand.unsettled(staffetta)

    wait_until(reached, KILL_SECONDS, 0.05, "for a worker to send")
    time.sleep(dice.uniform(0, 0.05))


def _judge_unanswered(staffetta: Installation, killed: list[int], channels: int) -> None:
    """What has no answer was marked by a worker that was killed, and no more than it may mark ahead."""
    most = 2 * stand.CONCURRENCY * channels
    found = stand.unanswered(staffetta)
    if not found:
        raise stand.Disproved("nothing became uncertain: no kill struck while something was in flight")
    for worker, number in found.items():
        process = int(worker.split("-")[-2])
        if process not in killed:
            raise stand.Disproved(f"{number} messages of {worker} have no answer, and nobody killed it")
        if number > most:
            raise stand.Disproved(f"{number} messages of {worker} have no answer, {most} may be")


if __name__ == "__main__":
    sys.exit(main())
