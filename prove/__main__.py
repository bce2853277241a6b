"""The long proofs, one after the other: `make prove ARGS="[--seed N] [--whole] [--only kills,storm,…] [--kills N]"`.

On SQLite and, where one answers, on the PostgreSQL server of STAFFETTA_TEST_POSTGRES, in databases of their own. Writes
prove/results.json; ends with 1 if anything is disproved. `--whole`: 200 kills over 8 communications of 100,000, and
everything else at length; without it about half an hour, of which the suite on both databases takes half.
"""

import argparse
import importlib.util
import json
import os
import secrets
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tools.test import DEFAULT_POSTGRES, postgres_answers

RESULTS = Path(__file__).with_name("results.json")
EVERYWHERE = ("kills", "storm", "freeze", "provider")
ON_ONE = ("database", "disk")
"""Proofs that bring their own database."""
OF_OTHERS = ("pauses", "people")
SUITE = "suite"
PARTS = (*EVERYWHERE, *ON_ONE, *OF_OTHERS, SUITE)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make prove", description=__doc__)
    parser.add_argument("--seed", type=int, default=None, help="the dice; another every time without it")
    parser.add_argument("--whole", action="store_true", help="the sizes of the acceptance: hours")
    parser.add_argument("--only", default=",".join(PARTS), metavar="A,B")
    parser.add_argument("--kills", type=int, default=0, help="how many workers are killed on each database")
    parser.add_argument("--people", type=int, default=0, help="of each of the eight communications in which they are")
    asked = parser.parse_args()
    seed = secrets.randbelow(1_000_000) if asked.seed is None else asked.seed
    url = os.environ.get("STAFFETTA_TEST_POSTGRES", DEFAULT_POSTGRES)
    databases = ["", url] if postgres_answers(url) else [""]
    chosen = [part for part in PARTS if part in asked.only.split(",")]
    proofs = [
        {"part": part, **_run(words, database)}
        for part in chosen
        for words, database in _runs(part, asked, seed, databases)
    ]
    _keep(proofs, chosen)
    wrong = [each["command"] for each in proofs if "disproved" in each]
    print("disproved: " + "; ".join(wrong) if wrong else f"{len(proofs)} proofs stand, seed {seed}")
    return 1 if wrong else 0


def _keep(proofs: list[dict[str, Any]], chosen: list[str]) -> None:
    """Write what was found; of the parts that did not run this time, what was found the last time stays."""
    before = json.loads(RESULTS.read_text()).get("proofs", []) if RESULTS.exists() else []
    kept = [each for each in before if each.get("part") not in (None, *chosen)] + proofs
    wrong = [each["command"] for each in kept if "disproved" in each]
    RESULTS.write_text(json.dumps({"proofs": kept, "disproved": wrong}, indent=2) + "\n")


def _runs(part: str, asked: argparse.Namespace, seed: int, databases: list[str]) -> list[tuple[list[str], str]]:
    """Return the commands of one proof, each with the database it runs on."""
    dice = ["--seed", str(seed)]
    if part == "kills":
        kills, people = asked.kills or (200 if asked.whole else 20), asked.people or (100_000 if asked.whole else 1_500)
        words = ["prove.kills", "--kills", str(kills), "--people", str(people), "--channels", "8", "--workers", "4"]
        return [([*words, *dice], database) for database in databases]
    if part in OF_OTHERS:
        known = importlib.util.find_spec(f"prove.{part}") is not None
        return [([f"prove.{part}", *dice], database) for database in databases] if known else []
    if part == SUITE:
        return [(["prove.suite"], database) for database in databases]
    people = str(20_000 if asked.whole else 2_000)
    words = ["prove.troubles", part, "--people", people, *dice]
    return [(words, database) for database in (databases if part in EVERYWHERE else [""])]


def _run(words: list[str], database: str) -> dict[str, Any]:
    """Run one proof in a process of its own; its last line is JSON."""
    print("…", *words, "on PostgreSQL" if database else "", flush=True)
    if database and words[0].removeprefix("prove.") not in (*OF_OTHERS, SUITE):
        words = [*words, "--postgres", database]
    began = time.monotonic()
    environment = {**os.environ, "STAFFETTA_DATABASE_URL": database}
    done = subprocess.run(
        [sys.executable, "-m", *words], stdout=subprocess.PIPE, text=True, check=False, env=environment
    )
    told = _read(done.stdout)
    if done.returncode and "disproved" not in told:
        told["disproved"] = f"exit status {done.returncode}"
    print(" ", json.dumps(told), flush=True)
    shown = " ".join(word for word in words if "://" not in word)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return {"command": shown, "at": at, "took_s": round(time.monotonic() - began, 1), **told}


def _read(said: str) -> dict[str, Any]:
    """Return the JSON at the end of what was said: one line, or an object over several."""
    for start in (said.rstrip().rfind("\n") + 1, said.find("\n{") + 1):
        try:
            told: dict[str, Any] = json.loads(said[start:])
        except ValueError:
            continue
        return told
    return {}


if __name__ == "__main__":
    sys.exit(main())
