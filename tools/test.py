"""Run the suite: on SQLite, in the browser, and on PostgreSQL where one answers; count what was left out.

Parts run side by side (`streams`): crash tests mostly wait, the others mostly compute. On PostgreSQL those tests run
whose SQL no other does (tools/postgres_tests.py). `STAFFETTA_TEST_POSTGRES` names the server to use (a role that may
make databases); `STAFFETTA_TEST_REQUIRE=browser,postgres` turns a missing part into a failure.
"""

import os
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

DEFAULT_POSTGRES = "postgresql://root@127.0.0.1:5432/test"
WITHOUT_DATABASE = ("connectors", "contract", "engage_simulator", "outbound", "structure", "tools")
"""Folders of tests that ask no database: once is enough."""
POSTGRES_PART = ("-m", "not browser and not crash", *(f"--ignore=tests/{folder}" for folder in WITHOUT_DATABASE))
NOTHING_TO_RUN = 5
"""pytest's exit status when no test was chosen, as when a part is run that has none for the browser."""
COUNT = re.compile(r"(\d+) (passed|failed|skipped|error)")


@dataclass
class Part:
    """One run of pytest, and what came of it."""

    name: str
    arguments: Sequence[str]
    on_postgres: bool = False
    status: int = 0
    seconds: float = 0.0
    counts: dict[str, int] = field(default_factory=dict)

    def run(self, arguments: Sequence[str], postgres: str) -> None:
        """Run it, and pass its output on line by line, each with the part's name."""
        began = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", *self.arguments, *arguments],
            env={**os.environ, **self._environment(postgres)},
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        assert process.stdout is not None
        for line in process.stdout:
            print(f"{self.name:>8}| {line}", end="", flush=True)
            if found := COUNT.findall(line):
                self.counts = {word: int(number) for number, word in found}
        ended = process.wait()
        self.status, self.seconds = (0 if ended == NOTHING_TO_RUN else ended), time.monotonic() - began

    def _environment(self, postgres: str) -> dict[str, str]:
        if not self.on_postgres:
            return {"STAFFETTA_DATABASE_URL": ""}
        return {"STAFFETTA_DATABASE_URL": postgres, "STAFFETTA_TEST_REPEATS": "0"}


def streams() -> list[list[Part]]:
    """Return the parts of the suite: those of one list one after the other, the lists side by side.

    The browser's driver keeps an event loop in its process, in which no other test may run: a run of its own.
    """
    return [
        [Part("sqlite", ("-m", "not browser and not crash")), Part("crash", ("-m", "crash"))],
        [Part("browser", ("-m", "browser"))],
        [
            Part("postgres", POSTGRES_PART, on_postgres=True),
            Part("crash-pg", ("-m", "crash"), on_postgres=True),
        ],
    ]


def postgres_answers(url: str) -> bool:
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            return bool(connection.execute("select 1").fetchone())
    except psycopg.Error:
        return False


def _follow(parts: Sequence[Part], arguments: Sequence[str], postgres: str) -> None:
    for part in parts:
        part.run(arguments, postgres)


def main(arguments: list[str]) -> int:
    required = os.environ.get("STAFFETTA_TEST_REQUIRE", "").split(",")
    postgres = os.environ.get("STAFFETTA_TEST_POSTGRES", DEFAULT_POSTGRES)
    with_postgres = postgres_answers(postgres)
    began = time.monotonic()
    chosen = [[part for part in stream if with_postgres or not part.on_postgres] for stream in streams()]
    threads = [threading.Thread(target=_follow, args=(stream, arguments, postgres)) for stream in chosen]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    parts = [part for stream in chosen for part in stream]
    total = sum((Counter(part.counts) for part in parts), Counter[str]())
    status = next((part.status for part in parts if part.status), 0)
    if not with_postgres:
        needed = "postgres" in required
        print("PostgreSQL does not answer: " + ("it is required" if needed else "its part is skipped"), flush=True)
        total["failed" if needed else "skipped"] += 1
        status = status or int(needed)
    times = ", ".join(f"{part.name} {part.seconds:.0f} s" for part in parts)
    print(f"{times}; together {time.monotonic() - began:.0f} s")
    print(f"suite: {total['passed']} passed, {total['failed'] + total['error']} failed, {total['skipped']} skipped")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
