"""One process of the group: started, watched, started again when it dies, stopped with the group."""

import logging
import os
import subprocess
import sys
from collections.abc import Sequence

from staffetta.work import orphan
from staffetta.work.clock import monotonic
from staffetta.work.retry import wait_before

STEADY_SECONDS = 60.0
"""A child that lived so long did not die of how it was started: the waits begin anew."""
LONGEST_WAIT = 30.0
logger = logging.getLogger(__name__)


class Child:
    """A Python process that is to run as long as the group does."""

    def __init__(self, name: str, arguments: Sequence[str]) -> None:
        self.name = name
        self._arguments = [sys.executable, "-m", *arguments]
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._start_at = 0.0
        self._deaths = 0

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        environment = {**os.environ, orphan.VARIABLE: str(os.getpid())}
        self._process = subprocess.Popen(self._arguments, env=environment, stdin=subprocess.DEVNULL)
        self._started_at = monotonic()

    def look(self) -> None:
        """Notice a death; start again when its waiting time is over."""
        if self._process is None:
            if monotonic() >= self._start_at:
                self.start()
        elif (status := self._process.poll()) is not None:
            self._died(status)

    def _died(self, status: int) -> None:
        self._deaths = 1 if monotonic() - self._started_at > STEADY_SECONDS else self._deaths + 1
        wait = wait_before(self._deaths, 0.0, 1.0, LONGEST_WAIT)
        logger.error("the %s process ended with status %s; started again in %.1f s", self.name, status, wait)
        self._process, self._start_at = None, monotonic() + wait

    def ask_to_stop(self) -> None:
        if self._process:
            self._process.terminate()

    def end(self, deadline: float) -> None:
        """Wait until `deadline` (monotonic seconds), then end it by force."""
        if self._process is None:
            return
        try:
            self._process.wait(max(0.0, deadline - monotonic()))
        except subprocess.TimeoutExpired:
            logger.warning("the %s process did not stop in time and is ended", self.name)
            self._process.kill()
            self._process.wait()
