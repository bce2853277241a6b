"""The whole suite but the browser's on the database of STAFFETTA_DATABASE_URL, repeats included.

`make test` leaves out on PostgreSQL what only repeats the SQL of other tests (tests/postgres_repeats.txt). Here nothing
is left out. The last line is JSON: how many passed, failed and were skipped.
"""

import json
import os
import re
import subprocess
import sys

COUNT = re.compile(r"(\d+) (passed|failed|skipped|error)")


def main() -> int:
    environment = {name: value for name, value in os.environ.items() if name != "STAFFETTA_TEST_REPEATS"}
    command = [sys.executable, "-m", "pytest", "-m", "not browser"]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    lines = done.stdout.splitlines()
    counts = {word: int(number) for number, word in COUNT.findall(lines[-1] if lines else "")}
    if done.returncode:
        failed = [line for line in lines if line.startswith(("FAILED", "ERROR"))]
        print(json.dumps({**counts, "disproved": failed[:20] or lines[-5:]}))
    else:
        print(json.dumps(counts))
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
