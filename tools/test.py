"""Run the suite on SQLite, and what asks a database on PostgreSQL too where one answers; count what was left out.

`STAFFETTA_TEST_POSTGRES` names the server to use (a role that may make databases);
`STAFFETTA_TEST_REQUIRE=browser,postgres` turns a missing part into a failure.
"""

import os
import re
import subprocess
import sys
from collections import Counter

DEFAULT_POSTGRES = "postgresql://root@127.0.0.1:5432/test"
WITHOUT_DATABASE = ("connectors", "contract", "engage_simulator", "outbound", "structure", "tools")
"""Folders of tests that ask no database: once is enough."""
NOTHING_TO_RUN = 5
"""pytest's exit status when no test was chosen, as when a part is run that has none for the browser."""
COUNT = re.compile(r"(\d+) (passed|failed|skipped|error)")


def postgres_answers(url: str) -> bool:
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            return bool(connection.execute("select 1").fetchone())
    except psycopg.Error:
        return False


def suite(arguments: list[str], environment: dict[str, str]) -> tuple[int, dict[str, int]]:
    """Run pytest, pass its output on, return its exit status and the counts of its last line."""
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", *arguments],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    counts: dict[str, int] = {}
    assert process.stdout is not None
    for line in process.stdout:
        print(line, end="", flush=True)
        if found := COUNT.findall(line):
            counts = {word: int(number) for number, word in found}
    return process.wait(), counts


def main(arguments: list[str]) -> int:
    required = os.environ.get("STAFFETTA_TEST_REQUIRE", "").split(",")
    postgres = os.environ.get("STAFFETTA_TEST_POSTGRES", DEFAULT_POSTGRES)
    # The browser's driver keeps an event loop in its process, in which no other test may run: a run of its own.
    runs = [("on SQLite", ["not browser"], ""), ("in the browser", ["browser"], "")]
    if with_postgres := postgres_answers(postgres):
        once = [f"--ignore=tests/{folder}" for folder in WITHOUT_DATABASE]
        runs.append(("on PostgreSQL", ["not browser", *once], postgres))
    status, total = 0, Counter[str]()
    for name, part, url in runs:
        print(f"-- {name}", flush=True)
        ended, counts = suite([*arguments, "-m", *part], {"STAFFETTA_DATABASE_URL": url})
        status = status or (0 if ended == NOTHING_TO_RUN else ended)
        total.update(counts)
    if not with_postgres and "postgres" in required:
        print("PostgreSQL is required and does not answer", flush=True)
        status, total["failed"] = 1, total["failed"] + 1
    elif not with_postgres:
        print("-- PostgreSQL does not answer: its part is skipped", flush=True)
        total["skipped"] += 1
    print(f"suite: {total['passed']} passed, {total['failed'] + total['error']} failed, {total['skipped']} skipped")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
