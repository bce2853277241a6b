"""Talking to a simulator as any program would: plain HTTP, and bare sockets where the wire itself is looked at."""

from __future__ import annotations

import http.client
import json
import socket
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from engage_simulator.testing import Engage

type Row = dict[str, Any]


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def ask(engage: Engage, method: str, path: str, *, body: Any = None, version: int = 16, **query: object) -> Answer:
    """One request to the API; `path` is what follows the version."""
    address = urlsplit(engage.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)
    target = f"/api/v{version}{path}" + (f"?{urlencode(query)}" if query else "")
    data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    try:
        connection.request(method, target, data, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    finally:
        connection.close()


def notification(key: str, recipient: str, template: str, *variables: str, **more: str) -> Row:
    """The body of POST /chat/notification."""
    return {
        "apikey": key,
        "id": recipient,
        "batch_ids": "",
        "user_filter": "",
        "notification_template": template,
        "notification_body_variables": json.dumps(variables) if variables else "",
        "notification_header_media": more.get("media", ""),
        "notification_header_variable": more.get("header", ""),
        "notification_button_variable": more.get("button", ""),
        "notification_language": more.get("language", "it"),
    }


def chat(key: str, recipient: str, message: str = "Ciao", **more: str) -> Row:
    """The body of POST /chat."""
    return {"apikey": key, "id": recipient, "message": message, "attachment": "", "filename": "", **more}


def send(engage: Engage, body: Row) -> Answer:
    return ask(engage, "POST", "/chat/notification", body=body)


def bytes_until_the_end(engage: Engage, body: Row, *, seconds: float = 5.0) -> bytes:
    """Everything that arrives on a bare connection after a send, until the other side closes it."""
    with open_request(engage, body) as connection:
        connection.settimeout(seconds)
        received = b""
        while piece := connection.recv(65536):
            received += piece
        return received


def open_request(engage: Engage, body: Row) -> socket.socket:
    """A connection on which a send was written and nothing read yet."""
    address = urlsplit(engage.url)
    data = json.dumps(body).encode()
    connection = socket.create_connection((address.hostname or "", address.port or 0), timeout=5)
    head = f"POST /api/v16/chat/notification HTTP/1.1\r\nHost: engage\r\nContent-Length: {len(data)}\r\n"
    connection.sendall(head.encode() + b"Connection: close\r\n\r\n" + data)
    return connection
