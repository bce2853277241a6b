"""Waiting until SIGTERM or SIGINT asks this process to stop."""

import contextlib
import os
import select
import signal
from types import FrameType


class StopAsked:
    """Made by the main thread, which then waits; from then on both signals are only noted.

    Not a `threading.Event`: a handler runs in the main thread, and when that is just inside `wait()` it holds the lock
    that `set()` wants. It then waits for itself for ever (seen once in some hundred stops of a worker).
    """

    def __init__(self) -> None:
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)
        signal.signal(signal.SIGTERM, self._note)
        signal.signal(signal.SIGINT, self._note)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait so long, or for ever; say whether it was asked."""
        return bool(select.select([self._reader], [], [], seconds)[0])

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        with contextlib.suppress(BlockingIOError):
            os.write(self._writer, b".")
