"""The channel list: the union of what all connected keys see. A channel is gone only when no key sees it any more."""

from staffetta.channels.models import Channel, ConnectionState
from staffetta.channels.refreshing import reconcile
from staffetta.connectors.messages import ChannelListing, ListedChannel, Platform
from staffetta.text import cut, value

WORKING = (ConnectionState.CONNECTED, ConnectionState.CONNECTING)


def store(own: Channel, listing: ChannelListing) -> dict[str, object]:
    """Write what the key of `own` sees; return the names of channels that came in and that are gone.

    An incomplete listing adds and never takes away. `own` is changed here and saved by the caller.
    """
    known = {row.provider_id: row for row in Channel.objects.filter(provider=own.provider)}
    known[own.provider_id] = own
    before = set(own.sees.values_list("provider_id", flat=True))
    new = []
    for listed in listing.channels:
        row = known.get(listed.id)
        if row is None:
            row = known[listed.id] = Channel(provider=own.provider, provider_id=listed.id[:64])
            new.append(row)
        _fill(row, listed)
        if row is not own:
            row.save()
    own.channels_listed = listing.complete
    own.sees.add(*(known[listed.id] for listed in listing.channels), own)
    gone = _drop(own, before, listing) if listing.complete else []
    return {"channels_new": [str(row) for row in new if before], "channels_gone": [str(row) for row in gone]}


def _fill(row: Channel, listed: ListedChannel) -> None:
    """Take over what the provider tells; what it does not tell stays as it was."""
    row.name = value(listed.name, 200) or row.name
    row.number = value(listed.number, 40) or row.number
    if listed.platform != Platform.UNKNOWN or (listed.platform_raw and not row.platform_chosen):
        row.platform, row.platform_raw, row.platform_chosen = listed.platform, cut(listed.platform_raw, 40), False
    if row.state == ConnectionState.GONE:
        row.state = _state_of_returned(row)


def _state_of_returned(row: Channel) -> ConnectionState:
    if not row.has_key:
        return ConnectionState.AVAILABLE
    return ConnectionState.REFUSED if row.key_refused_at else ConnectionState.CONNECTED


def _drop(own: Channel, before: set[str], listing: ChannelListing) -> list[Channel]:
    dropped = reconcile.dropped(before, (listed.id for listed in listing.channels), own.provider_id)
    rows = list(Channel.objects.filter(provider=own.provider, provider_id__in=dropped))
    own.sees.remove(*rows)
    return forget_unseen(rows)


def forget_unseen(rows: list[Channel]) -> list[Channel]:
    """Mark those of `rows` gone that no working key sees; return them. A channel's own working key sees it."""
    seen = set(
        Channel.objects.filter(pk__in=[row.pk for row in rows], seen_by__state__in=WORKING).values_list("pk", flat=True)
    )
    gone = [row for row in rows if row.pk not in seen and row.state != ConnectionState.GONE]
    Channel.objects.filter(pk__in=[row.pk for row in gone]).update(state=ConnectionState.GONE)
    return gone
