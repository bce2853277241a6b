"""A transport that leads nowhere: every request gets the same answer, and nothing leaves this machine."""

from staffetta.outbound.values import Request, Response


class ExampleAnswer:
    """Takes the place of `Http` where what an answer means is tried on an example."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __aexit__(self, *exc: object) -> None:
        return None

    async def send(self, request: Request) -> Response:  # noqa: ARG002 - the same answer to all
        """Return the example."""
        return Response(200, self._body, 0.0, dict)
