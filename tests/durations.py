"""How long each test file takes: recorded by `make test ARGS=--record-durations`, read to plan runs.

The suite begins with its longest files, so that no worker is left alone with one at the end; `make quick` keeps to a
budget by them. They are plans and no promises: a file that is not known yet counts as `UNKNOWN`.
"""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

RECORD = Path(__file__).with_suffix(".json")
UNKNOWN = 3.0


@cache
def _known() -> dict[str, float]:
    return json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}


def seconds_of(file: Path | str) -> float:
    """Return the seconds one file took on SQLite when it was last recorded, set-up and tear-down included."""
    return _known().get(str(file), UNKNOWN)


def record(reports: Iterable[tuple[str, float]]) -> None:
    """Add (file, seconds) of each report up and keep them beside those of files that did not run now."""
    times: dict[str, float] = {}
    for file, seconds in reports:
        times[file] = times.get(file, 0.0) + seconds
    whole = {**_known(), **{file: round(seconds, 1) for file, seconds in times.items()}}
    root = RECORD.parents[1]
    kept = {file: whole[file] for file in sorted(whole) if (root / file).is_file()}
    RECORD.write_text(json.dumps(kept, indent=0) + "\n", encoding="utf-8")
