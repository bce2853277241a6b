"""A provider that answers every send at once and keeps the ledger: how fast could anybody be?

    python -m bench.sink

A bare asyncio protocol, no framework: what it costs must not be what is measured. Prints its address first. Besides
any POST it knows `GET /_sink` (accepted, duplicates) and `DELETE /_sink` (an empty ledger); it ends with its parent.
"""

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

TIMED = "avviso"
"""Sends of this template are noted with their moment, by their values."""
END = b"\r\n\r\n"
LENGTH = b"content-length:"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "


class Ledger:
    """Who was written to, in order."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str]] = []
        self.times: dict[str, float] = {}

    def accept(self, body: bytes) -> bytes:
        sent = json.loads(body)
        self.rows.append((sent["apikey"], sent["id"]))
        if sent["notification_template"] == TIMED:
            self.times[sent["notification_body_variables"]] = time.time()
        return b'{"code":200,"reason":"OK","id":"%d"}' % len(self.rows)

    def summary(self) -> bytes:
        times = Counter(self.rows)
        doubled = sum(1 for number in times.values() if number > 1)
        return json.dumps({"accepted": len(self.rows), "duplicates": doubled, "times": self.times}).encode()


class Wire(asyncio.Protocol):
    """One connection, kept alive. Requests come whole or in pieces, one after the other."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport

    def data_received(self, data: bytes) -> None:
        self._data = self._data + data if self._data else data
        while self._answer_one():
            pass

    def _answer_one(self) -> bool:
        end = self._data.find(END)
        if end < 0:
            return False
        head = self._data[:end].lower()
        at = head.find(LENGTH)
        size = int(head[at + len(LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        body = self._data[end + 4 : end + 4 + size]
        if len(body) < size:
            return False
        self._data = self._data[end + 4 + size :]
        answer = self._read(head, body)
        self._transport.write(b"%s%d\r\n\r\n%s" % (HEAD, len(answer), answer))
        return bool(self._data)

    def _read(self, head: bytes, body: bytes) -> bytes:
        if head.startswith(b"post"):
            return self._ledger.accept(body)
        if head.startswith(b"delete"):
            self._ledger.rows.clear()
            self._ledger.times.clear()
        return self._ledger.summary()


class Sink:
    """A running sink: its address, its process, its ledger."""

    def __init__(self, url: str, pid: int) -> None:
        self.url, self.pid = url, pid

    def summary(self) -> dict[str, Any]:
        """Return how many were `accepted`, how many people more than once, and when those of TIMED came."""
        return self._control("GET")

    def clear(self) -> None:
        self._control("DELETE")

    def _control(self, method: str) -> dict[str, Any]:
        request = urllib.request.Request(f"{self.url}/_sink", method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            told: dict[str, Any] = json.load(answer)
            return told


@contextmanager
def running() -> Iterator[Sink]:
    """A sink in a process of its own, for the time of the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.sink"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        address = process.stdout.readline().strip() if process.stdout else ""
        yield Sink(address, process.pid)
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()


async def _serve() -> None:
    ledger = Ledger()
    server = await asyncio.get_running_loop().create_server(lambda: Wire(ledger), "127.0.0.1", 0, backlog=1024)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


def _end_with_input() -> None:
    while os.read(0, 4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=_end_with_input, daemon=True).start()
    asyncio.run(_serve())
