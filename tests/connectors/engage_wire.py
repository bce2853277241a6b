"""An Engage connector against a scripted server."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from staffetta.connectors.contract import Connector, Settings
from staffetta.connectors.engage.connector import EngageConnector
from staffetta.connectors.errors import ConnectorError
from staffetta.connectors.messages import Exchange
from tests.wire import Answer, Seen, Wire, serving

KEY = "0123456789abcdef0123456789abcdef_24001_0123456789abcdef01234567a"
OTHER_KEY = "fedcba9876543210fedcba9876543210_24002_fedcba9876543210fedcba98765"


class Kept:
    """A recorder that keeps what it is told to want."""

    def __init__(self, *, sends: bool = True) -> None:
        self.exchanges: list[Exchange] = []
        self.sends = sends

    def wants(self, *, is_send: bool, failed: bool) -> bool:
        return failed or not is_send or self.sends

    def now(self) -> float:
        return 1_750_000_000.0

    def __call__(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)


def settings(server: Wire | str, profile: dict[str, object] | None = None, *, patience: float = 5.0) -> Settings:
    url = server if isinstance(server, str) else server.url("")
    return Settings(url, "16", allow_private_addresses=True, read_timeout=patience, profile=profile)


def ask[T](
    server: Wire | str,
    deed: Callable[[Connector], Awaitable[T]],
    *,
    key: str = KEY,
    kept: Kept | None = None,
    profile: dict[str, object] | None = None,
    patience: float = 5.0,
) -> T:
    """Run one deed on a connector to this server."""

    async def run() -> T:
        async with EngageConnector(key, settings(server, profile, patience=patience), kept or Kept()) as connector:
            return await deed(connector)

    return asyncio.run(run())


def error_of(server: Wire | str, deed: Callable[[Connector], Awaitable[object]], **how: float) -> ConnectorError:
    """Run one deed that must fail; return how."""
    try:
        outcome = ask(server, deed, patience=how.get("patience", 5.0))
    except ConnectorError as error:
        return error
    raise AssertionError(f"no error, but {outcome!r}")


def answering(body: object, status: int = 200, **headers: str) -> Callable[[Seen], Answer]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: Answer(body, status, named)


def got[T](body: object, deed: Callable[[Connector], Awaitable[T]], profile: dict[str, object] | None = None) -> T:
    """Run one deed against a server that always gives this body."""
    with serving(answering(body)) as server:
        return ask(server, deed, profile=profile)


def by_path(answers: dict[str, object]) -> Callable[[Seen], Answer]:
    """Answer by path; what is not listed is a 404. A list page beyond the first is empty."""

    def reply(seen: Seen) -> Answer:
        path = seen.path.removeprefix("/api/v16")
        if path not in answers:
            return Answer({"code": 404, "reason": "unknown method"}, 404)
        found = answers[path]
        if isinstance(found, Answer):
            return found
        return Answer({} if seen.query.get("offset", "0") != "0" else found)

    return reply


async def collected[T](pages: AsyncIterator[Sequence[T]]) -> list[T]:
    return [item async for page in pages for item in page]


def no_progress(_: int) -> None:
    """Nobody looks on."""
