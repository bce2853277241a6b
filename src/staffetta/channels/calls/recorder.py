"""Exchanges, kept: all reads, all failures, the last 100 good sends of a channel, 30 days, never failing the work."""

import logging
import threading
from collections import deque
from datetime import UTC, datetime, timedelta

from django.db import DatabaseError, transaction

from staffetta.channels.models import Channel, Exchange
from staffetta.connectors import messages
from staffetta.text import storable
from staffetta.work import clock

SENDS_KEPT = 100
DAYS_KEPT = 30
URL_KEPT = 2_000  # characters
BODY_KEPT = 8_000  # characters
POLLED_KEPT = 1_000  # characters: what is read every minute would fill 2 GB a month and channel with whole bodies
POLLED = frozenset({"customers", "replies"})
WAITING_KEPT = 2_000  # exchanges held before a flush; beyond that the oldest are dropped
PRUNED_AT_ONCE = 1_000  # rows
logger = logging.getLogger(__name__)


class Recorder:
    """Collects in memory, from any thread; `flush` writes, in a transaction of its own.

    Good sends are built only for as many a second as are kept at all: a row for every send costs 27 to 40 % of the
    throughput. Up to 100 sends a second (WhatsApp allows 80 a channel) what is kept are exactly the last ones.
    """

    def __init__(self, channel_id: int | None = None) -> None:
        self._channel_id = channel_id
        self._lock = threading.Lock()
        self._kept: deque[messages.Exchange] = deque(maxlen=WAITING_KEPT)
        self._sends: deque[messages.Exchange] = deque(maxlen=SENDS_KEPT)
        self._second = 0
        self._sends_this_second = 0

    @property
    def pending(self) -> int:
        """How many exchanges a flush would write."""
        return len(self._kept) + len(self._sends)

    @property
    def known(self) -> bool:
        """Whether it is known whose exchanges these are."""
        return self._channel_id is not None

    def attach(self, channel_id: int) -> None:
        """Say whose exchanges these are, once it is known."""
        self._channel_id = channel_id

    def now(self) -> float:
        """Return the time in Unix seconds."""
        return clock.now().timestamp()

    def wants(self, *, is_send: bool, failed: bool) -> bool:
        """Say whether an exchange of this kind is kept now."""
        if failed or not is_send:
            return True
        second = int(clock.monotonic())
        if second != self._second:
            self._second, self._sends_this_second = second, 0
        self._sends_this_second += 1
        return self._sends_this_second <= SENDS_KEPT

    def __call__(self, exchange: messages.Exchange) -> None:
        with self._lock:
            good_send = exchange.is_send and not exchange.error
            (self._sends if good_send else self._kept).append(exchange)

    def flush(self) -> None:
        """Write what was collected; without a channel it is dropped. What cannot be written is logged, not raised."""
        with self._lock:
            taken, sends = [*self._kept, *self._sends], len(self._sends)
            self._kept.clear()
            self._sends.clear()
        if not taken or self._channel_id is None:
            return
        try:
            _write(self._channel_id, sorted(taken, key=lambda exchange: exchange.started_at), sends)
        except DatabaseError as error:
            logger.warning("%d API calls of channel %s were not kept: %s", len(taken), self._channel_id, error)


def _write(channel_id: int, taken: list[messages.Exchange], sends: int) -> None:
    with transaction.atomic():
        if not Channel.objects.filter(pk=channel_id).exists():
            return  # disconnected meanwhile
        Exchange.objects.bulk_create([_row(channel_id, exchange) for exchange in taken], batch_size=500)
        if sends:
            _drop_older_sends(channel_id)


def _row(channel_id: int, exchange: messages.Exchange) -> Exchange:
    return Exchange(
        channel_id=channel_id,
        at=datetime.fromtimestamp(exchange.started_at, UTC),
        operation=exchange.operation[:40],
        method=exchange.method[:8],
        url=_text(exchange.url, URL_KEPT),
        request_body=_text(exchange.request_body, BODY_KEPT),
        status=exchange.status,
        response_body=_text(exchange.response_body, _answer_kept(exchange)),
        error=exchange.error[:40],
        duration_ms=max(0, exchange.duration_ms),
        is_send=exchange.is_send,
    )


def _answer_kept(exchange: messages.Exchange) -> int:
    return POLLED_KEPT if exchange.operation in POLLED and not exchange.error else BODY_KEPT


def _text(text: str, size: int) -> str:
    return storable(text, size)


def _drop_older_sends(channel_id: int) -> None:
    sends = Exchange.objects.filter(channel=channel_id, is_send=True, error="").order_by("-id")
    edge = list(sends.values_list("id", flat=True)[SENDS_KEPT - 1 : SENDS_KEPT])
    if edge:
        sends.order_by().filter(id__lt=edge[0]).delete()


def prune() -> int:
    """Delete exchanges older than 30 days, in small portions; return how many."""
    edge = clock.now() - timedelta(days=DAYS_KEPT)
    gone = 0
    while ids := list(Exchange.objects.filter(at__lt=edge).values_list("id", flat=True)[:PRUNED_AT_ONCE]):
        gone += Exchange.objects.filter(id__in=ids).delete()[0]
    return gone
