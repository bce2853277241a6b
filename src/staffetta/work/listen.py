"""One thread of a worker that hears `wake()` from other processes and rings the bell of this one."""

import logging
import os
import threading
import time
from typing import TYPE_CHECKING

from django.db import Error, connection

from staffetta.work.wake import CHANNEL, bell, wake_file

if TYPE_CHECKING:
    import psycopg

LOOK_EVERY = 0.02
"""Seconds between two looks at the wake file: 50 `stat` calls a second cost about 0.2 % of a core."""
RECONNECT_AFTER = 1.0
logger = logging.getLogger(__name__)


def listen(stopping: threading.Event) -> None:
    """Ring the bell at each call of another process, until `stopping`."""
    if connection.vendor == "postgresql":
        _listen_to_postgresql(stopping)
    else:
        _watch_file(stopping)


def _watch_file(stopping: threading.Event) -> None:
    file = wake_file()
    if file is None:
        return
    name, seen = str(file), None
    while not stopping.is_set():
        time.sleep(LOOK_EVERY)  # waiting for the event, and a `Path`, would cost five times as much
        try:
            stamp = os.stat(name).st_mtime_ns  # noqa: PTH116
        except OSError:
            continue
        if stamp != seen:
            seen = stamp
            bell.ring()


def _listen_to_postgresql(stopping: threading.Event) -> None:
    import psycopg  # SQLite does without: a tenth of the start of a command

    while not stopping.is_set():
        try:
            connection.ensure_connection()
            _hear(connection.connection, stopping)
        except (Error, psycopg.Error) as error:
            # Meanwhile the lanes go on by their own intervals.
            logger.warning("calls for work cannot be heard: %s", str(error).strip())
            stopping.wait(RECONNECT_AFTER)
        finally:
            connection.close()


def _hear(plain: "psycopg.Connection", stopping: threading.Event) -> None:
    plain.execute(f"LISTEN {CHANNEL}")
    bell.ring()
    while not stopping.is_set():
        for _call in plain.notifies(timeout=1.0, stop_after=1):
            bell.ring()
