"""What is in the way of disconnecting a channel. The rooms above register what they know of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Blocker:
    """One thing that must be stopped first: what it is in the reader's language, and its page."""

    label: str
    url: str


Finder = Callable[[Sequence[int]], Sequence[Blocker]]
_finders: list[Finder] = []


def register(finder: Finder) -> None:
    """Ask `finder` (ids of channels in, blockers out) before channels are disconnected."""
    if finder not in _finders:
        _finders.append(finder)


def of(channel_ids: Sequence[int]) -> list[Blocker]:
    """Return everything that is in the way of disconnecting these channels."""
    return [blocker for finder in _finders for blocker in finder(channel_ids)]
