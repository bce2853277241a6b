"""Frozen values that cross the seam, in the words of the field and not of any provider.

What goes back to the provider (a template's name and language, a customer's id, a field's name) is there byte for byte.
Where that cannot be stored, `unstorable` says why (text.Unstorable) and a stand-in is there: the item is set aside.

What crosses with each message is a named tuple: a frozen dataclass takes five times as long to fill.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Platform(StrEnum):
    """The messaging platform of a channel."""

    WHATSAPP = "whatsapp"
    TELEGRAM = "telegram"
    FACEBOOK = "facebook"
    INSTAGRAM = "instagram"
    VIBER = "viber"
    APPLE = "apple"
    UNKNOWN = "unknown"


class VariableKind(StrEnum):
    """What a placeholder of a template takes."""

    TEXT = "text"
    URL = "url"
    IMAGE = "image"
    VIDEO = "video"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class ListedChannel:
    """One channel as the provider lists it. `platform_raw` keeps the provider's own word."""

    id: str
    name: str = ""
    platform: Platform = Platform.UNKNOWN
    platform_raw: str = ""
    number: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class ChannelListing:
    """The channels a key can see. `complete` is false when the provider gave no list: only the key's own is known."""

    channels: tuple[ListedChannel, ...]
    complete: bool = True


@dataclass(frozen=True, slots=True)
class TemplateVariable:
    """One value a send must carry. `key` is a number of the body ("1"), "header" or "button", or a variable's name."""

    key: str
    component: str  # header | body | button
    kind: VariableKind = VariableKind.TEXT
    example: str = ""


@dataclass(frozen=True, slots=True)
class ListedTemplate:
    """One language of a notification template, as the provider lists it.

    `components` is Meta's form (messaging-rules 1.1), normalised; `raw` is the provider's own row, kept whole.
    `unsupported` is empty, or says which part cannot be sent: a code of `UNSUPPORTED_PARTS`.
    """

    name: str
    language: str
    language_raw: str
    status: str  # lower case; "approved" is the only sendable one; unknown words are kept
    category: str = ""
    quality: str = ""
    components: Sequence[Mapping[str, object]] = ()
    variables: tuple[TemplateVariable, ...] = ()
    unsupported: str = ""
    unstorable: str = ""
    raw: Mapping[str, object] = field(default_factory=dict)


UNSUPPORTED_PARTS = (
    "carousel",
    "location_header",
    "limited_time_offer",
    "named_variables",
    "copy_code",
    "otp",
    "flow",
    "catalog",
    "several_button_variables",
    "header_variables",
    "placeholder_gap",
    "variable_inside_address",
    "address_too_long",
    "doubled_part",
    "footer_variables",
    "text_too_long",
    "authentication_media",
    "unknown_component",
    "unknown_button",
    "unknown_header",
    "no_body",
)


@dataclass(frozen=True, slots=True)
class ListedField:
    """One customer field. `type` is one of `FIELD_TYPES`; `type_raw` keeps the provider's word."""

    name: str
    label: str
    type: str
    type_raw: str = ""
    choices: tuple[str, ...] = ()
    unstorable: str = ""


FIELD_TYPES = (
    "number",
    "word",
    "text",
    "single_choice",
    "multiple_choice",
    "location",
    "date",
    "time",
    "unknown",
)


@dataclass(frozen=True, slots=True)
class Customer:
    """A person at the provider. `id` is the address there (WhatsApp: digits; Telegram: numeric id)."""

    id: str
    name: str = ""
    platform: Platform = Platform.UNKNOWN
    stopped: bool = False
    blocked: bool = False
    created: int | None = None  # Unix seconds
    fields: Mapping[str, str] = field(default_factory=dict)
    unstorable: str = ""


class Notification(NamedTuple):
    """A WhatsApp notification to one person: template name and language exactly as listed, values by component."""

    recipient: str  # digits with country code, no plus
    template: str
    language: str
    body: tuple[str, ...] = ()
    header: str = ""  # the one text variable of the header
    header_media: str = ""  # http(s) address of the header's file
    button: str = ""  # the variable end of the URL button, already percent-encoded


@dataclass(frozen=True, slots=True)
class TextMessage:
    """Free text to one person, or a file at a public address with an optional text."""

    recipient: str
    text: str
    attachment: str = ""
    filename: str = ""


class Accepted(NamedTuple):
    """The provider took the message. `message_id` may be empty; `raw` is the whole answer, bounded."""

    message_id: str = ""
    raw: str = ""


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of a person's conversation, newest or oldest first as the provider gives it."""

    text: str
    outgoing: bool
    at: int | None = None  # Unix seconds
    id: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """Something a person wrote, found by polling. `key` identifies it for ever within the channel.

    `button` is what a button they pressed carried, where the provider tells it apart from the button's text.
    """

    key: str
    recipient: str
    text: str
    at: int | None = None  # Unix seconds
    button: str = ""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a connector can do, as data: what it cannot is refused when composing, never dropped when sending."""

    notifications: bool = True
    free_text: bool = True
    delivery_events: bool = False  # delivered and read can be known
    history: bool = True
    customers: bool = True
    write_customers: bool = True
    lookup_ids: int = 1  # customers that one look-up can ask for
    send_platforms: frozenset[Platform] = frozenset({Platform.WHATSAPP, Platform.TELEGRAM})
    default_pace: float = 80.0  # messages a second and channel
    # Seconds between two messages of one channel to one person, by platform; what is not named has no such limit.
    recipient_gaps: Mapping[Platform, float] = field(
        default_factory=lambda: {Platform.WHATSAPP: 6.0, Platform.TELEGRAM: 1.0}
    )
    # Platforms with a limit of different persons in 24 hours for the whole business.
    counted_platforms: frozenset[Platform] = frozenset({Platform.WHATSAPP})


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request to a provider and its answer, redacted and bounded, ready to be kept."""

    operation: str
    method: str
    url: str
    request_body: str
    status: int | None
    response_body: str
    error: str  # code of the error family, "" when good
    started_at: float  # Unix seconds
    duration_ms: int
    is_send: bool = False
