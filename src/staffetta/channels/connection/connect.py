"""Connect a channel with its API Key, or replace the key: prove first, then save, in one transaction.

What needs one question to the provider is done while the person waits (a wrong key is told at once, and nothing is
saved); the list, the fields and the templates are downloaded by the refresh that this leaves behind.
"""

import re
from dataclasses import dataclass

from django.db import transaction

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.channels.calls import gateway, health, seal
from staffetta.channels.calls.recorder import Recorder
from staffetta.channels.models import Channel, ConnectionState, Refresh
from staffetta.channels.refreshing import ask
from staffetta.connectors.contract import Connector
from staffetta.connectors.errors import ConnectorError, KeyRefused
from staffetta.connectors.messages import ChannelListing, ListedChannel

INVISIBLE = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0xAD])
OTHER_PRODUCTS = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # channel ids and keys of the developers' API and of Sinch
    r"|ey[\w-]+\.[\w-]+\.[\w-]*"  # an OAuth token
    r"|[A-Za-z0-9]{20}|[A-Za-z0-9]{30}",  # key and secret of the former MessageMedia hub
    re.ASCII | re.IGNORECASE,
)
CHANNEL_ID = re.compile(r"[\w.-]{1,64}", re.ASCII)


class NotConnected(Exception):
    """Why nothing was saved. `code` is worded in `wording.py`, with the `channel` and `other` it names.

    `replaceable` is the channel whose key this one may replace; `candidates` are those the person may choose from.
    """

    def __init__(
        self,
        code: str,
        *,
        channel: str = "",
        other: str = "",
        detail: str = "",
        replaceable: Channel | None = None,
        candidates: tuple[ListedChannel, ...] = (),
    ) -> None:
        super().__init__(code)
        self.code = code
        self.names = {"channel": channel, "other": other}
        self.detail = detail
        self.replaceable = replaceable
        self.candidates = candidates


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person typed and where: in the row of a channel or in the open box.

    `chosen` answers "which channel?", `sure` answers "is this a key?".
    """

    key: str
    row: Channel | None = None
    replace: bool = False
    chosen: str = ""
    sure: bool = False
    by: User | None = None


def trimmed(typed: str) -> str:
    """Return the key without blanks around it and without the invisible characters that copying brings along."""
    return typed.translate(INVISIBLE).strip()


def connect(typed: str, *, row: Channel | None = None, replace: bool = False, chosen: str = "", sure: bool = False,
            by: User | None = None) -> Refresh:  # fmt: skip
    """Connect the channel this key belongs to, and return the refresh that downloads everything.

    Raises NotConnected, having saved nothing.
    """
    wish = Wish(trimmed(typed), row, replace, chosen.strip(), sure, by)
    if not wish.key:
        raise NotConnected("empty_key")
    shape = gateway.shape(wish.key)
    if shape.absurd:
        raise NotConnected("malformed_key")
    if not (shape.channel_id or sure):
        # It may be a password, or another product's secret: it does not leave before a person says that it is a key.
        raise NotConnected("unusual_key")
    _refuse_same_key(wish)
    if shape.channel_id:
        _refuse_wrong_place(wish, shape.channel_id)
    recorder = Recorder()
    listing = _prove(wish.key, recorder, listed=not shape.channel_id)
    channel_id = shape.channel_id or _which(wish, listing)
    if not shape.channel_id:
        _refuse_wrong_place(wish, channel_id)
    refresh = _save(wish, channel_id)
    recorder.attach(refresh.channel_id)
    recorder.flush()
    return refresh


def _refuse_same_key(wish: Wish) -> None:
    """The very key of a channel that works is told as such; one that was refused may be tried again."""
    same = Channel.objects.filter(key_digest__in=seal.digests(wish.key), sealed_key__isnull=False).first()
    if same is None:
        return
    if wish.row is not None and wish.row.pk != same.pk:
        raise NotConnected("other_channel", channel=str(wish.row), other=str(same))
    if same.state in health.WORKING:
        raise NotConnected("same_key", channel=str(same))


def _refuse_wrong_place(wish: Wish, channel_id: str) -> None:
    """Refuse a key typed into another channel's row, and one of a connected channel unless it is to be replaced."""
    owner = Channel.objects.filter(provider=gateway.PROVIDER, provider_id=channel_id).first()
    if wish.row is not None and wish.row.provider_id != channel_id:
        other = owner or Channel(provider_id=channel_id)
        raise NotConnected("other_channel", channel=str(wish.row), other=str(other))
    if owner is not None and owner.has_key and not wish.replace:
        raise NotConnected("already_connected", channel=str(owner), replaceable=owner)


def _prove(key: str, recorder: Recorder, *, listed: bool) -> ChannelListing | None:
    async def deed(connector: Connector) -> ChannelListing | None:
        await connector.check_key()
        return await connector.list_channels() if listed else None

    try:
        return gateway.call_key(key, deed, recorder)
    except KeyRefused as error:
        code = "other_product" if OTHER_PRODUCTS.fullmatch(key) else error.code
        raise NotConnected(code, detail=error.provider_reason) from None
    except ConnectorError as error:
        raise NotConnected(error.code, detail=error.provider_reason) from None


def _which(wish: Wish, listing: ChannelListing | None) -> str:
    """Where the key's form names no channel the account's list decides; with several candidates the person is asked."""
    candidates = listing.channels if listing else ()
    if len(candidates) == 1:
        return candidates[0].id
    wanted = wish.chosen or (wish.row.provider_id if wish.row else "")
    if (
        wanted
        and (wanted in {candidate.id for candidate in candidates} or not candidates)
        and CHANNEL_ID.fullmatch(wanted)
    ):
        return wanted
    raise NotConnected("which_channel" if candidates else "channel_unknown", candidates=tuple(candidates))


def _save(wish: Wish, channel_id: str) -> Refresh:
    with transaction.atomic():
        Channel.objects.get_or_create(provider=gateway.PROVIDER, provider_id=channel_id)
        channel = Channel.objects.select_for_update(no_key=True).get(provider=gateway.PROVIDER, provider_id=channel_id)
        replacing = channel.has_key
        if replacing and not wish.replace:  # somebody else was quicker
            raise NotConnected("already_connected", channel=str(channel), replaceable=channel)
        _store_key(channel, wish.key, replacing=replacing)
        audit.record(
            wish.by,
            "channel_key_replaced" if replacing else "channel_connected",
            channel,
            channel=channel.provider_id,
            key_last_four=channel.key_last_four,
        )
        if replacing:
            # A refresh under way still uses the former key: what it is told must not fall on the new one.
            ask.cancel([channel.pk])
            health.forget([channel.pk])
        return ask.ask(channel, wish.by, connecting=not replacing)


def _store_key(channel: Channel, key: str, *, replacing: bool) -> None:
    channel.sealed_key = seal.seal(key)
    channel.key_last_four = key[-4:]
    channel.key_digest = seal.digest(key)
    channel.key_refused_at = None
    proven = channel.refreshed_at is not None and replacing
    channel.state = ConnectionState.CONNECTED if proven else ConnectionState.CONNECTING
    channel.save()
