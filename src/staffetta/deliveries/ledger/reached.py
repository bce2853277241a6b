"""The statements of the daily budget (budget.py) on the persons counted. Call them with the budget locked.

A person is a keyed digest of the address: nothing here can be read back, and all of it is gone after a day.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from hashlib import blake2b

from django.conf import settings
from django.db import connection

from staffetta.deliveries.models import Reached
from staffetta.work.database import databases

PIECE = 5000
"""Persons that become free in one claim at most: after a night there may be many."""
EXPIRE = """
DELETE FROM deliveries_reached
WHERE person IN (SELECT person FROM deliveries_reached WHERE at <= %s ORDER BY at LIMIT %s) RETURNING at
"""
# `before` is what was true before this message: if it never leaves, that is restored.
NOTE = """
INSERT INTO deliveries_reached (person, delivery, at, before) SELECT {columns}, %s, NULL FROM {source} WHERE TRUE
ON CONFLICT (person) DO UPDATE SET before = deliveries_reached.at, at = excluded.at, delivery = excluded.delivery
RETURNING before
"""
ADDRESSES = "SELECT id, address FROM deliveries_delivery WHERE id {ids}"
COUNTED = "SELECT at, before FROM deliveries_reached WHERE person {persons} AND delivery {ids}"
UNCOUNT = "DELETE FROM deliveries_reached WHERE person {persons} AND delivery {ids} AND before IS NULL"
RESTORE = """
UPDATE deliveries_reached SET at = before, before = NULL, delivery = 0
WHERE person {persons} AND delivery {ids} AND before IS NOT NULL
"""


def digest(address: str) -> int:
    """Return what stands for a person: 64 bits, keyed with the installation's secret."""
    return int.from_bytes(blake2b(address.encode(), digest_size=8, key=_key(settings.SECRET_KEY)).digest(), signed=True)


@cache
def _key(secret: str) -> bytes:
    return blake2b(secret.encode(), digest_size=32, person=b"reached").digest()


def expire(before: datetime) -> list[datetime]:
    """Let those go who were last reached before that; return when each was."""
    with connection.cursor() as cursor:
        cursor.execute(EXPIRE, [databases.stamp(before), PIECE])
        return [_moment(at) for (at,) in cursor.fetchall()]


def known(persons: Iterable[int]) -> list[int]:
    """Return those of the persons who count already."""
    return list(Reached.objects.filter(person__in=set(persons)).values_list("person", flat=True))


def note(persons: Mapping[int, int], present: datetime) -> list[datetime | None]:
    """Count the persons, each for one message (its row's number); return when each was reached before, None if new."""
    if not persons:
        return []
    listed = json.dumps([{"person": person, "delivery": each} for person, each in sorted(persons.items())])
    if databases.postgres():
        columns, source = "person, delivery", "jsonb_to_recordset(%s::jsonb) AS o(person bigint, delivery bigint)"
    else:
        columns, source = "json_extract(value, '$.person'), json_extract(value, '$.delivery')", "json_each(%s)"
    with connection.cursor() as cursor:
        cursor.execute(NOTE.format(columns=columns, source=source), [databases.stamp(present), listed])
        return [_moment(before) if before else None for (before,) in cursor.fetchall()]


def give_back(ids: Sequence[int]) -> list[tuple[datetime, datetime | None]]:
    """Undo what was counted for these messages, unless another counted since.

    Return when each was reached, and when before; None for those who count no more.
    """
    condition, parameters = databases.listed(ids)
    with connection.cursor() as cursor:
        cursor.execute(ADDRESSES.format(ids=condition), parameters)
        persons, listed = databases.listed([digest(address) for _, address in cursor.fetchall()])
        both = [*listed, *parameters]
        cursor.execute(COUNTED.format(persons=persons, ids=condition), both)
        counted = [(_moment(at), _moment(before) if before else None) for at, before in cursor.fetchall()]
        cursor.execute(UNCOUNT.format(persons=persons, ids=condition), both)
        cursor.execute(RESTORE.format(persons=persons, ids=condition), both)
    return counted


def oldest(number: int) -> list[datetime]:
    """Return when those were last reached who become free first."""
    return list(Reached.objects.order_by("at").values_list("at", flat=True)[:number])


def _moment(found: datetime | str) -> datetime:
    """Return a moment of a raw statement: what SQLite returns from a change is text in UTC."""
    moment = databases.read_moment(datetime.fromisoformat(found) if isinstance(found, str) else found)
    assert moment is not None
    return moment
