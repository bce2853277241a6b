"""Every measurement in one run, printed as ratios and written to bench/results.json and bench/results.svg.

    python -m bench [--quick] [--only dispatch,celery,transactional,growth,pages,people,audiences,starts]

Of the parts that are not chosen, what was measured the last time stays in the results, each row with its date.

Absolute figures tell little on a shared machine: the ratio to a bare client loop in the same minute is what counts.
Ends with 1 when after any run the provider's ledger was not ours.
"""

import argparse
import importlib.util
import json
import os
import platform
import sqlite3
import subprocess
import sys
import sysconfig
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import plot, table
from bench.sizes import FULL, QUICK, Sizes
from tools.test import DEFAULT_POSTGRES, postgres_answers

RESULTS = Path(__file__).with_name("results.json")
PICTURE = Path(__file__).with_name("results.svg")
PARTS = ("dispatch", "celery", "transactional", "growth", "pages", "people", "audiences", "starts")
IDLE, STEAL = 3, 7
"""Places in the kernel's count of the processors' time."""
BOOKS = ("books_agree", "all_came_once")


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, two minutes on a quiet machine")
    parser.add_argument("--only", default=",".join(PARTS), metavar="A,B")
    asked = parser.parse_args()
    began, chosen = time.monotonic(), asked.only.split(",")
    url = os.environ.get("STAFFETTA_TEST_POSTGRES", DEFAULT_POSTGRES)
    databases = ["", url] if postgres_answers(url) else [""]
    sizes = QUICK if asked.quick else FULL
    results: dict[str, Any] = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "quick": asked.quick}
    results["machine"] = _machine(databases[-1])
    for part in PARTS:
        if part in chosen:
            results[part] = [_run(words) for words in _runs(part, sizes, databases)]
    results["seconds"] = round(time.monotonic() - began)
    if not asked.quick:
        results |= _kept(chosen)
    results["books_agree"] = _agree(results)
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    PICTURE.write_text(plot.picture(results))
    print(table.text(results))
    return 0 if results["books_agree"] else 1


def _kept(chosen: list[str]) -> dict[str, Any]:
    """Return what was measured the last time of the parts that were not chosen; each row says when that was."""
    before = json.loads(RESULTS.read_text()) if RESULTS.exists() else {"quick": True}
    parts = [] if before["quick"] else [part for part in PARTS if part in before and part not in chosen]
    return {part: [{"at": before["at"], **row} for row in before[part]] for part in parts}


def _runs(part: str, sizes: Sizes, databases: list[str]) -> list[list[str]]:
    """Return the commands of one part: module and words."""
    if part == "celery":
        return [["bench.celery_baseline", "--messages", str(sizes.celery)]]
    if part in ("people", "audiences"):
        return _of_others(part, sizes, databases)
    runs = []
    for url in databases:
        where = ["--postgres", url] if url else []
        runs += [[*words, *where] for words in sizes.runs(part)]
    return runs


def _of_others(part: str, sizes: Sizes, databases: list[str]) -> list[list[str]]:
    if importlib.util.find_spec(f"bench.{part}") is None:
        return []
    kinds = [["import"], ["sync"]] if part == "people" else [[]]
    numbers = sizes.people if part == "people" else sizes.people[-1:]
    return [
        [f"bench.{part}", *kind, "--rows", str(number), *(["--postgres", url] if url else [])]
        for kind in kinds
        for url in databases
        for number in numbers
    ]


def _run(words: list[str]) -> dict[str, Any]:
    """Run one module and return the JSON of its last line; what failed says so and makes the whole fail."""
    shown = [word for word in words if "://" not in word]
    print("…", " ".join(shown), flush=True)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    began, before = time.monotonic(), _processor()
    done = subprocess.run([sys.executable, "-m", *words], stdout=subprocess.PIPE, text=True, check=False)
    taken = [after - earlier for after, earlier in zip(_processor(), before, strict=True)]
    lines = done.stdout.strip().splitlines()
    try:
        told: dict[str, Any] = json.loads(lines[-1])
    except (IndexError, ValueError):
        told = {"failed": f"exit status {done.returncode}", "books_agree": False}
    told["stolen"] = round(taken[STEAL] / max(sum(taken) - taken[IDLE], 1), 2)
    print(" ", json.dumps(told), flush=True)
    return {"command": " ".join(shown), "at": at, "took_s": round(time.monotonic() - began, 1), **told}


def _processor() -> list[int]:
    """Return what the kernel counted of the processors' time, other machines of the host included (`stolen`)."""
    return [int(number) for number in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]


def _agree(results: dict[str, Any]) -> bool:
    """Say whether after every run both ledgers were equal."""
    rows = [row for part in PARTS for row in results.get(part, [])]
    return all(row.get(name, True) for row in rows for name in BOOKS)


def _machine(url: str) -> dict[str, Any]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30
    return {
        "cores": os.cpu_count(),
        "memory_gb": memory,
        "system": platform.system(),
        "python": platform.python_version(),
        "python_optimised": "--enable-optimizations" in (sysconfig.get_config_var("CONFIG_ARGS") or ""),
        "sqlite": sqlite3.sqlite_version,
        "postgresql": _version(url) if url else "not here",
        "load_before": round(os.getloadavg()[0], 2),
        "ten_million_additions_s": _yardstick(),
    }


def _yardstick() -> float:
    """Return the seconds ten million additions take here: what runs of different days are compared by."""
    began, total = time.perf_counter(), 0
    for number in range(10_000_000):
        total += number
    return round(time.perf_counter() - began, 2)


def _version(url: str) -> str:
    import psycopg

    with psycopg.connect(url) as link:
        row = link.execute("SHOW server_version").fetchone()
    return str(row[0]).split()[0] if row else ""


if __name__ == "__main__":
    sys.exit(main())
