"""Dispatch: due rows to the provider, one channel at a time per loop, under the channel's lease.

    claim and mark (one durable commit) --> send concurrently (sending.py) --> record (with the next claim's commit)

The loop that has the lease has the database; the sends run in a thread of their own. Never more than 2 x concurrency
rows are marked and unanswered, so that a kill leaves few to verify. The lease is renewed while the session lives;
when it cannot be, nothing more leaves, and what is known is recorded all the same.
"""

import logging
import math
import random
from contextlib import suppress
from datetime import datetime
from functools import partial
from itertools import count

from django.conf import settings
from django.db import Error, connection, transaction
from django.db.models import Count, Min

from staffetta.channels.calls import health
from staffetta.channels.calls.pace import rate_of
from staffetta.channels.models import Channel, ConnectionState
from staffetta.connectors.errors import ConnectorError, KeyRefused, NotPermitted
from staffetta.deliveries.ledger import budget, policy, questions, states
from staffetta.deliveries.ledger.carried import pace_of, recipients_of, unchanged
from staffetta.deliveries.ledger.marks import Answer, Holder, Marked, Shares
from staffetta.deliveries.ledger.retry_table import CHANNEL_IN_A_ROW, Does, rule_of
from staffetta.deliveries.ledger.streaks import Streaks, Thing
from staffetta.deliveries.models import Attempt, BreakerKind, DeliveryState
from staffetta.deliveries.sending import breaker
from staffetta.deliveries.sending.sending import Sending
from staffetta.deliveries.sending.watch import hold_channel, take_out
from staffetta.work import lease
from staffetta.work.clock import monotonic, now
from staffetta.work.database import databases
from staffetta.work.database.connection import persist, renew
from staffetta.work.lanes import LaneContext
from staffetta.work.set_aside import Items
from staffetta.work.wake import bell

LONGEST_LEASE = 10.0
LONGEST_SESSION = 30.0
SIDE_BY_SIDE = 8
"""Channels one worker serves at the same time."""
AHEAD = 0.25
"""Seconds of sending that may be marked ahead under a pace: a transactional message waits for no more than that."""
REST = 60.0
"""A channel whose fault is not its key's is tried again after so many seconds."""
GATHER = 0.004
"""Seconds an answer may wait for others to be recorded with: a commit costs about that."""
LOOK = 0.05
CHECK = 0.5
"""How often a session asks whether what it marked may still go: a pause takes effect within that."""
LONGEST_SEND = 12.0
"""Seconds from the request to the answer; shorter than the time a worker is given to stop."""
logger = logging.getLogger(__name__)
_rotation = count()
_resting: dict[int, float] = {}


def work(context: LaneContext) -> bool:
    """Serve one channel that has something due and no sender; True when one was served."""
    items = Items("dispatch")
    for channel in _channels():
        if context.stopping():
            return False
        if items.handle(f"channel:{channel.pk}", partial(_serve, channel, context), name=str(channel)):
            return True
    return False


def _serve(channel: Channel, context: LaneContext) -> bool:
    counted = budget.counts(channel)
    if _resting.get(channel.pk, 0.0) > monotonic() or not has_due(channel.pk, counted=counted):
        return False
    name = lease_name(channel.pk)
    asked_at = monotonic()
    fence = lease.acquire(name, context.worker, lease_seconds())
    if fence is None:
        return False
    holder = Holder(channel.pk, name, fence, context.worker, counted)
    _rest_after(channel, Session(channel, holder, context, asked_at).run())
    return True


def lease_seconds() -> float:
    """Return how long a lease lasts: renewed four times in that, and over before what it marked counts as abandoned."""
    return float(min(LONGEST_LEASE, settings.IN_FLIGHT_TIMEOUT / 2))


def lease_name(channel_id: int) -> str:
    return f"channel:{channel_id}"


def has_due(channel_id: int, *, counted: bool = False) -> bool:
    """Say whether the channel has a row that may be sent now, in the daily budget if it is `counted`; a plain read."""
    with connection.cursor() as cursor:
        return questions.is_due(cursor, channel_id, singles_only=counted and budget.rests())


def _channels() -> list[Channel]:
    """Return the connected channels, each time beginning with another, so that none starves for want of a loop."""
    connected = Channel.objects.filter(state=ConnectionState.CONNECTED)
    channels = list(connected.exclude(pk__in=breaker.paused().values("subject")).order_by("id"))
    start = next(_rotation) % len(channels) if channels else 0
    return channels[start:] + channels[:start]


def _rest_after(channel: Channel, fault: ConnectorError | None) -> None:
    """A refused key needs no rest: the channel's state keeps everybody off until there is another key."""
    if fault is not None and not isinstance(fault, KeyRefused):
        _resting[channel.pk] = monotonic() + REST


