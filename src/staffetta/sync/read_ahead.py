"""The pages of a run, read ahead: while some are stored the next ones are on their way."""

import asyncio
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import batched
from typing import NamedTuple

from staffetta.channels.calls import gateway
from staffetta.channels.models import Channel
from staffetta.connectors.contract import Connector
from staffetta.connectors.errors import ConnectorError
from staffetta.connectors.messages import Customer
from staffetta.sync.read_pages import Place, Restless, next_page
from staffetta.work.clock import monotonic
from staffetta.work.database.databases import postgres

PAGE = 500
AHEAD = 4
"""Pages read over one opening of the connection, which costs as much as storing forty people does."""
TOGETHER = 2
"""Pages stored in one transaction on SQLite, whose only lock it holds.

PostgreSQL takes all that were read at once: a tenth less time.
"""
BETWEEN_PAGES = 0.2
"""Seconds: reads are bounded to five a second and key; none for a channel whose pace is 0."""


def at_once() -> int:
    """Return how many pages are stored in one transaction."""
    return AHEAD if postgres() else TOGETHER


class Pages(NamedTuple):
    """Customers that are stored together, the place after them, and how many pages they were."""

    rows: Sequence[Customer]
    after: Place
    number: int


@dataclass(slots=True)
class Read:
    """Pages with the place after each, and what came in the way of the next one."""

    pages: list[tuple[Sequence[Customer], Place]] = field(default_factory=list)
    error: ConnectorError | Restless | None = None

    @property
    def goes_on_at(self) -> Place | None:
        """The place to read on from; None when that is not certain, or nothing follows."""
        after = self.pages[-1][1] if self.pages and not self.error else None
        return None if after is None or after.ended else after

    def together(self) -> Iterator[Pages]:
        """Give what was read, as much at once as is stored together."""
        for pages in batched(self.pages, at_once()):
            rows = [row for page, _after in pages for row in page]
            yield Pages(rows, pages[-1][1], sum(1 for page, _after in pages if page))


def pages_from(
    channel: Channel, place: Place, beat: Callable[[], None], enough: Callable[[], bool]
) -> Generator[Pages]:
    """Give what follows a place until `enough` or the end of the list.

    Raises what the provider answered (ConnectorError) or Restless, after what was read before it.
    """
    under_way: gateway.Begun[Read] | None = _begin(channel, place)
    try:
        while under_way is not None:
            read, under_way = under_way.result(beat), None
            if (after := read.goes_on_at) and not enough():
                under_way = _begin(channel, after)
            yield from read.together()
            if read.error:
                raise read.error
    finally:
        if under_way is not None:
            under_way.cancel()


def _begin(channel: Channel, place: Place) -> gateway.Begun[Read]:
    rest = 0.0 if channel.pace == 0 else BETWEEN_PAGES

    async def deed(connector: Connector) -> Read:
        read, at = Read(), place
        while not at.ended and len(read.pages) < AHEAD:
            asked = monotonic()
            try:
                rows, at = await next_page(connector.customer_page, at, PAGE)
            except (ConnectorError, Restless) as error:
                read.error = error
                break
            read.pages.append((rows, at))
            await asyncio.sleep(max(rest - (monotonic() - asked), 0))
        return read

    return gateway.begin(channel, deed)
