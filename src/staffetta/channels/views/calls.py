"""Chiamate API: what was asked of the provider and what it answered, without keys. Administrators only."""

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from staffetta.accounts.access import ADMINISTRATORS, allow
from staffetta.channels.models import Channel, Exchange
from staffetta.channels.views.home import channel_url, frame
from staffetta.ui.paging import page_of
from staffetta.ui.restrictions import OneOf, asked_for, restricted


@allow(ADMINISTRATORS)
@require_safe
@restricted(failed=OneOf(_("Failures only"), ("1",)))
def calls(request: HttpRequest, pk: int) -> HttpResponse:
    """Newest first; `?failed=1` shows failures only."""
    channel = get_object_or_404(Channel, pk=pk)
    if not channel.has_key:
        return redirect(channel_url(channel))
    rows = channel.exchanges.defer("request_body", "response_body").order_by("-id")
    failed = asked_for(request).get("failed") == "1"
    if failed:
        rows = rows.exclude(error="")
    page = page_of(rows, request.GET, size=50)
    return render(request, "channels/calls.html", {**frame(request, channel, "calls"), "page": page, "failed": failed})


@allow(ADMINISTRATORS)
@require_safe
def call(request: HttpRequest, pk: int, exchange_id: int) -> HttpResponse:
    """One exchange, whole."""
    exchange = get_object_or_404(Exchange.objects.select_related("channel"), pk=exchange_id, channel=pk)
    return render(
        request,
        "channels/call.html",
        {
            "channel": exchange.channel,
            "exchange": exchange,
            "asked": _readable(exchange.request_body),
            "answered": _readable(exchange.response_body),
        },
    )


def _readable(body: str) -> str:
    """Indent JSON; anything else, a cut body included, stays as it is."""
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body
