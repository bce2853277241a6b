"""The account of the ledger's tests: two channels, of which the second must see nothing of the first."""

from tests.deliveries.conftest import account, channel, engage, later, other_channel

__all__ = ["account", "channel", "engage", "later", "other_channel"]
