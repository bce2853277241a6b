"""A worker keeps its threads on one core, each worker on another.

All of them wait for Python's one lock, and handing it over from core to core costs more than what is done with it: with
two idle cores SQLite took 3,764 messages a second at 0.31 ms of processor each, on one of them 6,572 at 0.17;
PostgreSQL 4,864 and 6,322 (decision 8). What lets go of the lock meanwhile, a statement of SQLite above all, does not
go on beside the rest any more: measured, that is the smaller part.
"""

import os
import socket
import sys

_kept: list[socket.socket] = []


def settle(crowd: str = "staffetta-worker") -> int | None:
    """Keep this thread, and those it starts, on a core nobody else of the `crowd` has; return its number.

    None, and nothing is done, where there is only one core, where all are taken, and on systems other than Linux.
    """
    if sys.platform != "linux":
        return None
    cores = os.sched_getaffinity(0)
    for core in sorted(cores, reverse=True) if len(cores) > 1 else ():
        if _take(f"{crowd}-{core}"):
            os.sched_setaffinity(0, {core})
            return core
    return None


def _take(name: str) -> bool:
    """Bind a name that only one process can have, and that is free again however the process ends."""
    mark = socket.socket(socket.AF_UNIX)
    try:
        mark.bind(f"\0{name}")
    except OSError:
        mark.close()
        return False
    _kept.append(mark)
    return True
