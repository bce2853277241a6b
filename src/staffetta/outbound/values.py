"""What goes through the door and what comes back: a request, an answer, or one typed error.

Named tuples where thousands a second are made: a frozen dataclass takes five times as long to fill.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

NOTHING: Mapping[str, str] = MappingProxyType({})
SENDABLE_SCHEMES = frozenset({"http", "https"})


class Kind(StrEnum):
    """Why there is no answer. Only the first three prove that nothing left this machine."""

    NOT_MADE = "not_made"  # refused, name not resolved, TLS, connect time-out
    FORBIDDEN = "forbidden"  # not an http(s) address, or one this installation may not call
    REQUEST_TOO_LARGE = "request_too_large"
    TIMED_OUT = "timed_out"  # no answer, or no end of it, in time
    CUT_OFF = "cut_off"  # the connection ended before a whole answer
    TOO_LARGE = "too_large"  # the answer is over the bound
    UNREADABLE = "unreadable"  # what came is not HTTP, or cannot be unpacked


NOTHING_LEFT = frozenset({Kind.NOT_MADE, Kind.FORBIDDEN, Kind.REQUEST_TOO_LARGE})


class OutboundError(Exception):
    """No answer, and why. `detail` is the client's own text, with every secret of the request taken out."""

    def __init__(self, kind: Kind, detail: str = "", *, elapsed: float = 0.0) -> None:
        super().__init__(f"{kind}: {detail}" if detail else str(kind))
        self.kind = kind
        self.detail = detail
        self.elapsed = elapsed

    @property
    def nothing_left(self) -> bool:
        """True when it is certain that no byte of the request reached anybody."""
        return self.kind in NOTHING_LEFT


class Request(NamedTuple):
    """One request. `json` is serialised here; `body` takes ready bytes instead (a signed webhook, for example).

    `secrets` are taken out of the answer's body and of every error text; they never show in the repr.
    With `read_body` false the answer ends after its headers and the connection is dropped.
    """

    method: str
    url: str
    query: Mapping[str, str] = NOTHING
    json: object = None
    body: bytes | None = None
    headers: Mapping[str, str] = NOTHING
    secrets: tuple[str, ...] = ()
    read_body: bool = True

    def __repr__(self) -> str:
        return f"Request({self.method} {self.url})"


class Response(NamedTuple):
    """An answer, whole and within the bound; `elapsed` in seconds.

    `read_headers` gives its headers, names in lower case: few answers are asked for them, and thousands a second come.
    """

    status: int
    body: bytes
    elapsed: float
    read_headers: Callable[[], Mapping[str, str]]

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, names in lower case, secrets taken out."""
        return self.read_headers()

    @property
    def text(self) -> str:
        """The body as text; bytes that are not UTF-8 become replacement characters."""
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one door. Times in seconds, sizes in bytes.

    `read_timeout` bounds the wait for the headers and between two pieces of the body. `whole_timeout` ends what drips
    for ever, and waiting for a free connection. Connecting is given less than either, so that neither hides whether
    anything was sent.
    """

    connect_timeout: float = 10.0
    read_timeout: float = 10.0
    whole_timeout: float = 60.0
    max_connections: int = 100
    max_request: int = 1_000_000
    max_response: int = 8_000_000
    allow_private_addresses: bool = False
