"""Every measurement in one run, printed as ratios and written to bench/results.json.

    python -m bench [--messages N]

Absolute figures tell little on a shared machine: the ratio to a bare client loop in the same run is what counts.
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tools.test import DEFAULT_POSTGRES, postgres_answers

RESULTS = Path(__file__).with_name("results.json")
FIRST_NUMBER = re.compile(r"[\d,]+")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000)
    options = parser.parse_args()
    results: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cores": os.cpu_count(), "system": platform.system(), "python": platform.python_version()},
        "simulator_sends_per_second": _simulator(options.messages),
        "dispatch": {"sqlite": _dispatch(options.messages, "")},
    }
    url = os.environ.get("STAFFETTA_TEST_POSTGRES", DEFAULT_POSTGRES)
    if postgres_answers(url):
        results["dispatch"]["postgresql"] = _dispatch(options.messages, url)
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    print(json.dumps(results, indent=2))
    return 0


def _simulator(messages: int) -> int:
    """Return the sends a second that the simulator takes from a bare client loop."""
    said = _run("bench.simulator", "--sends", str(messages))
    found = FIRST_NUMBER.search(said)
    if not found:
        raise SystemExit(f"bench.simulator said {said!r}")
    return int(found.group().replace(",", ""))


def _dispatch(messages: int, url: str) -> Any:
    """Return what bench.dispatch measured on one database: its last line is JSON."""
    return json.loads(_run("bench.dispatch", "--messages", str(messages), "--postgres", url).strip().splitlines()[-1])


def _run(module: str, *words: str) -> str:
    done = subprocess.run([sys.executable, "-m", module, *words], stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
