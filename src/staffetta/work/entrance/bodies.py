"""Reading what requests bring: bounded in length, in time, and in what all of them hold together."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from typing import IO, Any

from staffetta.work.entrance.bounds import Bounds, Permission
from staffetta.work.entrance.faults import TOO_LARGE, TOO_SLOW, UNKNOWN, Gone, Overloaded, Unread
from staffetta.work.entrance.spool import unnamed

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
LINGER_BYTES = 4_000_000
logger = logging.getLogger(__name__)


class Room:
    """A stated amount of something, shared by all requests."""

    def __init__(self, most: int) -> None:
        self._left = most

    def take(self, amount: int) -> None:
        if amount > self._left:
            raise Overloaded
        self._left -= amount

    def give_back(self, amount: int) -> None:
        self._left += amount


class Incoming:
    """One request's body while it comes in; `more` says whether it has not ended."""

    def __init__(self, receive: Receive, idle_seconds: float) -> None:
        self.more = True
        self._receive = receive
        self._idle_seconds = idle_seconds

    async def part(self, end: float) -> bytes:
        """Return what comes next; Unread after `end` (in the loop's time) or a gap that is too long, or Gone."""
        within = min(end, asyncio.get_running_loop().time() + self._idle_seconds)
        try:
            async with asyncio.timeout_at(within):
                message = await self._receive()
        except TimeoutError:
            raise Unread(TOO_SLOW) from None
        if message["type"] == "http.disconnect":
            raise Gone
        self.more = message.get("more_body", False)
        return bytes(message.get("body", b""))


class Body:
    """What a request brought, with the room that it takes up."""

    def __init__(self, file: IO[bytes], room: Room | None = None, share: int = 0, length: int = 0) -> None:
        self.file = file
        self.length = length
        self.room = room
        self.share = share

    def write(self, data: bytes) -> None:
        self.length += self.file.write(data)

    def close(self) -> None:
        with suppress(OSError):  # on a full disk what is still buffered cannot be written either
            self.file.close()
        if self.room:
            self.room.give_back(self.share)
            self.room = None


class Bodies:
    """Reads all bodies of this process."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._memory = Room(bounds.memory)
        self._files = Room(bounds.uploads)
        # A slow disk must not stop the loop.
        self._writers = ThreadPoolExecutor(2, thread_name_prefix="spool")

    async def read(self, receive: Receive, length: int, ask: Callable[[], Awaitable[Permission]]) -> Body:
        """Return the body. `length` is what was announced, 0 for chunks; `ask` is awaited if it is a long one.

        Raises Unread, Overloaded, Gone.
        """
        start = asyncio.get_running_loop().time()
        incoming = Incoming(receive, self._bounds.idle_seconds)
        first = bytearray()
        if length <= self._bounds.unasked:
            while incoming.more and len(first) <= self._bounds.unasked:
                first += await incoming.part(start + self._bounds.body_seconds)
            if len(first) <= self._bounds.unasked:
                return Body(BytesIO(first), length=len(first))
        permission = await ask()
        if max(length, len(first)) > permission.most:
            raise Unread(TOO_LARGE, max(length, len(first)))
        if not permission.known:
            raise Unread(UNKNOWN)
        fill = self._fill_file if permission.to_file else self._fill_memory
        return await fill(incoming, bytes(first), permission.most, start)

    async def _fill_memory(self, incoming: Incoming, first: bytes, most: int, start: float) -> Body:
        body = Body(BytesIO(), self._memory)
        try:
            body.write(first)
            while incoming.more:
                data = await incoming.part(start + self._bounds.body_seconds)
                _check_length(body, data, most)
                self._memory.take(len(data))
                body.share += len(data)
                body.write(data)
        except BaseException:
            body.close()
            raise
        body.file.seek(0)
        return body

    async def _fill_file(self, incoming: Incoming, first: bytes, most: int, start: float) -> Body:
        self._files.take(1)
        try:
            body = Body(unnamed(self._bounds.spool), self._files, 1)
        except OSError as error:
            self._files.give_back(1)
            raise _no_disk(error) from error
        write = asyncio.get_running_loop().run_in_executor
        try:
            await write(self._writers, body.write, first)
            while incoming.more:
                data = await incoming.part(start + self._bounds.upload_seconds)
                _check_length(body, data, most)
                await write(self._writers, body.write, data)
            body.file.seek(0)
        except OSError as error:
            body.close()
            raise _no_disk(error) from error
        except BaseException:
            body.close()
            raise
        return body


def _check_length(body: Body, data: bytes, most: int) -> None:
    if body.length + len(data) > most:
        raise Unread(TOO_LARGE, body.length + len(data))


def _no_disk(error: OSError) -> Overloaded:
    logger.error("a file that is uploaded cannot be kept: %s", error)
    return Overloaded()


async def linger(receive: Receive, seconds: float) -> None:
    """Take what is still coming and throw it away, for a moment.

    A connection that is closed upon unread data is reset, and the caller may never see the answer that says why.
    """
    taken, more = 0, True
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while more and taken < LINGER_BYTES:
                message = await receive()
                taken += len(message.get("body", b""))
                more = message.get("more_body", False)


async def disconnected(receive: Receive) -> None:
    """Return when the caller has closed the connection, or the answer is out."""
    while (await receive())["type"] != "http.disconnect":
        pass
