"""The last requests that came in, without their keys, for a test to say what was asked."""

from __future__ import annotations

import json
from collections import deque
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

KEPT = 10_000


class Request(NamedTuple):
    """One request as it came; `status` 0 = it got no answer, or none yet."""

    time: float
    method: str
    path: str
    query: bytes
    body: bytes
    operation: str
    channel: str
    status: int


class Seen:
    """A bounded log. Texts are only made when somebody reads it."""

    def __init__(self) -> None:
        self.total = 0
        self._requests: deque[Request] = deque(maxlen=KEPT)

    def add(self, request: Request) -> None:
        self.total += 1
        self._requests.append(request)

    def clear(self) -> None:
        self.total = 0
        self._requests.clear()

    def last(self, count: int) -> list[dict[str, Any]]:
        """The latest requests, oldest first."""
        return [_readable(request) for request in list(self._requests)[-count:]] if count else []


def _readable(request: Request) -> dict[str, Any]:
    query = dict(parse_qsl(request.query.decode("latin-1"), keep_blank_values=True))
    return {
        "time": request.time,
        "method": request.method,
        "path": request.path,
        "query": {name: value for name, value in query.items() if name != "apikey"},
        "json": _without_key(request.body),
        "operation": request.operation,
        "channel": request.channel,
        "status": request.status,
    }


def _without_key(body: bytes) -> Any:
    try:
        value = json.loads(body) if body else None
    except ValueError:
        return None
    return {name: item for name, item in value.items() if name != "apikey"} if isinstance(value, dict) else value
