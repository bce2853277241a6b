"""How soon one person may be written to again by one channel: the platforms count by pairs of number and person.

WhatsApp takes one message in six seconds to one person, Telegram one a second (`Capabilities.recipient_gaps`). A row
that comes too early is given back and waits for its turn; that is no attempt, and fails nobody. There is one sender per
channel, so memory is enough: what it holds is what was written in the last two gaps. Who takes a channel over from
another worker reads the last gap from the ledger (carried.py).
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import connection

from staffetta.channels.calls import gateway
from staffetta.channels.models import Channel
from staffetta.connectors.messages import Platform
from staffetta.deliveries.ledger import policy
from staffetta.deliveries.ledger.marks import Answer, Marked
from staffetta.work.clock import monotonic, now, offset, real_now
from staffetta.work.database import databases

CLOSE = 1.0
"""A row that comes so many seconds too early keeps its turn."""
SPARE = 0.3
"""Seconds between two turns beyond the gap: a row is claimed and answered somewhat later than its turn."""
# Both by an index of few rows: what settled in the last seconds, what is in flight.
LATELY = """
SELECT address, settled_at FROM deliveries_delivery WHERE settled_at IS NOT NULL AND settled_at > %s
  AND channel_id = %s AND state IN ('sent', 'uncertain', 'delivered', 'read', 'undelivered')
UNION ALL SELECT address, NULL FROM deliveries_delivery WHERE state = 'sending' AND sending_at > %s AND channel_id = %s
"""


class Recipients:
    """When each person was written to by one channel, as far back as it matters. One thread at a time."""

    def __init__(self, gap: float, written: Mapping[str, float] | None = None) -> None:
        """`gap`: seconds, 0 for no limit; `written`: by address, when (`present`)."""
        self.gap = gap
        self._lately: dict[str, float] = {}
        self._before: dict[str, float] = dict(written or {})
        self._turns: dict[str, float] = {}
        self._turned_at = present()
        self._moved = offset()

    def admit(self, rows: Sequence[Marked], at: float | None = None) -> tuple[Sequence[Marked], list[Answer]]:
        """Divide into those that may leave, whose persons count as written to, and those that wait for their turn."""
        if not self.gap:
            return rows, []
        moment, self._moved = present() if at is None else at, offset()
        if moment - self._turned_at > self.gap:
            self._forget_old(moment)
        admitted, early = [], []
        for row in rows:
            last = self._lately.get(row.address) or self._before.get(row.address)
            if last is None or moment - last >= self.gap:
                self._lately[row.address] = moment
                admitted.append(row)
            else:
                rest = self._turn(row.address, last, moment) - moment
                early.append(policy.released(row, now() + timedelta(seconds=rest)))
        return admitted, early

    def written(self, address: str, at: float) -> None:
        """The message left, or was taken: the gap counts from then (`at`: seconds of `clock.monotonic`)."""
        if self.gap:
            self._lately[address] = at + self._moved

    def forget(self, address: str) -> None:
        """Nothing reached the person: the message was given back, or refused."""
        self._lately.pop(address, None)

    def _turn(self, address: str, last: float, moment: float) -> float:
        turn = last + self.gap
        if turn - moment > CLOSE:
            turn = max(last, self._turns.get(address, last)) + self.gap + SPARE
            self._turns[address] = turn
        return turn

    def _forget_old(self, moment: float) -> None:
        self._before, self._lately, self._turned_at = self._lately, {}, moment
        if self._turns:
            self._turns = {address: turn for address, turn in self._turns.items() if turn > moment}


def present() -> float:
    """Return seconds for measuring spans, moved with the clock: rows wait by the clock too."""
    return monotonic() + offset()


def gap_of(channel: Channel) -> float:
    """Return the seconds between two messages of the channel to one person; 0: the platform has no such limit."""
    return gateway.capabilities(channel.provider).recipient_gaps.get(Platform(channel.platform), 0.0)


def from_ledger(channel: Channel) -> Recipients:
    """Return what the ledger says of the last seconds."""
    gap = gap_of(channel)
    if not gap:
        return Recipients(0)
    since, moment = timedelta(seconds=gap), present()
    earliest = databases.stamp(now() - since), databases.stamp(real_now() - since)
    with connection.cursor() as cursor:
        cursor.execute(LATELY, [earliest[0], channel.pk, earliest[1], channel.pk])
        return Recipients(gap, {address: moment - _age(settled_at) for address, settled_at in cursor.fetchall()})


def _age(settled_at: Any) -> float:
    moment = databases.read_moment(settled_at)
    return max(0.0, (now() - moment).total_seconds()) if moment else 0.0
