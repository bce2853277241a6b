"""The channels an Engage key can see, by whatever answers: the list, the agents, or the key itself."""

from collections.abc import Sequence
from dataclasses import replace

from staffetta.connectors.engage.client import EngageClient
from staffetta.connectors.engage.fields import platform_of
from staffetta.connectors.engage.paging import Listing, listing, rows_of
from staffetta.connectors.engage.payloads import KEY, VALUE, Row, identity_of, member, text, truth
from staffetta.connectors.engage.profile import Profile, Section
from staffetta.connectors.errors import BadAnswer, NotDeliverable, NotFound, Refused, ServerFault
from staffetta.connectors.messages import ChannelListing, ListedChannel, Platform
from staffetta.text import unstorable

LONGEST_ID = 64  # signs of a channel's id
# The ways in which a list can be missing: no such path, refused, broken, not readable. Not among them: a refused key,
# a network that fails and "too fast": those say nothing about the list and are told.
MISSING = (NotFound, Refused, NotDeliverable, ServerFault, BadAnswer)


async def list_channels(client: EngageClient, profile: Profile, own_id: str) -> ChannelListing:
    """Return the channels; the key's own one is always among them, with its platform looked up where not told."""
    channels = await _from_list(client, profile["channels"])
    complete = bool(channels)
    if not channels:
        channels = await _from_agents(client, profile["agents"])
        complete = bool(channels)
    if own_id and own_id not in channels:
        channels = {own_id: ListedChannel(own_id), **channels}
    own = own_id or (next(iter(channels)) if len(channels) == 1 else "")
    if own and channels[own].platform is Platform.UNKNOWN and not channels[own].platform_raw:
        raw = await _own_platform(client, profile["customers"])
        channels[own] = replace(channels[own], platform=platform_of(raw), platform_raw=raw)
    return ChannelListing(tuple(channels.values()), complete)


async def _from_list(client: EngageClient, section: Section) -> dict[str, ListedChannel]:
    rows = await _rows_or_none(client, listing("list_channels", section))
    channels = (_channel(row, section) for row in rows)
    found: dict[str, ListedChannel] = {}
    for channel in channels:
        if channel.id and not unstorable(channel.id, LONGEST_ID):
            found.setdefault(channel.id, channel)
    return found


async def _from_agents(client: EngageClient, section: Section) -> dict[str, ListedChannel]:
    agents = await _rows_or_none(client, Listing("list_agents", section, ("id",), lambda _: "", section.query))
    ids: dict[str, None] = {}
    for agent in agents:
        for channel_id in _ids(member(agent, section["channels"])):
            if not unstorable(channel_id, LONGEST_ID):
                ids.setdefault(channel_id)
    return {channel_id: ListedChannel(channel_id) for channel_id in ids}


async def _own_platform(client: EngageClient, section: Section) -> str:
    wanted = replace(listing("own_platform", section), query={"limit": "1", "offset": "0"})
    rows = await _rows_or_none(client, wanted)
    return text(member(rows[0], section["platform"])) if rows else ""


async def _rows_or_none(client: EngageClient, wanted: Listing) -> Sequence[Row]:
    if not wanted.section.path:
        return []
    try:
        return rows_of(await client.get(wanted.operation, wanted.section.path, wanted.query), wanted)
    except MISSING:
        return []


def _channel(row: Row, section: Section) -> ListedChannel:
    raw = text(member(row, section["platform"]))
    return ListedChannel(
        id=identity_of(row, section["id"]),
        name=text(member(row, section["name"])) or (text(row.get(VALUE)) if row.get(KEY) else ""),
        platform=platform_of(raw),
        platform_raw=raw,
        number=text(member(row, section["number"])).lstrip("+"),
        active=truth(member(row, section["active"]), missing=True),
    )


def _ids(value: object) -> Sequence[str]:
    """Return channel ids from an array of ids, an object keyed by id, an array of objects, or comma separated text."""
    if isinstance(value, str):
        return [piece.strip() for piece in value.split(",") if piece.strip()]
    if isinstance(value, dict):
        return [str(key) for key in value]
    if not isinstance(value, list):
        return [found] if (found := text(value)) else []
    ids = (identity_of(item, ("id", "channel_id")) if isinstance(item, dict) else text(item) for item in value)
    return [found for found in ids if found]
