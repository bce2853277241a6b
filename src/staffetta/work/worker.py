"""The resident worker: every lane in a thread of its own, watched over, woken by `wake()`."""

import gc
import logging
import os
import secrets
import socket
import threading
from collections.abc import Collection

from django.conf import settings
from django.db import Error, connections

from staffetta.work import beats, clock_step, lanes, meters, one_core
from staffetta.work.clock import monotonic
from staffetta.work.database import connection
from staffetta.work.lanes import LaneContext
from staffetta.work.listen import listen
from staffetta.work.loop import Loop
from staffetta.work.stop_asked import StopAsked
from staffetta.work.version_watch import VersionWatch
from staffetta.work.wake import bell

STOP_WITHIN = 15.0
logger = logging.getLogger(__name__)


class UnknownLane(ValueError):
    """A lane was asked for that nobody registered; the text is its name."""


def new_name() -> str:
    """Return a name that no other worker ever had (at most 60 characters)."""
    return f"{socket.gethostname()[:30]}-{os.getpid()}-{secrets.token_hex(4)}"


class Worker:
    """Runs lanes in threads between `start` and `stop`; `names` empty means all of them."""

    def __init__(self, names: Collection[str] = ()) -> None:
        chosen = {lane.name: lane for lane in lanes.registered() if not names or lane.name in names}
        if unknown := set(names) - set(chosen):
            raise UnknownLane(", ".join(sorted(unknown)))
        self.name = new_name()
        self._stopping = threading.Event()
        self._watch = VersionWatch()
        context = LaneContext(self.name, lambda: self._stopping.is_set() or self._watch.resting)
        self.loops = [
            Loop(lane, context, self._stopping, spare=index > 0, resting=lambda: self._watch.resting)
            for lane in chosen.values()
            for index in range(lane.threads)
        ]
        self._ended = threading.Event()
        self._beats = threading.Thread(target=self._keep_beating, name="beats", daemon=True)
        self._ears = threading.Thread(target=listen, args=(self._stopping,), name="ears", daemon=True)

    def start(self) -> None:
        """Begin, with a first sign of life, so that nobody else takes this worker for dead."""
        self._beat()
        self._repair_moments()
        for thread in self._threads():
            thread.start()

    def stop(self, within: float = STOP_WITHIN) -> bool:
        """Ask every lane to end and wait; False if one did not within so many seconds (its rows are swept later)."""
        self._stopping.set()
        bell.ring()
        deadline = monotonic() + within
        for loop in self.loops:
            loop.thread.join(max(0.0, deadline - monotonic()))
        self._ended.set()
        self._beats.join(2)
        self._ears.join(2)
        slow = [loop.lane.name for loop in self.loops if loop.thread.is_alive()]
        if slow:
            logger.warning("did not end in time: %s", ", ".join(slow))
        return not slow

    def _threads(self) -> list[threading.Thread]:
        return [self._ears, self._beats, *(loop.thread for loop in self.loops)]

    def _repair_moments(self) -> None:
        """The clock may have been set while no worker was there to notice it."""
        try:
            clock_step.repair_moments()
        except Error as error:
            logger.warning("moments in the future stay as they are: %s", str(error).strip())
            connection.renew()

    def _keep_beating(self) -> None:
        while not self._ended.wait(beats.BEAT_EVERY):
            self._beat()
        try:
            meters.flush()
            beats.leave(self.name)
        except Error as error:
            logger.warning("the last sign of life stays behind: %s", str(error).strip())
        connections.close_all()

    def _beat(self) -> None:
        try:
            self._watch.look()
            if self._watch.resting:
                bell.ring()  # a lane that waits for work comes to rest at once, and the upgrade waits no longer
                if all(loop.at_rest for loop in self.loops):
                    beats.leave(self.name)
                    return
            beats.beat(self.name, self.loops)
            meters.flush()
            if clock_step.look_and_repair():
                bell.ring()
        except Error as error:
            logger.warning("no sign of life could be written: %s", str(error).strip())
            connection.renew()


def collect_rarely() -> None:
    """What the program itself consists of is never garbage; looking through it cost a tenth of what a send costs."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def serve(names: Collection[str] = ()) -> int:
    """Run a worker in this process until SIGTERM or SIGINT; return the exit status.

    Raises UnknownLane.
    """
    worker = Worker(names)
    asked = StopAsked()
    collect_rarely()
    if settings.ONE_CORE:
        one_core.settle()
    worker.start()
    logger.info("worker %s runs %s", worker.name, ", ".join(dict.fromkeys(loop.lane.name for loop in worker.loops)))
    asked.wait()
    if not worker.stop():
        # A thread that hangs in foreign code would keep the interpreter from ending.
        logging.shutdown()
        os._exit(0)
    return 0
