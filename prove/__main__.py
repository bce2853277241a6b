"""The long proofs: `python -m prove [--seed N] [--kills N]`. Writes prove/results.json; ends with 1 if disproved.

On SQLite, or with STAFFETTA_DATABASE_URL in databases of its own on that PostgreSQL server.
"""

import argparse
import json
import os
import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path

import django

RESULTS = Path(__file__).with_name("results.json")


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from prove.kills import Disproved, prove  # the scenario's models want Django set up

    parser = argparse.ArgumentParser(prog="make prove", description=__doc__)
    parser.add_argument("--seed", type=int, default=None, help="the dice; another every time without it")
    parser.add_argument("--kills", type=int, default=20, help="how many workers are killed")
    options = parser.parse_args()
    seed = secrets.randbelow(1_000_000) if options.seed is None else options.seed
    print(f"seed {seed}", flush=True)
    results: dict[str, object] = {"at": datetime.now(UTC).isoformat(timespec="seconds")}
    try:
        results["kills"] = prove(seed, options.kills)
    except (Disproved, AssertionError) as problem:
        results["disproved"] = {"seed": seed, "kills": options.kills, "what": str(problem)}
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    print(json.dumps(results, indent=2))
    return 1 if "disproved" in results else 0


if __name__ == "__main__":
    sys.exit(main())
