"""What this room does when the clock was set: no run waits for a moment that only a wrong clock could name."""

from datetime import datetime

from django.db.models import Q

from staffetta.sync.models import SyncRun
from staffetta.sync.start import ACTIVE
from staffetta.work.clock import now


def repair(after: datetime) -> None:
    """Let runs go on that were asked for, or tried last, in the future."""
    of_a_wrong_clock = Q(created_at__gt=after) | Q(beat_at__gt=after)
    SyncRun.objects.filter(of_a_wrong_clock, state__in=ACTIVE, not_before__gt=after).update(not_before=now())