class Session:
    """One lease of one channel: until nothing is due, the channel fails, the lease is lost, or the worker stops."""

    def __init__(self, channel: Channel, holder: Holder, context: LaneContext, asked_at: float) -> None:
        self.channel, self.holder, self.context = channel, holder, context
        self.rate = rate_of(channel)
        self.pace = pace_of(channel, holder.fence)
        self.streaks = Streaks(channel.pk)
        self.streaks.go_on(self.pace)
        self.most = 2 * settings.SEND_CONCURRENCY
        self.gather = LOOK if self.rate else GATHER
        oldest = settings.IN_FLIGHT_TIMEOUT / 2
        known, longest = recipients_of(channel, holder.fence), min(LONGEST_SEND, oldest)
        self.sending = Sending(channel, self.pace, known, settings.SEND_CONCURRENCY, longest=longest, oldest=oldest)
        self.sending.bear(1 if self.streaks.on_trial else CHANNEL_IN_A_ROW - self.streaks.silent)
        self.lease_seconds = lease_seconds()
        self.marked, self.broken = 0, False
        self.told: list[Answer] = []
        self.next: list[Marked] = []
        self.shares = Shares()
        self.hungry = True
        self.heard = self.rang = bell.heard()
        self.began = self.busy_at = self.renewed_at = self.looked_at = self.checked_at = self.asked_at = asked_at
        self.sending.lease_until = self.began + self.lease_seconds

    def run(self) -> ConnectorError | None:
        """Serve the channel; return the fault that ended it, if one did."""
        with databases.by_keys():
            try:
                self.sending.start()
                self.busy_at = monotonic()  # opening took its time
                while self._may_go_on():
                    self._turn()
            except Error:
                self.broken = True
                renew()
                raise
            finally:
                self._end()
        return self.sending.fault

    def _may_go_on(self) -> bool:
        if self.context.stopping() or self.sending.over or self.streaks.resting:
            return False
        if not self._keep_lease() or not self._as_it_began():
            return False
        present = monotonic()
        if self.marked:
            self.busy_at = present
        return present - self.busy_at < settings.SEND_LINGER and present - self.began < LONGEST_SESSION

    def _keep_lease(self) -> bool:
        """Renew in time; False when the lease is lost."""
        present = monotonic()
        if present - self.renewed_at < self.lease_seconds / 4:
            return True
        if not lease.renew(self.holder.lease, self.holder.fence, self.lease_seconds):
            logger.warning("channel %s: the lease is lost", self.channel.pk)
            return False
        # Counted from before the renewal: our idea of its end must never be later than everybody else's.
        self.renewed_at, self.sending.lease_until = present, present + self.lease_seconds
        self.sending.recorder.flush()
        databases.plan_anew()
        return True

    def _as_it_began(self) -> bool:
        """Notice twice a second what ends the session, another key or pace; take back what was marked and must rest."""
        if monotonic() - self.checked_at < CHECK:
            return True
        self.checked_at = monotonic()
        self._let_rest()
        return unchanged(self.channel)

    def _turn(self) -> None:
        self.told += self.sending.answers()
        self._listen()
        room = self._room()
        if self.told or (room > 0 and self._may_be_due()):
            rows = self._record_and_claim(room)
            self.marked += len(rows) - len(self.told)
            self.told, self.hungry, self.next = [], bool(rows), rows
            self._take_out_templates()
        self._wait()

    def _hand_over(self) -> None:
        """Let go what is marked: once the database has its next work, since both go on side by side then."""
        rows, self.next = self.next, []
        self.sending.put(rows)

    def _listen(self) -> None:
        """Single messages ring; those that wait for a moment are asked for as often as an idle session looks."""
        heard, present = bell.heard(), monotonic()
        if heard != self.rang or not self.hungry or present - self.asked_at >= LOOK:
            self.rang, self.asked_at, self.shares.singles = heard, present, True

    def _record_and_claim(self, room: int) -> list[Marked]:
        """One transaction; what failed or worked again in a row is written in it, when that changed."""
        answers = self._judge(self.told)
        streaks = self.streaks.after(answers, self.pace)
        opened: list[Thing] = []
        if not streaks.changed:
            rows = states.turn(self.holder, answers, room, self.shares, self._hand_over)
        else:
            with transaction.atomic():
                want = 0 if streaks.on_trial else room
                rows = states.turn(self.holder, answers, want, self.shares, self._hand_over)
                opened = streaks.write()
        self.streaks = streaks
        self._hold(answers, opened)
        return rows

    def _hold(self, answers: list[Answer], opened: list[Thing]) -> None:
        """Hold the communications of which too much is refused, and give back what of them has not left yet."""
        templates = [subject for kind, subject in opened if kind is BreakerKind.TEMPLATE]
        for variant_id in templates:
            breaker.hold_users(variant_id)
        held = breaker.judge(answers)
        if held or templates:
            self.sending.release()

    def _let_rest(self) -> None:
        """Take back what is marked and has not left: its communication is paused, stopped or held, its hours closed."""
        if self.marked:
            with connection.cursor() as cursor:
                self.sending.rest(questions.running(cursor, self.channel.pk))

    def _room(self) -> int:
        """Return how many rows may be marked: the bound less what is marked, no more than the pace uses soon."""
        marked = self.marked - len(self.told)
        if self.pace.take(0) > AHEAD:
            return 0
        if self.streaks.on_trial:
            return max(0, 1 - marked)
        bound = min(self.most, math.ceil(self.rate * AHEAD) + 1) if self.rate else self.most
        return max(0, bound - marked)

    def _may_be_due(self) -> bool:
        """Say whether a claim may find something; asks by a plain read, since a claim locks a whole SQLite database."""
        heard, present = bell.heard(), monotonic()
        if self.hungry:
            return True
        if heard == self.heard and present - self.looked_at < LOOK:
            return False
        self.heard, self.looked_at = heard, present
        return has_due(self.channel.pk, counted=self.holder.counted)

    def _wait(self) -> None:
        if self.marked:
            enough = max(1, self.most // 4)
            if self.sending.told < enough:
                self._hand_over()
            self.sending.wait(LOOK)
            self.sending.wait(self.gather, enough)
        elif not self.hungry:
            bell.wait(self.heard, LOOK)

    def _judge(self, answers: list[Answer]) -> list[Answer]:
        """Set the wait of those that did not get through; rare, hence a query of its own."""
        lost = {answer.id for answer in answers if answer.outcome == "unreachable"}
        if not lost:
            return answers
        rows = Attempt.objects.filter(delivery__in=lost, outcome="unreachable").values("delivery")
        counted = rows.annotate(tries=Count("number"), first=Min("marked_at"))
        before: dict[int, tuple[int, datetime]] = {row["delivery"]: (row["tries"], row["first"]) for row in counted}
        present = now()
        judged = []
        for answer in answers:
            if answer.id in lost:
                number, first = before.get(answer.id, (0, present))
                answer = policy.again(answer, number + 1, first, present, random.random())  # noqa: PLW2901, S311
            judged.append(answer)
        return judged

    def _take_out_templates(self) -> None:
        while self.sending.gone_templates:
            take_out(self.sending.gone_templates.popitem()[0])

    def _end(self) -> None:
        """Let what is in flight get its answer, record it whoever has the lease now, and give the lease back."""
        self.sending.close()
        while not self.sending.ended(self.lease_seconds / 4):
            with suppress(Error):  # what is known is recorded below, whoever has the lease by then
                lease.renew(self.holder.lease, self.holder.fence, self.lease_seconds)
        self._record_rest()
        persist(self._take_out_templates)
        persist(self._tell_fault)
        persist(self.sending.recorder.flush)
        persist(lambda: lease.release(self.holder.lease, self.holder.fence))

    def _record_rest(self) -> None:
        """A known answer is not thrown away because the database is busy or away for a moment."""
        self.told += self.sending.answers() + [policy.released(row) for row in self.next]
        persist(self._record_told)
        self.told = []
        if self.broken:
            persist(self._give_back_unknown)

    def _give_back_unknown(self) -> None:
        """Give back what the last turn claimed, if its commit arrived and the answer to that did not: none has left."""
        with connection.cursor() as cursor:
            left = questions.unanswered(cursor, self.holder)
        lost = [(each, attempt) for each, attempt in left if each not in self.sending.handed_over]
        states.record([Answer(each, attempt, DeliveryState.WAITING, policy.RELEASED) for each, attempt in lost])

    def _record_told(self) -> None:
        answers = self._judge(self.told)
        streaks = self.streaks.after(answers, self.pace)
        with transaction.atomic():
            states.record(answers)
            opened = streaks.write()
        self.streaks = streaks
        self._hold(answers, opened)

    def _tell_fault(self) -> None:
        fault = self.sending.fault
        if self.sending.accepted:
            health.send_accepted(self.channel)
        if fault is None or rule_of(fault).channel is not Does.HOLDS:
            return
        if isinstance(fault, KeyRefused):
            health.key_refused(self.channel, fault)
        elif isinstance(fault, NotPermitted):
            health.send_refused(self.channel, fault)
        hold_channel(self.channel, fault)
