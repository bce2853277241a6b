"""Read all customers of a channel round by round, in the background: who is stopped or blocked there.

A round is read a few pages at a time at a bounded pace. Its place is kept in a row, so that it goes on after a restart.
What it tells is as old as its beginning. The provider pages by offset; `sync/read_pages.py` begins each page a little
before the last one's end, so that nobody who was listed all the time is left out when others are deleted meanwhile. A
list that moves too much ends the round without a result: the next one begins anew.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from django.conf import settings

from staffetta.channels.calls import gateway, health
from staffetta.channels.calls.recorder import Recorder
from staffetta.channels.models import Channel
from staffetta.connectors.contract import Connector
from staffetta.connectors.errors import ConnectorError, KeyRefused
from staffetta.connectors.messages import Customer
from staffetta.events.apply import apply
from staffetta.events.models import ReadMark
from staffetta.events.read_conversations import BETWEEN_PAGES
from staffetta.events.store import store_customers
from staffetta.sync.read_pages import Place, Restless, next_page
from staffetta.work.clock import monotonic, now

PAGE = 500
PIECE = 4
"""Pages of one piece: less than a second, so that a start does not wait long for its turn."""
EVERY = timedelta(seconds=60)
REST = 10
"""A round that took long is not begun again before so many times what it took, as far as it stays young enough."""
RESTLESS = "restless"


class Sparse(Recorder):
    """Keeps the first exchange of a piece and all failures: every page of a million customers would fill the disk."""

    def __init__(self, channel_id: int | None = None) -> None:
        super().__init__(channel_id)
        self._number = count()

    def wants(self, *, is_send: bool, failed: bool) -> bool:  # noqa: ARG002 - nothing is sent here
        """Say whether this exchange is kept."""
        return failed or next(self._number) == 0


@dataclass(slots=True)
class Piece:
    """What one piece brought, and where the next one goes on."""

    place: Place
    customers: list[Customer] = field(default_factory=list)


def limit() -> timedelta:
    """Return how old a round may be for a start to use it."""
    return timedelta(minutes=settings.OPT_OUT_MINUTES)


def is_due(mark: ReadMark | None) -> bool:
    """Say whether a round is under way or should begin: often enough that the last one is always young enough."""
    if mark is None or mark.round_began or mark.customers_at is None:
        return mark is None or _rested(mark)
    took = (mark.customers_ended_at or mark.customers_at) - mark.customers_at
    wait = max(EVERY, min(took * REST, limit() - 2 * took))
    return now() >= mark.customers_at + wait and _rested(mark)


def _rested(mark: ReadMark) -> bool:
    return mark.customers_problem_at is None or now() >= mark.customers_problem_at + EVERY


def read_piece(channel: Channel, beat: Callable[[], None] | None = None) -> bool:
    """Read the next pages of the round, beginning one if none is under way; True while there is more of it."""
    mark, _made = ReadMark.objects.get_or_create(channel=channel)
    began, present = mark.round_began or now(), now()
    piece = Piece(Place.of(mark.round_place if mark.round_began else {}))
    problem = ""
    try:
        gateway.call(
            channel, lambda connector: _read(connector, piece, channel), beat=beat, recorder=Sparse(channel.pk)
        )
    except ConnectorError as error:
        problem = error.code
        if isinstance(error, KeyRefused):
            health.key_refused(channel, error)
    except Restless:
        problem = RESTLESS
    store_customers(channel, piece.customers, present)
    if piece.customers:
        apply(channel)
    number = (mark.round_number if mark.round_began else 0) + len(piece.customers)
    ReadMark.objects.filter(channel=channel).update(**_told(piece.place, began, number, problem))
    return not (piece.place.ended or problem)


def read_round(channel: Channel, beat: Callable[[], None] | None = None) -> bool:
    """Read a round from its beginning to its end; False when something came in the way."""
    restart(channel)
    while read_piece(channel, beat):
        pass
    return not ReadMark.objects.get(channel=channel).customers_problem


def restart(channel: Channel) -> None:
    """Let the next piece begin a round of its own."""
    ReadMark.objects.filter(channel=channel).update(round_began=None, round_place={}, round_number=0)


def _told(place: Place, began: datetime, number: int, problem: str) -> dict[str, object]:
    """Return what a piece leaves in the row. After a problem the round goes on at its place, unless that is lost."""
    over: dict[str, object] = {"round_began": None, "round_place": {}, "round_number": 0}
    if problem:
        stays = {"round_began": began, "round_place": place.as_json(), "round_number": number}
        return {"customers_problem": problem, "customers_problem_at": now(), **(over if problem == RESTLESS else stays)}
    if place.ended:
        whole = {"customers_at": began, "customers_ended_at": now(), "customers_number": number}
        return {**over, **whole, "customers_problem": "", "customers_problem_at": None}
    return {"round_began": began, "round_place": place.as_json(), "round_number": number}


async def _read(connector: Connector, piece: Piece, channel: Channel) -> None:
    rest = 0.0 if channel.pace == 0 else BETWEEN_PAGES
    for _number in range(PIECE):
        asked = monotonic()
        rows, piece.place = await next_page(connector.customer_page, piece.place, PAGE)
        piece.customers += rows
        await asyncio.sleep(max(rest - (monotonic() - asked), 0))
        if piece.place.ended:
            return
