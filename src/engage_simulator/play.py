"""Playing a fault: answering wrongly, late, half, or not at all."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from .answers import Answer, refusal
from .calls import Call
from .cut import cut
from .faults import Rule
from .simulator import Simulator

type Scope = MutableMapping[str, Any]
type Message = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Message], Awaitable[None]]
type Headers = list[tuple[bytes, bytes]]

JSON: Headers = [(b"content-type", b"application/json")]
HTML: Headers = [(b"content-type", b"text/html; charset=utf-8")]
HTML_PAGE = b"<!DOCTYPE html><html><head><title>Service</title></head><body><h1>Please try later</h1></body></html>"
GATEWAY_TIMEOUT = refusal(504, "Gateway timeout")


async def respond(send: Send, status: int, body: bytes, headers: Headers = JSON) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Playing:
    """One request that a rule caught. `answer` is the simulator's own, or None when it was not carried out."""

    def __init__(self, simulator: Simulator, call: Call, rule: Rule, answer: Answer | None) -> None:
        self.simulator = simulator
        self.call = call
        self.rule = rule
        self.answer = answer

    async def play(self, scope: Scope, receive: Receive, send: Send) -> int:
        """Do what the rule says; the status that was answered, 0 for none."""
        kind = self.rule.kind
        if kind == "reset":
            return await _cut(scope)
        if kind == "hang":
            return await self._hang(scope, receive, send)
        if kind == "truncate":
            return await self._truncate(scope, send)
        status, body, headers = self._wrong_answer()
        await respond(send, status, body, headers)
        return status

    def _wrong_answer(self) -> tuple[int, bytes, Headers]:
        action, kind = self.rule.action, self.rule.kind
        status = int(action.get("status", 200))
        if kind == "html":
            return status, HTML_PAGE, HTML
        if kind == "garbage":
            return status, b'{"code": 200, "user": [{"id": "39\xff', JSON
        if kind == "rate_limit":
            wait = action.get("retry_after")
            headers = [*JSON, (b"retry-after", str(wait).encode())] if wait is not None else JSON
            return *refusal(429, "Too many requests"), headers
        return status, _body(action, status), _headers(action)

    async def _hang(self, scope: Scope, receive: Receive, send: Send) -> int:
        seconds = self.rule.action.get("seconds")
        gone = asyncio.ensure_future(receive())
        about = {
            "since": self.simulator.clock.now(),
            "method": self.call.method,
            "path": self.call.path,
            "recipient": self.call.recipient,
            "accepted": self.rule.accepted,
        }
        try:
            ending = await self.simulator.held.wait(about, seconds=seconds, gone=gone)
            if gone.done():
                return 0
        finally:
            gone.cancel()
        if ending == "cut":
            return await _cut(scope)
        status, body = self.answer or GATEWAY_TIMEOUT
        await respond(send, status, body)
        return status

    async def _truncate(self, scope: Scope, send: Send) -> int:
        """Half of the answer that was announced, then the connection closes."""
        status, body = self.answer or (200, b'{"code":200,"reason":"OK"}')
        headers = [*JSON, (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        await asyncio.sleep(0.02)
        await _cut(scope)
        return status


async def _cut(scope: Scope) -> int:
    host, port = scope["client"]
    cut((str(host), int(port)))
    return 0


def _body(action: dict[str, Any], status: int) -> bytes:
    """`body` as it stands when it is text, as JSON otherwise; without it `{code, reason}`."""
    body = action.get("body", {"code": action.get("code", status), "reason": action.get("reason", "Simulated fault")})
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()


def _headers(action: dict[str, Any]) -> Headers:
    given = {name.lower(): str(value) for name, value in (action.get("headers") or {}).items()}
    return [(name.encode(), value.encode()) for name, value in ({"content-type": "application/json"} | given).items()]
