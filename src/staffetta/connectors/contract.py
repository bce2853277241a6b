"""What a connector offers. Connectors report; they never set a state, never sleep, never retry."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from staffetta.connectors.messages import (
    Accepted,
    Capabilities,
    ChannelListing,
    Customer,
    Exchange,
    HistoryEntry,
    ListedField,
    ListedTemplate,
    Notification,
    Reply,
    TextMessage,
)
from staffetta.outbound.values import Request, Response

Progress = Callable[[int], None]


class Transport(Protocol):
    """What carries the requests of a connector: `outbound.http.Http`, or an example that leads nowhere."""

    async def __aexit__(self, *exc: object) -> None: ...

    async def send(self, request: Request) -> Response:
        """Return the whole answer; raises OutboundError."""
        ...


class Recorder(Protocol):
    """Takes the exchanges of a connector. Asked first, since most sends are not kept and building one costs time."""

    def wants(self, *, is_send: bool, failed: bool) -> bool:
        """Say whether an exchange of this kind is to be built and handed over now."""
        ...

    def now(self) -> float:
        """Return the time in Unix seconds (a connector has no clock of its own)."""
        ...

    def __call__(self, exchange: Exchange) -> None:
        """Keep the exchange. Must not raise and must not wait."""
        ...


class KeepAll:
    """A recorder that hands every exchange to `keep`; `now` gives Unix seconds."""

    def __init__(self, keep: Callable[[Exchange], None], now: Callable[[], float]) -> None:
        self._keep = keep
        self.now = now

    def wants(self, *, is_send: bool, failed: bool) -> bool:  # noqa: ARG002 - the same answer for all
        """Everything is wanted."""
        return True

    def __call__(self, exchange: Exchange) -> None:
        """Hand over the exchange."""
        self._keep(exchange)


@dataclass(frozen=True, slots=True)
class Settings:
    """How a connector runs. Times in seconds. `profile` overrides single entries of the connector's own profile.

    With a `transport` of its own it opens no connection.
    """

    base_url: str
    version: str
    allow_private_addresses: bool = False
    connect_timeout: float = 10.0
    read_timeout: float = 10.0
    whole_timeout: float = 60.0
    profile: dict[str, object] | None = None
    max_connections: int = 100
    transport: Transport | None = None


@dataclass(frozen=True, slots=True)
class KeyShape:
    """What the form of a key tells: `channel_id` when it names its channel, `absurd` when it cannot be a key at all."""

    channel_id: str = ""
    absurd: bool = False


class Connector(Protocol):
    """One channel's connection to a provider. Every method raises only members of the closed error family.

    Use as an async context manager: connections live as long as the block.
    """

    kind: ClassVar[str]
    capabilities: ClassVar[Capabilities]

    def __init__(self, key: str, settings: Settings, record: Recorder) -> None: ...

    async def __aenter__(self) -> "Connector": ...
    async def __aexit__(self, *exc: object) -> None: ...

    @staticmethod
    def shape(key: str) -> KeyShape:
        """Read the form of a key, without the network. `key` is already trimmed."""
        ...

    async def check_key(self) -> None:
        """Return when the provider accepts the key. Raises KeyRefused, or why it could not be asked."""
        ...

    async def list_channels(self) -> ChannelListing:
        """Return every channel this key can see; a provider without a list gives `complete=False`, never an error."""
        ...

    async def list_templates(self, progress: Progress) -> Sequence[ListedTemplate]:
        """Return all templates in every state. Raises NotSupported when the provider does not offer the list."""
        ...

    async def list_fields(self) -> Sequence[ListedField]:
        """Return the customer fields, the two fixed ones (`number`, `name`) included."""
        ...

    def customers(self, page_size: int = 500) -> AsyncIterator[Sequence[Customer]]:
        """Yield the customers page by page, each at most once; raises BadAnswer rather than ending early."""
        ...

    async def customer_page(self, offset: int, limit: int) -> Sequence[Customer]:
        """Return the customers from row `offset` on, as many as the provider likes up to `limit`; none at the end.

        A row without identity is there with an empty `id`, so that the rows can be counted.
        """
        ...

    async def read_customer(self, recipient: str) -> Customer | None:
        """Return one customer as they are now; None when the provider knows nobody by that address."""
        ...

    async def look_up(self, recipients: Sequence[str]) -> Sequence[Customer]:
        """Return those of these people (`Capabilities.lookup_ids` at most) whose state the answer tells.

        Somebody who is not among them may still be a customer, unless they were asked for alone. Raises BadAnswer when
        the answer is about other people only.
        """
        ...

    async def send_notification(self, message: Notification) -> Accepted:
        """Send one WhatsApp notification."""
        ...

    async def send_text(self, message: TextMessage) -> Accepted:
        """Send free text or a file."""
        ...

    async def history(self, recipient: str, limit: int = 20) -> Sequence[HistoryEntry]:
        """Return the last lines of one person's conversation."""
        ...

    def replies(self, page_size: int = 150) -> AsyncIterator[Sequence[Reply]]:
        """Yield what people wrote, as far as the provider's open conversations show it.

        Raises NotSupported when the account has no such operation, NotPermitted when the key may not use it.
        """
        ...

    async def replies_of(self, recipient: str, limit: int = 20) -> Sequence[Reply]:
        """Return what one person wrote last, also in conversations that are closed by now; keys as in `replies`.

        A line that does not say who wrote it, or when, is left out: it may be ours, or years old.
        """
        ...

    @staticmethod
    def example_reply(settings: Settings, recipient: str, text: str) -> bytes:
        """Return the answer, byte for byte, in which the provider would tell `replies` that a person wrote `text`."""
        ...

    async def write_customer(self, recipient: str, name: str | None, fields: dict[str, str]) -> None:
        """Write name and own fields of a customer."""
        ...

    async def set_customer_state(self, recipient: str, state: str) -> None:
        """`state` is one of start, stop, block, unblock."""
        ...

    async def delete_customer(self, recipient: str) -> None:
        """Delete a customer for good; raises NotFound when there is none (any more)."""
        ...
