"""The lane that runs the sweeps the rooms registered; one that fails is set aside and keeps none of the others."""

from staffetta.work import lease
from staffetta.work.lanes import LaneContext
from staffetta.work.set_aside import Items
from staffetta.work.sweep import Sweep, registered


def sweep_due(context: LaneContext) -> bool:
    """Run each sweep whose turn has come."""
    items = Items("sweep")
    resting = lease.held(_turn(sweep) for sweep in registered())
    for sweep in registered():
        # A lease that runs out after the interval, and is never given back, tells all workers whose turn it is.
        if (
            _turn(sweep) in resting
            or context.stopping()
            or not lease.acquire(_turn(sweep), context.worker, sweep.every)
        ):
            continue
        items.handle(_turn(sweep), sweep.function, name=sweep.name)
    return False


def _turn(sweep: Sweep) -> str:
    return f"sweep:{sweep.name}"
