"""The operations on customers (the API says user), by one id or several with commas between."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from .answers import DONE, Answer, listing, page, refusal
from .asked import Asked
from .calls import Call
from .template import Row
from .world import Customer

DEFAULT_PAGE = 100
LARGEST_PAGE = 1000
UNKNOWN = refusal(404, "User not found")

type Deed = Callable[[Customer], None]


def page_of(call: Call) -> tuple[int, int]:
    """Limit and offset as asked for, the limit bounded."""
    return min(call.number("limit", DEFAULT_PAGE), LARGEST_PAGE), call.number("offset", 0)


def list_customers(asked: Asked) -> Answer:
    limit, offset = page_of(asked.call)
    people = page(asked.shapes, asked.channel.customers.rows, limit=limit, offset=offset)
    return listing(asked.shapes, "user", [customer.row() for customer in people])


def read_customers(asked: Asked) -> Answer:
    people = _chosen(asked)
    return listing(asked.shapes, "user", [customer.row() for customer in people]) if people else UNKNOWN


def write_customers(asked: Asked) -> Answer:
    """PUT /user/{id}?fields=JSON: `name`, and `customfields` that exist; what is not named stays."""
    changes = _read_fields(asked.call.query.get("fields") or asked.call.body.get("fields"))
    if changes is None:
        return refusal(400, "Parameter fields must be a JSON object")
    custom = changes.get("customfields") or {}
    if not isinstance(custom, dict):
        return refusal(400, "customfields must be an object")
    unknown = custom.keys() - {str(item.get("name")) for item in asked.channel.fields}
    if unknown:
        return refusal(400, f"Unknown property: {', '.join(sorted(unknown))}")

    def write(customer: Customer) -> None:
        customer.name = str(changes.get("name", customer.name))
        customer.customfields |= custom

    return _each(asked, write)


def start_customers(asked: Asked) -> Answer:
    return _each(asked, lambda customer: setattr(customer, "stopped", False))


def stop_customers(asked: Asked) -> Answer:
    return _each(asked, lambda customer: setattr(customer, "stopped", True))


def block_customers(asked: Asked) -> Answer:
    return _each(asked, lambda customer: setattr(customer, "blocked", True))


def unblock_customers(asked: Asked) -> Answer:
    return _each(asked, lambda customer: setattr(customer, "blocked", False))


def delete_customers(asked: Asked) -> Answer:
    """For good: what they wrote goes too. What was sent to them stays in the ledger."""
    channel = asked.channel

    def delete(customer: Customer) -> None:
        channel.customers.remove(customer)
        channel.conversations.pop(customer.id, None)
        channel.tickets.pop(customer.id, None)

    return _each(asked, delete)


def _each(asked: Asked, deed: Deed) -> Answer:
    people = _chosen(asked)
    for customer in people:
        deed(customer)
    return DONE if people else UNKNOWN


def _chosen(asked: Asked) -> list[Customer]:
    found = (asked.channel.customers.get(one.strip()) for one in asked.call.ids.split(","))
    return [customer for customer in found if customer]


def _read_fields(given: Any) -> Row | None:
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            return None
    return given if isinstance(given, dict) else None
