"""Run the suite: on SQLite, and again on PostgreSQL where one answers; the last line counts what was left out.

`STAFFETTA_TEST_POSTGRES` names the server to use (a role that may make databases);
`STAFFETTA_TEST_REQUIRE=browser,postgres` turns a missing part into a failure.
"""

import os
import re
import subprocess
import sys

DEFAULT_POSTGRES = "postgresql://root@127.0.0.1:5432/test"
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
    print("-- on SQLite", flush=True)
    status, total = suite(arguments, {"STAFFETTA_DATABASE_URL": ""})
    if postgres_answers(postgres):
        print("-- on PostgreSQL", flush=True)
        again, counts = suite([*arguments, "-m", "not browser"], {"STAFFETTA_DATABASE_URL": postgres})
        status = status or again
        total = {word: total.get(word, 0) + counts.get(word, 0) for word in {*total, *counts}}
    elif "postgres" in required:
        print("PostgreSQL is required and does not answer", flush=True)
        status, total["failed"] = 1, total.get("failed", 0) + 1
    else:
        print("-- PostgreSQL does not answer: its part is skipped", flush=True)
        total["skipped"] = total.get("skipped", 0) + 1
    failed = total.get("failed", 0) + total.get("error", 0)
    print(f"suite: {total.get('passed', 0)} passed, {failed} failed, {total.get('skipped', 0)} skipped")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
