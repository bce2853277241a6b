"""Note, for the audiences by last message, when each contact was last written to and by which channel.

A lane behind the ledger and not a part of recording an answer: a contact that is being deleted must never keep an
answer from being written. It walks over what was settled, in that order, and stays a little behind, so that what is
being committed now is not passed over.
"""

import logging
from datetime import UTC, datetime, timedelta
from functools import partial

from django.db import connection, transaction
from django.db.models import Q

from staffetta.deliveries.models import Delivery, SentNoted
from staffetta.work import set_aside
from staffetta.work.clock import now
from staffetta.work.database.databases import stamp
from staffetta.work.lanes import LaneContext

EVERY = 15.0
BEHIND = timedelta(seconds=30)
PIECE = 5_000
logger = logging.getLogger(__name__)
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)

# What was sent counts as sent even where it then did not arrive. The platform stands on the channel, or, after a reset,
# on what was said. Sorted, so that two statements lock the rows in one order.
NOTE = """
INSERT INTO contacts_contactactivity (contact_id, platform, channel, last_sent_at)
SELECT d.contact_id, coalesce(c.platform, m.platform, t.platform) AS platform, d.channel_provider_id, max(d.settled_at)
FROM deliveries_delivery d JOIN contacts_contact p ON p.id = d.contact_id
LEFT JOIN channels_channel c ON c.id = d.channel_id
LEFT JOIN communications_communication m ON m.id = d.communication_id
LEFT JOIN communications_transactionalmessage t ON t.id = d.transactional_id
WHERE d.settled_at >= %s AND (d.settled_at > %s OR d.id > %s) AND d.settled_at <= %s
  AND (d.settled_at < %s OR d.id <= %s)
  AND d.state IN ('sent', 'delivered', 'read', 'undelivered')
  AND coalesce(c.platform, m.platform, t.platform) IS NOT NULL
GROUP BY d.contact_id, coalesce(c.platform, m.platform, t.platform), d.channel_provider_id ORDER BY d.contact_id
ON CONFLICT (contact_id, platform, channel) DO UPDATE SET last_sent_at = CASE
  WHEN contacts_contactactivity.last_sent_at > excluded.last_sent_at THEN contacts_contactactivity.last_sent_at
  ELSE excluded.last_sent_at END
"""


def work(context: LaneContext) -> bool:
    """Note one piece; True while there may be more."""
    return not context.stopping() and note()


def note() -> bool:
    """Note the next piece of what was sent; True when it was a whole piece."""
    until = now() - BEHIND
    mark = SentNoted.objects.first() or SentNoted(pk=1, settled_at=BEGINNING, delivery=0)
    behind = Q(settled_at__gt=mark.settled_at) | Q(settled_at=mark.settled_at, id__gt=mark.delivery)
    rows = Delivery.objects.filter(behind, settled_at__gte=mark.settled_at, settled_at__lte=until)
    piece = list(rows.order_by("settled_at", "id").values_list("settled_at", "id")[:PIECE])
    if not piece:
        return False
    before = dict(zip(piece, [(mark.settled_at, mark.delivery), *piece], strict=False))
    last, last_id = piece[-1]
    assert last is not None  # it was compared
    with transaction.atomic():
        set_aside.by_halves(piece, lambda some: _note(before[some[0]], some[-1]), _skip)
        SentNoted.objects.update_or_create(pk=1, defaults={"settled_at": last, "delivery": last_id})
    return len(piece) == PIECE


type Place = tuple[datetime | None, int]


def _note(before: Place, last: Place) -> None:
    """Note what stands behind one place in the order of settling, up to another."""
    set_aside.call("note_sent", f"message:{last[1]}", partial(_write, before, last))


def _write(before: Place, last: Place) -> None:
    assert before[0] is not None  # both were compared
    assert last[0] is not None
    first, end = stamp(before[0]), stamp(last[0])
    with connection.cursor() as cursor:
        cursor.execute(NOTE, [first, first, before[1], end, end, last[1]])


def _skip(place: Place, error: Exception) -> None:
    """A message that cannot be noted keeps nobody else's from being noted."""
    logger.error("message %s could not be noted on its contact", place[1], exc_info=error)
