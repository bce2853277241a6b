"""Running the simulator: granian in this very process, one event loop, until told to stop.

The embedded server is taken on purpose: all state lives in one process, so a signal ends it at once and leaves no
worker behind, and a connection can be cut (cut.py).
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import socket
import sys
import threading

from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

from .app import App
from .simulator import Simulator

BACKLOG = 4096
AT_ONCE = 100_000
STOP_SECONDS = 3.0


class PortTaken(Exception):
    """Somebody else listens there already."""


def reserve(host: str, port: int) -> socket.socket:
    """A socket that holds the port (0 = any free one) without listening, so that nobody else takes it meanwhile.

    granian binds with SO_REUSEPORT, and would share a port that is taken without a word.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((host, port))
            trial.listen(1)
            port = port or trial.getsockname()[1]
        holder = socket.socket(family)
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        holder.bind((host, port))
    except OSError as error:
        raise PortTaken(f"cannot listen on {host}:{port}: {error}") from error
    return holder


async def serve(simulator: Simulator, host: str, holder: socket.socket, *, with_parent: bool = False) -> None:
    """Serve until SIGTERM or SIGINT, or until the parent is gone when asked to go with it."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    if with_parent:
        threading.Thread(target=_end_with_input, daemon=True).start()
    port = holder.getsockname()[1]
    server = Server(
        App(simulator),
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        websockets=False,
        backlog=BACKLOG,
        backpressure=AT_ONCE,
        log_enabled=False,
    )
    _spare_the_collector()
    serving = asyncio.create_task(server.serve())
    await asyncio.sleep(0)
    sys.stdout.write(f"http://{host}:{port}\n")
    sys.stdout.flush()
    stopping = asyncio.create_task(stopped.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    simulator.held.release("cut")
    loop.call_soon(server.stop)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(serving, STOP_SECONDS)


def _spare_the_collector() -> None:
    """Rows of the ledger never form cycles; looking through a million of them again and again costs a third."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 1000)


def _end_with_input() -> None:
    """The parent holds the other end of standard input: when that closes, however the parent ended, so do we."""
    while os.read(0, 4096):
        pass
    os._exit(0)
