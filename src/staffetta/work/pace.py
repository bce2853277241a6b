"""How fast: a token bucket that can be slowed down from outside and recovers step by step."""

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from staffetta.work.clock import monotonic

SLOWEST = 1 / 32
"""No slowing goes below this part of the full rate."""
STEP_SECONDS = 5.0
STEP = 1 / 8
"""After each `STEP_SECONDS` without a new complaint the rate rises by this part of the full rate."""


SAVED = timedelta(seconds=1)
"""How much of the time in which nothing was sent may be made up for: after a pause nothing leaves in one burst."""


@dataclass(frozen=True, slots=True)
class Spacing:
    """So many a minute, for any number of workers: what counts is a moment that all of them keep with the work.

    `earliest` is when the next might have left, `gap` the time between two, `allowed` how many may leave now.
    """

    earliest: datetime
    gap: timedelta
    allowed: int

    @classmethod
    def of(cls, per_minute: int, next_at: datetime | None, present: datetime) -> "Spacing":
        gap = timedelta(minutes=1) / per_minute
        earliest = max(next_at or present, present - SAVED)
        return cls(earliest, gap, int((present - earliest) / gap) + 1 if earliest <= present else 0)

    def after(self, taken: int) -> datetime:
        """Return when the next may leave, `taken` having left."""
        return self.earliest + taken * self.gap


class Pace:
    """At most `rate` per second in the long run and `burst` at once. `rate` 0: no limit but what `slow_down` asks."""

    def __init__(
        self, rate: float, burst: float = 1, clock: Callable[[], float] = monotonic, filled: float = math.inf
    ) -> None:
        """`filled`: how many of the burst may leave at the very beginning."""
        self.rate = rate
        self.burst = max(burst, 1.0)
        self._clock = clock
        self._lock = threading.Lock()
        self._level = 1.0
        self._tokens = min(self.burst, filled)
        self._filled_at = self._stepped_at = clock()
        self._blocked_until = self._filled_at

    def take(self, n: float = 1) -> float:
        """Reserve `n` and return the seconds to wait before they may be used; the caller waits, or gives up."""
        with self._lock:
            present = self._clock()
            self._refill(present)
            if self.rate <= 0:
                return max(0.0, self._blocked_until - present)
            self._tokens -= n
            return max(0.0, self._blocked_until - present) + max(0.0, -self._tokens / self._speed)

    def available(self) -> float:
        """Return how many could be taken now without waiting; infinite when there is no limit."""
        with self._lock:
            present = self._clock()
            self._refill(present)
            if present < self._blocked_until:
                return 0.0
            return max(0.0, self._tokens) if self.rate > 0 else float("inf")

    def slow_down(self, retry_after: float | None = None) -> None:
        """Halve the rate and stop for `retry_after` seconds (one second when the provider does not say)."""
        with self._lock:
            present = self._clock()
            self._refill(present)
            self._level = max(self._level / 2, SLOWEST)
            self._stepped_at = self._blocked_until = max(
                self._blocked_until, present + (1.0 if retry_after is None else retry_after)
            )
            # What was saved up is forfeit, or it would leave in one burst right after the pause.
            self._tokens = min(self._tokens, 0.0)

    @property
    def level(self) -> float:
        """The part of the full rate that complaints left, 1 when there were none for long enough."""
        return self._level

    @property
    def blocked(self) -> float:
        """Seconds for which nothing may leave at all."""
        return max(0.0, self._blocked_until - self._clock())

    def go_on_from(self, level: float, blocked: float, seconds_ago: float) -> None:
        """Begin where another left off `seconds_ago`: at `level`, recovered since by as many steps, still `blocked`."""
        with self._lock:
            steps = int(max(0.0, seconds_ago) / STEP_SECONDS)
            self._level = max(SLOWEST, min(1.0, level + steps * STEP))
            self._tokens = min(self._tokens, max(1.0, self.burst * self._level))
            if blocked > 0:
                self._blocked_until = self._stepped_at = self._clock() + blocked

    @property
    def _speed(self) -> float:
        return self.rate * self._level

    def _refill(self, present: float) -> None:
        since = max(self._filled_at, self._blocked_until)
        if present > since:
            self._tokens = min(self.burst, self._tokens + (present - since) * self._speed)
            self._filled_at = present
        # The refill above used the lower rate for the whole span: careful on the provider's side.
        steps = int((present - self._stepped_at) / STEP_SECONDS)
        if steps > 0:
            self._level = min(1.0, self._level + steps * STEP)
            self._stepped_at += steps * STEP_SECONDS
