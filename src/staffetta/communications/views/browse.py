"""The list of communications."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from staffetta.accounts.access import EVERYBODY, allow
from staffetta.channels.models import Channel, ConnectionState
from staffetta.communications.models import Communication, CommunicationState
from staffetta.communications.views.asked import LOOKS
from staffetta.reports.numbers import numbers_of
from staffetta.ui.paging import page_of


@allow(EVERYBODY)
def browse(request: HttpRequest) -> HttpResponse:
    """Newest first, filtered by state or name: three queries whatever the number of rows."""
    rows = Communication.objects.select_related("channel").order_by("-pk")
    state, words = request.GET.get("state", ""), request.GET.get("q", "").replace("\0", "").strip()
    if state in CommunicationState.values:
        rows = rows.filter(state=state)
    if words:
        rows = rows.filter(name__icontains=words)
    page = page_of(rows, request.GET)
    counted = numbers_of(row.pk for row in page)
    context = {
        "page": page,
        "lines": [(row, counted[row.pk], *LOOKS[CommunicationState(row.state)]) for row in page],
        "states": CommunicationState.choices,
        "state": state,
        "q": words,
        "can_compose": Channel.objects.filter(state=ConnectionState.CONNECTED).exists(),
    }
    return render(request, "communications/list.html", context)
