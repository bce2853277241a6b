"""What a page of this room is about, found or not; who asks."""

from typing import Any, cast

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from staffetta.accounts.models import User
from staffetta.channels.models import Channel
from staffetta.channels.views.home import frame
from staffetta.sync.models import SyncConfiguration, SyncRun


def configuration(pk: int, sync_id: int) -> SyncConfiguration:
    """Return a configuration of this channel, or 404."""
    return get_object_or_404(SyncConfiguration.objects.select_related("channel"), pk=sync_id, channel=pk)


def run_of(made: SyncConfiguration, run_id: int) -> SyncRun:
    """Return a run of this configuration, or 404."""
    return get_object_or_404(made.runs.select_related("asked_by"), pk=run_id)


def around(request: HttpRequest, channel: Channel) -> dict[str, Any]:
    """Return what the tab has around its own part."""
    return frame(request, channel, "sync")


def asker(request: HttpRequest) -> User:
    """Return who asks; every page here wants a login."""
    return cast("User", request.user)
