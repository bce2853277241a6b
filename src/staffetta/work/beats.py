"""Signs of life of the lanes: written by workers, read by the health page and by whoever waits for work."""

from collections.abc import Collection, Iterable
from datetime import timedelta

from staffetta.work.clock import real_now
from staffetta.work.loop import Loop
from staffetta.work.models import LaneBeat

BEAT_EVERY = 3.0
ALIVE_SECONDS = 12.0
"""A lane without a beat for so long counts as gone."""
GONE_SECONDS = 30.0
"""A worker without a beat for so long will not finish what it began."""


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


def leave(worker: str) -> None:
    """Take this worker's rows away: it ended in order."""
    LaneBeat.objects.filter(worker=worker).delete()


def alive(lanes: Collection[str]) -> bool:
    """Say whether each of these lanes runs in some worker."""
    since = real_now() - timedelta(seconds=ALIVE_SECONDS)
    running = LaneBeat.objects.filter(beat_at__gte=since, lane__in=lanes).values_list("lane", flat=True)
    return set(lanes) <= set(running)


def present_workers() -> set[str]:
    """Return the workers that gave a sign of life within `GONE_SECONDS`."""
    since = real_now() - timedelta(seconds=GONE_SECONDS)
    return set(LaneBeat.objects.filter(beat_at__gte=since).values_list("worker", flat=True))
