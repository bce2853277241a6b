"""What can be read besides customers: channels, templates, fields, agents, conversations, the history of a person.

The answers of /channel, /chat/notification and /user/property are assumed (engage-api, section 4); those of /ticket,
/agent and the entries of a history are seen in programs.
"""

from __future__ import annotations

import json
from typing import Any

from .answers import Answer, listing, page, refusal, template_row
from .asked import Asked
from .customers import page_of
from .sending import message_id
from .simulator import Simulator
from .template import Row
from .world import Channel, Ticket


def list_channels(asked: Asked) -> Answer:
    """All channels of the account, whichever key asks."""
    return listing(asked.shapes, "channels", [row.row() for row in asked.simulator.world.channels.values()])


def list_templates(asked: Asked) -> Answer:
    """The templates of the key's channel in every state, one row per language."""
    limit, offset = page_of(asked.call)
    rows = [template_row(asked.shapes, template) for template in asked.channel.templates.values()]
    return listing(asked.shapes, "notification_templates", page(asked.shapes, rows, limit=limit, offset=offset))


def list_fields(asked: Asked) -> Answer:
    return listing(asked.shapes, "properties", asked.channel.fields)


def list_agents(asked: Asked) -> Answer:
    """Agents keyed by id, each with the ids of its channels; `[]` when there are none."""
    agents = {str(row["id"]): row for row in asked.simulator.world.agents}
    return 200, json.dumps({"code": 200, "agents": agents or []}).encode()


def list_tickets(asked: Asked) -> Answer:
    """Open conversations, by the time of the person's last message, each with its newest messages."""
    limit, offset = page_of(asked.call)
    newest_first = asked.call.query.get("asc", "1") == "0"
    tickets = sorted(asked.channel.tickets.values(), key=lambda ticket: ticket.waiting_since, reverse=newest_first)
    chosen = page(asked.shapes, [_ticket(asked, row) for row in tickets], limit=limit, offset=offset)
    return listing(asked.shapes, "tickets", chosen)


def read_history(asked: Asked) -> Answer:
    """What was said with one person, newest first: `chat`, `outgoing`, `created` (Unix seconds) and `id`."""
    recipient = asked.call.query.get("id", "")
    if not recipient:
        return refusal(400, "Parameter id is missing")
    limit, offset = page_of(asked.call)
    entries = history(asked.simulator, asked.channel, recipient)
    return listing(asked.shapes, "chats", page(asked.shapes, entries, limit=limit, offset=offset))


def history(simulator: Simulator, channel: Channel, recipient: str) -> list[Row]:
    """Accepted sends and what was written, newest first."""
    entries: list[tuple[float, Row]] = [
        (row.time, _entry(message_id(channel.id, sequence), row.text, row.time, outgoing=True))
        for sequence, row in simulator.ledger.of(channel.id, recipient)
    ]
    entries += (
        (row.created, _entry(row.id, row.text, row.created, outgoing=row.outgoing))
        for row in channel.conversations.get(recipient, ())
    )
    entries.sort(key=lambda entry: entry[0])
    return [entry for _, entry in reversed(entries)]


def _entry(number: str, text: str, created: float, *, outgoing: bool) -> Row:
    return {"id": number, "chat": text, "outgoing": outgoing, "created": str(int(created))}


def _ticket(asked: Asked, ticket: Ticket) -> Row:
    simulator, channel, call = asked
    row: dict[str, Any] = {
        "id": ticket.id,
        "user_id": ticket.customer,
        "status": "open",
        "waiting_since": str(int(ticket.waiting_since)),
        "chats": history(simulator, channel, ticket.customer)[: call.number("num_chats", 1)],
    }
    customer = channel.customers.get(ticket.customer)
    if call.query.get("customfields") == "1":
        row["customfields"] = (dict(customer.customfields) if customer else {}) or []
    return row
