"""The closed family of errors of a connector. Each says: retry? whose fault? what did the provider call it?

What the user reads is worded in the interface, by `code` (one text a code, both languages). The rulings are those of
the Engage facts, "what an answer to a send means"; letters as in the messaging rules, section 5.
"""

from enum import StrEnum
from typing import ClassVar

from staffetta.text import storable


class Ruling(StrEnum):
    """What a failed send means for its delivery."""

    RETRY = "retry"  # R: nothing left; the same delivery may be attempted again
    PERMANENT = "permanent"  # P: refused for this message
    CHANNEL = "channel"  # X: the channel is held, the delivery waits
    TEMPLATE = "template"  # T and C: the template is taken out, the communication held
    SLOW = "slow"  # R for the whole channel; never counts as an attempt
    UNKNOWN = "unknown"  # U: never repeated by itself


class Fault(StrEnum):
    """Who has to act."""

    USER = "user"
    PROVIDER = "provider"
    NETWORK = "network"
    US = "us"


class ConnectorError(Exception):
    """Base of the family; never raised itself.

    `provider_code` and `provider_reason` are the provider's own words, redacted and cut to 500 characters.
    """

    code: ClassVar[str]
    ruling: ClassVar[Ruling]
    fault: ClassVar[Fault]

    def __init__(self, provider_code: str = "", provider_reason: str = "", *, status: int | None = None) -> None:
        super().__init__(f"{self.code} {provider_code} {provider_reason}".strip())
        self.provider_code = storable(provider_code)
        self.provider_reason = storable(provider_reason, 500)
        self.status = status


class MalformedKey(ConnectorError):
    """What was typed cannot be a key of this product (only the absurd is refused on its form alone)."""

    code, ruling, fault = "malformed_key", Ruling.CHANNEL, Fault.USER


class KeyRefused(ConnectorError):
    """The provider does not accept the key (401, 403)."""

    code, ruling, fault = "key_refused", Ruling.CHANNEL, Fault.USER


class Unreachable(ConnectorError):
    """The connection was never made: refused, name not resolved, TLS. Nothing left this machine."""

    code, ruling, fault = "unreachable", Ruling.RETRY, Fault.NETWORK


class AddressForbidden(ConnectorError):
    """The address is one this installation may not call (private network). Nothing left this machine."""

    code, ruling, fault = "address_forbidden", Ruling.CHANNEL, Fault.US


class TimedOut(ConnectorError):
    """No answer in time, after the request may have left."""

    code, ruling, fault = "timed_out", Ruling.UNKNOWN, Fault.PROVIDER


class CutOff(ConnectorError):
    """The connection ended after the request may have left, before a whole answer."""

    code, ruling, fault = "cut_off", Ruling.UNKNOWN, Fault.NETWORK


class ServerFault(ConnectorError):
    """5xx: what happened inside is not known."""

    code, ruling, fault = "server_fault", Ruling.UNKNOWN, Fault.PROVIDER


class BadAnswer(ConnectorError):
    """An answer that cannot be read: not JSON, wrong content, cut, a redirect."""

    code, ruling, fault = "bad_answer", Ruling.UNKNOWN, Fault.PROVIDER


class Refused(ConnectorError):
    """The provider refuses this request for its data (400, or 200 with another code)."""

    code, ruling, fault = "refused", Ruling.PERMANENT, Fault.USER


class NotDeliverable(ConnectorError):
    """Not deliverable in the present state: the person stopped or blocked, or the window is closed (412)."""

    code, ruling, fault = "not_deliverable", Ruling.PERMANENT, Fault.USER


class NotFound(ConnectorError):
    """Method or template gone (404)."""

    code, ruling, fault = "not_found", Ruling.TEMPLATE, Fault.PROVIDER


class TooFast(ConnectorError):
    """429. `retry_after` in seconds when the provider says it."""

    code, ruling, fault = "too_fast", Ruling.SLOW, Fault.US

    def __init__(
        self,
        provider_code: str = "",
        provider_reason: str = "",
        *,
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(provider_code, provider_reason, status=status)
        self.retry_after = retry_after


class NotSupported(ConnectorError):
    """This provider has no such operation, or it is not established."""

    code, ruling, fault = "not_supported", Ruling.PERMANENT, Fault.US


class NotPermitted(ConnectorError):
    """The key is good, but may not do this: 403 on one operation while the check of the key succeeds."""

    code, ruling, fault = "not_permitted", Ruling.PERMANENT, Fault.USER


FAMILY: tuple[type[ConnectorError], ...] = (
    MalformedKey,
    KeyRefused,
    Unreachable,
    AddressForbidden,
    TimedOut,
    CutOff,
    ServerFault,
    BadAnswer,
    Refused,
    NotDeliverable,
    NotFound,
    TooFast,
    NotSupported,
    NotPermitted,
)
