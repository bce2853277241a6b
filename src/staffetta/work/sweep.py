"""What looks after rows that were left behind: each sweep runs in one worker at a time, at its stated interval."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from staffetta.work import lease
from staffetta.work.lanes import LaneContext

logger = logging.getLogger(__name__)


class SweepFailed(Exception):
    """One or more sweeps raised; the text names them. The others ran."""


@dataclass(frozen=True)
class Sweep:
    """`function` finds what got stuck and sets it right; it may run twice and must be short."""

    name: str
    every: float
    function: Callable[[], object]


_sweeps: dict[str, Sweep] = {}


def register(name: str, every_seconds: float, function: Callable[[], object]) -> None:
    """Let `function` run each `every_seconds` in one of the workers."""
    sweep = Sweep(name, every_seconds, function)
    if _sweeps.get(name, sweep) != sweep:
        raise ValueError(f"two sweeps are called {name}")
    _sweeps[name] = sweep


def registered() -> tuple[Sweep, ...]:
    """Return every sweep, in the order of registration."""
    return tuple(_sweeps.values())


def sweep_due(context: LaneContext) -> bool:
    """Run each sweep whose turn has come; raises SweepFailed, after all of them, if any failed."""
    failed: list[str] = []
    resting = lease.held(_turn(sweep) for sweep in registered())
    for sweep in registered():
        # A lease that runs out after the interval, and is never given back, tells all workers whose turn it is.
        if (
            _turn(sweep) in resting
            or context.stopping()
            or not lease.acquire(_turn(sweep), context.worker, sweep.every)
        ):
            continue
        failed += _run(sweep)
    if failed:
        raise SweepFailed("; ".join(failed))
    return False


def _turn(sweep: Sweep) -> str:
    return f"sweep:{sweep.name}"


def _run(sweep: Sweep) -> list[str]:
    """Return what went wrong, if anything."""
    try:
        sweep.function()
    except Exception as error:
        # One room's sweep must not keep the others' from running.
        logger.exception("sweep %s", sweep.name)
        return [f"{sweep.name}: {error}"]
    return []
