"""Signs of life of the lanes: written by workers, read by the health page and by whoever waits for work."""

import logging
import os
import signal
import threading
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

from django.db import Error, connections

from staffetta.work.clock import real_now
from staffetta.work.clock_step import latest_believed
from staffetta.work.loop import Loop
from staffetta.work.models import LaneBeat
from staffetta.work.version_watch import VersionWatch

BEAT_EVERY = 3.0
ALIVE_SECONDS = 12.0
"""A lane without a beat for so long counts as gone."""
GONE_SECONDS = 30.0
"""A worker without a beat for so long will not finish what it began."""
logger = logging.getLogger(__name__)


def beat(worker: str, loops: Iterable[Loop]) -> None:
    """Write one row per lane of this worker."""
    rows = {loop.lane.name: LaneBeat(lane=loop.lane.name, worker=worker) for loop in loops}
    for loop in loops:
        row = rows[loop.lane.name]
        row.problem = row.problem or loop.problem
        row.worked_at = max(filter(None, (row.worked_at, loop.worked_at)), default=None)
    LaneBeat.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["lane", "worker"],
        update_fields=["beat_at", "worked_at", "problem"],
    )


@contextmanager
def kept(lane: str, worker: str) -> Iterator[None]:
    """Give signs of life of one lane from a thread, in a process that is no worker of ours."""
    ended = threading.Event()
    thread = threading.Thread(target=_keep, args=(lane, worker, ended), name="beats", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(2)


def _keep(lane: str, worker: str, ended: threading.Event) -> None:
    watch = VersionWatch()
    while not ended.is_set() and _sign(lane, worker, watch):
        ended.wait(BEAT_EVERY)
    with suppress(Error):
        leave(worker)
    if watch.resting:
        # An engine's worker cannot rest: it ends its jobs and itself, and is not let in when it is started again.
        os.kill(os.getpid(), signal.SIGTERM)


def _sign(lane: str, worker: str, watch: VersionWatch) -> bool:
    """Return False when the database belongs to another version."""
    try:
        watch.look()
        LaneBeat.objects.update_or_create(lane=lane, worker=worker, defaults={"beat_at": real_now()})
    except Error as error:
        logger.warning("no sign of life could be written: %s", str(error).strip())
    finally:
        connections.close_all()  # an engine may fork for a job: nothing of ours is open then
    return not watch.resting


def leave(worker: str) -> None:
    """Take this worker's rows away: it ended in order."""
    LaneBeat.objects.filter(worker=worker).delete()


def alive(lanes: Collection[str]) -> bool:
    """Say whether each of these lanes runs in some worker."""
    since = real_now() - timedelta(seconds=ALIVE_SECONDS)
    running = LaneBeat.objects.filter(beat_at__range=(since, latest_believed()), lane__in=lanes)
    return set(lanes) <= set(running.values_list("lane", flat=True))


def alive_workers() -> set[str]:
    """Return the workers of which some lane is alive."""
    since = real_now() - timedelta(seconds=ALIVE_SECONDS)
    present = LaneBeat.objects.filter(beat_at__range=(since, latest_believed()))
    return set(present.values_list("worker", flat=True))


def present_workers() -> set[str]:
    """Return the workers that gave a sign of life within `GONE_SECONDS`."""
    since = real_now() - timedelta(seconds=GONE_SECONDS)
    present = LaneBeat.objects.filter(beat_at__range=(since, latest_believed()))
    return set(present.values_list("worker", flat=True))
