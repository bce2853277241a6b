"""The lane that runs the sweeps the rooms registered."""

import logging

from staffetta.work import lease
from staffetta.work.lanes import LaneContext
from staffetta.work.sweep import Sweep, registered

logger = logging.getLogger(__name__)


class SweepFailed(Exception):
    """One or more sweeps raised; the text names them. The others ran."""


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
