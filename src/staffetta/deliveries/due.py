"""What waits to be sent, asked in constant time whatever waits: for the system page, `/health` and `/metrics`.

Raw SQL: the partial index of waiting rows is used only where its condition stands in the text, and only its first row
per channel and communication is touched.
"""

from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import Sum

from staffetta.deliveries import statements
from staffetta.deliveries.models import DeliveryCount, DeliveryState
from staffetta.work.clock import now

MANY = 1000
"""Single messages of a channel are counted so far."""
_OF_COMMUNICATION = (
    "d.state = 'waiting' AND d.channel_id = m.channel_id AND d.kind = 'communication' AND d.communication_id = m.id"
)
_SINGLE = "d.state = 'waiting' AND d.channel_id = c.id AND d.kind = '{kind}' AND d.communication_id IS NULL"
_FIRST = "(SELECT d.not_before FROM deliveries_delivery d WHERE {which} ORDER BY d.not_before LIMIT 1)"
OLDEST = f"""
SELECT MIN(first) FROM (
SELECT {_FIRST.format(which=_OF_COMMUNICATION)} AS first FROM communications_communication m WHERE m.state = 'running'
AND NOT EXISTS (SELECT 1 FROM deliveries_budget b WHERE b.resumes_at > %s)
UNION ALL SELECT {_FIRST.format(which=_SINGLE.format(kind="transactional"))} FROM channels_channel c
UNION ALL SELECT {_FIRST.format(which=_SINGLE.format(kind="test"))} FROM channels_channel c) AS firsts
"""
SINGLES = f"""
SELECT SUM((SELECT COUNT(*) FROM (SELECT 1 FROM deliveries_delivery d
WHERE {_SINGLE.format(kind="transactional")} LIMIT {MANY}) AS found)) FROM channels_channel c
"""
IN_FLIGHT = "SELECT COUNT(*) FROM deliveries_delivery WHERE state = 'sending'"


def oldest() -> datetime | None:
    """Return since when the message that waits longest could have been sent; None when nothing is due.

    While the daily budget is used up, communications are not late.
    """
    found = _value(OLDEST, statements.stamp(now()))
    moment = datetime.fromisoformat(found).replace(tzinfo=UTC) if isinstance(found, str) else found
    return moment if moment is not None and moment <= now() else None


def waiting() -> int:
    """Return how many wait: of communications by their counters, of single messages by their rows."""
    counted = DeliveryCount.objects.filter(state=DeliveryState.WAITING).aggregate(number=Sum("number"))["number"]
    return int(counted or 0) + int(_value(SINGLES) or 0)


def in_flight() -> int:
    """Return how many are marked and unanswered: never many."""
    return int(_value(IN_FLIGHT))


def _value(sql: str, *parameters: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchone()[0]
