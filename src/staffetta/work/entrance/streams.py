"""Long answers on their way out: through a pipe, so that who reads slowly slows the page down and fills no memory.

Granian keeps whatever an ASGI application sends and tells it nothing of how far the caller has read; a file it reads
only as fast as the caller does. The reading end of a pipe is such a file.
"""

import os
import select
import threading
from collections.abc import Callable, Iterator

from staffetta.work.entrance.faults import Gone, Overloaded

FIRST_PART = 262_144
"""More than any pipe holds, so that it is written only when the server has opened the other end."""


class Stalled(Exception):
    """The caller takes nothing more."""


class Streams:
    """How many answers are being read from their pages."""

    def __init__(self, at_once: int, stall_seconds: float) -> None:
        self._free = threading.BoundedSemaphore(at_once)
        self._stall_seconds = stall_seconds

    def open(self) -> "Pipe":
        """Return a pipe, or raise Overloaded."""
        if not self._free.acquire(blocking=False):
            raise Overloaded
        return Pipe(self._free.release, self._stall_seconds)


class Pipe:
    """What is written here comes out of the file `path`, once."""

    def __init__(self, closed: Callable[[], None], stall_seconds: float) -> None:
        self._closed = closed
        self._stall_seconds = stall_seconds
        self._source, self._target = os.pipe()
        os.set_blocking(self._target, False)
        self.path = f"/dev/fd/{self._source}"

    def send(self, first: bytes, rest: Iterator[bytes]) -> None:
        """Write all of it. Raises Gone or Stalled."""
        self._write(first)
        # The server has its own end by now: when it closes that one, writing fails.
        os.close(self._source)
        self._source = -1
        for part in rest:
            self._write(part)

    def close(self) -> None:
        for end in (self._source, self._target):
            if end >= 0:
                os.close(end)
        self._closed()

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self._target, view) :]
            except BlockingIOError:
                self._wait()
            except BrokenPipeError:
                raise Gone from None

    def _wait(self) -> None:
        watch = select.poll()  # select() takes no descriptor above 1023
        watch.register(self._target, select.POLLOUT)
        if not watch.poll(self._stall_seconds * 1000):
            raise Stalled
