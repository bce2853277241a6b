"""The asynchronous entrance: granian calls it (ASGI), it calls Django's WSGI handler in a stated number of threads.

It waits without a thread for what is slow: bodies, a turn, a caller that has left. `/health` has a thread of its own.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from functools import partial
from io import BytesIO
from typing import IO, Any

from staffetta.work.entrance.answers import Answer, Application, Pages, Send
from staffetta.work.entrance.bodies import Bodies, Body, Receive, disconnected, linger
from staffetta.work.entrance.bounds import Bounds, Environ, Permission, Permit
from staffetta.work.entrance.environ import announced, brings_body, environ_of
from staffetta.work.entrance.faults import TOO_SLOW, UNREAD, Gone, Overloaded, Unread
from staffetta.work.entrance.proxies import Proxies
from staffetta.work.entrance.streams import Streams
from staffetta.work.entrance.threads import Threads

HEALTH = "/health"
TEXT = (b"content-type", b"text/plain; charset=utf-8")
JSON = (b"content-type", b"application/json")
NO_ANSWER = json.dumps({"status": "trouble", "database": "no_answer", "worker": "unknown"}).encode()
logger = logging.getLogger(__name__)


class Entrance:
    """`permit` says what a request may bring, `busy` words the answer that there is no room."""

    def __init__(
        self,
        application: Application,
        permit: Permit,
        busy: Callable[[Environ], Answer],
        bounds: Bounds,
        proxies: Proxies | None = None,
    ) -> None:
        self._proxies = proxies or Proxies()
        self._pages = Pages(application, Streams(bounds.streams, bounds.stall_seconds))
        self._permit = permit
        self._busy = busy
        self._bounds = bounds
        self._bodies = Bodies(bounds)
        self._threads = Threads("page", bounds.threads, bounds.waiting)
        self._askers = Threads("permit", 2, bounds.waiting)
        self._health = Threads("health", 1, bounds.waiting)
        self._health_runs: dict[tuple[str, str], asyncio.Future[Answer | None]] = {}

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        environ = environ_of(scope)
        self._proxies.read(environ)
        try:
            if environ["PATH_INFO"] == HEALTH:
                await self._answer_health(environ, send)
            else:
                await self._answer_page(environ, receive, send)
        except Gone:
            logger.debug("the caller of %s has left", environ["PATH_INFO"])
        except Exception:
            logger.exception("no answer to %s", environ["PATH_INFO"])
            await Answer(500, [TEXT], b"500\n").and_close().send(send)

    async def _answer_health(self, environ: Environ, send: Send) -> None:
        try:
            async with asyncio.timeout(self._bounds.health_seconds):
                answer = await asyncio.shield(self._health_run(environ, send))
        except (TimeoutError, Overloaded):
            answer = Answer(503, [JSON, (b"cache-control", b"no-store")], NO_ANSWER)
        if answer:
            await (answer.and_close() if brings_body(environ) else answer).send(send)

    def _health_run(self, environ: Environ, send: Send) -> "asyncio.Future[Answer | None]":
        """Return what is being found out at the moment; many who ask at once are told the same."""
        key = (environ["REQUEST_METHOD"], environ.get("HTTP_HOST", ""))
        if key not in self._health_runs:
            run = asyncio.ensure_future(self._run(self._health, environ, BytesIO(), send))
            self._health_runs[key] = run
            run.add_done_callback(lambda done: self._health_found(key, done))
        return self._health_runs[key]

    def _health_found(self, key: tuple[str, str], run: "asyncio.Future[Answer | None]") -> None:
        del self._health_runs[key]
        if not run.cancelled() and (fault := run.exception()) and not isinstance(fault, Overloaded):
            logger.error("health was not found out", exc_info=fault)

    async def _answer_page(self, environ: Environ, receive: Receive, send: Send) -> None:
        unread = brings_body(environ)
        try:
            body = await self._read(environ, receive) if unread else Body(BytesIO())
            unread = False
            try:
                answer = await self._run(self._threads, environ, body.file, send, partial(disconnected, receive))
            finally:
                body.close()
        except Unread as fault:
            answer = await self._answer_unread(environ, fault, send)
            if fault.reason == TOO_SLOW:
                unread = False
        except Overloaded:
            answer = self._busy(environ).and_close() if unread else self._busy(environ)
        if answer:
            await answer.send(send)
        # Whoever expects 100 (Continue) has sent nothing yet, and would be told to go on.
        if unread and "HTTP_EXPECT" not in environ:
            await linger(receive, self._bounds.linger_seconds)

    async def _read(self, environ: Environ, receive: Receive) -> Body:
        async def ask() -> Permission:
            return await self._askers.run(partial(self._permit, environ))

        body = await self._bodies.read(receive, announced(environ), ask)
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        environ["CONTENT_LENGTH"] = str(body.length)
        return body

    async def _answer_unread(self, environ: Environ, fault: Unread, send: Send) -> Answer | None:
        """Let Django say in the caller's language why the body was not read."""
        environ[UNREAD] = fault.reason
        if fault.length:
            environ["CONTENT_LENGTH"] = str(fault.length)
        try:
            answer = await self._run(self._threads, environ, BytesIO(), send)
        except Overloaded:
            answer = self._busy(environ)
        return answer and answer.and_close()

    async def _run(
        self, threads: Threads, environ: Environ, file: IO[bytes], send: Send, gone: Any = None
    ) -> Answer | None:
        environ["wsgi.input"] = file
        loop = asyncio.get_running_loop()

        def begin(answer: Answer) -> None:
            asyncio.run_coroutine_threadsafe(answer.send(send), loop).result()

        return await threads.run(partial(self._pages.answer, environ, begin), gone)
