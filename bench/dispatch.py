"""How fast dispatch is, durable, beside the bare client loop against the same server in the same minute.

    python -m bench.dispatch [--messages N] [--channels N] [--latency MS] [--simulator] [--postgres URL]

One `staffetta worker` with the shipped settings, but no pace. The time is that of the ledger: from the first row marked
to the last answer recorded. Prints one line of JSON; ends with 1 when the provider's ledger is not ours.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import engage_simulator.testing as simulator
from bench import account, sink
from bench.place import place, used
from tests.processes import Installation

UNSETTLED = "SELECT count(*) FROM communications_communication WHERE state <> 'done'"
"""Asked twice a second: a question to the rows would cost what is measured."""
SPAN = "SELECT min(marked_at), max(answered_at) FROM deliveries_attempt"
STATES = "SELECT state, count(*) FROM deliveries_delivery GROUP BY state ORDER BY state"
COUNTERS = (
    "SELECT state, sum(number) FROM deliveries_deliverycount GROUP BY state HAVING sum(number) <> 0 ORDER BY state"
)
LONGEST = 1800.0
Provider = sink.Sink | simulator.Engage


def main() -> int:
    asked = _arguments()
    found = measure(asked)
    print(json.dumps(found))
    return 0 if found["books_agree"] else 1


def measure(asked: argparse.Namespace) -> dict[str, Any]:
    """Return what one worker did beside the loop."""
    with _provider(asked) as provider:
        settings = {
            "STAFFETTA_ENGAGE_URL": provider.url,
            "STAFFETTA_SEND_CONCURRENCY": str(asked.concurrency),
            "STAFFETTA_SEND_PACE": "0",
        }
        with place(asked.postgres, **settings) as staffetta:
            planning = plan(staffetta, asked.channels, asked.messages)
            before = _loop(provider, asked)
            seconds, worker = _dispatch(staffetta, asked)
            books = _books(staffetta, provider, asked.messages)
            loop = (before + _loop(provider, asked)) / 2
    rate = asked.messages / seconds
    return {
        "database": "postgresql" if asked.postgres else "sqlite",
        "provider": "simulator" if asked.simulator or asked.latency else "sink",
        "latency_ms": asked.latency,
        "channels": asked.channels,
        "messages": asked.messages,
        "concurrency": asked.concurrency,
        "planning": planning,
        "per_second": round(rate),
        "loop_per_second": round(loop),
        "of_the_loop": round(rate / loop, 2),
        "worker": worker | {"ms_per_message": round(1000 * worker["processor_seconds"] / asked.messages, 3)},
        **books,
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--channels", type=int, default=1)
    parser.add_argument("--concurrency", type=int, default=100)
    parser.add_argument("--latency", type=int, default=0, help="milliseconds the simulator takes")
    parser.add_argument("--simulator", action="store_true", help="the simulator instead of the sink")
    parser.add_argument("--postgres", default="")
    parser.add_argument("--profile", default="", help="py-spy's program, when there is one: writes a flame graph")
    return parser.parse_args()


def plan(staffetta: Installation, channels: int, messages: int) -> dict[str, Any]:
    """Plan so many messages in a process of its own; return its seconds and memory."""
    staffetta.python(f"from bench import stage\nstage.ask({channels}, {messages})", seconds=LONGEST)
    took: dict[str, Any] = json.loads(staffetta.python("from bench import stage\nstage.plan_all()", seconds=LONGEST))
    return took | {"per_second": round(messages / took["seconds"])}


@contextmanager
def _provider(asked: argparse.Namespace) -> Iterator[Provider]:
    if not (asked.simulator or asked.latency):
        with sink.running() as made:
            yield made
        return
    with simulator.running(account.world(asked.channels)) as engage:
        if asked.latency:
            engage.fault("latency", ms=asked.latency)
        yield engage


def _loop(provider: Provider, asked: argparse.Namespace) -> float:
    """Return the bare loop's sends a second, as many at once as dispatch has on all its channels."""
    messages = min(asked.messages, 20_000)
    if asked.latency:
        messages = min(messages, 5 * asked.concurrency * asked.channels * 1000 // asked.latency)
    words = ["--messages", str(messages), "--connections", str(asked.concurrency * asked.channels)]
    done = subprocess.run(
        [sys.executable, "-m", "bench.loop", provider.url, "--key", account.key_of(0), *words],
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    _clear(provider)
    return float(json.loads(done.stdout)["per_second"])


def _clear(provider: Provider) -> None:
    provider.clear() if isinstance(provider, sink.Sink) else provider.clear_ledger()


def _dispatch(staffetta: Installation, asked: argparse.Namespace) -> tuple[float, dict[str, Any]]:
    worker = staffetta.start_worker("--lanes", "dispatch,watch,sweep")
    if asked.profile:
        subprocess.Popen([asked.profile, "record", "-d", "8", "-o", "/tmp/dispatch.svg", "-p", str(worker.pid)])
    end = time.monotonic() + LONGEST
    while staffetta.rows(UNSETTLED)[0][0]:
        if time.monotonic() > end:
            raise SystemExit(f"not settled after {LONGEST:.0f} s\n{worker.log[-4000:]}")
        time.sleep(0.5)
    took = used(worker.pid)
    worker.stop()
    began, ended = staffetta.rows(SPAN)[0]
    return _seconds(began, ended), took


def _seconds(began: Any, ended: Any) -> float:
    if isinstance(began, str):  # SQLite keeps text
        began, ended = datetime.fromisoformat(began), datetime.fromisoformat(ended)
    return float((ended - began).total_seconds())


def _books(staffetta: Installation, provider: Provider, messages: int) -> dict[str, Any]:
    """Compare the provider's ledger, our rows and our counters."""
    states = {state: int(number) for state, number in staffetta.rows(STATES)}
    counters = {state: int(number) for state, number in staffetta.rows(COUNTERS)}
    summary = provider.summary()
    doubled = summary["duplicates"] if isinstance(summary["duplicates"], int) else len(summary["duplicates"])
    agree = summary["accepted"] == states.get("sent") == messages and not doubled and counters == states
    return {"accepted": summary["accepted"], "duplicates": doubled, "states": states, "books_agree": agree}


if __name__ == "__main__":
    sys.exit(main())
