"""The control address as an ASGI app."""

from __future__ import annotations

from starlette.applications import Starlette

from engage_simulator.simulator import Simulator

from . import account, books, page, people, trouble
from .route import routes


def control_app(simulator: Simulator) -> Starlette:
    entries = [*page.ENTRIES, *account.ENTRIES, *people.ENTRIES, *trouble.ENTRIES, *books.ENTRIES]
    return Starlette(routes=routes(simulator, entries))
