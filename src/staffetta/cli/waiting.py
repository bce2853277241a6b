"""`--wait`: until the work is done, by the running lanes or, where none runs, by lanes of our own."""

import time
from collections.abc import Callable, Collection

from staffetta.work import beats, lanes
from staffetta.work.clock import monotonic
from staffetta.work.worker import Worker

LOOK_EVERY = 0.1


def wait_for(done: Callable[[], bool], needed: Collection[str], seconds: float | None = None) -> bool:
    """Return True once `done()`, False if it is not after `seconds` (None: however long it takes).

    `needed` names the lanes that do the work. While one of them runs nowhere, they run in this process; a worker that
    starts meanwhile is no harm, since rows are claimed and channels leased.
    """
    known = {lane.name for lane in lanes.registered()} & set(needed)
    ends_at = None if seconds is None else monotonic() + seconds
    own: Worker | None = None
    try:
        while not done():
            if ends_at is not None and monotonic() > ends_at:
                return False
            if own is None and not beats.alive(known):
                own = Worker(known)
                own.start()
            time.sleep(LOOK_EVERY)
    finally:
        if own is not None:
            own.stop()
    return True
