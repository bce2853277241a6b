"""The resident loops of a worker, as data: a room registers what it does, the worker runs it.

Register in `AppConfig.ready()`. A lane's `work` does one bounded piece (a second at most) and says whether there may be
more; it may run in several workers at once, so whatever must be done by one only is claimed or leased by itself.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

LOST_CALL = 5.0
"""The interval of a lane whose work is always called for: only what a killed worker left waits for the interval."""


@dataclass(frozen=True)
class LaneContext:
    """What a lane may know of the worker it runs in."""

    worker: str
    """Unique for every worker process: the holder's name for leases."""
    stopping: Callable[[], bool] = field(default=lambda: False)
    """True from the moment the worker was asked to stop, or while it rests (version_watch.py): finish what was begun,
    begin nothing."""


@dataclass(frozen=True)
class Lane:
    """One loop: `work` is called when woken, and at least each `every` seconds; True means "call me again at once"."""

    name: str
    work: Callable[[LaneContext], bool]
    every: float = 1.0
    """Seconds. Most work is called for: an interval is for what comes due by time alone, and for lost calls."""
    threads: int = 1
    """How many loops of it one worker runs side by side."""
    leave: Callable[[LaneContext], None] | None = None
    """Called once when the worker stops: give leases back."""


_lanes: dict[str, Lane] = {}


def register(lane: Lane) -> None:
    """Add a lane; the same name registered twice is a mistake of the programmer (ValueError)."""
    if _lanes.get(lane.name, lane) != lane:
        raise ValueError(f"two lanes are called {lane.name}")
    _lanes[lane.name] = lane


def registered() -> tuple[Lane, ...]:
    """Return every lane, in the order of registration."""
    return tuple(_lanes.values())
