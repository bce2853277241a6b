"""Pages of contact sync: the tab of a Channel home."""

from staffetta.sync.views.configure import accept, browse, choices, delete, edit, new
from staffetta.sync.views.running import cancel, consent, rehearse, run, show, start, undo
from staffetta.sync.views.settle import conflicts, correct, rejects

__all__ = [
    "accept",
    "browse",
    "cancel",
    "choices",
    "conflicts",
    "consent",
    "correct",
    "delete",
    "edit",
    "new",
    "rehearse",
    "rejects",
    "run",
    "show",
    "start",
    "undo",
]
