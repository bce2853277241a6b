"""The pace of a channel: messages a second and how many may leave at once. A sender under way takes it up at once."""

from django.conf import settings
from django.db import transaction

from staffetta.accounts import audit
from staffetta.accounts.models import User
from staffetta.channels.models import Channel

SLOWEST, FASTEST = 0.1, 1000.0
"""Messages a second; Meta raises no number beyond 1,000."""
LARGEST_BURST = 1000


def rate_of(channel: Channel) -> float:
    """Return the messages a second of the channel, its own or the installation's; 0: no pace."""
    return float(settings.SEND_PACE if channel.pace is None else channel.pace)


def burst_of(channel: Channel) -> float:
    """Return how many may leave at once after a rest; a tenth of a second's when nobody says."""
    return max(1.0, rate_of(channel) / 10 if channel.burst is None else channel.burst)


def set_pace(channel: Channel, pace: float | None, burst: int | None, by: User | None = None) -> bool:
    """Set both (None: the installation's, derived); say whether anything changed.

    Raises ValueError beyond the bounds: whoever asks has checked them.
    """
    if pace is not None and not SLOWEST <= pace <= FASTEST:
        raise ValueError(f"no pace of a channel: {pace}")
    if burst is not None and not 1 <= burst <= LARGEST_BURST:
        raise ValueError(f"no burst of a channel: {burst}")
    with transaction.atomic():
        row = Channel.objects.select_for_update().get(pk=channel.pk)
        if (row.pace, row.burst) == (pace, burst):
            return False
        row.pace = channel.pace = pace
        row.burst = channel.burst = burst
        row.save(update_fields=["pace", "burst"])
        audit.record(by, "channel_pace_set", channel, pace=_told(pace), burst=_told(burst))
    return True


def _told(value: float | None) -> str:
    """A code for "as everywhere": the log words numbers itself."""
    return "" if value is None else f"{value:g}"
