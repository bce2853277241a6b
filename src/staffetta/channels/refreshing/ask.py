"""Asking for a refresh: one row per channel however often it is asked for, and the task that does it."""

from functools import partial

from django.db import IntegrityError, transaction

from staffetta.accounts.models import User
from staffetta.channels import tasks
from staffetta.channels.models import Channel, ConnectionState, Refresh, RefreshState
from staffetta.work.clock import now, real_now

UNDER_WAY = (RefreshState.WAITING, RefreshState.RUNNING)
REFRESHED = (ConnectionState.CONNECTED, ConnectionState.CONNECTING, ConnectionState.REFUSED)


def ask(channel: Channel, by: User | None = None, *, connecting: bool = False) -> Refresh:
    """Return the refresh under way of this channel, or a new one whose task runs once this transaction commits."""
    under_way = Refresh.objects.filter(channel=channel, state__in=UNDER_WAY)
    if found := under_way.first():
        return found
    try:
        with transaction.atomic():
            dismiss(channel)
            refresh = Refresh.objects.create(channel=channel, connecting=connecting, asked_by=by)
    except IntegrityError:  # asked for twice in the same moment: the constraint keeps one
        return under_way.get()
    enqueue(refresh)
    return refresh


def ask_all(by: User | None = None) -> list[Refresh]:
    """Ask for every channel that has a key; refused keys are tried again."""
    channels = Channel.objects.filter(sealed_key__isnull=False, state__in=[*REFRESHED, ConnectionState.GONE])
    return [ask(channel, by) for channel in channels.order_by("id")]


def enqueue(refresh: Refresh) -> None:
    """Let a worker take the refresh, once the present transaction is committed.

    Robust: a broker that is away is logged, and the sweep of silent refreshes hands the task over again.
    """
    transaction.on_commit(partial(tasks.refresh_channel.enqueue, refresh.pk), robust=True)


def dismiss(channel: Channel) -> None:
    """Put the results shown so far away."""
    Refresh.objects.filter(channel=channel, dismissed_at__isnull=True).exclude(state__in=UNDER_WAY).update(
        dismissed_at=now()
    )


def cancel(channel_ids: list[int]) -> int:
    """End the refreshes of these channels; their workers notice at their next beat. Return how many."""
    return Refresh.objects.filter(channel__in=channel_ids, state__in=UNDER_WAY).update(
        state=RefreshState.CANCELLED, finished_at=now(), beat_at=real_now()
    )
