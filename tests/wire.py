"""Real servers on loopback whose every byte is scripted: the only thing the tests of outgoing calls replace."""

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Seen:
    """One request as it came over the wire."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def json(self) -> object:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """One answer. `body` may be bytes, text or anything JSON can say."""

    body: object = field(default_factory=dict)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def bytes(self) -> bytes:
        content = self.body if isinstance(self.body, bytes) else self._text().encode("utf-8", "surrogatepass")
        lines = {"Content-Type": "application/json", "Content-Length": str(len(content)), **self.headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return f"HTTP/1.1 {self.status} Answer\r\n{head}\r\n".encode() + content

    def _text(self) -> str:
        return self.body if isinstance(self.body, str) else json.dumps(self.body)


class Talk:
    """The server's side of one connection. Methods block; they end when the wire is closed."""

    def __init__(self, connection: socket.socket, wire: "Wire", number: int) -> None:
        self.socket = connection
        self.wire = wire
        self.number = number
        self._rest = b""

    def read(self) -> Seen | None:
        """Read one whole request; None when the client is gone."""
        data = self._rest
        while b"\r\n\r\n" not in data:
            piece = self.socket.recv(65536)
            if not piece:
                return None
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", "0"))
        while len(body) < length:
            body += self.socket.recv(65536)
        self._rest = body[length:]
        method, target, _ = first.split(" ")
        seen = Seen(method, target, headers, body[:length])
        self.wire.seen.append(seen)
        return seen

    def write(self, data: bytes) -> None:
        self.socket.sendall(data)

    def answer(self, body: object = None, status: int = 200, **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.write(Answer({} if body is None else body, status, named).bytes())

    def reset(self) -> None:
        """End with a reset instead of a farewell."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def hold(self, seconds: float = 30.0) -> None:
        """Say nothing, until the wire is closed."""
        self.wire.closing.wait(seconds)


class Wire:
    """A listening server; `seen` holds every whole request in the order of arrival."""

    def __init__(self, script: Callable[[Talk], None]) -> None:
        self.script = script
        self.seen: list[Seen] = []
        self.connections = 0
        self.closing = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._open: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    def url(self, path: str = "/", scheme: str = "http", host: str = "127.0.0.1") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    def close(self) -> None:
        self.closing.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes `accept`
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        self._listener.close()

    def _accept(self) -> None:
        while not self.closing.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.add(connection)
            thread = threading.Thread(target=self._one, args=(connection, self.connections), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _one(self, connection: socket.socket, number: int) -> None:
        with suppress(OSError):  # the client went first, or the wire is closed
            self.script(Talk(connection, self, number))
        self._open.discard(connection)
        connection.close()


@contextmanager
def wire(script: Callable[[Talk], None]) -> Iterator[Wire]:
    """Serve every connection by `script`; it is closed when the script ends."""
    served = Wire(script)
    try:
        yield served
    finally:
        served.close()


@contextmanager
def serving(reply: Callable[[Seen], Answer]) -> Iterator[Wire]:
    """Serve well-behaved HTTP: one answer per request, connections kept alive."""

    def script(talk: Talk) -> None:
        while (seen := talk.read()) is not None:
            talk.write(reply(seen).bytes())

    with wire(script) as served:
        yield served


def steps(*deeds: Callable[[Talk], object]) -> Callable[[Talk], None]:
    """Return a script that does these things one after the other and then hangs up."""

    def script(talk: Talk) -> None:
        for deed in deeds:
            deed(talk)

    return script


def refused_port() -> int:
    """Return a port where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
