"""One communication at full speed, paused and resumed over and over: `python -m prove.pauses [--seed N] [--pauses N]`.

A real worker, the simulator's ledger as the judge: nothing is accepted later than two seconds after a pause, nobody is
written to twice, nobody is missing. Prints what it found as JSON; ends with 1 if disproved. On SQLite, or with
STAFFETTA_DATABASE_URL in a database of its own on that PostgreSQL server.
"""

import argparse
import json
import os
import random
import secrets
import sys
import time
from typing import Any

import django

PEOPLE_PER_PAUSE = 1500
WITHIN = 2.0
"""Seconds a pause may take to have its effect."""
WATCHED = 2.3
"""Seconds the provider is watched after a pause: the effect is the last moment at which it accepted anything."""
LATENCIES = (0, 5, 20)  # milliseconds the provider takes, one of them at a time


def prove(seed: int, pauses: int) -> dict[str, Any]:
    """Return what happened. Raises AssertionError when it must not have."""
    from engage_simulator.testing import running
    from tests.crash import books
    from tests.deliveries.ledger import WORLD
    from tests.processes import installation

    begun, people = time.monotonic(), PEOPLE_PER_PAUSE * pauses
    with (
        running(seed=WORLD) as engage,
        installation(STAFFETTA_ENGAGE_URL=engage.url, **books.SETTINGS) as staffetta,
    ):
        communication = books.start(staffetta, engage, people)
        staffetta.start_worker()
        told = staffetta.python(
            "from prove import pauses; pauses.play()",
            *map(str, (engage.url, communication, seed, pauses)),
            seconds=60 + 10 * pauses,
        )
        played = json.loads(told)
        books.wait_until_settled(staffetta, 60 + people / 500)
        books.assert_books_agree(staffetta, engage, people)
        states = dict(books.states(staffetta))
        assert states == {"sent": people}, f"everybody should be sent by now: {states}"
        effects = [each["effect"] for each in played]
        assert max(effects) <= WITHIN, f"a pause took {max(effects)} s"
        return {
            "seed": seed,
            "pauses": pauses,
            "people": people,
            "effect_seconds": {"largest": max(effects), "middle": sorted(effects)[len(effects) // 2]},
            "accepted_at_pause": [each["accepted"] for each in played],
            "accepted_by_the_provider": engage.summary()["accepted"],
            "seconds": round(time.monotonic() - begun, 1),
        }


def play() -> None:
    """Pause and resume, within the installation: `URL COMMUNICATION SEED PAUSES` are the arguments."""
    from engage_simulator.testing import Engage

    engage, communication = Engage(sys.argv[1]), int(sys.argv[2])
    dice, pauses = random.Random(int(sys.argv[3])), int(sys.argv[4])
    print(json.dumps([_pause(engage, communication, dice) for _ in range(pauses)]))


def _pause(engage: Any, communication_id: int, dice: random.Random) -> dict[str, float]:
    """Pause somewhere in the sending, watch the provider, and resume."""
    from staffetta.communications.hold import resume
    from staffetta.communications.models import Communication
    from staffetta.communications.pause import pause
    from tests.processes import wait_until

    engage.clear_faults()
    engage.fault("latency", ms=dice.choice(LATENCIES))
    enough = engage.summary()["accepted"] + dice.randint(1, PEOPLE_PER_PAUSE // 10)
    wait_until(lambda: engage.summary()["accepted"] >= enough, 60, 0.005, "for the worker to send")
    assert pause(Communication.objects.get(pk=communication_id), None), "there was nothing left to pause"
    paused, accepted, effect = time.monotonic(), engage.summary()["accepted"], 0.0
    while time.monotonic() - paused < WATCHED:
        if (number := engage.summary()["accepted"]) != accepted:
            accepted, effect = number, round(time.monotonic() - paused, 3)
        time.sleep(0.01)
    resume(Communication.objects.get(pk=communication_id), None)
    return {"accepted": accepted, "effect": effect}


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    parser = argparse.ArgumentParser(prog="python -m prove.pauses", description=__doc__)
    parser.add_argument("--seed", type=int, default=None, help="the dice; another every time without it")
    parser.add_argument("--pauses", type=int, default=50, help="how often it is paused")
    options = parser.parse_args()
    seed = secrets.randbelow(1_000_000) if options.seed is None else options.seed
    try:
        results = prove(seed, options.pauses)
    except AssertionError as problem:
        results = {"disproved": {"seed": seed, "pauses": options.pauses, "what": str(problem)}}
    print(json.dumps(results, indent=2))
    return 1 if "disproved" in results else 0


if __name__ == "__main__":
    sys.exit(main())
