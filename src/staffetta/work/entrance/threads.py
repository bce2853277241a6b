"""A stated number of threads, and a stated number of requests that may wait for one."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from staffetta.work.entrance.faults import Gone, Overloaded


class Threads:
    """Threads of one purpose. Each keeps its own connection to the database, as Django does it."""

    def __init__(self, name: str, count: int, waiting: int) -> None:
        self._executor = ThreadPoolExecutor(count, thread_name_prefix=name)
        self._count = count
        self._most = count + waiting
        self._taken = 0
        self._lock = threading.Lock()
        self._watches: set[asyncio.Future[None]] = set()

    async def run[T](self, work: Callable[[], T], gone: Callable[[], Awaitable[None]] | None = None) -> T:
        """Return what `work` returns. Raises Overloaded at once when too many wait already.

        While it waits for a thread, `gone` is awaited beside it: when that returns, the work is dropped, with Gone.
        """
        future = self._submit(work)
        waited = asyncio.wrap_future(future)
        if gone is not None and self._taken > self._count:
            await self._watched(future, waited, gone)
        return await waited

    def _submit[T](self, work: Callable[[], T]) -> Future[T]:
        with self._lock:
            if self._taken >= self._most:
                raise Overloaded
            self._taken += 1
        future = self._executor.submit(work)
        future.add_done_callback(self._left)
        return future

    def _left(self, _future: Future[Any]) -> None:
        with self._lock:
            self._taken -= 1

    async def _watched(
        self, future: Future[Any], waited: asyncio.Future[Any], gone: Callable[[], Awaitable[None]]
    ) -> None:
        watch = asyncio.ensure_future(gone())
        self._watches.add(watch)  # ends with the connection, or when the answer is out
        watch.add_done_callback(self._watches.discard)
        await asyncio.wait({waited, watch}, return_when=asyncio.FIRST_COMPLETED)
        if not waited.done() and future.cancel():
            raise Gone
