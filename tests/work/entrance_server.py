"""The entrance in a process of its own, in front of `entrance_app.py`."""

import json
import os
import sys
from pathlib import Path
from typing import Any

from tests.processes import ROOT, Started, children, free_port, wait_until
from tests.raw_http import Connection, ask

START = """
import sys
from staffetta.work import web
web.HEADER_SECONDS = 1
web.serve("127.0.0.1", int(sys.argv[1]), "tests.work.entrance_app:application")
"""
KNOWN = "X-Known: 1"
BLOCK = 65_536


class Server:
    """The process, and what can be seen of it from outside."""

    def __init__(self, folder: Path) -> None:
        self.spool = folder / "spool"
        self.spool.mkdir()
        self.port = free_port()
        environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "ENTRANCE_SPOOL": str(self.spool)}
        arguments = [sys.executable, "-c", START, str(self.port)]
        self.started = Started(arguments, environment, folder / "log")
        try:
            wait_until(lambda: self.ask("/").get("status"))
        except AssertionError:
            self.started.end()
            raise AssertionError(self.started.log) from None

    def ask(self, path: str, headers: tuple[str, ...] = (), body: bytes = b"", method: str = "") -> dict[str, Any]:
        """Ask once and return what the application saw of it, with the status."""
        try:
            reply = ask(self.port, method or ("POST" if body else "GET"), path, headers, body)
        except ConnectionRefusedError:
            return {}
        seen = json.loads(reply.body) if reply.body[:1] == b"{" else {}
        return {**seen, "status": reply.status, "reply": reply}

    @property
    def worker(self) -> int:
        """The process that granian started: the last one."""
        return children(self.started.pid)[-1]

    @property
    def memory(self) -> int:
        status = Path(f"/proc/{self.worker}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) * 1024

    @property
    def unnamed_bytes(self) -> int:
        """What lies in files that no name leads to."""
        found = 0
        for entry in Path(f"/proc/{self.worker}/fd").iterdir():
            try:
                if str(self.spool) in str(entry.readlink()):
                    found += entry.stat().st_size
            except FileNotFoundError:
                continue
        return found

    def connection(self, seconds: float = 10) -> Connection:
        return Connection(self.port, seconds)
