"""Files that a killed process or a failed step left behind: removed at the start, before a backup, and each hour.

Each room registers how its own are found. Only what is surely ours and surely nobody's is removed.
"""

import logging
from collections.abc import Callable

logger = logging.getLogger(__name__)

EVERY = 3600.0
"""Seconds."""
_removers: dict[str, Callable[[], int]] = {}


def register(name: str, remove: Callable[[], int]) -> None:
    """Let `remove` remove what was left behind; it returns how much that was."""
    _removers[name] = remove


def remove() -> dict[str, int]:
    """Run every remover; one that fails keeps none of the others from it. Return what went per name."""
    gone: dict[str, int] = {}
    for name, remover in _removers.items():
        try:
            gone[name] = remover()
        except Exception:
            # A start or a backup must not fail for a file that nobody wants.
            logger.exception("%s could not be removed", name)
            continue
        if gone[name]:
            logger.info("%s: %s left behind were removed", name, gone[name])
    return gone
