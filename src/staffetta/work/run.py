"""The whole platform under one command: a supervisor, the web process, a worker process, and the task engine's."""

import contextlib
import logging
import socket
from collections.abc import Callable

from django.db import Error, connections

from staffetta.work import engine
from staffetta.work.child import Child
from staffetta.work.clock import monotonic
from staffetta.work.database.databases import AWAY, DISK, FULL, READ_ONLY, in_the_way
from staffetta.work.retry import wait_before
from staffetta.work.stop_asked import StopAsked

STOP_WITHIN = 18.0
"""The group must be gone 20 seconds after SIGTERM."""
LOOK_EVERY = 0.25
LONGEST_WAIT = 30.0
"""Seconds between two tries to greet, while the database is in the way."""
logger = logging.getLogger(__name__)


class PortTaken(Exception):
    """The address cannot be listened on; the text is the system's reason."""


def run(host: str, port: int, greet: Callable[[str], None]) -> int:
    """Run until SIGTERM or SIGINT; `greet` gets the web address as soon as it answers. Return the exit status.

    Port 0 takes a free one. Raises PortTaken.
    """
    port = free_port(host, port)
    asked = StopAsked()
    connections.close_all()
    children = [
        Child("web", ["staffetta.work.web", host, str(port)]),
        Child("worker", ["staffetta", "worker"]),
        *([] if engine.in_database() else [Child("jobs", ["staffetta", "jobs"])]),
    ]
    try:
        for child in children:
            child.start()
        _watch(children, asked, lambda: answers(host, port), lambda: greet(web_address(host, port)))
    finally:
        _end(children)
    return 0


def free_port(host: str, port: int) -> int:
    """Return `port` if it can be listened on, or some free one for 0. Raises PortTaken."""
    try:
        with socket.create_server((host, port), family=_family(host), reuse_port=False) as server:
            return int(server.getsockname()[1])
    except OSError as error:
        raise PortTaken(error.strerror or str(error)) from error


def answers(host: str, port: int) -> bool:
    """Say whether the web process answers a request: the socket alone accepts before the pages are loaded."""
    with contextlib.suppress(OSError), socket.create_connection((_near(host), port), timeout=2) as link:
        link.sendall(f"GET /health HTTP/1.1\r\nHost: {_near(host)}\r\nConnection: close\r\n\r\n".encode())
        return bool(link.recv(1))
    return False


def web_address(host: str, port: int) -> str:
    """Return the address a browser on this machine can open."""
    near = _near(host)
    return f"http://[{near}]:{port}" if ":" in near else f"http://{near}:{port}"


def _near(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  (recognised, not bound)


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _watch(children: list[Child], asked: StopAsked, ready: Callable[[], bool], when_ready: Callable[[], None]) -> None:
    greeting = Greeting(when_ready)
    while not asked.wait(LOOK_EVERY):
        for child in children:
            child.look()
        if greeting.due and ready():
            greeting.give()


class Greeting:
    """Given once, as soon as the database lets us; what is in the way is said in words, at growing intervals."""

    def __init__(self, greet: Callable[[], None]) -> None:
        self._greet = greet
        self._given = False
        self._failures, self._next_at = 0, 0.0

    @property
    def due(self) -> bool:
        return not self._given and monotonic() >= self._next_at

    def give(self) -> None:
        try:
            self._greet()
            self._given = True
        except Error as error:
            self._failures += 1
            self._next_at = monotonic() + wait_before(self._failures, 1.0, 1.0, LONGEST_WAIT)
            logger.warning("%s (%s)", in_words(error), str(error).strip())
        finally:
            connections.close_all()


def in_words(error: Error) -> str:
    """Say what is in the way of the first statements, and what to do."""
    return {
        READ_ONLY: "the database cannot be written: look at the permissions of the data folder, or the server's mode",
        FULL: "the database gives no more connections: raise max_connections (25 for each worker), or run fewer",
        DISK: "the disk is full: make room where the database lies",
        AWAY: "the database cannot be reached: is its server running?",
    }.get(in_the_way(error), "the database is busy")


def _end(children: list[Child]) -> None:
    deadline = monotonic() + STOP_WITHIN
    for child in children:
        child.ask_to_stop()
    for child in children:
        child.end(deadline)
