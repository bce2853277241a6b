"""What goes in and out of the API, as its OpenAPI document describes it."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field, WithJsonSchema

NO_NUL = r"^[^\x00]*$"
"""PostgreSQL stores no NUL character: refused by name instead of failing on it."""
Value = Annotated[str, Field(max_length=5000, pattern=NO_NUL)]
Number = Annotated[int, Field(strict=True)] | Annotated[float, Field(strict=True, allow_inf_nan=False)]
ValueName = Annotated[str, Field(max_length=100, pattern=NO_NUL)]
Phone = Annotated[str, Field(max_length=60, pattern=NO_NUL)]
MessageName = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "minLength": 1,
            "maxLength": 60,
            "pattern": "^[-A-Za-z0-9_]{1,60}$",
            "examples": ["order-confirmation"],
        }
    ),
]
"""Described, not enforced: whatever else is asked for is unknown, 404."""
MOST_VALUES = 100


class Closed(Schema):
    """A request body: a member nobody knows is an error, never silently dropped."""

    model_config = ConfigDict(extra="forbid")


class ConsentIn(Closed):
    """The consent this message is covered by, written into the ledger; it brings back nobody who opted out."""

    source: Annotated[
        str,
        Field(min_length=1, max_length=200, pattern=NO_NUL, description="Where it was given.", examples=["checkout"]),
    ]
    text: Annotated[
        str, Field(min_length=1, max_length=2000, pattern=NO_NUL, description="The words the person agreed to.")
    ]


class RecipientIn(Closed):
    """Whom it goes to."""

    phone: Annotated[Phone, Field(description="International form, with the plus.", examples=["+39 333 123 4567"])]
    follow: Annotated[
        bool,
        Field(
            strict=True,
            description="Where a merge of contacts replaced this number: write to the contact's present number. "
            "Without it such a call is refused, `recipient_merged`.",
        ),
    ] = False


class SendIn(Closed):
    """One message to one person."""

    recipient: Annotated[RecipientIn | Phone, Field(description='The phone number, plain or as `{"phone": …}`.')]
    values: Annotated[
        dict[ValueName, Value | Number],
        Field(
            max_length=MOST_VALUES,
            description="The values this transactional message asks for, by name.",
            examples=[{"order": "A-1042"}],
        ),
    ] = {}
    consent: ConsentIn | None = None
    opt_in_again: Annotated[
        bool,
        Field(
            strict=True,
            description="The person opted out and has agreed anew: `consent` holds that agreement. Needs an access "
            "token that may opt people in again; without either such a call is refused, `opted_out`.",
        ),
    ] = False
    expires_in: Annotated[
        int | None,
        Field(
            ge=1,
            le=30 * 86_400,
            strict=True,
            description="Seconds after which it is worthless: not sent by then, it is not sent any more. "
            "Without it, as the transactional message says.",
        ),
    ] = None

    @property
    def phone(self) -> str:
        return self.recipient if isinstance(self.recipient, str) else self.recipient.phone

    @property
    def follow(self) -> bool:
        return not isinstance(self.recipient, str) and self.recipient.follow


class Accepted(Schema):
    """The message lies in the ledger and is sent as soon as the channel allows."""

    id: Annotated[UUID, Field(description="Ask `GET /deliveries/{id}` for its state.")]
    state: str


class DeliveryOut(Schema):
    """One message and what became of it."""

    id: UUID
    kind: Literal["communication", "transactional", "test"]
    name: Annotated[str, Field(description="Of the transactional message or communication.")]
    state: Literal[
        "waiting", "sending", "sent", "delivered", "read", "not_sent", "failed", "undelivered", "uncertain", "cancelled"
    ]
    reason: Annotated[str | None, Field(description="A stable code, when there is one.")]
    detail: Annotated[str | None, Field(description="The reason in words, in the language of the call.")]
    provider_code: str | None
    created_at: datetime
    settled_at: datetime | None


class ChannelOut(Schema):
    id: Annotated[str | None, Field(description="As Sinch Engage numbers it; null when it was disconnected.")]
    name: str


class TransactionalOut(Schema):
    """A transactional message as it was defined in the interface."""

    name: str
    channel: ChannelOut
    template: str
    language: str
    values: Annotated[list[str], Field(description="The names of the values a call passes.")]
    enabled: bool
    creates_contacts: bool
    problem: Annotated[str | None, Field(description="A stable code when a call would be refused now, else null.")]


class Fault(Schema):
    pointer: str
    detail: str
    code: str


class ProblemOut(Schema):
    """RFC 9457: `code` is stable and for machines, `title` and `detail` are for people."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: UUID
    errors: list[Fault] = []
    since: Annotated[datetime | None, Field(description="Of `opted_out`: when the person opted out.")] = None
