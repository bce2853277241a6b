"""The one place that opens outgoing connections.

What the client (pyreqwest 0.15, Rust reqwest and hyper beneath) does was measured with raw sockets; the measurements
are kept as tests in `tests/outbound/test_causes.py`:

- a refused connection and one cut after the request was read raise the same `ConnectError`; a connect time-out and a
  read time-out after delivery the same `ConnectTimeoutError`. Only the cause `client error (Connect)` means that
  nothing was sent.
- the read time-out starts with the request, connecting included: it would swallow a connect time-out that is not
  shorter. So the latter is kept below `CONNECT_SHARE` of the former.
- the client reads ahead before it hands over the first piece of a body, so a server that drips one byte at a time
  never trips the read time-out nor comes back to us: the whole is bounded too. That time-out would hide a connection
  that was not made as well, so connecting is given less.
- a kept-alive connection that the server closed is noticed before anything is written, and the request goes out on a
  new one; as soon as a byte was written, the request is never written again.
- its error texts hold the whole URL: they leave here only redacted, and never as the cause of our own error.
"""

import asyncio
from datetime import timedelta
from functools import lru_cache, partial
from typing import Self

from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import (
    BodyDecodeError,
    DecodeError,
    DetailedPyreqwestError,
    PoolTimeoutError,
    PyreqwestError,
    RequestTimeoutError,
)
from pyreqwest.http import Url
from pyreqwest.request import StreamRequest
from pyreqwest.response import Response as ClientResponse

from staffetta.outbound.addresses import Address
from staffetta.outbound.as_json import as_json
from staffetta.outbound.redaction import redactor
from staffetta.outbound.routes import TRIED, Route, Routes
from staffetta.outbound.values import SENDABLE_SCHEMES, Kind, Limits, OutboundError, Request, Response

CONNECT_SHARE = 0.8
IDLE = 20.0  # seconds; reused later, a connection the server is just giving up would make an uncertain send
NOT_SENT = "client error (Connect)"
ENDED_EARLY = "error reading a body from connection"
DETAIL = 500  # characters kept of the client's own words
JSON_TYPE = {"content-type": "application/json"}


class Http:
    """One door: a pool of connections with bounds. Use as an async context manager; safe for concurrent requests."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = bounds = limits or Limits()
        self._connect = min(bounds.connect_timeout, CONNECT_SHARE * min(bounds.read_timeout, bounds.whole_timeout))
        self._routes: Routes[Client] = Routes(
            self._build,
            _close,
            allow_private=self._limits.allow_private_addresses,
            timeout=self._limits.connect_timeout,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._routes.close()

    async def send(self, request: Request) -> Response:
        """Send one request once and return its whole answer, secrets taken out. Redirects are not followed.

        Raises OutboundError; its `nothing_left` says whether the same request may be sent again.
        """
        clock = asyncio.get_running_loop().time
        started = clock()
        failure: OutboundError
        try:
            return await self._send(request, started)
        except OutboundError as error:
            failure = error
        except (PyreqwestError, ValueError) as error:
            failure = _failure(error, request)
        failure.elapsed = clock() - started
        # Raised here and not in the handlers above: there the client's error, URL and key included, would become
        # our error's context and be printed with its traceback.
        raise failure

    async def _send(self, request: Request, started: float) -> Response:
        url = _address(request.url)
        host = url.host_str or ""
        body = _body(request)
        if body is not None and len(body) > self._limits.max_request:
            raise OutboundError(Kind.REQUEST_TOO_LARGE, f"{len(body)} bytes")
        route, left = self._routes.known(host), None
        if route is None:
            route, left = await self._routes.to(host), self._left(started)
        for _ in range(TRIED):
            if left is not None and left <= self._connect:
                raise OutboundError(Kind.NOT_MADE, "no time left to try another connection")
            prepared = _prepared(route.client, url, request, body, left)
            if prepared is None:
                raise OutboundError(Kind.FORBIDDEN, "method, query or headers cannot be sent")
            try:
                return await self._exchange(prepared, request, started)
            except PyreqwestError as error:
                other = self._other_route(host, route, error)
                if other is None:
                    raise
            route, left = other, self._left(started)
        raise OutboundError(Kind.NOT_MADE, "no address of the name answers")

    def _left(self, started: float) -> float:
        """Return what is left of the whole once something has taken its time: a name to look up, an address."""
        return self._limits.whole_timeout - (asyncio.get_running_loop().time() - started)

    def _other_route(self, host: str, route: Route[Client], error: PyreqwestError) -> Route[Client] | None:
        """Return the way over another address of the same name, only when this connection was never made."""
        if not route.addresses or NOT_SENT not in _causes(error):
            return None
        return self._routes.next_address(host, route)

    async def _exchange(self, prepared: StreamRequest, request: Request, started: float) -> Response:
        clock = asyncio.get_running_loop().time
        async with prepared as answer:
            content = await self._read(answer) if request.read_body else b""
            if request.secrets:
                content = redactor(request.secrets).data(content)
            return Response(answer.status, content, clock() - started, partial(_headers, answer, request.secrets))

    async def _read(self, answer: ClientResponse) -> bytes:
        """Read the body up to the bound: in one go when its length was declared, since no more than that can come."""
        bound = self._limits.max_response
        declared = answer.get_header("content-length")
        if declared is not None and declared.isdecimal():
            if int(declared) > bound:
                raise OutboundError(Kind.TOO_LARGE, f"{declared} bytes announced")
            return bytes(await answer.bytes())
        reader = answer.body_reader
        pieces: list[bytes] = []
        size = 0
        while (piece := await reader.read_chunk()) is not None:
            pieces.append(bytes(piece))
            size += len(piece)
            if size > bound:
                raise OutboundError(Kind.TOO_LARGE, f"more than {bound} bytes")
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _build(self, host: str, address: Address | None) -> Client:
        limits = self._limits
        builder = (
            ClientBuilder()
            .follow_redirects(False)
            .no_proxy()  # a proxy would resolve names by itself, past the address guard
            .referer(False)
            .connect_timeout(timedelta(seconds=self._connect))
            .read_timeout(timedelta(seconds=limits.read_timeout))
            .timeout(timedelta(seconds=limits.whole_timeout))
            .pool_timeout(timedelta(seconds=limits.whole_timeout))
            .max_connections(limits.max_connections)
            .pool_max_idle_per_host(limits.max_connections)
            .pool_idle_timeout(timedelta(seconds=IDLE))
            .user_agent("Staffetta")
            .brotli(False)
            .zstd(False)
            .deflate(False)
        )
        if address is not None:
            builder = builder.resolve(host, str(address), 0)  # port 0: the URL's own port
        return builder.build()


async def _close(client: Client) -> None:
    await client.close()


@lru_cache(maxsize=256)
def _address(text: str) -> Url:
    """Parse with the client's own parser, so that what is checked is what is called."""
    url = Url(text) if Url.is_valid(text) else None
    if url is None or url.scheme not in SENDABLE_SCHEMES or not url.host_str:
        raise OutboundError(Kind.FORBIDDEN, "not an http or https address")
    return url


