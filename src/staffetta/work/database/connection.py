"""A thread's connection to the database, thrown away once it is lost, and what must be written whatever happens to it.

Closing is not enough. Where the connection breaks at the wrong moment (in a pipeline, while a transaction is left),
Django goes on believing that the thread is in a transaction, and refuses for ever to connect anew: "Cannot open a new
connection in an atomic block".
"""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from django.db import DEFAULT_DB_ALIAS, Error, InterfaceError, OperationalError, connections

from staffetta.work.clock import monotonic
from staffetta.work.retry import wait_before

TRIES = 8
"""Of what must be written: they take about nine seconds, less than a worker has to stop."""
LONGEST_WAIT = 2.0
ONE_LINE_IN = 1.0
"""Seconds in which the threads of a process, which lose their connections together, tell it once."""
logger = logging.getLogger(__name__)
_lock = threading.Lock()
_told_at = -ONE_LINE_IN


def renew() -> None:
    """Throw this thread's connection away: the next statement opens another, outside of any transaction."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor == "sqlite" and connection.is_in_memory_db():  # type: ignore[attr-defined]  # SQLite's own
        return  # it would take the database with it
    with suppress(Exception):  # whatever a broken connection raises when it is closed
        if connection.connection is not None:
            connection.connection.close()
    del connections[DEFAULT_DB_ALIAS]


def renew_if_stuck(**_signal: object) -> None:
    """Receive `request_started`: a thread of the web server must not be stuck in a transaction that is gone."""
    if connections[DEFAULT_DB_ALIAS].closed_in_transaction:
        renew()


def lost(error: BaseException) -> bool:
    """Say whether an error means that the connection is gone, and that another one may well work."""
    if not isinstance(error, (OperationalError, InterfaceError)) or connections[DEFAULT_DB_ALIAS].vendor == "sqlite":
        return False
    plain = connections[DEFAULT_DB_ALIAS].connection
    return plain is None or bool(getattr(plain, "closed", True))


def tell_loss(error: BaseException) -> None:
    """Log one line for a loss that all threads of the process meet together."""
    global _told_at  # noqa: PLW0603  (one for the process)
    with _lock:
        present = monotonic()
        if present - _told_at < ONE_LINE_IN:
            return
        _told_at = present
    logger.warning("the connection to the database was lost and is opened anew: %s", _first_line(error))


def persist[T](step: Callable[[], T]) -> T:
    """Do a step that may be done twice, on new connections if it must be; raises what the last try raised."""
    for tries in range(1, TRIES + 1):
        try:
            return step()
        except Error as error:
            if tries == TRIES:
                raise
            if lost(error):
                tell_loss(error)
            renew()
            time.sleep(0.0 if tries == 1 else wait_before(tries - 1, 1.0, 0.2, LONGEST_WAIT))
    raise AssertionError("the last try returns or raises")


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
