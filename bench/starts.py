"""From the command that starts a communication to ten people to its first request, beside very many customers.

    python -m bench.starts [--customers N] [--starts N] [--postgres URL]

The provider is a stand-in of its own: it makes up its customers as they are asked for, answers each read after 50 ms,
and refuses more than seven reads in a second with 429. The first start falls into the first reading of all customers.
Before the last start one person writes STOP and another is stopped there. Prints one line of JSON.
"""

import argparse
import json
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bench.place import place
from tests.processes import wait_until

FIRST_NUMBER = 3_330_000_000  # as bench.stage counts
PEOPLE = 10
READ_SECONDS = 0.05
READS_A_SECOND = 5
REFUSED_FROM = 8
STOPPED, SAID_STOP = f"39{FIRST_NUMBER + 8}", f"39{FIRST_NUMBER + 9}"
STAGE = """
import sys
from bench import stage
on = stage.channel(0)
on.pace = None
on.save()
stage.people(int(sys.argv[1]))
for _ in range(int(sys.argv[2])):
    made = stage.communication(on)
    type(made).objects.filter(pk=made.pk).update(state="draft", start_asked_at=None)
"""
READ = "SELECT count(*) FROM events_readmark WHERE round_number > 0 OR customers_at IS NOT NULL"
SOURCES = "SELECT source FROM events_startknowledge ORDER BY communication_id"


class Provider(ThreadingHTTPServer):
    """What the stand-in knows: its customers, who said what, and when it was asked."""

    daemon_threads = True

    def __init__(self, customers: int) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.customers = customers
        self.stopped: set[str] = set()
        self.said_stop: set[str] = set()
        self.sends: list[tuple[float, str]] = []
        self.reads: deque[float] = deque()
        self.most_in_a_second = 0
        self.lock = threading.Lock()

    def too_fast(self) -> bool:
        with self.lock:
            present = time.monotonic()
            self.reads.append(present)
            while self.reads[0] < present - 1:
                self.reads.popleft()
            self.most_in_a_second = max(self.most_in_a_second, len(self.reads))
            return len(self.reads) >= REFUSED_FROM

    def row(self, number: str) -> dict[str, str]:
        stopped = "1" if number in self.stopped else "0"
        return {"id": number, "name": "Nome", "messenger": "WB", "stopped": stopped, "blocked": "0"}

    def found(self, path: str, query: dict[str, list[str]]) -> dict[str, Any]:
        if path.endswith("/ticket"):
            first = query.get("offset", ["0"])[0] == "0"
            lines = [{"id": "1", "chat": "STOP", "outgoing": False, "created": int(time.time())}]
            said = self.said_stop if first else ()
            return {"code": 200, "tickets": [{"id": f"t{one}", "user_id": one, "chats": lines} for one in said]}
        last = path.rsplit("/", 1)[1]
        if last != "user":
            numbers = [one for one in last.split(",") if int(one) - int(f"39{FIRST_NUMBER}") < self.customers]
            return {"code": 200, "user": [self.row(one) for one in numbers]}
        offset, limit = int(query["offset"][0]), int(query["limit"][0])
        numbers = [f"39{FIRST_NUMBER + place}" for place in range(offset, min(offset + limit, self.customers))]
        return {"code": 200, "user": [self.row(one) for one in numbers]}


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: Provider

    def do_GET(self) -> None:
        time.sleep(READ_SECONDS)
        if self.server.too_fast():
            self._answer({"code": 429, "reason": "too fast"}, 429)
            return
        asked = urlsplit(self.path)
        self._answer(self.server.found(asked.path, parse_qs(asked.query)))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.sends.append((time.monotonic(), body["id"]))
        self._answer({"code": 200, "id": str(len(self.server.sends))})

    def log_message(self, *_words: Any) -> None:
        """Say nothing."""

    def _answer(self, body: dict[str, Any], status: int = 200) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def provider(customers: int) -> Iterator[Provider]:
    """Give a stand-in with so many customers."""
    server = Provider(customers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=50_000)
    parser.add_argument("--starts", type=int, default=3)
    parser.add_argument("--postgres", default="")
    asked = parser.parse_args()
    found = measure(asked)
    print(json.dumps(found))
    return 0 if found["books_agree"] else 1


def measure(asked: argparse.Namespace) -> dict[str, Any]:
    """Return the seconds of each start to its first request, and whether whoever stopped got nothing."""
    with provider(asked.customers) as there:
        settings = {"STAFFETTA_ENGAGE_URL": f"http://127.0.0.1:{there.server_address[1]}"}
        with place(asked.postgres, **settings) as staffetta:
            staffetta.python(STAGE, str(PEOPLE), str(asked.starts))
            staffetta.start_run()
            wait_until(lambda: staffetta.rows(READ)[0][0], 60, what="the reading of the customers")
            seconds = []
            for number in range(asked.starts):
                last = number == asked.starts - 1
                if last:
                    there.stopped.add(STOPPED)
                    there.said_stop.add(SAID_STOP)
                    time.sleep(1)
                seconds.append(_start(staffetta, there, number + 1, PEOPLE - 2 * last))
            sources = [row[0] for row in staffetta.rows(SOURCES)]
    late = {one for _at, one in there.sends[-(PEOPLE - 2) :]} & {STOPPED, SAID_STOP}
    return {
        "database": "postgresql" if asked.postgres else "sqlite",
        "customers": asked.customers,
        "seconds_to_the_first_request": [round(one, 2) for one in seconds],
        "known_from": sources,
        "most_reads_in_a_second": there.most_in_a_second,
        "books_agree": not late and len(there.sends) == PEOPLE * asked.starts - 2,
    }


def _start(staffetta: Any, there: Provider, number: int, people: int) -> float:
    """Start one communication by command; return the seconds from the command's beginning to its first request."""
    before = len(there.sends)
    began = time.monotonic()
    staffetta.ok("communications", "start", str(number), "--yes")
    wait_until(lambda: len(there.sends) >= before + people, 120, what="the messages")
    time.sleep(6.5)  # nobody is written to twice within six seconds
    return there.sends[before][0] - began


if __name__ == "__main__":
    sys.exit(main())
