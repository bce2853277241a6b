"""How the control address is answered: a deed takes what was asked and returns what is shown as JSON."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from engage_simulator.simulator import Simulator
from engage_simulator.template import Row
from engage_simulator.world import Channel, Customer


class Refused(Exception):
    """The control request makes no sense; the text says why."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Order:
    """One control request: names in the path, the query, and the JSON body (an empty object without one)."""

    def __init__(self, simulator: Simulator, path: Row, query: dict[str, str], body: Any) -> None:
        self.simulator = simulator
        self.path = path
        self.query = query
        self.body = body

    def row(self) -> Row:
        """The body, which has to be an object."""
        if not isinstance(self.body, dict):
            raise Refused(400, "the body must be a JSON object")
        return self.body

    def number(self, name: str, default: int) -> int:
        return int(self.query.get(name, default))

    def channel(self) -> Channel:
        channel = self.simulator.world.channels.get(self.path["channel"])
        if channel is None:
            raise Refused(404, f"no channel {self.path['channel']}")
        return channel

    def customer(self) -> Customer:
        customer = self.channel().customers.get(self.path["customer"])
        if customer is None:
            raise Refused(404, f"no customer {self.path['customer']}")
        return customer


type Deed = Callable[[Order], Any]
type Entry = tuple[str, str, Deed]
"""Method, path below /_control, and what to do."""


def routes(simulator: Simulator, entries: list[Entry]) -> list[Route]:
    return [Route(f"/_control{path}", _endpoint(simulator, deed), methods=[method]) for method, path, deed in entries]


def _endpoint(simulator: Simulator, deed: Deed) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            body = await request.json() if await request.body() else {}
            shown = deed(Order(simulator, request.path_params, dict(request.query_params), body))
        except Refused as error:
            return JSONResponse({"error": str(error)}, error.status)
        except (ValueError, KeyError, TypeError) as error:
            return JSONResponse({"error": f"{type(error).__name__}: {error}"}, 400)
        return shown if isinstance(shown, Response) else JSONResponse(shown)

    return endpoint
