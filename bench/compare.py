"""Speed of this commit against a former one, in alternating runs of the same minutes.

    python -m bench.compare COMMIT [--pairs 9] [--only dispatch,import,sync] [--messages N] [--rows N]

Each pair runs the former commit and this one right after the other, the first of them in turn, each with the bench of
its own. The ratio of a pair is this one's rate by the former one's. Printed are the median of the ratios and the 95 %
interval of that median, by order statistics of the pairs (binomial, no assumption on how they are spread).
Ends with 1 when the interval lies below 0.97. The former commit is checked out beside this one and taken away again.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tools.test import DEFAULT_POSTGRES, postgres_answers

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("dispatch", "import", "sync")
NO_SLOWER = 0.97
RATES = ("per_second", "rows_per_second")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("commit")
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--only", default=",".join(PARTS), metavar="A,B")
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--rows", type=int, default=20_000)
    asked = parser.parse_args()
    url = os.environ.get("STAFFETTA_TEST_POSTGRES", DEFAULT_POSTGRES)
    databases = {"SQLite": "", **({"PostgreSQL": url} if postgres_answers(url) else {})}
    slower = False
    with former(asked.commit) as folder:
        for part in asked.only.split(","):
            for name, where in databases.items():
                ratios = list(_pairs(folder, _command(part, asked, where), asked.pairs))
                low, high = interval(ratios)
                told = ", ".join(f"{ratio:.2f}" for ratio in sorted(ratios))
                median = statistics.median(ratios)
                print(f"{part} on {name}: median {median:.3f} (95 %: {low:.3f} to {high:.3f}) of {told}", flush=True)
                slower |= high < NO_SLOWER
    return int(slower)


def interval(ratios: Sequence[float]) -> tuple[float, float]:
    """Return the interval that holds the median with 95 % at least; all of the ratios when they are too few."""
    ordered, number = sorted(ratios), len(ratios)
    beyond, cut = 0.0, 0
    while cut < (number - 1) // 2 and (beyond := beyond + math.comb(number, cut) / 2**number) <= 0.025:
        cut += 1
    return ordered[max(cut - 1, 0)], ordered[number - max(cut, 1)]


@contextmanager
def former(commit: str) -> Iterator[Path]:
    """Give a folder with the files of a commit."""
    with tempfile.TemporaryDirectory(prefix="staffetta-former-") as folder:
        files = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=True).stdout
        subprocess.run(["tar", "-x", "-C", folder], input=files, check=True)
        yield Path(folder)


def _command(part: str, asked: argparse.Namespace, where: str) -> list[str]:
    words = ["bench.dispatch", "--messages", str(asked.messages)]
    if part != "dispatch":
        words = ["bench.people", part, "--rows", str(asked.rows)]
    return [sys.executable, "-m", *words, *(["--postgres", where] if where else [])]


def _pairs(folder: Path, command: Sequence[str], pairs: int) -> Iterator[float]:
    for number in range(pairs):
        rates: dict[Path, float] = {}
        for place in (folder, ROOT) if number % 2 else (ROOT, folder):
            rates[place] = _rate(place, command)
        yield rates[ROOT] / rates[folder]


def _rate(place: Path, command: Sequence[str]) -> float:
    environment = {**os.environ, "PYTHONPATH": str(place / "src")}
    done = subprocess.run(command, cwd=place, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    told = json.loads(done.stdout.strip().splitlines()[-1])
    return float(next(told[name] for name in RATES if name in told))


if __name__ == "__main__":
    sys.exit(main())
