"""Look uncertain messages up in the person's history at the provider: its presence settles one as sent.

Absence proves nothing: whatever is not found stays uncertain, for an event or a person. A line counts when it is
outgoing, carries our text and lies in the attempt's time; where the provider tells no time, more lines than our other
messages to this person can explain are needed.
"""

import re
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from django.db.models import F, Q, QuerySet

from staffetta.channels.calls import gateway
from staffetta.channels.models import Channel, ConnectionState
from staffetta.communications.compose import folded, said
from staffetta.connectors.contract import Connector
from staffetta.connectors.errors import ConnectorError
from staffetta.connectors.messages import HistoryEntry
from staffetta.deliveries.ledger import states
from staffetta.deliveries.models import TAKEN, Attempt, Delivery, DeliveryState
from staffetta.work.clock import now
from staffetta.work.lanes import LaneContext
from staffetta.work.set_aside import Items

AT_ONCE = 5
"""Histories read in one piece, a second apart: reads are bounded to five a second."""
LOOKS = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(days=1))
"""Waits after each look that found nothing; after the last one nobody looks any more on its own."""
BEFORE, AFTER = timedelta(seconds=60), timedelta(minutes=30)
"""How far the provider's clock may be off, and how late it may have taken the message."""
LINES = 50
LINK = re.compile(r"\S*(?:://|www\.)\S+")


def work(context: LaneContext) -> bool:
    """Look up what is due on each connected channel; the lane's own interval keeps the reads apart."""
    items = Items("look_up")
    channels = Channel.objects.filter(state=ConnectionState.CONNECTED, deliveries__in=_due(Delivery.objects.all()))
    for channel in channels.distinct():
        if context.stopping():
            break
        items.handle(f"channel:{channel.pk}", partial(look_up, channel, items=items), name=str(channel))
    return False


def look_up(channel: Channel, deliveries: QuerySet[Delivery] | None = None, *, items: Items | None = None) -> int:
    """Look up to five uncertain messages of the channel up, those given or those due; return how many were settled."""
    rows = _due(channel.deliveries.all()) if deliveries is None else deliveries.filter(state=DeliveryState.UNCERTAIN)
    items, settled = items or Items("look_up"), 0
    for delivery in rows.select_related("variant").order_by("not_before", "pk")[:AT_ONCE]:
        subject = f"message:{delivery.pk}"
        settled += items.handle(subject, partial(_look_up_one, channel, delivery), name=str(delivery.pk)) or 0
        if items.rests(subject):
            _look_later(delivery)  # the next ones have their turn
    return settled


def _look_up_one(channel: Channel, delivery: Delivery) -> int:
    try:
        lines = gateway.call(channel, _history(delivery.address))
    except ConnectorError:
        # The provider cannot be asked: later. Why is in the exchanges; a refused key shows at the next send.
        _look_later(delivery)
        return 0
    if found(delivery, lines):
        return states.settle([delivery.pk], DeliveryState.SENT, "history")
    _look_later(delivery)
    return 0


def found(delivery: Delivery, lines: Sequence[HistoryEntry]) -> bool:
    """Say whether the history holds a line that can only be this message."""
    text = _text(delivery)
    attempt = Attempt.objects.filter(delivery=delivery, number=delivery.attempt).first()
    if not text or attempt is None:
        return False
    earliest, latest = attempt.marked_at - BEFORE, attempt.marked_at + AFTER
    matching = [
        line
        for line in lines
        if line.outgoing
        and text in _comparable(line.text)
        and (line.at is None or earliest.timestamp() <= line.at <= latest.timestamp())
    ]
    return len(matching) > _explained(delivery, text, Q(sending_at__range=(earliest, latest)), matching)


def _explained(delivery: Delivery, text: str, window: Q, matching: Sequence[HistoryEntry]) -> int:
    """Count our other messages to this person with the same text that the provider is known to have taken."""
    if delivery.contact_id is None:
        return len(matching)  # nobody knows what else this person got: a person decides
    others = Delivery.objects.filter(
        contact=delivery.contact_id,
        channel=delivery.channel_id,
        state__in=TAKEN,
    ).exclude(pk=delivery.pk)
    if all(line.at is not None for line in matching):
        others = others.filter(window)
    return sum(_text(other) == text for other in others.select_related("variant")[:500])


def _text(delivery: Delivery) -> str:
    if delivery.variant is None:
        return ""
    return _comparable(said(delivery.variant.components, delivery.parameters))


def _comparable(text: str) -> str:
    """Links are shortened by the provider, spaces may be folded: neither can be compared."""
    return folded(LINK.sub("", text))


def _due(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    return deliveries.filter(state=DeliveryState.UNCERTAIN, not_before__lte=now(), looks__lt=len(LOOKS))


def _look_later(delivery: Delivery) -> None:
    Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.UNCERTAIN, looks=delivery.looks).update(
        looks=F("looks") + 1, not_before=now() + LOOKS[min(delivery.looks, len(LOOKS) - 1)]
    )


def _history(address: str) -> "gateway.Deed[Sequence[HistoryEntry]]":
    async def read(connector: Connector) -> Sequence[HistoryEntry]:
        return await connector.history(address, LINES)

    return read
