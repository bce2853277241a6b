"""Lista Canali: the box of the first visit, else every channel of the account."""

from datetime import date

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from staffetta.accounts.access import EVERYBODY, allow
from staffetta.channels.connection import overview
from staffetta.channels.connection.forms import KeyForm


@allow(EVERYBODY)
@require_safe
def browse(request: HttpRequest) -> HttpResponse:
    """The list, or the first visit's page while there is no channel."""
    shown = overview.rows()
    if not shown:
        return render(request, "channels/first.html", {"form": KeyForm()})
    return render(request, "channels/list.html", _context(shown))


@allow(EVERYBODY)
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """The changing part of the list, asked for while something is under way."""
    return render(request, "channels/_list_live.html", {**_context(overview.rows()), "alone": True})


def _context(shown: list[overview.Row]) -> dict[str, object]:
    return {
        "rows": shown,
        "under_way": any(row.under_way for row in shown),
        "any_key": any(row.channel.has_key for row in shown),
        "why_no_refresh": overview.why_no_refresh(shown),
        "list_is_missing": overview.list_is_missing(shown),
        "ends": _ends(),
        "refresh_hours": round(settings.REFRESH_HOURS),
    }


def _ends() -> date | None:
    """The day the provider is expected to end its API; None when no day is set or it cannot be read."""
    try:
        return date.fromisoformat(settings.ENGAGE_ENDS)
    except ValueError:
        return None
