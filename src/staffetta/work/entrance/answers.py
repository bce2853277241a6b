"""What Django answers: made in a thread, sent by the loop."""

import logging
import os
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from staffetta.work.entrance.bounds import Environ
from staffetta.work.entrance.cut import cut
from staffetta.work.entrance.faults import Gone
from staffetta.work.entrance.streams import FIRST_PART, Stalled, Streams

Application = Callable[[Environ, Any], Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]
BLOCK = 65_536
READ_AT_ONCE = 65_536
"""Files up to this length are sent from memory; longer ones the server reads by itself."""
logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Answer:
    """`path` is a file that holds the body; without it `body` is all."""

    status: int
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""
    path: str = ""

    def and_close(self) -> "Answer":
        """Return it with the connection closed after it: the request was not read to its end."""
        return replace(self, headers=[*self.headers, (b"connection", b"close")])

    async def send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        if self.path:
            await send({"type": "http.response.pathsend", "path": self.path})
        else:
            await send({"type": "http.response.body", "body": self.body})


class File:
    """What Django wants sent as a file (`wsgi.file_wrapper`). Its file's `close` ends the request."""

    def __init__(self, file: IO[bytes], _block_size: int = BLOCK) -> None:
        self.file = file

    def close(self) -> None:
        self.file.close()

    def __iter__(self) -> Iterator[bytes]:
        return iter(lambda: self.file.read(BLOCK), b"")

    def fill(self, answer: Answer) -> bool:
        """Put the file into the answer, unless it is a part of one (a range)."""
        name = getattr(self.file, "name", None)
        if not isinstance(name, str) or not Path(name).is_absolute() or self.file.tell():
            return False
        if os.fstat(self.file.fileno()).st_size > READ_AT_ONCE:
            answer.path = name
        else:
            answer.body = self.file.read()
        return True


@dataclass(frozen=True, slots=True)
class Pages:
    """Django's WSGI handler, called in a thread."""

    application: Application
    streams: Streams

    def answer(self, environ: Environ, begin: Callable[[Answer], None]) -> Answer | None:
        """Return the answer; None when it was long: then `begin` got it, and its body is out when this returns.

        Raises Overloaded when too many long answers are on their way.
        """
        answer = Answer(500)

        def start_response(status: str, headers: Iterable[tuple[str, str]], _exc_info: object = None) -> None:
            answer.status = int(status[:3])
            answer.headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]

        environ["wsgi.file_wrapper"] = File
        with closing(self.application(environ, start_response)) as result:
            if not getattr(result, "streaming", isinstance(result, File)):
                answer.body = b"".join(result)
            elif environ["REQUEST_METHOD"] != "HEAD" and not (isinstance(result, File) and result.fill(answer)):
                parts = iter(result)
                answer.body = _first(parts)
                if len(answer.body) >= FIRST_PART:
                    self._stream(answer, parts, environ, begin)
                    return None
        return answer

    def _stream(
        self, answer: Answer, parts: Iterator[bytes], environ: Environ, begin: Callable[[Answer], None]
    ) -> None:
        with closing(self.streams.open()) as pipe:
            first, answer.body, answer.path = answer.body, b"", pipe.path
            begin(answer)
            try:
                pipe.send(first, parts)
            except Gone:
                pass
            except Stalled:
                cut((environ["REMOTE_ADDR"], int(environ["REMOTE_PORT"])))
            except Exception:
                logger.exception("the answer to %s broke off", environ["PATH_INFO"])
                cut((environ["REMOTE_ADDR"], int(environ["REMOTE_PORT"])))


def _first(parts: Iterator[bytes]) -> bytes:
    """Return the beginning, of FIRST_PART bytes at least, or all of it."""
    found = bytearray()
    for part in parts:
        found += part
        if len(found) >= FIRST_PART:
            break
    return bytes(found)
