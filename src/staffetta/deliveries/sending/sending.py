"""The wire side of dispatch: takes marked rows, sends them concurrently, hands back answers. Knows no database.

Runs on the loop of all outgoing connections. Two bounded queues tie it to dispatch.py: rows to send and answers to
record; together with what is in flight they never exceed what was marked. Nothing is sent after the lease ran out,
after somebody asked to stop, while the channel pauses, for a communication that does not run any more, or from a mark
so old that it may be swept already, or too soon after another message to the same person: such rows are released.
"""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import wait

from staffetta.channels.calls import gateway
from staffetta.channels.calls.recorder import Recorder
from staffetta.channels.models import Channel
from staffetta.connectors.contract import Connector
from staffetta.connectors.errors import ConnectorError, TooFast
from staffetta.connectors.messages import Notification
from staffetta.deliveries.ledger import policy
from staffetta.deliveries.ledger.marks import Answer, Marked
from staffetta.deliveries.ledger.recipients import Recipients
from staffetta.deliveries.ledger.retry_table import CHANNEL_IN_A_ROW, Does, Kind, rule_of
from staffetta.deliveries.models import DeliveryKind, DeliveryState
from staffetta.deliveries.sending import measure
from staffetta.outbound.loop import Work, the_loop
from staffetta.work.clock import monotonic, now
from staffetta.work.pace import Pace

UNREACHABLE_IN_A_ROW = 3
LONGEST_PAUSE = 60.0
LONGEST_HOLD = 1.0
"""Marked rows wait for a pause of so many seconds at most; for a longer one they are released."""
logger = logging.getLogger(__name__)


