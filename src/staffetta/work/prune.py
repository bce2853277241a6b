"""What is old is taken away: each room registers what of its own may go, and how."""

import logging
from collections.abc import Callable

logger = logging.getLogger(__name__)

_pruners: dict[str, Callable[[], int]] = {}


def register(name: str, function: Callable[[], int]) -> None:
    """Let `function` delete, in small portions, what is too old; it returns how many rows went."""
    _pruners[name] = function


def prune() -> dict[str, int]:
    """Run every pruner; one that fails does not keep the others from theirs. Return rows gone per name."""
    gone: dict[str, int] = {}
    for name, function in _pruners.items():
        try:
            gone[name] = function()
        except Exception:
            # Rooms bring their own pruners: what one raises must not let the others' tables grow for ever.
            logger.exception("%s could not be pruned", name)
    return gone
