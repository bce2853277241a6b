"""The one event loop of this process on which outgoing connections live, in a thread that never ends.

Never ends, because the HTTP client's allocator (mimalloc 3) passes the memory of a thread that has ended on to the next
one: with a new thread for each connection 2 of 8 processes that opened eighty, one after the other, ended with SIGSEGV
inside the client; with this one none of 16 did.
"""

import asyncio
import contextvars
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import Future, wait
from typing import Any


class Work[T]:
    """A coroutine under way on the loop; `outcome` is what became of it, an exception included."""

    def __init__(self, coroutine: Coroutine[Any, Any, T]) -> None:
        self.outcome: Future[T] = Future()
        self._loop = the_loop()
        # A context of its own: what a page or a task keeps there (language, database connection) is not the loop's.
        self._loop.call_soon_threadsafe(self._begin, coroutine, context=contextvars.Context())

    def cancel(self) -> None:
        """Cancel it and return when it has ended; once it has ended this does nothing."""
        self._loop.call_soon_threadsafe(self._cancel)
        wait([self.outcome])

    def _begin(self, coroutine: Coroutine[Any, Any, T]) -> None:
        self._task = self._loop.create_task(coroutine)
        self._task.add_done_callback(self._end)

    def _cancel(self) -> None:
        self._task.cancel()

    def _end(self, task: "asyncio.Task[T]") -> None:
        if task.cancelled():
            self.outcome.cancel()
            self.outcome.set_running_or_notify_cancel()
        elif error := task.exception():
            self.outcome.set_exception(error)
        else:
            self.outcome.set_result(task.result())


def run[T](coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on the loop and return its result, or raise what it raised. Not to be called on the loop."""
    return Work(coroutine).outcome.result()


def the_loop() -> asyncio.AbstractEventLoop:
    """Return the loop; it is begun when it is first asked for."""
    with _beginning:
        if not _running:
            loop = asyncio.new_event_loop()
            threading.Thread(target=loop.run_forever, name="outbound", daemon=True).start()
            _running.append(loop)
        return _running[0]


_running: list[asyncio.AbstractEventLoop] = []
_beginning = threading.Lock()
os.register_at_fork(after_in_child=_running.clear)  # threads do not pass into a forked process
