"""From the moment our API accepts a transactional message to its request at the provider, beside a large communication.

    python -m bench.transactional [--calls N] [--messages N] [--pace N] [--postgres URL]

The whole platform runs (web server and worker); the communication sends on the same channel all the time, at the
shipped pace of 80 a second or, with `--pace 0`, as fast as it can. Prints one line of JSON, in milliseconds.
"""

import argparse
import json
import sys
import time
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from bench import sink
from bench.place import place

STAGE = """
import sys
from bench import stage
from staffetta.accounts import tokens
channels, messages = 1, int(sys.argv[1])
stage.ask(channels, messages)
stage.plan_all()
stage.transactional()
print(tokens.issue("bench", None)[1])
"""
EVERY = 0.1
"""Seconds between two calls."""
LONGEST = 1800.0
RUNNING = "SELECT count(*) FROM deliveries_delivery WHERE state = 'waiting' AND kind = 'communication'"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--messages", type=int, default=0, help="of the communication; 0: enough for the time")
    parser.add_argument("--pace", type=int, default=80)
    parser.add_argument("--postgres", default="")
    asked = parser.parse_args()
    found = measure(asked)
    print(json.dumps(found))
    return 0 if found["all_came_once"] else 1


def measure(asked: argparse.Namespace) -> dict[str, Any]:
    """Return the percentiles."""
    messages = asked.messages or int((asked.calls * EVERY + 40) * (asked.pace or 4000))
    with sink.running() as provider:
        settings = {"STAFFETTA_ENGAGE_URL": provider.url, "STAFFETTA_SEND_PACE": str(asked.pace)}
        with place(asked.postgres, **settings) as staffetta:
            token = staffetta.python(STAGE, str(messages), seconds=LONGEST).split()[-1]
            if asked.pace:
                staffetta.rows("UPDATE channels_channel SET pace = NULL")  # the shipped one
            address = staffetta.start_run().address
            _wait_until_sending(provider)
            accepted = [_call(address, token, number, messages - 1 - number) for number in range(asked.calls)]
            still = staffetta.rows(RUNNING)[0][0]
            return _told(asked, accepted, _times(provider, asked.calls)) | {"beside_it_still_waiting": still}


def _wait_until_sending(provider: sink.Sink) -> None:
    end = time.monotonic() + 60
    while not provider.summary()["accepted"]:
        if time.monotonic() > end:
            raise SystemExit("the communication does not begin")
        time.sleep(0.1)
    time.sleep(2)


def _call(address: str, token: str, number: int, person: int) -> float:
    """Ask for one message, to somebody the communication does not reach now; return when it was accepted."""
    time.sleep(EVERY)
    link = HTTPConnection(urlsplit(address).netloc, timeout=30)
    body = json.dumps({"recipient": {"phone": f"+39{3_330_000_000 + person}"}, "values": {"order": f"A-{number}"}})
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": f"b-{number}"}
    link.request("POST", "/api/v1/transactional-messages/avviso/send", body, headers)
    answer = link.getresponse()
    said = answer.read()
    link.close()
    if answer.status != 202:
        raise SystemExit(f"refused: {answer.status} {said.decode()[:300]}")
    return time.time()


def _times(provider: sink.Sink, calls: int) -> dict[str, float]:
    end = time.monotonic() + 60
    while len(times := provider.summary()["times"]) < calls and time.monotonic() < end:
        time.sleep(0.2)
    return {json.loads(name)[0]: at for name, at in times.items()}


def _told(asked: argparse.Namespace, accepted: list[float], times: dict[str, float]) -> dict[str, Any]:
    names = [f"A-{number}" for number in range(asked.calls)]
    waits = sorted(1000 * (times[name] - at) for name, at in zip(names, accepted, strict=True) if name in times)
    picked = {
        f"p{part}_ms": round(max(0.0, waits[min(len(waits) - 1, len(waits) * part // 100)]), 1) for part in (50, 95, 99)
    }
    database = "postgresql" if asked.postgres else "sqlite"
    came = len(waits) == asked.calls == len(times)
    return {"database": database, "pace": asked.pace, "calls": asked.calls, **picked, "all_came_once": came}


if __name__ == "__main__":
    sys.exit(main())
