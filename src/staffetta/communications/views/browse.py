"""The list of communications."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from staffetta.accounts.access import EVERYBODY, allow
from staffetta.channels.models import Channel, ConnectionState
from staffetta.communications.hold import held_for
from staffetta.communications.models import Communication, CommunicationState
from staffetta.communications.views.asked import LOOKS
from staffetta.communications.wording import Words, trouble_words
from staffetta.reports.numbers import numbers_of
from staffetta.ui import restrictions
from staffetta.ui.paging import page_of
from staffetta.ui.restrictions import OneOf, asked_for, restricted


@allow(EVERYBODY)
@require_safe
@restricted(state=OneOf(_("State"), CommunicationState.values), q=restrictions.Words(_("Search")))
def browse(request: HttpRequest) -> HttpResponse:
    """Newest first, filtered by state or name: three queries whatever the number of rows."""
    rows = Communication.objects.select_related("channel", "variant__template").order_by("-pk")
    state, words = asked_for(request).get("state", ""), asked_for(request).get("q", "")
    if state:
        rows = rows.filter(state=state)
    if words:
        rows = rows.filter(name__icontains=words)
    page = page_of(rows, request.GET)
    counted = numbers_of(row.pk for row in page)
    context = {
        "page": page,
        "lines": [(row, counted[row.pk], *LOOKS[CommunicationState(row.state)], _held(row)) for row in page],
        "states": CommunicationState.choices,
        "state": state,
        "q": words,
        "can_compose": Channel.objects.filter(state=ConnectionState.CONNECTED).exists(),
    }
    return render(request, "communications/list.html", context)


def _held(row: Communication) -> Words | None:
    code = held_for(row)
    return trouble_words(code) if code else None
