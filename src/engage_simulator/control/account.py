"""Control of the account: the whole world, channels and their keys, templates, fields, agents."""

from __future__ import annotations

from typing import Any

from engage_simulator.seed import build_world, dump_world, load_seed, read_channel
from engage_simulator.template import Row
from engage_simulator.world import Channel, new_key

from .route import Entry, Order, Refused


def show_world(order: Order) -> Row:
    """The world as a seed, keys included; customers only with ?customers=1."""
    return dump_world(order.simulator.world, customers=order.query.get("customers") == "1")


def reset(order: Order) -> Row:
    """Back to the seed, or to the one given as `seed` (a name) or `world` (JSON)."""
    body = order.row()
    if "seed" in body:
        if body["seed"] not in {"story", "demo"}:
            raise Refused(400, "seed must be story or demo; send other worlds as world")
        order.simulator.restart(load_seed(body["seed"]))
    else:
        order.simulator.restart(body.get("world") or order.simulator.seed)
    return {"channels": list(order.simulator.world.channels)}


def list_channels(order: Order) -> list[Row]:
    return [_shown(channel) for channel in order.simulator.world.channels.values()]


def put_channel(order: Order) -> Row:
    """Add a channel, or replace the one with this id and everything in it; a key is made when none is given."""
    body = order.row()
    channel_id = str(body["id"])
    parts: Row = {name: {channel_id: body[name]} for name in ("templates", "fields", "customers") if name in body}
    channel = build_world({"channels": [body | {"apikey": read_channel(body).apikey}], **parts}).channels[channel_id]
    order.simulator.world.put_channel(channel)
    return _shown(channel)


def change_channel(order: Order) -> Row:
    channel, body = order.channel(), order.row()
    changed = read_channel(_shown(channel) | body | {"id": channel.id})
    channel.name, channel.messenger = changed.name, changed.messenger
    channel.number, channel.active = changed.number, changed.active
    if "apikey" in body:
        order.simulator.world.set_key(channel, changed.apikey)
    return _shown(channel)


def delete_channel(order: Order) -> Row:
    order.simulator.world.drop_channel(order.channel().id)
    return {"deleted": order.path["channel"]}


def revoke_key(order: Order) -> Row:
    """The key is refused from now on, and there is no other."""
    channel = order.channel()
    order.simulator.world.set_key(channel, None)
    return _shown(channel)


def regenerate_key(order: Order) -> Row:
    """Another key; the former is refused from now on."""
    channel = order.channel()
    order.simulator.world.set_key(channel, new_key(channel.id))
    return _shown(channel)


def list_templates(order: Order) -> list[Row]:
    return [template.raw for template in order.channel().templates.values()]


def put_template(order: Order) -> Row:
    """Add a template, or replace the one of this name and language."""
    return order.channel().put_template(dict(order.row())).raw


def change_template(order: Order) -> list[Row]:
    """Change members (`status`, say) in all languages, or in ?language=."""
    channel, changes = order.channel(), order.row()
    return [channel.put_template(channel.templates[key].raw | changes).raw for key in _template_keys(channel, order)]


def delete_template(order: Order) -> Row:
    """Remove it in all languages, or in ?language=."""
    channel = order.channel()
    keys = _template_keys(channel, order)
    for key in keys:
        del channel.templates[key]
    return {"deleted": len(keys)}


def list_fields(order: Order) -> list[Row]:
    return order.channel().fields


def put_field(order: Order) -> Row:
    """Add a customer field, or replace the one of this name."""
    channel, body = order.channel(), dict(order.row())
    names = [row["name"] for row in channel.fields]
    if body["name"] in names:
        channel.fields[names.index(body["name"])] = body
    else:
        channel.fields.append(body)
    return body


def delete_field(order: Order) -> Row:
    channel = order.channel()
    kept = [row for row in channel.fields if row["name"] != order.path["name"]]
    removed, channel.fields = len(channel.fields) - len(kept), kept
    return {"deleted": removed}


def put_agents(order: Order) -> Any:
    """Replace all agents by this list of rows."""
    if not isinstance(order.body, list):
        raise Refused(400, "the body must be a list of agents")
    order.simulator.world.agents = [dict(row) for row in order.body]
    return order.simulator.world.agents


def _template_keys(channel: Channel, order: Order) -> list[tuple[str, str]]:
    language = order.query.get("language")
    keys = [key for key in channel.templates if key[0] == order.path["name"] and language in {None, key[1]}]
    if not keys:
        raise Refused(404, f"no template {order.path['name']}")
    return keys


def _shown(channel: Channel) -> Row:
    return channel.row() | {"apikey": channel.apikey}


ENTRIES: list[Entry] = [
    ("GET", "/world", show_world),
    ("POST", "/reset", reset),
    ("GET", "/channels", list_channels),
    ("POST", "/channels", put_channel),
    ("PATCH", "/channels/{channel}", change_channel),
    ("DELETE", "/channels/{channel}", delete_channel),
    ("POST", "/channels/{channel}/revoke-key", revoke_key),
    ("POST", "/channels/{channel}/regenerate-key", regenerate_key),
    ("GET", "/channels/{channel}/templates", list_templates),
    ("POST", "/channels/{channel}/templates", put_template),
    ("PATCH", "/channels/{channel}/templates/{name}", change_template),
    ("DELETE", "/channels/{channel}/templates/{name}", delete_template),
    ("GET", "/channels/{channel}/fields", list_fields),
    ("POST", "/channels/{channel}/fields", put_field),
    ("DELETE", "/channels/{channel}/fields/{name}", delete_field),
    ("PUT", "/agents", put_agents),
]
