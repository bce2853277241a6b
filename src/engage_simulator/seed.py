"""From a seed to a world and back: JSON of the shape of `world` in the Engage contract.

Beyond that shape a seed may hold `agents` (rows as the API gives them), `tickets` (per channel), `faults` (rules as
for the control address) and `shapes`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .template import Row
from .world import Channel, Customers, World, new_key, read_customer
from .worlds import demo, story

BUILT_IN = {"story": story.world, "demo": demo.world}


class BadSeed(ValueError):
    """The seed cannot be read; the text says why."""


def load_seed(name: str) -> Row:
    """The seed with this name (`story`, `demo`), or in this file."""
    if name in BUILT_IN:
        return BUILT_IN[name]()
    try:
        seed = json.loads(Path(name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadSeed(f"{name}: {error}") from error
    if isinstance(seed, dict) and "channels" not in seed and isinstance(seed.get("world"), dict):
        seed = seed["world"]
    if not isinstance(seed, dict) or not isinstance(seed.get("channels"), list):
        raise BadSeed(f"{name}: no list of channels in it")
    return seed


def build_world(seed: Row) -> World:
    """The world of a seed; raises BadSeed when it has not the shape."""
    world = World()
    try:
        for row in seed["channels"]:
            world.put_channel(_read_channel(row, seed))
        world.agents = [dict(row) for row in _rows(seed.get("agents"))]
        for channel_id, tickets in (seed.get("tickets") or {}).items():
            for ticket in tickets:
                _read_ticket(world.channels[channel_id], ticket)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise BadSeed(f"the seed has not the shape of a world: {error!r}") from error
    return world


def read_channel(row: Row) -> Channel:
    """The channel in a row, without what belongs to it; a missing key is made, `"apikey": null` means none."""
    channel_id = str(row["id"])
    return Channel(
        id=channel_id,
        name=str(row.get("name", f"Canale {channel_id}")),
        messenger=str(row.get("messenger", "WB")),
        number=str(row.get("number", "")),
        active=str(row.get("active", "1")) == "1",
        apikey=row.get("apikey", new_key(channel_id)),
    )


def dump_world(world: World, *, customers: bool = True) -> Row:
    """The world as a seed, keys included."""
    return {
        "channels": [channel.row() | {"apikey": channel.apikey} for channel in world.channels.values()],
        "templates": {c.id: [template.raw for template in c.templates.values()] for c in world.channels.values()},
        "customers": {c.id: [row.row() for row in c.customers] for c in world.channels.values()} if customers else {},
        "customer_counts": {c.id: len(c.customers) for c in world.channels.values()},
        "fields": {c.id: c.fields for c in world.channels.values()},
        "agents": world.agents,
    }


def _read_channel(row: Row, seed: Row) -> Channel:
    channel = read_channel(row)
    for template in (seed.get("templates") or {}).get(channel.id, []):
        channel.put_template(dict(template))
    channel.fields = [dict(item) for item in (seed.get("fields") or {}).get(channel.id, [])]
    people = (seed.get("customers") or {}).get(channel.id, [])
    channel.customers = Customers(read_customer(person, channel.messenger) for person in people)
    return channel


def _read_ticket(channel: Channel, ticket: Row) -> None:
    for message in ticket.get("chats", []):
        created = float(message.get("created", 1700000000))
        channel.write(str(ticket["user_id"]), str(message["chat"]), created, outgoing=bool(message.get("outgoing")))


def _rows(value: Any) -> list[Row]:
    """A list, also when it is written as an object keyed by id."""
    if isinstance(value, dict):
        return [{"id": key, **row} for key, row in value.items()]
    return list(value or [])
