"""Refreshes whose task was lost or whose worker died: taken up again after a minute, given up after three tries."""

from datetime import timedelta

from django.db import transaction

from staffetta.channels import health
from staffetta.channels.ask import UNDER_WAY, enqueue
from staffetta.channels.models import Refresh, RefreshState
from staffetta.channels.refresh import SILENT
from staffetta.work.clock import now, real_now

TRIES = 3


def stuck_refreshes() -> int:
    """Enqueue refreshes that gave no sign of life for a minute again; return how many were found."""
    lost = real_now() - timedelta(seconds=SILENT)
    rows = list(Refresh.objects.filter(state__in=UNDER_WAY, beat_at__lt=lost).select_related("channel"))
    for row in rows:
        with transaction.atomic():
            mine = Refresh.objects.filter(pk=row.pk, state=row.state, beat_at=row.beat_at)
            if row.attempt >= TRIES:
                _give_up(row, mine.update(state=RefreshState.FAILED, problem="lost", step="", finished_at=now()))
            elif mine.update(state=RefreshState.WAITING, beat_at=real_now()):
                enqueue(row)
    return len(rows)


def _give_up(row: Refresh, given_up: int) -> None:
    if given_up:
        health.refresh_failed(row.channel, "lost")
