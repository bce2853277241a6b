"""Notices that the machine's clock was set, and lets nothing wait for a time that was wrong.

A wall clock that moves otherwise than the time since the machine was started has been set. Leases and heartbeats do not
believe the future (lease.py, heartbeats.py); whatever else keeps a moment in a row registers here a *repair*, which
brings moments to the present that no wait could have reached. Repairs run when a step is noticed and when a worker
starts, since a worker that was not there cannot have noticed it. They may run twice.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from staffetta.work.clock import boot_seconds, monotonic, now, real_now

TOLERANCE = 2.0
"""Seconds by which the clock may move between two looks without having been set: it is steered all the time."""
AHEAD = timedelta(seconds=5)
"""How far another machine's clock may be ahead of ours: what lies further ahead was written by a wrong clock."""
logger = logging.getLogger(__name__)

Repair = Callable[[datetime], object]
_repairs: dict[str, Repair] = {}
_tellers: list[Callable[[float], object]] = []


def _difference() -> float:
    return real_now().timestamp() - boot_seconds()


class Watch:
    """Compares the wall clock with the time since the start of the machine."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._difference = _difference()
        self._began = monotonic()
        self._stepped_at: float | None = None
        self._untold = 0.0

    def look(self) -> None:
        """Notice a step since the last look."""
        with self._lock:
            difference = _difference()
            moved, self._difference = difference - self._difference, difference
            if abs(moved) > TOLERANCE:
                self._stepped_at = monotonic()
                self._untold += moved

    def settled(self, seconds: float) -> bool:
        """Say whether the clock was not set for so long, as far as this process knows."""
        self.look()
        return self._stepped_at is None or monotonic() - self._stepped_at >= seconds

    def watched(self, seconds: float) -> bool:
        """Say whether this process has watched for so long, and the clock was not set meanwhile."""
        return self.settled(seconds) and monotonic() - self._began >= seconds

    def take(self) -> float:
        """Return by how many seconds the clock was set since this was asked last; 0 when it was not."""
        self.look()
        with self._lock:
            untold, self._untold = self._untold, 0.0
        return untold if abs(untold) > TOLERANCE else 0.0

    def give_back(self, seconds: float) -> None:
        """The step could not be told: it will be asked for again."""
        with self._lock:
            self._untold += seconds


watch = Watch()


def register_repair(name: str, repair: Repair) -> None:
    """Let `repair` bring the moments of its rows that lie behind the one it is given to the present."""
    _repairs[name] = repair


def when_stepped(teller: Callable[[float], object]) -> None:
    """Let `teller` know by how many seconds the clock was set."""
    if teller not in _tellers:
        _tellers.append(teller)


def settled(seconds: float) -> bool:
    return watch.settled(seconds)


def watched(seconds: float) -> bool:
    return watch.watched(seconds)


def latest_believed() -> datetime:
    """Return the moment behind which nothing that was written can be: a clock was wrong then."""
    return real_now() + AHEAD


def repair_moments() -> None:
    """Run every repair; one that fails keeps none of the others from running, and is raised at the end."""
    failed: Exception | None = None
    for name, repair in _repairs.items():
        try:
            repair(max(now(), real_now()) + AHEAD)
        except Exception as error:
            # Rooms bring their own repairs: what one raises must not let the others' rows wait.
            logger.exception("moments of %s could not be brought to the present", name)
            failed = error
    if failed:
        raise failed


def look_and_repair() -> bool:
    """Tell a step and repair what it left, if there was one; True when there was."""
    moved = watch.take()
    if not moved:
        return False
    logger.warning("the clock of this machine was set by %+.1f s", moved)
    try:
        repair_moments()
        for teller in _tellers:
            teller(moved)
    except Exception:
        watch.give_back(moved)
        raise
    return True
