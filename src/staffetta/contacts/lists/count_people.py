"""Count people within a bounded time: whatever the rules, nobody waits longer, and the database does not either."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet

from staffetta.contacts.models import Contact
from staffetta.work.clock import monotonic

SECONDS = 5.0
SAMPLE = 10
STEPS = 100_000
"""SQLite's own small steps between two looks at the clock: about a millisecond."""
AT_WORK = {"work_mem": "64MB", "jit": "off"}
"""PostgreSQL's settings while it counts: a list of a million people fits into memory (in 4 MB it does not, and an *or*
of lists took twice as long), and a plan that takes a second is not worth half a second of compiling it.
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many people, and some of them; None where counting, or finding any, took too long."""

    number: int | None
    sample: list[Contact] | None


class TooLong(Exception):
    """The database did not answer within the time it was given."""


def counted(people: QuerySet[Contact], seconds: float = SECONDS) -> Counted:
    """Count people and take a sample, each within `seconds`."""
    return Counted(number_of(people, seconds), sample_of(people, seconds))


def number_of(people: QuerySet[Contact], seconds: float = SECONDS) -> int | None:
    """Return how many people there are, None when that takes too long."""
    try:
        with bounded(seconds):
            return people.order_by().count()
    except TooLong:
        return None


def sample_of(people: QuerySet[Contact], seconds: float = SECONDS) -> list[Contact] | None:
    """Return the newest of the people, None when finding them takes too long."""
    try:
        with bounded(seconds):
            return list(people.order_by("-pk")[:SAMPLE])
    except TooLong:
        return None


@contextmanager
def bounded(seconds: float) -> Iterator[None]:
    """Let the database work no longer than `seconds` on what is read inside; raises TooLong."""
    with transaction.atomic():
        limit = _limit_postgresql if connection.vendor == "postgresql" else _limit_sqlite
        with limit(seconds):
            yield


@contextmanager
def _limit_postgresql(seconds: float) -> Iterator[None]:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for name, value in (("statement_timeout", str(int(seconds * 1000))), *AT_WORK.items()):
                cursor.execute("SELECT set_config(%s, %s, true)", [name, value])
            yield
            cursor.execute("SELECT set_config('statement_timeout', '0', true)")
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != "57014":  # query_canceled
            raise
        raise TooLong from error


@contextmanager
def _limit_sqlite(seconds: float) -> Iterator[None]:
    link: Any = connection.connection
    end = monotonic() + seconds
    link.set_progress_handler(lambda: monotonic() > end, STEPS)
    try:
        yield
    except OperationalError as error:
        if str(error) != "interrupted":
            raise
        raise TooLong from error
    finally:
        link.set_progress_handler(None, 0)
