"""What waits to be sent, asked in constant time whatever waits: for the system page, `/health` and `/metrics`.

Raw SQL: the partial index of waiting rows is used only where its condition stands in the text, and only its first row
per channel and communication is touched.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Sum

from staffetta.communications.hours import hours_of, quiet_hours
from staffetta.communications.models import Communication, CommunicationState
from staffetta.deliveries.ledger import budget
from staffetta.deliveries.models import DeliveryCount, DeliveryState
from staffetta.work.clock import now
from staffetta.work.database.databases import read_moment, stamp

MANY = 1000
"""Single messages of a channel are counted so far."""
_OF_COMMUNICATION = (
    "d.state = 'waiting' AND d.channel_id = m.channel_id AND d.kind = 'communication' AND d.communication_id = m.id"
)
_SINGLE = "d.state = 'waiting' AND d.channel_id = c.id AND d.kind = '{kind}' AND d.communication_id IS NULL"
_FIRST = "(SELECT d.not_before FROM deliveries_delivery d WHERE {which} ORDER BY d.not_before LIMIT 1)"
_SINGLES = f"""SELECT {_FIRST.format(which=_SINGLE.format(kind="transactional"))} AS first FROM channels_channel c
UNION ALL SELECT {_FIRST.format(which=_SINGLE.format(kind="test"))} FROM channels_channel c"""
OLDEST_SINGLE = f"SELECT MIN(first) FROM ({_SINGLES}) AS firsts"
OLDEST = f"""
SELECT MIN(first) FROM ({_SINGLES} UNION ALL SELECT {_FIRST.format(which=_OF_COMMUNICATION)}
FROM communications_communication m WHERE m.state = 'running' AND m.hours = ''
AND NOT EXISTS (SELECT 1 FROM deliveries_budget b WHERE b.resumes_at > %s)) AS firsts
"""
IN_ZONE = """SELECT d.not_before FROM deliveries_delivery d WHERE d.communication_id = %s AND d.zone = %s
AND NOT (d.zone = '') AND d.state = 'waiting' ORDER BY d.not_before LIMIT 1"""
SINGLES = f"""
SELECT SUM((SELECT COUNT(*) FROM (SELECT 1 FROM deliveries_delivery d
WHERE {_SINGLE.format(kind="transactional")} LIMIT {MANY}) AS found)) FROM channels_channel c
"""
IN_FLIGHT = "SELECT COUNT(*) FROM deliveries_delivery WHERE state = 'sending'"


def oldest() -> datetime | None:
    """Return since when the message that waits longest could have been sent; None when nothing is due.

    While the daily budget is used up, communications are not late.
    """
    quiet = quiet_hours() is not None
    found = [_moment(OLDEST_SINGLE) if quiet else _moment(OLDEST, stamp(now())), *_within_hours(quiet)]
    return min((moment for moment in found if moment and moment <= now()), default=None)


def _within_hours(quiet: bool) -> Iterator[datetime | None]:
    """Yield, where hours hold, since when the first of each open zone could have been sent: not before it opened."""
    running = Communication.objects.filter(state=CommunicationState.RUNNING)
    listed = list(running if quiet else running.exclude(hours=""))
    for communication in [] if listed and budget.rests() else listed:
        hours = hours_of(communication.hours)
        for zone in communication.zones:
            opened = hours and hours.opened(zone, now())
            if opened and (first := _moment(IN_ZONE, communication.pk, zone)):
                yield max(first, opened)


def waiting() -> int:
    """Return how many wait: of communications by their counters, of single messages by their rows."""
    counted = DeliveryCount.objects.filter(state=DeliveryState.WAITING).aggregate(number=Sum("number"))["number"]
    return int(counted or 0) + int(_value(SINGLES) or 0)


def in_flight() -> int:
    """Return how many are marked and unanswered: never many."""
    return int(_value(IN_FLIGHT))


def _moment(sql: str, *parameters: Any) -> datetime | None:
    found = _value(sql, *parameters)
    return read_moment(datetime.fromisoformat(found) if isinstance(found, str) else found)


def _value(sql: str, *parameters: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(parameters))
        row = cursor.fetchone()
    return row[0] if row else None
