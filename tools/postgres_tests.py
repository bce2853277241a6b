"""Choose the tests that are run on PostgreSQL too: python -m tools.postgres_tests [--check]

Every test runs on SQLite. On PostgreSQL those run that execute a statement (literals removed) or meet a refusal
(SQLSTATE) that no other chosen test does, and always: tests with processes of their own, with real commits, and
properties, whose statements differ from run to run. The others are listed in tests/postgres_repeats.txt; a test that
is not listed runs. `--check` runs the chosen ones alone and fails unless their statements are those of all tests.
`make prove ARGS="--only suite"` runs everything on both.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.test import DEFAULT_POSTGRES, POSTGRES_PART

ROOT = Path(__file__).resolve().parents[1]
REPEATS = ROOT / "tests" / "postgres_repeats.txt"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What one test did on PostgreSQL."""

    test: str
    seconds: float
    always: bool
    statements: frozenset[str]


def record(whole: bool) -> list[Recorded]:
    """Run the tests of PostgreSQL, all or the chosen ones, and return what each executed."""
    url = os.environ.get("STAFFETTA_TEST_POSTGRES", DEFAULT_POSTGRES)
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "STAFFETTA_DATABASE_URL": url,
            "STAFFETTA_TEST_STATEMENTS": f"{folder}/statements",
            "STAFFETTA_TEST_REPEATS": "" if whole else "0",
        }
        command = [sys.executable, "-m", "pytest", "-p", "tests.statements", *POSTGRES_PART]
        subprocess.run(command, cwd=ROOT, env={**os.environ, **settings}, check=True)
        lines = [line for path in Path(folder).iterdir() for line in path.read_text().splitlines()]
    rows = map(json.loads, lines)
    return [Recorded(row["test"], row["seconds"], row["always"], frozenset(row["statements"])) for row in rows]


def choose(tests: Sequence[Recorded]) -> set[str]:
    """Return tests that together execute every statement, cheapest for what they add first."""
    chosen = {test.test for test in tests if test.always}
    missing = stable(tests) - {form for test in tests if test.always for form in test.statements}
    waiting = [test for test in tests if not test.always]
    while missing:
        best = max(waiting, key=lambda test: (len(test.statements & missing) / (test.seconds + 0.01), test.test))
        chosen.add(best.test)
        missing -= best.statements
        waiting = [test for test in waiting if test.statements & missing]
    return chosen


def stable(tests: Sequence[Recorded]) -> set[str]:
    """Return the statements of all tests but properties and processes, whose statements differ from run to run."""
    return {form for test in tests if not test.always for form in test.statements}


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.postgres_tests", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare the statements of the chosen tests with all")
    check = parser.parse_args(arguments).check
    everything = record(whole=True)
    if not check:
        chosen = choose(everything)
        repeats = sorted({test.test for test in everything} - chosen)
        REPEATS.write_text("\n".join(repeats) + "\n", encoding="utf-8")
        print(f"{len(chosen)} of {len(everything)} tests are run on PostgreSQL; {len(repeats)} repeat their statements")
        return 0
    executed = {form for test in record(whole=False) for form in test.statements}
    lost = sorted(stable(everything) - executed)
    print("\n".join(lost) or f"{len(stable(everything))} statements, none lost")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
