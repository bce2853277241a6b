"""What time it is on the simulated provider."""

from __future__ import annotations

import time


class Clock:
    """Unix time with a movable offset, in seconds; it keeps ticking after it was moved."""

    def __init__(self) -> None:
        self.offset = 0.0

    def now(self) -> float:
        return time.time() + self.offset

    def move_to(self, moment: float) -> None:
        """Let it be `moment` (Unix seconds) now."""
        self.offset = moment - time.time()
