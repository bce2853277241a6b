"""The only place that asks what time it is.

`STAFFETTA_CLOCK_FILE` names a file holding seconds to add: tests and proofs move the clock of all processes with it.
`STAFFETTA_MACHINE_CLOCK_FILE` names one that sets the machine's own clock, as these processes see it, in the same way.
"""

import os
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings


def offset() -> float:
    """Return the seconds by which the clock is moved; 0 in ordinary life."""
    return _told(settings.CLOCK_FILE)


def _told(file: str) -> float:
    if not file:
        return 0.0
    try:
        return float(Path(file).read_text() or 0)
    except (OSError, ValueError):
        return 0.0


def now() -> datetime:
    """Return the present, in UTC."""
    return real_now() + timedelta(seconds=offset())


def real_now() -> datetime:
    """Return the machine's own time: for leases and heartbeats, which no test may move."""
    present = datetime.now(UTC)
    if settings.MACHINE_CLOCK_FILE:
        present += timedelta(seconds=_told(settings.MACHINE_CLOCK_FILE))
    return present


def monotonic() -> float:
    """Return seconds for measuring spans."""
    return time.monotonic()


def boot_seconds() -> float:
    """Return the seconds since the machine was started, also those it slept through, where the system tells them."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


def timed_uuid() -> uuid.UUID:
    """Return a UUID that grows with the machine's time (version 7, RFC 9562 section 5.7), 74 bits of it by chance.

    What is written together stands together in its index: a million random ones touch all of it, again and again.
    """
    chance = int.from_bytes(os.urandom(10))
    time_and_version = (time.time_ns() // 1_000_000) << 16 | 7 << 12 | chance >> 68
    return uuid.UUID(int=time_and_version << 64 | 2 << 62 | chance & (1 << 62) - 1)
