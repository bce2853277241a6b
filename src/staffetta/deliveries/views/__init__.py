"""Pages of the ledger: the people behind a number, one message, and the rules it lives by."""

from staffetta.deliveries.views.people import export, people, settle_all, settle_one, show
from staffetta.deliveries.views.rules import paused, rules, try_again

__all__ = ["export", "paused", "people", "rules", "settle_all", "settle_one", "show", "try_again"]
