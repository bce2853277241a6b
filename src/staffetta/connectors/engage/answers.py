"""What an answer of Engage means: success, or which member of the error family. README.md, "What an answer means"."""

from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime

from staffetta.connectors.engage.limits import names_limit
from staffetta.connectors.engage.payloads import parse_json, text
from staffetta.connectors.errors import (
    AddressForbidden,
    BadAnswer,
    ConnectorError,
    CutOff,
    KeyRefused,
    NotDeliverable,
    NotFound,
    Refused,
    ServerFault,
    TimedOut,
    TooFast,
    Unreachable,
)
from staffetta.outbound.values import Kind, OutboundError, Response

BY_STATUS: Mapping[int, type[ConnectorError]] = {
    401: KeyRefused,
    403: KeyRefused,
    404: NotFound,
    408: TimedOut,
    412: NotDeliverable,
}
BY_KIND: Mapping[Kind, type[ConnectorError]] = {
    Kind.NOT_MADE: Unreachable,
    Kind.FORBIDDEN: AddressForbidden,
    Kind.REQUEST_TOO_LARGE: Refused,
    Kind.TIMED_OUT: TimedOut,
    Kind.CUT_OFF: CutOff,
    Kind.TOO_LARGE: BadAnswer,
    Kind.UNREADABLE: BadAnswer,
}
REASONS = ("reason", "message", "error")
ERRORS = ("error", "errors")
KEY_CODE = "401"
CODE = 40  # characters of a provider's code
LONGEST_WAIT = 3600.0  # seconds; a Retry-After beyond is cut to this


def read(response: Response, clean: Callable[[str], str], recipient: str = "") -> object:
    """Return the parsed answer when it means success (2xx and a good code). Raises the error it means otherwise.

    `clean` takes secrets out of the provider's words. `recipient` is whom the request was about: the number of a
    limit may also be somebody's id.
    """
    body = parse_json(response.text)
    status = response.status
    if not 200 <= status < 300:
        raise _by_status(response, body, clean, recipient)
    if not isinstance(body, (dict, list)):
        raise BadAnswer("", clean(_snippet(response)), status=status)
    code = text(body.get("code")) if isinstance(body, dict) else ""
    if code not in ("", "200", str(status)):
        raise _by_code(response, body, clean, recipient)
    if not code and isinstance(body, dict) and names_limit({name: body[name] for name in ERRORS if name in body}):
        raise _limit(response, body, clean)
    return body


def of_outbound(error: OutboundError) -> ConnectorError:
    """Return the error of the family for a request without an answer."""
    return BY_KIND[error.kind](str(error.kind), error.detail)


def reason_of(body: object) -> str:
    """Return Engage's own words: `reason`, then `message`, then `error`, also one level down in an object."""
    if not isinstance(body, dict):
        return ""
    for name in REASONS:
        value = body.get(name)
        words = reason_of(value) if isinstance(value, dict) else text(value)
        if words:
            return words
    return ""


def _by_code(response: Response, body: object, clean: Callable[[str], str], recipient: str) -> ConnectorError:
    """A 2xx or a 400 that says more than its status: a limit, the key, else the data of the request."""
    if names_limit(body if isinstance(body, (dict, list)) else response.text, recipient):
        return _limit(response, body, clean)
    code, reason = _words(response, body, clean)
    kind = KeyRefused if code == KEY_CODE else Refused
    return kind(code, reason, status=response.status)


def _limit(response: Response, body: object, clean: Callable[[str], str]) -> TooFast:
    return TooFast(*_words(response, body, clean), status=response.status, retry_after=retry_after(response.headers))


def _words(response: Response, body: object, clean: Callable[[str], str]) -> tuple[str, str]:
    """Return the provider's code and reason, without secrets."""
    code = clean(text(body.get("code")))[:CODE] if isinstance(body, dict) else ""
    return code, clean(reason_of(body) or ("" if isinstance(body, dict) else _snippet(response)))


def _by_status(response: Response, body: object, clean: Callable[[str], str], recipient: str) -> ConnectorError:
    status = response.status
    code, reason = _words(response, body, clean)
    if status == 429 or (
        status >= 400 and names_limit(body if isinstance(body, (dict, list)) else response.text, recipient)
    ):
        return _limit(response, body, clean)
    if status == 400:
        return _by_code(response, body, clean, recipient)
    if status >= 500:
        return ServerFault(code, reason, status=status)
    if status < 400:  # a redirect: never followed, it would post the body again
        return BadAnswer(code, reason, status=status)
    return BY_STATUS.get(status, Refused)(code, reason, status=status)


def _snippet(response: Response) -> str:
    """Return the beginning of an answer that is not JSON, when it is words and not a page."""
    words = " ".join(response.text[:400].split())
    return "" if "<" in words else words[:200]


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds to wait from Retry-After: a number, or a date seen from the answer's own Date."""
    value = headers.get("retry-after", "").strip()
    if value.isdecimal():
        return min(float(value), LONGEST_WAIT)
    try:
        until, now = parsedate_to_datetime(value), parsedate_to_datetime(headers.get("date", ""))
        return min(max(0.0, (until - now).total_seconds()), LONGEST_WAIT)
    except (ValueError, TypeError):
        return None
