"""How long to wait before trying again: pure functions."""

LONGEST = 3600.0


def wait_before(attempt: int, jitter: float, base: float = 2.0, longest: float = LONGEST) -> float:
    """Return the seconds to wait after failed attempt number `attempt` (1, 2, …).

    Doubles from `base` up to `longest`; the upper half is spread by `jitter` (0 to 1, from `random.random()`), so that
    workers which failed together do not come back together.
    """
    full = min(longest, base * 2.0 ** min(attempt - 1, 60))
    return full / 2 + full / 2 * jitter


def wait_as_told(attempt: int, jitter: float, retry_after: float | None, base: float = 2.0) -> float:
    """As `wait_before`, but never shorter than what the provider asked for (seconds)."""
    return max(wait_before(attempt, jitter, base), retry_after or 0.0)
