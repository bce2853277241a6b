"""Whose hours are open: the zones of a communication's people, and who of them waits for their hours."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from staffetta.communications.hours import Hours, hours_of
from staffetta.communications.models import Communication
from staffetta.work.clock import now

MANY = 2000
"""People of one zone are counted so far: a page shows more than that as "more than"."""
_OF_ZONE = f"""(SELECT COUNT(*) FROM (SELECT 1 FROM deliveries_delivery d WHERE d.communication_id = %s
AND d.zone = z.value AND NOT (d.zone = '') AND d.state = 'waiting' LIMIT {MANY}) AS found)"""
WAITING = {
    "sqlite": f"SELECT z.value, {_OF_ZONE} FROM json_each(%s) z",
    "postgresql": f"SELECT z.value, {_OF_ZONE} FROM jsonb_array_elements_text(%s::jsonb) z(value)",
}


@dataclass(frozen=True, slots=True)
class Closed:
    """Who waits for their hours: how many (`more`: at least), and when the next of them are written to.

    `opens_at` is that moment, `clock` the time of day it is then for those people, `last_at` when the last zone opens.
    None: it never does, the windows have nothing in common.
    """

    number: int
    more: bool
    opens_at: datetime | None
    clock: str
    last_at: datetime | None


def open_zones(window: str, zones: Any) -> list[str] | None:
    """Return which of the zones are open now, those that close first ahead; None when no hours hold.

    `zones` as the database gives them to a raw statement: a list, or its JSON.
    """
    hours = hours_of(window)
    if hours is None:
        return None
    present = now()
    names: list[str] = json.loads(zones) if isinstance(zones, str) else zones
    ends = [(end, zone) for zone in names if (end := hours.closing(zone, present))]
    return [zone for _, zone in sorted(ends)]


def closed_of(communication: Communication, waiting: int) -> Closed | None:
    """Return who of the `waiting` people of a communication waits for their hours; None when nobody does.

    One statement, and bounded: while some zones are open the others are not counted to the end.
    """
    hours, present = hours_of(communication.hours), now()
    closed = [zone for zone in communication.zones if hours and not hours.is_open(zone, present)]
    if hours is None or not closed or not waiting:
        return None
    numbers = _waiting(communication.pk, closed)
    found = closed_among(hours, numbers, present)
    if found is None or MANY not in numbers.values():
        return found
    whole = len(closed) == len(communication.zones)
    return replace(found, number=waiting) if whole else replace(found, more=True)


def closed_among(hours: Hours, numbers: dict[str, int], present: datetime) -> Closed | None:
    """Return who waits for their hours, of people counted by zone; None when nobody does."""
    closed = {zone: number for zone, number in numbers.items() if number and not hours.is_open(zone, present)}
    if not closed:
        return None
    opening = [(moment, zone) for zone in closed if (moment := hours.next_opening(zone, present))]
    first, zone = min(opening) if opening else (None, "UTC")
    return Closed(
        sum(closed.values()),
        False,
        first,
        f"{first.astimezone(ZoneInfo(zone)):%H:%M}" if first else "",
        max(opening)[0] if opening else None,
    )


def _waiting(communication_id: int, zones: list[str]) -> dict[str, int]:
    """Count who waits in each zone, by the index of zones, as far as MANY."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING[connection.vendor], [communication_id, json.dumps(zones)])
        return dict(cursor.fetchall())
