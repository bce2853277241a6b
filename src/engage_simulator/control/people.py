"""Control of customers, and of what they write."""

from __future__ import annotations

from engage_simulator.template import Row
from engage_simulator.world import Customer, read_customer
from engage_simulator.worlds.people import people

from .route import Entry, Order, Refused

WINDOW_SECONDS = 24 * 3600


def list_customers(order: Order) -> list[Row]:
    rows = order.channel().customers.rows
    offset = order.number("offset", 0)
    return [customer.row() for customer in rows[offset : offset + order.number("limit", 1000)]]


def put_customer(order: Order) -> Row:
    """Add a customer, or replace the one with this id."""
    channel = order.channel()
    customer = read_customer(order.row(), channel.messenger)
    channel.customers.put(customer)
    return customer.row()


def change_customer(order: Order) -> Row:
    """Change members: name, stopped, blocked, customfields, `"window": "open"|"closed"`."""
    customer, body = order.customer(), order.row()
    changed = read_customer(customer.row() | body | {"id": customer.id}, customer.messenger)
    if "window" not in body:
        changed.window = customer.window
    order.channel().customers.put(changed)
    return changed.row()


def delete_customer(order: Order) -> Row:
    order.channel().customers.remove(order.customer())
    return {"deleted": order.path["customer"]}


def generate_customers(order: Order) -> Row:
    """Make `count` customers, always the same for the same `start`; those known already are left alone."""
    channel, body = order.channel(), order.row()
    before = len(channel.customers)
    rows = people(int(body["count"]), channel.fields, start=int(body.get("start", 1)), messenger=channel.messenger)
    for row in rows:
        if channel.customers.get(row["id"]) is None:
            channel.customers.put(read_customer(row, channel.messenger))
    return {"added": len(channel.customers) - before, "customers": len(channel.customers)}


def write_message(order: Order) -> Row:
    """A person writes: `from`, `text`; optionally `created` (Unix seconds) and `stop` (the provider stops them too)."""
    channel, body = order.channel(), order.row()
    recipient, created = str(body["from"]), float(body.get("created", order.simulator.clock.now()))
    if not recipient:
        raise Refused(400, "from is empty")
    customer = channel.customers.get(recipient)
    if customer is None:
        customer = Customer(recipient, channel.messenger, created=str(int(created)))
        channel.customers.put(customer)
    customer.window = created + WINDOW_SECONDS
    customer.stopped = bool(body.get("stop")) or customer.stopped
    message = channel.write(recipient, str(body["text"]), created)
    return {"id": message.id, "ticket": channel.tickets[recipient].id}


def close_ticket(order: Order) -> Row:
    """The conversation of a person is done; it stays in the history."""
    return {"closed": order.channel().tickets.pop(order.path["customer"], None) is not None}


ENTRIES: list[Entry] = [
    ("GET", "/channels/{channel}/customers", list_customers),
    ("POST", "/channels/{channel}/customers", put_customer),
    ("POST", "/channels/{channel}/customers/generate", generate_customers),
    ("PATCH", "/channels/{channel}/customers/{customer}", change_customer),
    ("DELETE", "/channels/{channel}/customers/{customer}", delete_customer),
    ("POST", "/channels/{channel}/messages", write_message),
    ("DELETE", "/channels/{channel}/tickets/{customer}", close_ticket),
]
