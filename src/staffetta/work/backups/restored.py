"""What each room does when an older state of the data has come back: it registers here, `staffetta restore` calls."""

from collections.abc import Callable

_steps: list[Callable[[], None]] = []


def register(step: Callable[[], None]) -> None:
    """Let `step` run after a restore, once the database has this version's shape."""
    if step not in _steps:
        _steps.append(step)


def tell() -> None:
    """Run every step."""
    for step in _steps:
        step()
