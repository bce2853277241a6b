"""Server time of the list pages over a large house, and their number of queries.

    python -m bench.pages [--contacts N] [--deliveries N] [--rounds N] [--postgres URL]

Every request passes the whole of Django (middleware, session, templates) in one process; the network is left out.
Prints one line of JSON: per page the median and the 95th percentile in milliseconds and the number of queries; of a
list that goes on, the same of its last page.
"""

import argparse
import json
import time
from typing import Any

from bench.place import place

LONGEST = 3000.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--deliveries", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--postgres", default="")
    asked = parser.parse_args()
    with place(asked.postgres) as staffetta:
        words = f"{asked.contacts}, {asked.deliveries}, {asked.rounds}"
        said = staffetta.python(f"from bench import pages\npages.inside({words})", seconds=LONGEST)
    print(said.strip().splitlines()[-1])


def inside(contacts: int, deliveries: int, rounds: int) -> None:
    """Fill the house and open its pages; within the installation's process."""
    from django.test import Client

    from bench import stage
    from staffetta.accounts.models import User

    began = time.perf_counter()
    pages = stage.house(contacts, deliveries)
    filled = time.perf_counter() - began
    client = Client(headers={"host": "localhost"})  # no test environment: it keeps a copy of each template's context
    client.force_login(User.objects.create_user("anna", role="administrator"))
    told = {path: _open(client, path, rounds) for path in pages}
    print(json.dumps({"contacts": contacts, "deliveries": deliveries, "filled_in_s": round(filled), "pages": told}))


def _open(client: Any, path: str, rounds: int) -> dict[str, Any]:
    told, answer = _measured(client, path, rounds)
    if b"after=" in answer.content:
        last, _answer = _measured(client, f"{path}{'&' if '?' in path else '?'}before=", rounds)
        told["last_page"] = last
    return told


def _measured(client: Any, path: str, rounds: int) -> tuple[dict[str, Any], Any]:
    from django.db import connection

    asked: list[str] = []

    def note(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        asked.append(sql)
        return execute(sql, parameters, many, context)

    client.get(path)  # what is kept in the process is kept from now on
    with connection.execute_wrapper(note):
        answer = client.get(path)
    if answer.status_code != 200:
        raise SystemExit(f"{path}: {answer.status_code}")
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        client.get(path)
        times.append(1000 * (time.perf_counter() - began))
    times.sort()
    told = {"p50_ms": round(times[rounds // 2], 1), "p95_ms": round(times[int(rounds * 0.95) - 1], 1)}
    return {**told, "queries": len(asked)}, answer


if __name__ == "__main__":
    main()
