"""Asking for a refresh, and putting its result away."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from staffetta.accounts.access import ADMINISTRATORS, allow
from staffetta.accounts.audit import record
from staffetta.channels.models import Channel, Refresh
from staffetta.channels.refreshing import ask
from staffetta.channels.views.person import person
from staffetta.work.clock import now


@allow(ADMINISTRATORS)
@require_POST
def refresh_all(request: HttpRequest) -> HttpResponse:
    """Refresh the list and every channel with a key."""
    ask.ask_all(person(request))
    record(person(request), "channels_refreshed")
    return redirect("channels:list")


@allow(ADMINISTRATORS)
@require_POST
def refresh_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Refresh one channel."""
    channel = get_object_or_404(Channel, pk=pk)
    if channel.has_key:
        ask.ask(channel, person(request))
        record(person(request), "channel_refreshed", channel)
    return redirect(_back(request))


@allow(ADMINISTRATORS)
@require_POST
def dismiss(request: HttpRequest, refresh_id: int) -> HttpResponse:
    """Put the result of a refresh away."""
    refresh = get_object_or_404(Refresh, pk=refresh_id)
    Refresh.objects.filter(channel=refresh.channel_id, pk__lte=refresh_id, dismissed_at=None).exclude(
        state__in=ask.UNDER_WAY
    ).update(dismissed_at=now())
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    """Return where the form said to go back to, if that is a page of ours; else the list."""
    wanted = request.POST.get("back", "")
    ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return wanted if ours else reverse("channels:list")
