"""The lane that reads who wants no more messages: conversations each minute, all customers round by round, and, before
a start, its people.

Of one channel one worker reads at a time, one call after the other, so that the pace of reading is kept whatever is
read. Whoever waits to start comes first: a round is read in pieces of less than a second.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial

from staffetta.channels.models import SENDABLE_PLATFORMS, Channel, ConnectionState
from staffetta.communications.models import Communication
from staffetta.events import know_start
from staffetta.events.models import ReadMark
from staffetta.events.read_conversations import read_conversations
from staffetta.events.read_customers import is_due, read_piece, read_round
from staffetta.work import lease
from staffetta.work.clock import monotonic, now
from staffetta.work.lanes import LaneContext
from staffetta.work.set_aside import Items
from staffetta.work.wake import wake

EVERY = timedelta(seconds=60)
REST = 10
"""A reading that took long is not begun again before so many times what it took."""
LEASE_SECONDS = 30.0
RENEW_EVERY = 5.0
type Waiting = Mapping[int, Sequence[Communication]]


class Stopped(Exception):
    """The worker was asked to stop, or lost the right to read, in the middle of it."""


def work(context: LaneContext) -> bool:
    """Read what is due of each channel, those that a start waits for first; True while a round is under way."""
    items, more, waited_for = Items("events"), False, know_start.waiting()
    for channel in sorted(_connected(), key=lambda channel: channel.pk not in waited_for):
        if context.stopping():
            break
        step = partial(_read_alone, channel, waited_for, context)
        more = bool(items.handle(f"channel:{channel.pk}", step, name=str(channel))) or more
    return more


def due() -> list[Channel]:
    """Return the connected channels whose conversations were not read for a minute, or that a start waits for."""
    waited_for = know_start.waiting()
    marks = {mark.channel_id: mark for mark in ReadMark.objects.all()}
    return [channel for channel in _connected() if _is_due(marks.get(channel.pk), waited_for.get(channel.pk, ()))]


def read(channel: Channel, beat: Callable[[], None] | None = None) -> bool:
    """Read all customers and all conversations of one channel; False when something could not be read whole."""
    ReadMark.objects.get_or_create(channel=channel)
    whole = read_round(channel, beat)
    return read_conversations(channel, beat) and whole


def _connected() -> list[Channel]:
    rows = Channel.objects.filter(state=ConnectionState.CONNECTED, platform__in=SENDABLE_PLATFORMS)
    return list(rows.order_by("pk"))


def _read_alone(channel: Channel, waited_for: Waiting, context: LaneContext) -> bool:
    """Read one channel if something of it is due and nobody else does; True while there is more to read at once."""
    starts = waited_for.get(channel.pk, ())
    mark = ReadMark.objects.filter(channel=channel).first()
    if not (_is_due(mark, starts) or is_due(mark) or starts):
        return False
    name = f"opt-outs:{channel.pk}"
    if (fence := lease.acquire(name, context.worker, LEASE_SECONDS)) is None:
        return False
    try:
        return _read_due(channel, starts, mark, _keeping(context, name, fence))
    except Stopped:
        return False
    finally:
        lease.release(name, fence)


def _read_due(
    channel: Channel, starts: Sequence[Communication], mark: ReadMark | None, beat: Callable[[], None]
) -> bool:
    if _is_due(mark, starts):
        read_conversations(channel, beat)
        wake()
    if starts:
        know_start.look_up(channel, starts, beat)
        wake()
    elif not is_due(mark):
        return False
    if not (is_due(mark) or know_start.needs_round(starts)):
        return False
    more = read_piece(channel, beat)
    if not more:
        wake()
    return more


def _is_due(mark: ReadMark | None, starts: Sequence[Communication]) -> bool:
    told = (mark.at, mark.problem_at, mark.absent_at) if mark else ()
    tried = max(filter(None, told), default=None)
    if mark is None or tried is None:
        return True
    waits_for_it = any(tried < start.updated_at for start in starts)
    return waits_for_it or now() >= tried + max(EVERY, timedelta(seconds=mark.took * REST))


def _keeping(context: LaneContext, name: str, fence: int) -> Callable[[], None]:
    """Return the beat of a long reading: keeps the lease, and ends the reading when the worker stops."""
    renewed = monotonic()

    def beat() -> None:
        nonlocal renewed
        if context.stopping():
            raise Stopped
        if monotonic() - renewed > RENEW_EVERY:
            renewed = monotonic()
            if not lease.renew(name, fence, LEASE_SECONDS):
                raise Stopped

    return beat
