"""What is held, not deleted, when channels are disconnected. The rooms above register how they count and hold."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Held:
    """Things of one kind that will be held: "drafts", their number."""

    label: str
    number: int


@dataclass(frozen=True, slots=True)
class Holder:
    """`count` tells what would be held; `hold` holds it, in the transaction that deletes the channels, just before."""

    count: Callable[[Sequence[int]], Sequence[Held]]
    hold: Callable[[Sequence[int]], object]


_holders: list[Holder] = []


def register(holder: Holder) -> None:
    """Ask `holder` whenever channels are disconnected (ids of channels in)."""
    if holder not in _holders:
        _holders.append(holder)


def count(channel_ids: Sequence[int]) -> list[Held]:
    """Return what disconnecting these channels would hold, kinds of which there is nothing left out."""
    return [held for holder in _holders for held in holder.count(channel_ids) if held.number]


def hold(channel_ids: Sequence[int]) -> None:
    """Hold everything that depends on these channels; its frozen names stay."""
    for holder in _holders:
        holder.hold(channel_ids)
