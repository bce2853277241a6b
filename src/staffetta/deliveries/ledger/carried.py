"""What a worker carries from one lease of a channel to its next, while nobody else had the channel in between.

The fence says so: it rises with every holder. Otherwise each session, at most half a minute, would begin with a whole
burst: a burst is for a channel that rested, not for a lease that ended.
"""

from staffetta.channels.calls.pace import burst_of, rate_of
from staffetta.channels.models import Channel, ConnectionState
from staffetta.deliveries.ledger.recipients import Recipients, from_ledger
from staffetta.work.pace import Pace

_paces: dict[int, tuple[int, Pace]] = {}
_recipients: dict[int, tuple[int, Recipients]] = {}


def pace_of(channel: Channel, fence: int) -> Pace:
    """Return the pace of a channel for the holder of `fence`."""
    rate, burst = rate_of(channel), burst_of(channel)
    last, pace = _paces.get(channel.pk, (0, None))
    if pace is None or last != fence - 1 or (pace.rate, pace.burst) != (rate, burst):
        # What another sent a moment ago is not known: a tenth of a second's at once, as ever.
        pace = Pace(rate, burst, filled=max(1.0, rate / 10))
    _paces[channel.pk] = (fence, pace)
    return pace


def recipients_of(channel: Channel, fence: int) -> Recipients:
    """Return whom the channel wrote to in the last seconds, for the holder of `fence`."""
    last, recipients = _recipients.get(channel.pk, (0, None))
    if recipients is None or last != fence - 1:
        recipients = from_ledger(channel)
    _recipients[channel.pk] = (fence, recipients)
    return recipients


def unchanged(channel: Channel) -> bool:
    """Say whether the channel is connected still, with the key and the pace it was read with."""
    same = {"key_digest": channel.key_digest, "pace": channel.pace, "burst": channel.burst}
    return Channel.objects.filter(pk=channel.pk, state=ConnectionState.CONNECTED, **same).exists()
