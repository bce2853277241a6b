"""Which client reaches which host: names are resolved here, checked, and the client is tied to the checked address.

A client that resolves by itself could be given another address between the check and the connection; so each
public name gets its own client, pinned to one address that passed, looked at again after `FRESH` seconds.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from staffetta.outbound.addresses import Address, is_public, literal, resolve
from staffetta.outbound.values import Kind, OutboundError

FRESH = 60.0  # seconds; the shortest life of a record that public resolvers commonly honour
KEPT = 64  # hosts; outgoing webhooks go to a handful
TRIED = 3  # addresses of one name tried before "not made"


@dataclass(slots=True, eq=False)
class Route[Client]:
    """The way to one host. A replaced one is just let go: requests under way keep its client alive (tested)."""

    client: Client
    addresses: list[Address] = field(default_factory=list)
    fresh_until: float = 0.0  # seconds of the loop's clock


class Routes[Client]:
    """The routes of one door. `build(host, address)` makes a client; without an address one that resolves itself."""

    def __init__(
        self,
        build: Callable[[str, Address | None], Client],
        close: Callable[[Client], Awaitable[None]],
        *,
        allow_private: bool,
        timeout: float,
    ) -> None:
        self._build = build
        self._close = close
        self._allow_private = allow_private
        self._timeout = timeout
        self._free: Route[Client] | None = None
        self._pinned: dict[str, Route[Client]] = {}

    def known(self, host: str) -> Route[Client] | None:
        """Return the way to `host` where nothing has to be looked up or checked for it now."""
        if self._allow_private:
            return self._unpinned()
        route = self._pinned.get(host)
        return route if route and route.fresh_until >= asyncio.get_running_loop().time() else None

    async def to(self, host: str) -> Route[Client]:
        """Return the way to `host`. Raises OutboundError: forbidden, or not made when the name has no address."""
        known = self.known(host)
        if known:
            return known
        address = literal(host)
        if address is not None:
            _check(host, [address])
            return self._unpinned()
        return await self._refreshed(host)

    def next_address(self, host: str, failed: Route[Client]) -> Route[Client] | None:
        """Return the way over the name's next address after a connection over `failed` was not made, or None."""
        current = self._pinned.get(host)
        if current is not None and current is not failed:
            return current  # somebody else went on already
        others = failed.addresses[1:]
        if not others:
            self._pinned.pop(host, None)  # the next request asks for the addresses anew
            return None
        return self._keep(host, Route(self._build(host, others[0]), others, failed.fresh_until))

    async def close(self) -> None:
        """Close every client."""
        routes = list(self._pinned.values()) + ([self._free] if self._free else [])
        self._pinned, self._free = {}, None
        for route in routes:
            await self._close(route.client)

    def _unpinned(self) -> Route[Client]:
        if self._free is None:
            self._free = Route(self._build("", None))
        return self._free

    async def _refreshed(self, host: str) -> Route[Client]:
        old = self._pinned.get(host)
        now = asyncio.get_running_loop().time()
        if old:
            old.fresh_until = now + FRESH  # the others go on with it while this one looks
        addresses = await self._checked(host)
        if old and old.addresses and old.addresses[0] in addresses:
            return old
        current = self._pinned.get(host)
        if current is not None and current is not old:
            return current  # somebody else was quicker
        return self._keep(host, Route(self._build(host, addresses[0]), addresses[:TRIED], now + FRESH))

    async def _checked(self, host: str) -> list[Address]:
        failure = ""
        try:
            async with asyncio.timeout(self._timeout):
                addresses = await resolve(host)
        except (OSError, UnicodeError) as error:  # TimeoutError is an OSError
            failure, addresses = type(error).__name__, []
        if not addresses:
            raise OutboundError(Kind.NOT_MADE, f"name not resolved: {failure or 'no address'}")
        _check(host, addresses)
        return addresses

    def _keep(self, host: str, route: Route[Client]) -> Route[Client]:
        self._pinned.pop(host, None)
        self._pinned[host] = route
        if len(self._pinned) > KEPT:
            self._pinned.pop(next(iter(self._pinned)))
        return route


def _check(host: str, addresses: list[Address]) -> None:
    """Refuse the host when a single one of its addresses is not public: a mixed answer is how a guard is tricked."""
    if not all(is_public(address) for address in addresses):
        raise OutboundError(Kind.FORBIDDEN, f"{host} is on a private network")
