"""The account that is simulated: channels with their keys, templates, customers, fields and conversations.

Its shape as JSON is that of `world` in the Engage contract.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from .template import Row, Template, read_template

WHATSAPP = frozenset({"WB", "WA"})


@dataclass(slots=True, eq=False)
class Customer:
    """A person on one channel (the API says user). `window` is when the 24 h for free text end, in Unix seconds."""

    id: str
    messenger: str
    name: str = ""
    created: str = ""
    status: str = "1"
    blocked: bool = False
    stopped: bool = False
    image: str = ""
    customfields: Row = field(default_factory=dict)
    window: float = math.inf

    def row(self) -> Row:
        """As the API lists it: strings, and `[]` for an empty object."""
        return {
            "id": self.id,
            "name": self.name,
            "messenger": self.messenger,
            "created": self.created,
            "status": self.status,
            "blocked": "1" if self.blocked else "0",
            "stopped": "1" if self.stopped else "0",
            "image": self.image,
            "customfields": dict(self.customfields) or [],
        }


def read_customer(row: Row, messenger: str) -> Customer:
    """The customer in a row of a seed; `window` may be "closed" (free text is refused until the person writes)."""
    return Customer(
        id=str(row["id"]),
        messenger=str(row.get("messenger", messenger)),
        name=str(row.get("name", "")),
        created=str(row.get("created", "1700000000")),
        status=str(row.get("status", "1")),
        blocked=str(row.get("blocked", "0")) == "1",
        stopped=str(row.get("stopped", "0")) == "1",
        image=str(row.get("image", "")),
        customfields=dict(row.get("customfields") or {}),
        window=0.0 if row.get("window") == "closed" else math.inf,
    )


class Customers:
    """In the order they came, and by id; a page costs the same wherever it lies."""

    def __init__(self, rows: Iterable[Customer] = ()) -> None:
        self.rows: list[Customer] = []
        self._by_id: dict[str, Customer] = {}
        for row in rows:
            self.put(row)
        self.get = self._by_id.get

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Customer]:
        return iter(self.rows)

    def put(self, customer: Customer) -> None:
        """Add, or replace the one with this id."""
        known = self._by_id.get(customer.id)
        if known is None:
            self.rows.append(customer)
        else:
            self.rows[self.rows.index(known)] = customer
        self._by_id[customer.id] = customer

    def remove(self, customer: Customer) -> None:
        del self._by_id[customer.id]
        self.rows = [row for row in self.rows if row is not customer]


@dataclass(slots=True)
class Written:
    """One message of a conversation that is not in the ledger: what the person wrote, or an agent answered."""

    id: str
    created: float
    text: str
    outgoing: bool


@dataclass(slots=True)
class Ticket:
    """The open conversation of one person."""

    id: str
    customer: str
    waiting_since: float


@dataclass(slots=True)
class Channel:
    """One number or bot. A key of None is of no use to anybody."""

    id: str
    name: str
    messenger: str
    number: str = ""
    active: bool = True
    apikey: str | None = None
    templates: dict[tuple[str, str], Template] = field(default_factory=dict)
    fields: list[Row] = field(default_factory=list)
    customers: Customers = field(default_factory=Customers)
    conversations: dict[str, list[Written]] = field(default_factory=dict)
    tickets: dict[str, Ticket] = field(default_factory=dict)
    messages: int = 0

    @property
    def whatsapp(self) -> bool:
        return self.messenger in WHATSAPP

    def row(self) -> Row:
        """As the API lists it; never with the key."""
        return {
            "id": self.id,
            "name": self.name,
            "messenger": self.messenger,
            "number": self.number,
            "active": "1" if self.active else "0",
        }

    def put_template(self, row: Row) -> Template:
        template = read_template(row)
        self.templates[template.name, template.language] = template
        return template

    def write(self, customer: str, text: str, created: float, *, outgoing: bool = False) -> Written:
        """Enter a message of the conversation; one from the person opens a ticket."""
        self.messages += 1
        message = Written(f"{self.id}7{self.messages:07d}", created, text, outgoing)
        self.conversations.setdefault(customer, []).append(message)
        if not outgoing:
            ticket = self.tickets.get(customer)
            number = ticket.id if ticket else f"{self.id}9{len(self.tickets) + 1:05d}"
            self.tickets[customer] = Ticket(number, customer, created)
        return message


class World:
    """The account: its channels by id and by key, and its agents."""

    def __init__(self) -> None:
        self.channels: dict[str, Channel] = {}
        self.by_key: dict[str, Channel] = {}
        self.agents: list[Row] = []

    def put_channel(self, channel: Channel) -> None:
        self.drop_channel(channel.id)
        self.channels[channel.id] = channel
        self.set_key(channel, channel.apikey)

    def drop_channel(self, channel_id: str) -> None:
        channel = self.channels.pop(channel_id, None)
        if channel:
            self.set_key(channel, None)

    def set_key(self, channel: Channel, apikey: str | None) -> None:
        """Give the channel another key, or none; the former one is refused from now on."""
        if channel.apikey and self.by_key.get(channel.apikey) is channel:
            del self.by_key[channel.apikey]
        channel.apikey = apikey
        if apikey:
            self.by_key[apikey] = channel


def new_key(channel_id: str) -> str:
    """A key of the usual shape: 32 hexadecimal digits, the channel's id, and hexadecimal digits up to 64."""
    tail = 64 - 34 - len(channel_id)
    return f"{secrets.token_hex(16)}_{channel_id}_{secrets.token_hex(tail)[:tail]}"
