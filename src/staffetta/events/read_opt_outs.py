"""Read from the provider who wants no more messages: customers stopped or blocked there, and what people wrote.

A lane reads every connected channel each minute, and at once when a communication waits to be planned: planning asks
`known_for` first, which lets nothing be planned on knowledge older than the start.
"""

import asyncio
from collections.abc import Callable, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from django.db.models import Max

from staffetta.channels import gateway, health
from staffetta.channels.models import SENDABLE_PLATFORMS, Channel, ConnectionState
from staffetta.communications.hold import Trouble
from staffetta.communications.models import Communication, CommunicationState
from staffetta.connectors.contract import Connector
from staffetta.connectors.errors import ConnectorError, KeyRefused, NotSupported
from staffetta.connectors.messages import Customer, Reply
from staffetta.deliveries.plan import CannotKnow, NotYet
from staffetta.events.apply import apply
from staffetta.events.models import ReadMark
from staffetta.events.store import Knowledge, knowledge, store_customers, store_replies, telling
from staffetta.sync import own_states
from staffetta.work import lease
from staffetta.work.clock import monotonic, now
from staffetta.work.lanes import LaneContext
from staffetta.work.set_aside import Items
from staffetta.work.wake import wake

EVERY = timedelta(seconds=60)
REST = 10
"""A reading that took long is not begun again before so many times what it took."""
BETWEEN_PAGES = 0.2
"""Seconds: reads are bounded to five a second and key."""
LEASE_SECONDS = 30.0
RENEW_EVERY = 5.0


class Stopped(Exception):
    """The worker was asked to stop, or lost the right to read, in the middle of it."""


@dataclass(slots=True)
class Read:
    """What one reading brought: customers about whom something turned, and what people wrote."""

    customers: list[Customer] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)


def work(context: LaneContext) -> bool:
    """Read the channels whose turn it is, each by one worker."""
    items = Items("events")
    for channel in due():
        if context.stopping():
            break
        items.handle(f"channel:{channel.pk}", partial(_read_alone, channel, context), name=str(channel))
    return False


def _read_alone(channel: Channel, context: LaneContext) -> None:
    """Read one channel if nobody else does."""
    name = f"opt-outs:{channel.pk}"
    if (fence := lease.acquire(name, context.worker, LEASE_SECONDS)) is None:
        return
    try:
        read(channel, _keeping(context, name, fence))
    except Stopped:
        return
    finally:
        lease.release(name, fence)


def due() -> list[Channel]:
    """Return the connected channels that were not read for a minute, or that a communication waits for."""
    marks = {mark.channel_id: mark for mark in ReadMark.objects.all()}
    planning = Communication.objects.filter(state=CommunicationState.PLANNING).values("channel").order_by()
    waited_for = {row["channel"]: row["asked"] for row in planning.annotate(asked=Max("updated_at"))}
    channels = Channel.objects.filter(state=ConnectionState.CONNECTED, platform__in=SENDABLE_PLATFORMS)
    return [each for each in channels.order_by("pk") if _is_due(marks.get(each.pk), waited_for.get(each.pk))]


def known_for(communication: Communication) -> None:
    """Return when opt-outs were read since the start, or the resuming, was asked for.

    Raises NotYet while somebody reads them, CannotKnow when they could not be read.
    """
    mark = ReadMark.objects.filter(channel=communication.channel_id).first()
    asked = communication.updated_at
    if mark and mark.at and mark.at >= asked:
        return
    if mark and mark.problem_at and mark.problem_at >= asked:
        raise CannotKnow(Trouble.OPT_OUTS_UNREAD)
    raise NotYet


def read(channel: Channel, beat: Callable[[], None] | None = None) -> bool:
    """Read one channel whole, store what it told, fold it; False when it could not be read whole.

    What a broken reading brought before it broke is kept: an opt-out is one, however the rest ended.
    """
    began, since = now(), monotonic()
    known, held, brought = knowledge(channel), own_states.held(channel.provider_id), Read()
    problem = ""
    try:
        gateway.call(channel, lambda connector: _read(connector, known, held, brought), beat=beat)
    except ConnectorError as error:
        problem = error.code
        if isinstance(error, KeyRefused):
            health.key_refused(channel, error)
    store_customers(channel, brought.customers, known, began)
    store_replies(channel, brought.replies)
    apply(channel)
    told = {"problem": problem, "problem_at": began} if problem else {"problem": "", "at": began}
    ReadMark.objects.update_or_create(channel=channel, defaults={**told, "took": monotonic() - since})
    wake()
    return not problem


async def _read(connector: Connector, known: Knowledge, held: Set[str], brought: Read) -> None:
    async for page in connector.customers():
        brought.customers += [customer for customer in page if telling(customer, known, held)]
        await asyncio.sleep(BETWEEN_PAGES)
    try:
        async for lines in connector.replies():
            brought.replies += lines
            await asyncio.sleep(BETWEEN_PAGES)
    except NotSupported:
        return


def _is_due(mark: ReadMark | None, asked: datetime | None) -> bool:
    tried = max(filter(None, (mark.at, mark.problem_at)), default=None) if mark else None
    if mark is None or tried is None:
        return True
    waits_for_it = asked is not None and tried < asked
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
