"""What the limits of the provider left of a channel's pace, for pages: its sender keeps the exact number for itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from staffetta.deliveries.models import Breaker
from staffetta.work.clock import now
from staffetta.work.pace import STEP, STEP_SECONDS


@dataclass(frozen=True, slots=True)
class Slowed:
    """A channel goes at `percent` of its pace; nothing of it leaves before `until`, if that is still ahead."""

    percent: int
    until: datetime | None


def slowed(row: Breaker) -> Slowed | None:
    """Return what is left at this moment, by the row as the last limit left it; None when it has recovered."""
    if row.slowed_at is None:
        return None
    present, until = now(), row.slowed_at + timedelta(seconds=row.blocked)
    steps = int(max(0.0, (present - until).total_seconds()) / STEP_SECONDS)
    level = row.pace_level + steps * STEP
    return Slowed(round(100 * level), until if until > present else None) if level < 1 else None