def _prepared(
    client: Client, url: Url, request: Request, body: bytes | None, seconds: float | None
) -> StreamRequest | None:
    """Return the client's request, of `seconds` at most (None: the client's own bound).

    None when it cannot be one (a header with a line break, for example).
    """
    try:
        builder = client.request(request.method, url)
        if request.query:
            builder = builder.query({name: _plain(value) for name, value in request.query.items()})
        if body is not None:
            builder = builder.body_bytes(body)
            if request.json is not None:
                builder = builder.headers(JSON_TYPE)
        if request.headers:
            builder = builder.headers(dict(request.headers))
        if seconds is not None:
            builder = builder.timeout(timedelta(seconds=seconds))
        return builder.build_streamed()
    except ValueError:
        return None


def _body(request: Request) -> bytes | None:
    return request.body if request.json is None else as_json(request.json)


def _plain(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _headers(answer: ClientResponse, secrets: tuple[str, ...]) -> dict[str, str]:
    clean = redactor(secrets).text
    try:
        return {name.lower(): clean(value) for name, value in answer.headers.items()}
    except ValueError:  # one of them is not text: the answer counts all the same, so take the others
        return {name.lower(): clean(_header(answer, name)) for name in answer.headers}


def _header(answer: ClientResponse, name: str) -> str:
    try:
        return answer.get_header(name) or ""
    except ValueError:
        return ""


def _causes(error: BaseException) -> list[str]:
    if not isinstance(error, DetailedPyreqwestError):
        return []
    return [cause["message"] for cause in error.details.get("causes") or []]


def _kind(error: PyreqwestError | ValueError, causes: list[str]) -> Kind:
    """Tell by the causes, not by the class; what is not known for certain may have been sent."""
    if NOT_SENT in causes or isinstance(error, PoolTimeoutError):
        return Kind.NOT_MADE
    if isinstance(error, RequestTimeoutError):
        return Kind.TIMED_OUT
    if isinstance(error, BodyDecodeError) and ENDED_EARLY in causes:
        return Kind.CUT_OFF
    return Kind.UNREADABLE if isinstance(error, (DecodeError, ValueError)) else Kind.CUT_OFF


def _failure(error: PyreqwestError | ValueError, request: Request) -> OutboundError:
    causes = _causes(error)
    words = "; ".join(causes[1:]) or type(error).__name__  # the first cause is the URL
    return OutboundError(_kind(error, causes), redactor(request.secrets).text(words)[:DETAIL])
