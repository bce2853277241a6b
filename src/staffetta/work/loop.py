"""One lane's loop in one thread, which nothing but the worker's end can end."""

import logging
import random
import threading
from collections.abc import Callable
from datetime import datetime

from django.db import Error, close_old_connections, connection, connections

from staffetta.text import storable
from staffetta.work.clock import real_now
from staffetta.work.database import connection as connection_work
from staffetta.work.lanes import Lane, LaneContext
from staffetta.work.retry import wait_before
from staffetta.work.wake import bell

LONGEST_WAIT = 15.0
"""Seconds between two tries of a lane that fails again and again."""
SPARE_EVERY = 5.0
"""Seconds between two looks of a thread beside which another one of its lane looks; longer where the lane's are."""
LOOK_AT_REST = 1.0
"""Seconds between two looks whether a lane at rest may go on."""
logger = logging.getLogger(__name__)


class Loop:
    """Runs a lane's `work` until the worker stops; a failure is kept as `problem`, waited out, and tried again."""

    def __init__(
        self,
        lane: Lane,
        context: LaneContext,
        stopping: threading.Event,
        *,
        spare: bool = False,
        resting: Callable[[], bool] = lambda: False,
    ) -> None:
        """`spare`: another thread of the lane looks for work at its interval; this one is there when it is woken.

        While `resting` says so nothing is begun; `at_rest` tells when what was begun has ended.
        """
        self.lane = lane
        self._every = max(lane.every, SPARE_EVERY) if spare else lane.every
        self.problem = ""
        self.at_rest = False
        self.worked_at: datetime | None = None
        self._resting = resting
        self._context = context
        self._stopping = stopping
        self._failures = self._lost = 0
        self.thread = threading.Thread(target=self._run, name=f"lane {lane.name}", daemon=True)

    def _run(self) -> None:
        while not self._stopping.is_set():
            if self._resting():
                self._rest()
                continue
            self.at_rest = False
            heard = bell.heard()
            more = self._turn()
            if self._failures > self._lost:
                self._stopping.wait(self._wait())
            elif not more and not self._failures and not self._stopping.is_set():
                bell.wait(heard, self._every)
        self._leave()

    def _wait(self) -> float:
        return wait_before(self._failures - self._lost, random.random(), 0.5, LONGEST_WAIT)  # noqa: S311

    def _rest(self) -> None:
        if not self.at_rest:
            connections.close_all()
            self.at_rest = True
        self._stopping.wait(LOOK_AT_REST)

    def _turn(self) -> bool:
        try:
            more = self.lane.work(self._context)
            if connection.vendor == "postgresql":
                close_old_connections()
        except Exception as error:  # noqa: BLE001  (whatever a lane's work raises, the lane itself must go on)
            self._failed(error)
            return False
        self._failures, self._lost, self.problem, self.worked_at = 0, 0, "", real_now()
        return more

    def _failed(self, error: Exception) -> None:
        self._failures += 1
        self.problem = storable(f"{type(error).__name__}: {error}")  # it may quote what made it fail
        if self._failures == 1 and connection_work.lost(error):
            # Another connection may work: the lane goes on at once, and waits only when that fails too.
            self._lost = 1
            connection_work.tell_loss(error)
        else:
            # A busy or absent database says nothing about our code: one line, no traceback.
            logger.error("lane %s: %s", self.lane.name, self.problem, exc_info=not isinstance(error, Error))
        connection_work.renew()

    def _leave(self) -> None:
        try:
            if self.lane.leave:
                self.lane.leave(self._context)
        except Exception:
            # What could not be given back runs out by itself; the other lanes must still be able to leave.
            logger.exception("lane %s could not leave in order", self.lane.name)
        finally:
            connections.close_all()
