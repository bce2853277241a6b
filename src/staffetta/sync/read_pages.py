"""Reading a list that moves while it is read, so that nobody who was there all the time is left out.

The provider knows only `limit` and `offset`. If somebody before our place is deleted between two pages, all others move
up and the next page would begin one person too late. So each page begins a little before our place, and is looked
through for the people read last: what follows the last of them is next, wherever it now stands. If none of them is
there, everything is read again (who was met is known, so nobody counts twice). If people came in before our place, one
more pass finds them.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from staffetta.connectors.messages import Customer

OVERLAP = 40
MOST_PASSES = 5

type Ask = Callable[[int, int], Awaitable[Sequence[Customer]]]
"""(offset, limit) -> the rows there."""


class Restless(Exception):
    """The list changed so much in every pass that its end was never certain."""


@dataclass(frozen=True, slots=True)
class Place:
    """How far a list was read: the row to be read next, the ids just before it, and whether another pass is due."""

    offset: int = 0
    tail: tuple[str, ...] = ()
    shifted: bool = False
    passes: int = 1
    ended: bool = False

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Place":
        """Return the place that was stored; the beginning for {}."""
        return cls(**{**stored, "tail": tuple(stored.get("tail", ()))})


async def next_page(ask: Ask, place: Place, size: int) -> tuple[Sequence[Customer], Place]:
    """Return what follows the place and the place after it (`ended` when nothing does); raises Restless.

    Some of the rows may have been given before: after people moved, and in a further pass.
    """
    if not place.tail:
        rows = await ask(place.offset, size)
        return (rows, _moved(place, place.offset, rows, len(rows))) if rows else ((), _end(place))
    start = max(place.offset - len(place.tail), 0)
    rows = await ask(start, size)
    known = set(place.tail)
    anchor = max((index for index, row in enumerate(rows) if row.id in known), default=-1)
    if anchor < 0:
        return (), _again(place, shifted=False)
    shifted = place.shifted or start + anchor >= place.offset
    fresh, after = rows[anchor + 1 :], start + anchor + 1
    here = Place(after, place.tail, shifted, place.passes)
    if not fresh:
        fresh = await ask(after, size)
        if not fresh or all(row.id in known or row in rows for row in fresh):
            return (), _end(here)
    return fresh, _moved(here, after, fresh, len(rows))


def _moved(place: Place, start: int, rows: Sequence[Customer], length: int) -> Place:
    ids = (*place.tail, *(row.id for row in rows if row.id))
    keep = min(OVERLAP, max(length // 2, 1))
    return Place(start + len(rows), ids[-keep:], place.shifted, place.passes)


def _end(place: Place) -> Place:
    if place.shifted and place.passes < MOST_PASSES:
        return _again(place, shifted=False)
    return Place(place.offset, place.tail, place.shifted, place.passes, ended=True)


def _again(place: Place, *, shifted: bool) -> Place:
    if place.passes >= MOST_PASSES:
        raise Restless
    return Place(shifted=shifted, passes=place.passes + 1)