class Sending:
    """One channel's sends. Methods are for the thread that has the database; the rest runs on the loop."""

    def __init__(
        self, channel: Channel, pace: Pace, recipients: Recipients, concurrency: int, *, longest: float, oldest: float
    ) -> None:
        """`longest`: seconds one send may take. `oldest`: seconds after the mark, then a row is not sent."""
        self.recorder = Recorder(channel.pk)
        self.fault: ConnectorError | None = None
        self.accepted = False
        self.gone_templates: dict[int, ConnectorError] = {}
        self.lease_until = 0.0
        self.handed_over: set[int] = set()
        self._channel, self._pace, self._concurrency, self._recipients = channel, pace, concurrency, recipients
        self._longest, self._oldest = longest, oldest
        self._queue: deque[tuple[float, Marked]] = deque()
        self._answers: deque[tuple[Answer, float]] = deque()
        self._told = threading.Condition()
        self._enough = 1
        self._active = 0
        self._unreachable = self._pauses = self._silent = 0
        self._bears = CHANNEL_IN_A_ROW
        self._paused_until = 0.0
        self._closing = self._starting = False
        self._loop = the_loop()
        self._connector: Connector | None = None
        self._under_way: dict[int, asyncio.Task[None]] = {}  # the loop itself keeps no task alive
        self._held: asyncio.TimerHandle | None = None
        self._finished = asyncio.Event()
        self._open = threading.Event()
        self._work: Work[None] | None = None

    def start(self) -> None:
        """Open the connection; a key that cannot be used is told as `fault`."""
        self._work = Work(self._serve())
        self._open.wait()

    def bear(self, silent: int) -> None:
        """Set how many sends in a row may stay without an answer, or a connection, before nothing more leaves."""
        self._bears = max(1, silent)

    @property
    def over(self) -> bool:
        """Whether nothing more leaves: the channel failed, or stays silent."""
        return self.fault is not None or self._silent >= self._bears

    @property
    def told(self) -> int:
        """How many answers are there to be taken."""
        return len(self._answers)

    def release(self) -> None:
        """Give back what has not left yet."""
        self._loop.call_soon_threadsafe(self._release_queue)

    def put(self, rows: Sequence[Marked]) -> None:
        """Hand over marked rows; transactional messages overtake the others."""
        if rows:
            self.handed_over.update(row.id for row in rows)
            self._loop.call_soon_threadsafe(self._take, monotonic(), list(rows))

    def rest(self, running: Mapping[int, Collection[str] | None]) -> None:
        """Release what was marked for communications that are not `running` any more: paused, stopped, held.

        Also whoever's hours have closed: each comes with its open zones, None where any hour will do.
        """
        self._loop.call_soon_threadsafe(self._let_rest, running)

    def answers(self) -> list[Answer]:
        """Take what came back since the last call."""
        timed = [self._answers.popleft() for _ in range(len(self._answers))]
        measure.answered(self._channel.provider_id, timed)
        answers = [answer for answer, _ in timed]
        self.handed_over.difference_update(answer.id for answer in answers)
        return answers

    def wait(self, seconds: float, enough: int = 1) -> None:
        """Return when `enough` answers are there, at the latest after `seconds`."""
        with self._told:
            self._enough = enough
            self._told.wait_for(lambda: len(self._answers) >= enough, seconds)

    def close(self) -> None:
        """Release what waits, and end when what is in flight has its answer. Each send is bounded in time."""
        self._loop.call_soon_threadsafe(self._begin_closing)

    def ended(self, seconds: float) -> bool:
        """Wait so long for the end; say whether it has come."""
        return self._work is None or bool(wait([self._work.outcome], seconds).done)

    # On the loop

    async def _serve(self) -> None:
        try:
            await self._connect()
        except Exception:
            # Nobody asks for what our own code did wrong here: it is told in the log, and the rows are swept.
            logger.exception("channel %s", self._channel.pk)
        finally:
            self._open.set()

    async def _connect(self) -> None:
        try:
            async with gateway.open(self._channel, self.recorder, self._longest) as connector:
                self._connector = connector
                self._open.set()
                self._go_on()
                await self._finished.wait()
        except ConnectorError as error:
            self.fault = self.fault or error
            self._open.set()
            await self._finished.wait()
        self._release_queue()

    def _go_on(self) -> None:
        """Start what may start. A send that ends at once comes back here while the loop below still goes round."""
        if not self._starting:
            self._starting = True
            try:
                while self._may_start():
                    self._start_one()
            finally:
                self._starting = False
        if self._closing and not self._active:
            self._finished.set()

    def _may_start(self) -> bool:
        """Ask room, order and pace. One row at a time is chosen, at the moment it may leave."""
        if self._held or self._connector is None or not self._queue or self._active >= self._allowed():
            return False
        delay = self._pace.take()
        if delay > LONGEST_HOLD:
            self._release_queue()
        elif delay:
            self._held = self._loop.call_later(delay, self._hold_no_more)
        return bool(self._queue) and not self._held

    def _hold_no_more(self) -> None:
        """The pace was asked before; what leaves for it is chosen only now."""
        self._held = None
        if self._queue:
            self._start_one()
        self._go_on()

    def _start_one(self) -> None:
        marked_at, row = self._queue.popleft()
        if self._may_not_leave(marked_at):
            self._tell([self._given_back(row)])
            return
        self._active += 1
        # Eagerly: its request is on its way before the next one is thought of, and the loop goes round once less.
        task = asyncio.Task(self._send(row), loop=self._loop, eager_start=True)
        if not task.done():
            self._under_way[row.id] = task

    def _allowed(self) -> int:
        """How many requests may be under way: fewer while a limit of the provider slows the channel."""
        return max(1, int(self._concurrency * self._pace.level))

    async def _send(self, row: Marked) -> None:
        begun = monotonic()
        self._recipients.written(row.address, begun)
        try:
            answer = await self._answer(row)
        except Exception:
            # Whatever our own code did wrong, the row must not be lost, and whether it left is not known.
            logger.exception("delivery %s, attempt %s", row.id, row.attempt)
            answer = policy.unexpected(row, now())
            self._stayed_silent()
        ended = monotonic()
        if answer.state == DeliveryState.SENT:
            self._recipients.written(row.address, ended)
        self._active -= 1
        self._under_way.pop(row.id, None)
        self._tell([answer], ended - begun)
        self._go_on()

    async def _answer(self, row: Marked) -> Answer:
        if self._connector is None:  # nothing is started before
            return self._given_back(row)
        try:
            taken = await self._connector.send_notification(_message(row))
        except ConnectorError as error:
            return self._refused(row, error)
        self._unreachable = self._pauses = self._silent = 0
        self.accepted = True
        return policy.accepted(row, taken)

    def _may_not_leave(self, marked_at: float) -> bool:
        present = monotonic()
        too_old = present - marked_at > self._oldest
        return too_old or present > self.lease_until or self._closing or self.over

    def _refused(self, row: Marked, error: ConnectorError) -> Answer:
        rule = rule_of(error)
        if rule.state is not DeliveryState.UNCERTAIN:
            self._recipients.forget(row.address)
        if rule.channel is Does.COUNTS:
            self._stayed_silent()
        elif rule.state is DeliveryState.FAILED:
            self._silent = 0
        if rule.channel is Does.HOLDS:
            self.fault = error
            self._release_queue()
        elif rule.template is Does.TAKES_OUT and row.variant_id is not None:
            self.gone_templates[row.variant_id] = error
            self._release_queue()
        elif rule.channel is Does.SLOWS:
            self._pause(error.retry_after if isinstance(error, TooFast) else None)
        elif rule.kind is Kind.TRANSIENT:
            self._lost_contact()
        return policy.refused(row, error, now())

    def _stayed_silent(self) -> None:
        self._silent += 1
        if self.over:
            self._release_queue()

    def _lost_contact(self) -> None:
        """Nothing gets through: the provider is away, not the person. Pause the channel, longer each time."""
        self._unreachable += 1
        if self._unreachable >= UNREACHABLE_IN_A_ROW and monotonic() >= self._paused_until:
            self._pauses += 1
            self._pause(min(LONGEST_PAUSE, 2.0 ** min(self._pauses - 1, 6)))

    def _pause(self, seconds: float | None) -> None:
        """Slow the whole channel, once for all complaints of the same moment."""
        until = monotonic() + (seconds or 1.0)
        if monotonic() >= self._paused_until or until > self._paused_until + 1.0:
            self._paused_until = until
            self._pace.slow_down(seconds)
            self._release_queue()

    def _take(self, marked_at: float, rows: list[Marked]) -> None:
        admitted, early = self._recipients.admit(rows)
        self._tell(early)
        urgent = [row for row in admitted if row.kind == DeliveryKind.TRANSACTIONAL]
        self._queue.extendleft((marked_at, row) for row in reversed(urgent))
        self._queue.extend((marked_at, row) for row in admitted if row.kind != DeliveryKind.TRANSACTIONAL)
        if self.over:
            self._release_queue()
        self._go_on()

    def _given_back(self, row: Marked) -> Answer:
        self._recipients.forget(row.address)
        return policy.released(row)

    def _let_rest(self, running: Mapping[int, Collection[str] | None]) -> None:
        queued = list(self._queue)
        self._queue.clear()
        for entry in queued:
            row = entry[1]
            zones = running.get(row.communication_id or 0, ())
            if row.kind == DeliveryKind.COMMUNICATION and zones is not None and row.zone not in zones:
                self._tell([self._given_back(row)])
            else:
                self._queue.append(entry)

    def _begin_closing(self) -> None:
        self._closing = True
        if self._held:
            self._held.cancel()
        self._release_queue()
        self._go_on()

    def _release_queue(self) -> None:
        self._tell([self._given_back(row) for _, row in self._queue])
        self._queue.clear()

    def _tell(self, answers: Sequence[Answer], seconds: float = 0.0) -> None:
        """Hand over answers; `seconds` is what the provider took. Whoever waits is woken when there are enough.

        Waking it for each one costs as much as the answer itself. No lock for the comparison: whoever waits says how
        many are enough before it looks how many there are.
        """
        self._answers.extend([(answer, seconds) for answer in answers])
        if len(self._answers) >= self._enough:
            with self._told:
                self._told.notify_all()


def _message(row: Marked) -> Notification:
    values = row.parameters
    return Notification(
        recipient=row.address,
        template=row.template,
        language=row.language,
        body=tuple(values.get("body", ())),
        header=values.get("header", ""),
        header_media=values.get("header_media", ""),
        button=values.get("button", ""),
    )
