"""The two databases under raw statements: what differs between SQLite and PostgreSQL, and how to be quick on them."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from django.db import Error, InterfaceError, OperationalError, connection
from django.db.backends.utils import CursorWrapper

from staffetta.work.clock import monotonic

Statement = tuple[str, list[Any]]
READ_ONLY, FULL, AWAY, DISK = "read_only", "full", "away", "disk"
IN_THE_WAY = {
    READ_ONLY: ("readonly", "read-only", "unable to open database file"),
    FULL: ("too many clients", "connection slots", "too many connections"),
    DISK: ("disk is full", "no space left", "disk i/o"),
    AWAY: (
        *("could not connect", "connection refused", "connection failed"),
        *("could not translate host", "connection timeout"),
    ),
}
"""What the databases say when they cannot be used, by what is to be done about it."""


def postgres() -> bool:
    return connection.vendor == "postgresql"


def in_the_way(error: Error) -> str:
    """Return which of these is in the way; "" for anything else, such as a database that is busy."""
    text = str(error).lower()
    return next((code for code, words in IN_THE_WAY.items() if any(word in text for word in words)), "")


def gave_no_answer(error: BaseException | None) -> bool:
    """Say whether the database is busy or away.

    SQLite reports what it does not know (a table, a column, a function) by the class that means "busy" elsewhere: that
    is a fault of the program and passes by no waiting.
    """
    return isinstance(error, InterfaceError) or (isinstance(error, OperationalError) and "no such" not in str(error))


def stamp(moment: datetime) -> Any:
    """Return the moment as the database keeps it (SQLite: text in UTC), since raw statements bypass the fields."""
    return connection.ops.adapt_datetimefield_value(moment)


def read_moment(kept: datetime | None) -> datetime | None:
    """Return a moment that a raw statement found: SQLite's are in UTC and do not say so."""
    return kept.replace(tzinfo=UTC) if kept is not None and kept.tzinfo is None else kept


def listed(ids: Sequence[int]) -> Statement:
    """Return the condition "one of `ids`" as one parameter."""
    if postgres():
        return "= ANY(%s)", [list(ids)]
    return "IN (SELECT value FROM json_each(%s))", [json.dumps(list(ids))]


def table_of(ids: Sequence[int]) -> Statement:
    """Return a table `them` whose column `id` holds `ids`, as one parameter."""
    if postgres():
        return "unnest(%s::bigint[]) AS them(id)", [list(ids)]
    return "(SELECT value AS id FROM json_each(%s)) AS them", [json.dumps(list(ids))]


def cursor_of_turn() -> CursorWrapper:
    """Return a cursor for the statements every turn repeats: PostgreSQL plans each of them once per connection.

    Django's own cursors write the values into the text, so that every execution is planned anew.
    """
    connection.ensure_connection()
    if not postgres():
        return connection.cursor()
    import psycopg  # SQLite does without: a tenth of the start of a command

    bare: Any = psycopg.Cursor(connection.connection)
    return connection.make_debug_cursor(bare) if connection.queries_logged else connection.make_cursor(bare)


@contextmanager
def by_keys() -> Iterator[None]:
    """Let PostgreSQL find rows by their indexes for the time of the block, whatever it knows of a table's size.

    For statements that name their rows by keys, planned once and then repeated: on a small table, or one it takes for
    small, it would read all of it each time.
    """
    if not postgres():
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
    try:
        yield
    finally:
        # A connection that is gone takes its settings with it.
        with suppress(Error), connection.cursor() as cursor:
            cursor.execute("RESET enable_seqscan")


@contextmanager
def bounded(seconds: float) -> Iterator[None]:
    """Give up each statement of the block after so many seconds, whether it works or waits for a lock; raises Error."""
    connection.ensure_connection()
    plain = connection.connection
    if postgres():
        plain.execute(f"SET statement_timeout = {int(seconds * 1000)}")
        try:
            yield
        finally:
            with suppress(Exception):  # whatever a broken connection raises: its settings went with it
                plain.execute("RESET statement_timeout")
        return
    until = monotonic() + seconds
    [(waits,)] = plain.execute("PRAGMA busy_timeout").fetchall()
    plain.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
    plain.set_progress_handler(lambda: monotonic() > until, 100_000)
    try:
        yield
    finally:
        plain.set_progress_handler(None, 0)
        plain.execute(f"PRAGMA busy_timeout = {int(waits)}")


def plan_anew() -> None:
    """Forget how the statements of `cursor_of_turn` were planned: their tables have grown since, from nothing perhaps.

    Measured: what a sender planned while there were no attempts read all of them at each turn, 55 ms at 200,000.
    """
    if postgres():
        with connection.cursor() as cursor:
            cursor.execute("DISCARD PLANS")


@contextmanager
def together(*, checked: bool = False) -> Iterator[None]:
    """Send statements on without waiting for the one before; a fetch waits for all so far. Only PostgreSQL is far.

    `checked`: what rows refer to is looked for with each statement, not all at the commit, which somebody waits for.
    """
    if not postgres():
        yield
        return
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        if checked:
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        yield
