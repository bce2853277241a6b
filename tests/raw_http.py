"""Requests byte by byte: what no HTTP client sends."""

import contextlib
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass
class Reply:
    """One answer; `whole`: nothing of it is missing."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    whole: bool = True

    @property
    def text(self) -> str:
        return self.body.decode()


class Connection:
    """A connection to a server of this machine."""

    def __init__(self, port: int, seconds: float = 10) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), seconds)
        self._received = b""

    def send(self, data: bytes | str) -> None:
        self.socket.sendall(data.encode() if isinstance(data, str) else data)

    def ask(self, method: str, path: str, headers: Iterable[str] = (), body: bytes = b"") -> None:
        """Send a request; a body gets its length unless `headers` say something of it."""
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *headers]
        if body and not any(line.lower().startswith(("content-length", "transfer-encoding")) for line in lines):
            lines.append(f"Content-Length: {len(body)}")
        self.send("\r\n".join([*lines, "", ""]).encode() + body)

    def reply(self, *, head: bool = False) -> Reply:
        """Read one answer; TimeoutError when it does not come. `head`: one without a body."""
        while b"\r\n\r\n" not in self._received:
            if not self._more():
                return Reply(whole=False)
        first, _, self._received = self._received.partition(b"\r\n\r\n")
        lines = first.decode("latin-1").split("\r\n")
        reply = Reply(int(lines[0].split()[1]))
        for line in lines[1:]:
            name, _, value = line.partition(": ")
            reply.headers[name.lower()] = value
        if reply.status == 100:
            return reply
        if not head:
            self._read_body(reply)
        return reply

    def closed_within(self, seconds: float) -> bool:
        """Say whether the server closes the connection by then."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                if not self._more():
                    return True
            except TimeoutError:
                return False
        return False

    def close(self) -> None:
        self.socket.close()

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read_body(self, reply: Reply) -> None:
        if "chunked" in reply.headers.get("transfer-encoding", ""):
            reply.whole = self._read_chunks(reply)
            return
        length = int(reply.headers.get("content-length", "0"))
        reply.whole = self._fill(length)
        reply.body, self._received = self._received[:length], self._received[length:]

    def _read_chunks(self, reply: Reply) -> bool:
        parts: list[bytes] = []
        while True:
            while b"\r\n" not in self._received:
                if not self._more():
                    reply.body = b"".join(parts)
                    return False
            size, _, self._received = self._received.partition(b"\r\n")
            length = int(size, 16)
            whole = self._fill(length + 2)
            parts.append(self._received[:length])
            self._received = self._received[length + 2 :]
            if not length or not whole:
                reply.body = b"".join(parts)
                return whole

    def _fill(self, length: int) -> bool:
        while len(self._received) < length:
            if not self._more():
                return False
        return True

    def _more(self) -> bool:
        with contextlib.suppress(ConnectionResetError):
            data = self.socket.recv(1_048_576)
            self._received += data
            return bool(data)
        return False


def ask(port: int, method: str, path: str, headers: Iterable[str] = (), body: bytes = b"") -> Reply:
    """Send one request on a connection of its own and return the answer."""
    with Connection(port) as connection:
        connection.ask(method, path, ["Connection: close", *headers], body)
        return connection.reply(head=method == "HEAD")
