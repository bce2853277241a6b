"""What looks after rows that were left behind: each sweep runs in one worker at a time, at its stated interval."""

from collections.abc import Callable
from dataclasses import dataclass


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
