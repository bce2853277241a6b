"""Looking at a public address once: is there a file, of which type, how large. Nothing of it is downloaded."""

from dataclasses import dataclass
from urllib.parse import urljoin

from staffetta.outbound.http import Http
from staffetta.outbound.values import Kind, Limits, OutboundError, Request, Response

HOPS = 3  # redirects followed; each address passes the guard again
REDIRECTS = frozenset({301, 302, 303, 307, 308})
AS_IS = {"accept-encoding": "identity"}  # packed, the length would be missing
LOOK_LIMITS = Limits(connect_timeout=5.0, read_timeout=8.0)


@dataclass(frozen=True, slots=True)
class Found:
    """What an address answered. `status` None: no answer, then `error` says why (a `Kind`).

    `content_type` is lower case and without parameters; `length` in bytes, None when not told.
    """

    url: str
    status: int | None
    content_type: str = ""
    length: int | None = None
    error: str = ""


async def look(url: str, *, allow_private_addresses: bool = False, limits: Limits = LOOK_LIMITS) -> Found:
    """Ask `url` what it holds: HEAD, and where that is refused GET, left after the headers. Never raises."""
    bounds = Limits(
        connect_timeout=limits.connect_timeout,
        read_timeout=limits.read_timeout,
        max_connections=1,
        allow_private_addresses=allow_private_addresses,
    )
    async with Http(bounds) as http:
        try:
            return await _followed(http, url)
        except OutboundError as error:
            return Found(url, None, error=error.kind)


async def _followed(http: Http, url: str) -> Found:
    for _ in range(HOPS + 1):
        answer = await _asked(http, url)
        target = answer.headers.get("location", "")
        if answer.status not in REDIRECTS or not target:
            return _found(url, answer)
        url = urljoin(url, target)
    return _found(url, answer)


async def _asked(http: Http, url: str) -> Response:
    """HEAD first; some file stores refuse it or hang up on it, so anything but a good answer is asked again by GET."""
    try:
        answer = await http.send(Request("HEAD", url, headers=AS_IS, read_body=False))
    except OutboundError as error:
        if error.kind not in (Kind.CUT_OFF, Kind.UNREADABLE):
            raise
    else:
        if answer.status < 400:
            return answer
    return await http.send(Request("GET", url, headers=AS_IS, read_body=False))


def _found(url: str, answer: Response) -> Found:
    length = answer.headers.get("content-length", "")
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    return Found(url, answer.status, kind, int(length) if length.isdecimal() else None)
