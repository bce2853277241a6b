"""What goes through the door and what comes back: a request, an answer, or one typed error."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

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


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `json` is serialised here; `body` takes ready bytes instead (a signed webhook, for example).

    `secrets` are taken out of the answer's body and of every error text; they never show in the repr.
    With `read_body` false the answer ends after its headers and the connection is dropped.
    """

    method: str
    url: str
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: object = field(default=None, repr=False)
    body: bytes | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    read_body: bool = True


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, whole and within the bound. Header names are lower case; `elapsed` in seconds."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    elapsed: float

    @property
    def text(self) -> str:
        """The body as text; bytes that are not UTF-8 become replacement characters."""
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one door. Times in seconds, sizes in bytes.

    The client gets no total time-out: it would hide whether anything was sent. `read_timeout` bounds the wait for the
    headers and between two pieces of the body. `whole_timeout` ends what drips for ever and is far longer than
    connecting may take, so that it never hides a connection that was not made.
    """

    connect_timeout: float = 10.0
    read_timeout: float = 10.0
    whole_timeout: float = 60.0
    max_connections: int = 100
    max_request: int = 1_000_000
    max_response: int = 8_000_000
    allow_private_addresses: bool = False
