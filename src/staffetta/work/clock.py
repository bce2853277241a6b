"""The only place that asks what time it is.

`STAFFETTA_CLOCK_FILE` names a file holding seconds to add: tests and proofs move the clock of all processes with it.
"""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings


def offset() -> float:
    """Return the seconds by which the clock is moved; 0 in ordinary life."""
    if not settings.CLOCK_FILE:
        return 0.0
    try:
        return float(Path(settings.CLOCK_FILE).read_text() or 0)
    except (OSError, ValueError):
        return 0.0


def now() -> datetime:
    """Return the present, in UTC."""
    return real_now() + timedelta(seconds=offset())


def real_now() -> datetime:
    """Return the machine's own time: for leases and heartbeats, which no test may move."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Return seconds for measuring spans."""
    return time.monotonic()
