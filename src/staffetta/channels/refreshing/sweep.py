"""What looks after refreshes by itself: lost ones are taken up again, and the optional schedule asks for new ones."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from staffetta.channels.calls import health
from staffetta.channels.models import Channel, ConnectionState, Refresh, RefreshState
from staffetta.channels.refreshing.ask import UNDER_WAY, ask, enqueue
from staffetta.channels.refreshing.refresh import SILENT
from staffetta.work.clock import now, real_now
from staffetta.work.clock_step import latest_believed

TRIES = 3


def due_refreshes() -> int:
    """Ask for a refresh of connected channels last refreshed longer ago than the schedule says; return how many.

    Off by default (STAFFETTA_REFRESH_HOURS, 0). A refresh that failed is not asked for again before its time either.
    """
    if settings.REFRESH_HOURS <= 0:
        return 0
    since = now() - timedelta(hours=settings.REFRESH_HOURS)
    old = Q(refreshed_at__lt=since) & (Q(problem_at=None) | Q(problem_at__lt=since))
    channels = Channel.objects.filter(old, state=ConnectionState.CONNECTED).order_by("id")
    return len([ask(channel) for channel in channels])


def stuck_refreshes() -> int:
    """Enqueue refreshes silent for a minute again, give them up after three tries; return how many were found."""
    lost = real_now() - timedelta(seconds=SILENT)
    silent = Q(beat_at__lt=lost) | Q(beat_at__gt=latest_believed())
    rows = list(Refresh.objects.filter(silent, state__in=UNDER_WAY).select_related("channel"))
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
